"""Types from Python values, for rules that do not name them."""

from __future__ import annotations

import datetime as dt
import decimal
import ipaddress
import uuid
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from rs_driver import oids
from rs_driver.intervals import IntervalDayToSecond, IntervalYearToMonth
from rs_driver_fakeserver.engine.port import Column, SqlError
from rs_driver_fakeserver.values.arrays import from_lists
from rs_driver_fakeserver.values.catalogue import TYPES
from rs_driver_fakeserver.values.spans import is_span
from rs_driver_fakeserver.values.types import resolve


def columns(
    names: Sequence[str], rows: Sequence[Sequence[object]], *, redshift: bool = True
) -> tuple[Column, ...]:
    """A column for each name, of the narrowest type that holds all of its values.

    A column without any value is a varchar. ValueError, naming the column, where no type
    holds its values.
    """
    return tuple(
        _column(name, [row[at] for row in rows], redshift=redshift) for at, name in enumerate(names)
    )


def _column(name: str, values: Sequence[object], *, redshift: bool) -> Column:
    present = [value for value in values if value is not None]
    try:
        return Column(name, column_type(present, redshift=redshift))
    except ValueError as error:
        raise ValueError(f'column "{name}": {error}') from error


def column_type(values: Sequence[object], *, redshift: bool = True) -> str:
    """The name of the narrowest type that holds all of ``values``, none of them None.

    Lists are a super on Redshift, arrays on PostgreSQL. ValueError where no type does.
    """
    if not redshift and values and all(isinstance(value, list) for value in values):
        return _array(values)
    kinds = {_kind(value, redshift=redshift) for value in values}
    if kinds <= {"int4", "int8"}:
        wide = "int8" in kinds
        return ("int8" if wide else "int4") if kinds else "varchar"
    if kinds <= {"int4", "int8", "numeric"}:
        return _numeric([v for v in values if isinstance(v, (int, decimal.Decimal))])
    if kinds <= {"int4", "int8", "float8"}:
        return "float8"
    if len(kinds) == 1:
        return kinds.pop()
    raise ValueError(f"no column type holds {', '.join(sorted(kinds))} together")


def _array(values: Sequence[object]) -> str:
    """The type of arrays that holds the elements of all of these lists."""
    elements = [
        item
        for value in values
        if isinstance(value, list)
        for item in from_lists(value).elements
        if item is not None
    ]
    return f"{column_type(elements, redshift=False)}[]"


def _kind(value: object, *, redshift: bool = True) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        if -(1 << 31) <= value < 1 << 31:
            return "int4"
        return "int8" if -(1 << 63) <= value < 1 << 63 else "numeric"
    if isinstance(value, dt.datetime):
        return "timestamptz" if value.tzinfo else "timestamp"
    if isinstance(value, dt.time):
        return "timetz" if value.tzinfo else "time"
    if is_span(value):
        return _span(value) if redshift else "interval"
    for python_type, name in _KINDS:
        if isinstance(value, python_type):
            return name if redshift else _ON_POSTGRES.get(name, name)
    raise ValueError(f"no column type for a {type(value).__name__}")


def _span(value: object) -> str:
    """The driver's classes for Redshift's own intervals have types of their own there."""
    if isinstance(value, IntervalYearToMonth):
        return "intervaly2m"
    return "intervald2s" if isinstance(value, IntervalDayToSecond) else "interval"


_KINDS: Sequence[tuple[type | tuple[type, ...], str]] = (
    (bool, "bool"),
    (float, "float8"),
    (decimal.Decimal, "numeric"),
    (str, "varchar"),
    ((bytes, bytearray, memoryview), "varbyte"),
    (dt.date, "date"),
    (uuid.UUID, "uuid"),
    ((ipaddress.IPv4Address, ipaddress.IPv6Address), "inet"),
    (dict, "super"),
    (list, "super"),
)
"""What ``ipaddress`` calls an interface is an address, too."""
_ON_POSTGRES: Mapping[str, str] = MappingProxyType({"varbyte": "bytea", "super": "jsonb"})


def _numeric(values: Sequence[int | decimal.Decimal]) -> str:
    """``numeric(38,s)`` with the scale that the values need."""
    exponents = [decimal.Decimal(value).as_tuple().exponent for value in values]
    scale = max((-power for power in exponents if isinstance(power, int)), default=0)
    return f"numeric(38,{max(0, scale)})"


def parameter_oid(value: object, *, redshift: bool = True) -> int:
    """The OID under which a rule expects the parameter ``value``; 25 (text) where none is due."""
    try:
        if isinstance(value, list):
            return resolve(_array([value]), redshift=False).oid
        kind = _kind(value, redshift=redshift)
    except (ValueError, SqlError):  # None, an array of text, an object that no type is for
        return oids.TEXT
    return oids.TEXT if kind in _SENT_AS_TEXT else _PARAMETERS.get(kind, TYPES[kind][0])


_SENT_AS_TEXT = frozenset({"varchar", "super", "jsonb"})
_PARAMETERS: Mapping[str, int] = MappingProxyType({"varbyte": oids.BYTEA})
