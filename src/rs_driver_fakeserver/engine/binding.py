"""Parameters as DuckDB wants them: typed where a bare Python value would be another type."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address
from types import MappingProxyType
from typing import Final

from rs_driver import oids
from rs_driver.intervals import Interval
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.values.types import element_of

__all__ = ["TYPE_NAMES", "bound"]

TYPE_NAMES: Final[Mapping[int, str]] = MappingProxyType(
    {
        oids.INT8: "BIGINT",
        oids.DATE: "DATE",
        oids.TIME: "TIME",
        oids.TIMETZ: "TIMETZ",
        oids.TIMESTAMP: "TIMESTAMP",
        oids.TIMESTAMPTZ: "TIMESTAMPTZ",
        **dict.fromkeys((oids.INTERVAL, oids.INTERVALY2M, oids.INTERVALD2S), "INTERVAL"),
        **dict.fromkeys((oids.JSON, oids.JSONB, oids.SUPER), "JSON"),
    }
)
"""DuckDB's types for the OIDs whose values need to be told apart from others."""

_NATIVE: Final = (dt.date, dt.time, dt.timedelta)
"""What DuckDB takes for a date, a time and an interval as it is."""


def bound(duckdb_value: Callable[..., object], value: object, oid: int) -> object:
    """``value``, which was decoded by ``oid``, to be bound. ``duckdb_value`` is ``duckdb.Value``.

    SqlError 22003 for a Decimal too wide for numeric, which would become a float.
    """
    element = element_of(oid)
    if isinstance(value, list) and element is not None:
        name, depth = TYPE_NAMES.get(element), _depth(value)
        if name is None or not value:
            return [bound(duckdb_value, item, oid) for item in value]
        return duckdb_value(_texts(value), name + "[]" * depth)
    plain = _plain(value)
    name = TYPE_NAMES.get(oid)
    if isinstance(value, Interval):
        name = "INTERVAL"
    if name is None or plain is None or isinstance(plain, _NATIVE):
        return plain
    return duckdb_value(_text(plain), name)


def _depth(value: list[object]) -> int:
    depth, level = 1, value
    while level and isinstance(level[0], list):
        depth, level = depth + 1, level[0]
    return depth


def _texts(value: list[object]) -> list[object]:
    return [_texts(item) if isinstance(item, list) else _text(_plain(item)) for item in value]


def _plain(value: object) -> object:
    """What DuckDB has no conversion for, as a text or a list that it can cast."""
    if isinstance(value, Decimal):
        return _exact(value)
    if isinstance(value, Interval):
        return f"{value.months} months {value.days} days {value.microseconds} microseconds"
    if isinstance(value, (IPv4Address, IPv6Address, tuple)):
        return str(value)
    return value


def _text(value: object) -> object:
    """``0044-03-15 01:02:03 BC`` as ``0044-03-15 (BC) 01:02:03``."""
    if not isinstance(value, str) or not value.endswith(" BC"):
        return value
    date, _, rest = value.removesuffix(" BC").partition(" ")
    return f"{date} (BC) {rest}".strip()


def _exact(value: Decimal) -> Decimal:
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or max(len(digits) + exponent, -exponent) > 38:
        raise SqlError("22003", "value out of range for type numeric(38)")
    return value
