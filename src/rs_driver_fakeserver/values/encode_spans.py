"""Intervals in both formats: PostgreSQL's one type, Redshift's three.

Own code on purpose, like all encoders here: see ``encode_text``. On Redshift a value that is
a str goes out in text as it is written, so that a test can play another IntervalStyle.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType

from rs_driver import oids
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.values.encode_numbers import Encoder
from rs_driver_fakeserver.values.spans import (
    day_second_text,
    microseconds_of,
    months_of,
    postgres_text,
    redshift_text,
    span,
    year_month_text,
)

_int32 = struct.Struct("!i")
_int64 = struct.Struct("!q")
_postgres = struct.Struct("!qii")
_redshift = struct.Struct("!qi")


def text(oid: int, dialect: Dialect) -> Encoder | None:
    """The encoder in text for one of these types, None for another type."""
    if oid == oids.INTERVAL:
        return _REDSHIFT if dialect.redshift else _postgres_text
    return _TEXT.get(oid)


def binary(oid: int, dialect: Dialect) -> Encoder | None:
    """The same in binary."""
    if oid == oids.INTERVAL:
        return _redshift_binary if dialect.redshift else _postgres_binary
    return _BINARY.get(oid)


def _written(write: Callable[[object], str]) -> Encoder:
    """``write`` as an encoder; a str is written already, once it is known to be sound."""

    def encode(value: object) -> bytes:
        text = write(value)
        return (value if isinstance(value, str) else text).encode()

    return encode


def _postgres_text(value: object) -> bytes:
    return postgres_text(span(value)).encode()


def _redshift_style(value: object) -> str:
    found = span(value)
    _redshift.pack(found.folded, found.months)  # checks it
    return redshift_text(found)


def _postgres_binary(value: object) -> bytes:
    """Microseconds, days, months."""
    found = span(value)
    return _postgres.pack(found.microseconds, found.days, found.months)


def _redshift_binary(value: object) -> bytes:
    """Microseconds with the days in them, months."""
    found = span(value)
    return _redshift.pack(found.folded, found.months)


_REDSHIFT = _written(_redshift_style)
_TEXT: Mapping[int, Encoder] = MappingProxyType(
    {
        oids.INTERVALY2M: _written(lambda value: year_month_text(months_of(value))),
        oids.INTERVALD2S: _written(lambda value: day_second_text(microseconds_of(value))),
    }
)
_BINARY: Mapping[int, Encoder] = MappingProxyType(
    {
        oids.INTERVALY2M: lambda value: _int32.pack(months_of(value)),
        oids.INTERVALD2S: lambda value: _int64.pack(microseconds_of(value)),
    }
)
