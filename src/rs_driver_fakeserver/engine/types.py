"""DuckDB's types and Redshift's: names, parameters, and values that lose nothing.

A column's DuckDB type (as DuckDB prints it) becomes a ``Mapping``: the name that the server
would give, the SQL expression to fetch the column by, and a function that makes the
Python value of what was fetched. The detour is there where DuckDB's own conversion would
need another package (``TIMESTAMP WITH TIME ZONE`` needs pytz), would clamp silently
(infinite dates become the year 9999, a month 30 days) or has no Redshift type (structs).

What DuckDB does not keep is lost here too: ``varchar(20)`` and ``char(2)`` columns are
reported as ``varchar``, without a length. Types that are not listed here are text.
"""

from __future__ import annotations

import re
from collections import abc
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.values.moments import date_text, timestamp_text
from rs_driver_fakeserver.values.spans import Span, python_value
from rs_driver_fakeserver.values.types import resolve

__all__ = ["Mapping", "mapping", "oid_of", "settled"]

_UNIX_EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()
_UNIX_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - a timestamp without a zone
_UNIX_EPOCH_UTC: Final = datetime(1970, 1, 1, tzinfo=timezone.utc)
_DAYS_TO_2000: Final = 10_957
_DECIMAL: Final = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_LIST: Final = re.compile(r"(.*?)((?:\[\d*\])*)", re.DOTALL)
_INTEGERS: Final = frozenset(("SMALLINT", "INTEGER", "BIGINT", "HUGEINT"))
_NUMERIC_LIMIT: Final = 10**38
# Stand for the infinities; no finite date or time is that many days or microseconds.
_INFINITY, _MINUS_INFINITY = 2**63 - 1, -(2**63)


@dataclass(frozen=True)
class Mapping:
    """``name`` is the server's; ``fetch`` has ``{0}`` or ``{}`` where the column goes."""

    name: str
    fetch: str = "{}"
    decode: Callable[[Any], object] | None = None


def mapping(duckdb_type: str, *, redshift: bool = True) -> Mapping:
    """How a column of this type is named, fetched and decoded; total over all types."""
    element, brackets = _split(duckdb_type)
    if not redshift and brackets:
        return _array(mapping(element, redshift=False), brackets.count("["))
    found = _SIMPLE.get(duckdb_type) if redshift else _ON_POSTGRES.get(duckdb_type)
    if found := found or _SIMPLE.get(duckdb_type):
        return found
    if match := _DECIMAL.fullmatch(duckdb_type):
        return Mapping(f"numeric({match[1]},{match[2]})")
    if brackets or duckdb_type.startswith(("STRUCT(", "MAP(", "UNION(")):
        return Mapping("super" if redshift else "json", "to_json({})")
    return Mapping("varchar", "CAST({} AS VARCHAR)")


def _split(duckdb_type: str) -> tuple[str, str]:
    """``INTEGER[][3]`` as ``INTEGER`` and ``[][3]``."""
    match = _LIST.fullmatch(duckdb_type)
    return (match[1], match[2]) if match else (duckdb_type, "")


def _array(element: Mapping, depth: int) -> Mapping:
    """Lists of what ``element`` is: every type that a mapping names has arrays."""
    fetch, decode = element.fetch, element.decode
    for level in range(depth):
        variable = f"item{level}"
        if element.fetch != "{}":
            inner = fetch.format(variable)
            fetch = f"list_transform({{}}, lambda {variable}: {inner})"
        decode = _each(decode)
    return Mapping(f"{element.name}[]", fetch, decode)


def _each(decode: Callable[[Any], object] | None) -> Callable[[Any], object]:
    def decode_list(found: abc.Sequence[Any] | None) -> object:
        if found is None:
            return None
        return list(found) if decode is None else [decode(item) for item in found]

    return decode_list


def oid_of(duckdb_type: str, *, redshift: bool = True) -> int:
    """The OID of the type that this DuckDB type is reported as."""
    return resolve(mapping(duckdb_type, redshift=redshift).name, redshift=redshift).oid


def settled(actual: str, described: str) -> str:
    """The DuckDB type to return a column in that was ``described`` before it was ``actual``.

    DuckDB works out types from the values of parameters, a client reads them from the
    description, which knew only the parameters' OIDs: 5 is an INTEGER, an int8 a BIGINT,
    and what nobody could know was to be text.
    A column whose type is another for a better reason keeps it. Raises SqlError 22003
    for a numeric with more fractional digits than the description has.
    """
    (have, brackets), (want, described_brackets) = _split(actual), _split(described)
    if brackets and described_brackets:
        return settled(have, want) + brackets
    if mapping(actual).name == mapping(described).name:
        return actual
    if mapping(described).name == "varchar":
        return "VARCHAR"
    if actual == '"NULL"' or {actual, described} <= _INTEGERS:
        return described
    scales = [_DECIMAL.fullmatch(type_) for type_ in (actual, described)]
    if not all(scales):
        return actual
    digits, room = (int(scale[2]) for scale in scales if scale)
    if digits > room:
        raise SqlError(
            "22003",
            f"numeric with {digits} fractional digits: the embedded engine returns {room} "
            "where the type depends on a parameter; cast the parameter to say more",
        )
    return described


