"""Values in text format, as the server's output functions write them.

Own code on purpose: the driver's codecs are not used here, so that a mistake in one of
the two shows. Every function takes a value that is not NULL and gives its bytes;
ValueError, TypeError and ArithmeticError say that the value does not belong to the type.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from types import MappingProxyType

from rs_driver import oids
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.values import encode_arrays, encode_moments, encode_spans, encode_system
from rs_driver_fakeserver.values.decode_text import reader
from rs_driver_fakeserver.values.encode_numbers import (
    Encoder,
    float4_text,
    float8_text,
    integer,
    numeric_text,
)
from rs_driver_fakeserver.values.types import WireType

_INT_BITS: Mapping[int, int] = MappingProxyType({oids.INT2: 15, oids.INT4: 31, oids.INT8: 63})


def encoder(wire_type: WireType, dialect: Dialect) -> Encoder:
    """The function that writes a value of this type in text."""
    oid = wire_type.oid
    if wire_type.element is not None:
        return encode_arrays.text(encoder(wire_type.element, dialect), reader(wire_type.element))
    if oid in _INT_BITS:
        return integer(_INT_BITS[oid])
    if oid == oids.NUMERIC:
        return numeric_text(wire_type, dialect)
    if oid == oids.BPCHAR:
        return _padded(wire_type)
    if oid == oids.VARBYTE:
        return raw if dialect.raw_varbyte else _hex
    return (
        _BY_NAME.get(wire_type.name)
        or _BY_OID.get(oid)
        or encode_moments.text(oid, dialect)
        or encode_spans.text(oid, dialect)
        or encode_system.text(oid)
        or text
    )


def text(value: object) -> bytes:
    """A string in UTF-8."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a str")
    return value.encode()


def _padded(wire_type: WireType) -> Encoder:
    """CHAR(n) is padded with blanks to n characters."""
    width = wire_type.characters or 0

    def encode(value: object) -> bytes:
        return text(value).ljust(width) if str(value).isascii() else text(str(value).ljust(width))

    return encode


def _bool(value: object) -> bytes:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is not a bool")
    return b"t" if value else b"f"


def raw(value: object) -> bytes:
    """Bytes as they are."""
    if not isinstance(value, (bytes, bytearray, memoryview)):
        raise TypeError(f"{value!r} is not bytes")
    return bytes(value)


def _hex(value: object) -> bytes:
    return raw(value).hex().encode()


def _bytea(value: object) -> bytes:
    return b"\\x" + _hex(value)


def _shape(value: object) -> bytes:
    """Hex of EWKB, upper-case; a str of hex digits goes out in its own case."""
    if isinstance(value, str):
        bytes.fromhex(value)  # checks it
        return value.encode()
    return raw(value).hex().upper().encode()


def _uuid(value: object) -> bytes:
    return str(value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))).encode()


def json_text(value: object) -> bytes:
    """JSON: a str goes out as it is, anything else is written as JSON."""
    if isinstance(value, str):
        return value.encode()
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def jsonb_text(value: object) -> bytes:
    """JSON as PostgreSQL writes a jsonb: keys by length and then bytes, blanks behind marks.

    A str goes out as it is.
    """
    if isinstance(value, str):
        return value.encode()
    text = json.dumps(_by_length(value), separators=(", ", ": "), ensure_ascii=False)
    return text.encode()


def _by_length(value: object) -> object:
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
        return {key: _by_length(value[key]) for key in keys}
    return [_by_length(item) for item in value] if isinstance(value, list) else value


_BY_NAME: Mapping[str, Encoder] = MappingProxyType({"hllsketch": json_text})
_BY_OID: Mapping[int, Encoder] = MappingProxyType(
    {
        oids.BOOL: _bool,
        oids.BYTEA: _bytea,
        oids.FLOAT4: float4_text,
        oids.FLOAT8: float8_text,
        oids.UUID: _uuid,
        oids.JSON: json_text,
        oids.JSONB: jsonb_text,
        oids.SUPER: json_text,
        **dict.fromkeys((oids.GEOMETRY, oids.GEOGRAPHY, oids.GEOMETRYHEX), _shape),
    }
)
