from __future__ import annotations

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT, Parameter
from support.wire_values import POSTGRES, decode


@pytest.mark.parametrize(
    ("format", "wire", "value"),
    [(TEXT, b"t", True), (TEXT, b"f", False), (BINARY, b"\1", True), (BINARY, b"\0", False)],
)
def test_decode(format: int, wire: bytes, value: bool) -> None:
    assert decode(oids.BOOL, format, wire) is value


@pytest.mark.parametrize(
    ("format", "wire"),
    [
        (TEXT, b""),
        (TEXT, b"true "),
        (TEXT, b"1"),
        (BINARY, b""),
        (BINARY, b"\2"),
        (BINARY, b"\0\1"),
    ],
)
def test_anything_else_is_a_data_error(format: int, wire: bytes) -> None:
    with pytest.raises(DataError, match="boolean"):
        decode(oids.BOOL, format, wire)


@pytest.mark.parametrize(("value", "wire"), [(True, b"\1"), (False, b"\0")])
def test_encode(value: bool, wire: bytes) -> None:
    assert default_codecs(POSTGRES).encode(value) == Parameter(16, BINARY, wire)