def _date(days: int | None) -> date | str | None:
    if days is None:
        return None
    if days in (_INFINITY, _MINUS_INFINITY):
        return _infinite(days)
    try:
        return date.fromordinal(days + _UNIX_EPOCH_ORDINAL)
    except (ValueError, OverflowError):
        return date_text(days - _DAYS_TO_2000)


def _infinite(count: int) -> str:
    return "infinity" if count > 0 else "-infinity"


def _instant(epoch: datetime) -> Callable[[int | None], datetime | str | None]:
    zone = "+00" if epoch.tzinfo else ""

    def decode(microseconds: int | None) -> datetime | str | None:
        if microseconds is None:
            return None
        if microseconds in (_INFINITY, _MINUS_INFINITY):
            return _infinite(microseconds)
        try:
            return epoch + timedelta(microseconds=microseconds)
        except OverflowError:
            return timestamp_text(microseconds - _DAYS_TO_2000 * 86_400_000_000, zone)

    return decode


def _time(value: time | str | None) -> time | None:
    """DuckDB has a 24:00:00, fetched as text; Redshift stores it as 00:00:00."""
    return time() if isinstance(value, str) else value


def _numeric(value: int | str | None) -> Decimal | None:
    if value is None:
        return None
    number = int(value)
    if abs(number) >= _NUMERIC_LIMIT:
        raise SqlError("22003", "value out of range for type numeric(38,0)")
    return Decimal(number)


def _interval(parts: list[int] | None) -> object:
    return None if parts is None else python_value(Span(*parts))


def _finite(unit_count: str, boundary: str) -> str:
    """``unit_count`` of the column, and numbers for the infinities, where DuckDB gives NULL."""
    infinite = f"CASE WHEN {{0}} > {boundary} THEN {_INFINITY} ELSE {_MINUS_INFINITY} END"
    return f"CASE WHEN isinf({{0}}) THEN {infinite} ELSE {unit_count} END"


_DATE: Final = Mapping(
    "date", _finite("date_diff('day', DATE '1970-01-01', {0})", "DATE '2000-01-01'"), _date
)
_TIMESTAMP: Final = Mapping(
    "timestamp",
    _finite("epoch_us(CAST({0} AS TIMESTAMP))", "TIMESTAMP '2000-01-01 00:00:00'"),
    _instant(_UNIX_EPOCH),
)
_TIMESTAMPTZ: Final = Mapping(
    "timestamptz",
    _finite("epoch_us(CAST({0} AS TIMESTAMPTZ))", "TIMESTAMPTZ '2000-01-01 00:00:00+00'"),
    _instant(_UNIX_EPOCH_UTC),
)
_INTERVAL: Final = Mapping(
    "interval",
    "CASE WHEN {0} IS NOT NULL THEN [datepart('year', {0}) * 12 + datepart('month', {0}), "
    "datepart('day', {0}), datepart('hour', {0}) * 3600000000 "
    "+ datepart('minute', {0}) * 60000000 + datepart('microsecond', {0})] END",
    _interval,
)
_SIMPLE: Final[abc.Mapping[str, Mapping]] = MappingProxyType(
    {
        "BOOLEAN": Mapping("bool"),
        "TINYINT": Mapping("int2"),
        "UTINYINT": Mapping("int2"),
        "SMALLINT": Mapping("int2"),
        "USMALLINT": Mapping("int4"),
        "INTEGER": Mapping("int4"),
        "UINTEGER": Mapping("int8"),
        "BIGINT": Mapping("int8"),
        "UBIGINT": Mapping("numeric(20,0)", decode=_numeric),
        "HUGEINT": Mapping("numeric(38,0)", decode=_numeric),
        "UHUGEINT": Mapping("numeric(38,0)", decode=_numeric),
        "BIGNUM": Mapping("numeric(38,0)", "CAST({} AS VARCHAR)", _numeric),
        "FLOAT": Mapping("float4"),
        "DOUBLE": Mapping("float8"),
        "VARCHAR": Mapping("varchar"),
        '"NULL"': Mapping("varchar"),
        "BLOB": Mapping("varbyte"),
        "DATE": _DATE,
        "TIME": Mapping("time", decode=_time),
        "TIME_NS": Mapping("time", "CAST({} AS TIME)", _time),
        "TIME WITH TIME ZONE": Mapping("timetz"),
        "TIMESTAMP": _TIMESTAMP,
        "TIMESTAMP_S": _TIMESTAMP,
        "TIMESTAMP_MS": _TIMESTAMP,
        "TIMESTAMP_NS": _TIMESTAMP,
        "TIMESTAMP WITH TIME ZONE": _TIMESTAMPTZ,
        "TIMESTAMPTZ_NS": _TIMESTAMPTZ,
        "INTERVAL": _INTERVAL,
        "JSON": Mapping("super"),
    }
)
_ON_POSTGRES: Final[abc.Mapping[str, Mapping]] = MappingProxyType(
    {"BLOB": Mapping("bytea"), "JSON": Mapping("json"), "UUID": Mapping("uuid")}
)
