from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rs_driver_fakeserver.dialect import Dialect, ServerKind
from rs_driver_fakeserver.strategies.values import (
    known_elements,
    known_types,
    numerics,
    resolved,
    type_names,
    values,
)
from rs_driver_fakeserver.values import encode_binary, encode_text
from rs_driver_fakeserver.values.catalogue import ARRAYS, TYPES, has_binary
from rs_driver_fakeserver.values.types import resolve
from support.minimal import minimal

SERVERS: tuple[ServerKind, ...] = ("redshift", "postgres")
ALL = [(server, name) for server in SERVERS for name in known_types(server)]
PROTOCOLS = {"redshift": (0, 1, 2), "postgres": (0,)}


def can_be_sent(name: str, value: object, server: ServerKind) -> None:
    """The server's encoders take it, in both formats and by every protocol."""
    redshift = server == "redshift"
    wire_type = resolve(name, redshift=redshift)
    for protocol in PROTOCOLS[server]:
        dialect = Dialect(server, protocol)
        encode_text.encoder(wire_type, dialect)(value)
        if has_binary(wire_type.oid, protocol, redshift=redshift):
            encode_binary.encoder(wire_type, dialect)(value)


@pytest.mark.parametrize(("server", "name"), ALL)
@settings(max_examples=15)
@given(data=st.data())
def test_the_server_can_send_every_value(
    server: ServerKind, name: str, data: st.DataObject
) -> None:
    for beyond in (False, True):
        can_be_sent(name, data.draw(values(name, server=server, beyond=beyond)), server)


@pytest.mark.parametrize("server", SERVERS)
@given(data=st.data())
def test_of_any_name(server: ServerKind, data: st.DataObject) -> None:
    name = data.draw(type_names(server=server))
    can_be_sent(name, data.draw(values(name, server=server, beyond=True)), server)


def test_every_type_is_known() -> None:
    found = {*known_types("redshift"), *known_types("postgres")}
    assert found == {*TYPES, *(f"{name}[]" for name in ARRAYS)}
    assert "super" not in known_types("postgres")
    assert "uuid" not in known_types("redshift")
    assert not any(name.endswith("[]") for name in known_types(arrays=False))
    assert "jsonb" in known_elements("postgres")


def test_names_of_all_kinds() -> None:
    for name in ("int4", "double precision", "interval year to month", "uuid[]"):
        found = type_names(server="postgres")
        assert minimal(found, lambda one, name=name: one == name) == name  # type: ignore[misc]
    assert minimal(type_names(), lambda name: name.startswith("varbyte("))
    assert "[]" not in minimal(type_names(arrays=False), lambda name: "(" in name)


@given(numerics())
def test_numerics(name: str) -> None:
    assert resolve(name).precision


def test_null_only_where_it_is_asked_for() -> None:
    assert minimal(values("int4", nullable=True)) is None
    assert minimal(values("int4")) == 0


def test_what_python_cannot_hold_only_where_it_is_asked_for() -> None:
    beyond = values("date", beyond=True)
    assert minimal(beyond, lambda value: value == "infinity") == "infinity"
    arrays = values("int4[]", beyond=True)
    assert str(minimal(arrays, lambda value: isinstance(value, str))).startswith("[")


def test_types_that_there_are_not() -> None:
    with pytest.raises(ValueError, match=r'type "integr" does not exist on Redshift; .*integer'):
        values("integr")
    with pytest.raises(ValueError, match="on PostgreSQL"):
        values("super", server="postgres")
    with pytest.raises(ValueError, match="invalid length"):
        values("varchar(0)")
    with pytest.raises(TypeError, match="by its name, not by int"):
        resolved(23, redshift=True)  # type: ignore[arg-type]
