"""Values by the type of their column, and the names of the types that there are."""

from __future__ import annotations

from hypothesis import strategies as st

from rs_driver import oids
from rs_driver_fakeserver.dialect import Dialect, ServerKind
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.strategies import arrays, catalogue, documents, moments, numbers, spans
from rs_driver_fakeserver.strategies.checks import is_redshift
from rs_driver_fakeserver.values.catalogue import ALIASES, ARRAYS, TYPES, absent
from rs_driver_fakeserver.values.encode_numbers import Encoder
from rs_driver_fakeserver.values.encode_text import encoder
from rs_driver_fakeserver.values.types import WireType, resolve, similar


def values(
    type_name: str,
    *,
    server: ServerKind = "redshift",
    nullable: bool = False,
    beyond: bool = False,
) -> st.SearchStrategy[object]:
    """Python values that a column of this type can be scripted to hold, edges included.

    ``type_name``: as SQL writes it: ``varchar(20)``, ``numeric(18,2)``, ``int4[]``. Texts
    fit their length, numbers their precision; what a float4 cannot hold does not come.
    ``nullable``: with None. ``beyond``: with what Python has no value for, as texts:
    ``"infinity"``, ``"0044-03-15 BC"``, ``"24:00:00"``, ``"[0:1]={1,2}"``; few clients take
    these. ValueError for a type that the server does not have.
    """
    wire_type = resolved(type_name, redshift=is_redshift(server))
    found = _of(wire_type, server, beyond=beyond)
    return st.none() | found if nullable else found


def type_names(*, server: ServerKind = "redshift", arrays: bool = True) -> st.SearchStrategy[str]:
    """Names of types: plain ones, those with lengths and precisions, aliases, arrays."""
    plain = st.sampled_from(known_types(server, arrays=False))
    scalars = st.one_of(plain, st.sampled_from(_aliases(server)), _with_modifiers(server))
    if not arrays:
        return scalars
    elements = st.sampled_from([*known_elements(server), *_TYPED_ELEMENTS])
    return scalars | elements.map(lambda name: f"{name}[]")


def known_types(server: ServerKind = "redshift", *, arrays: bool = True) -> tuple[str, ...]:
    """The name of every type that the server has, once: for ``pytest.mark.parametrize``."""
    redshift = is_redshift(server)
    scalars = [name for name in TYPES if not absent(name, redshift=redshift)]
    return (*scalars, *(f"{name}[]" for name in known_elements(server) if arrays))


def known_elements(server: ServerKind) -> tuple[str, ...]:
    """The types of which the server has arrays."""
    redshift = is_redshift(server)
    return tuple(name for name in ARRAYS if not absent(name, redshift=redshift))


def resolved(type_name: str, *, redshift: bool) -> WireType:
    """The type of this name. ValueError, with the names near it, where there is none."""
    if not isinstance(type_name, str):
        raise TypeError(f"a type is told by its name, not by {type(type_name).__name__}")
    try:
        return resolve(type_name, redshift=redshift)
    except SqlError as error:
        near = similar(type_name, redshift=redshift) if error.sqlstate == "42704" else []
        hint = f"; near it: {', '.join(near)}" if near else ""
        where = "Redshift" if redshift else "PostgreSQL"
        raise ValueError(f"{error.message} on {where}{hint}") from error


def _of(
    wire_type: WireType, server: ServerKind, *, beyond: bool, element: bool = False
) -> st.SearchStrategy[object]:
    redshift = is_redshift(server)
    if wire_type.element is not None:
        items = _of(wire_type.element, server, beyond=beyond, element=True)
        found: st.SearchStrategy[object] = arrays.arrays(items)
        if beyond and wire_type.element.oid != oids.REGPROC:  # whose text may lack the number
            found |= arrays.literals(items, _writer(wire_type.element, server))
        return found
    for family in (
        documents.strategy(wire_type, element=element),
        numbers.strategy(wire_type, redshift=redshift),
        moments.strategy(wire_type, beyond=beyond),
        spans.strategy(wire_type, redshift=redshift),
        catalogue.strategy(wire_type, redshift=redshift, element=element),
    ):
        if family is not None:
            return family
    raise ValueError(f"there are no values for the type {wire_type.name}")


def _writer(wire_type: WireType, server: ServerKind) -> _Writer:
    return _Writer(encoder(wire_type, Dialect(server)))


class _Writer:
    """Writes an element of an array in text."""

    def __init__(self, encode: Encoder) -> None:
        self._encode = encode

    def __call__(self, value: object) -> str:
        return self._encode(value).decode()


_TYPED_ELEMENTS = ("varchar(9)", "char(3)", "numeric(9,2)", "timestamp(3)")


def _aliases(server: ServerKind) -> list[str]:
    redshift = is_redshift(server)
    spans = ["interval year to month", "interval day to second", "interval day to second(3)"]
    known = [name for name, meant in ALIASES.items() if not absent(meant, redshift=redshift)]
    return known + spans


def _with_modifiers(server: ServerKind) -> st.SearchStrategy[str]:
    strings = ["varchar", "char", "character varying"]
    if is_redshift(server):
        strings.append("varbyte")
    sized = st.builds("{}({})".format, st.sampled_from(strings), st.integers(1, 40))
    timed = st.builds(
        "{}({})".format,
        st.sampled_from(["time", "timetz", "timestamp", "timestamptz", "interval"]),
        st.integers(0, 6),
    )
    return st.one_of(sized, timed, numerics())


def numerics() -> st.SearchStrategy[str]:
    """``numeric(p,s)`` of up to 38 digits."""
    return st.integers(1, 38).flatmap(
        lambda digits: st.integers(0, digits).map(lambda scale: f"numeric({digits},{scale})")
    )
