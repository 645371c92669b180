"""DuckDB's types and Redshift's: names, parameters, and values that lose nothing.

A column's DuckDB type (as DuckDB prints it) becomes a ``Mapping``: the name that Redshift
would give, the SQL expression to fetch the column by, and a function that makes the
Python value of what was fetched. The detour is there where DuckDB's own conversion would
need another package (``TIMESTAMP WITH TIME ZONE`` needs pytz), would clamp silently
(infinite dates become the year 9999) or has no Redshift type (lists, structs).

What DuckDB does not keep is lost here too: ``varchar(20)`` and ``char(2)`` columns are
reported as ``varchar``, without a length. Intervals and other types that are not listed
here are text.
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

from rs_driver import oids
from rs_driver_fakeserver.engine.port import SqlError

__all__ = ["Mapping", "mapping", "oid_of", "sample", "settled"]

_UNIX_EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()
_UNIX_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - a timestamp without a zone
_UNIX_EPOCH_UTC: Final = datetime(1970, 1, 1, tzinfo=timezone.utc)
_DECIMAL: Final = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_INTEGERS: Final = frozenset(("SMALLINT", "INTEGER", "BIGINT", "HUGEINT"))
_NUMERIC_LIMIT: Final = 10**38
# Stands for an infinite date or time; no finite one is that many days or microseconds.
_INFINITE: Final = -(2**63)


@dataclass(frozen=True)
class Mapping:
    """``name`` is Redshift's; ``fetch`` has ``{}`` where the column goes."""

    name: str
    fetch: str = "{}"
    decode: Callable[[Any], object] | None = None


def mapping(duckdb_type: str) -> Mapping:
    """How a column of this type is named, fetched and decoded; total over all types."""
    if found := _SIMPLE.get(duckdb_type):
        return found
    if match := _DECIMAL.fullmatch(duckdb_type):
        return Mapping(f"numeric({match[1]},{match[2]})")
    if duckdb_type.endswith("]") or duckdb_type.startswith(("STRUCT(", "MAP(", "UNION(")):
        return Mapping("super", "to_json({})")
    return Mapping("varchar", "CAST({} AS VARCHAR)")


def oid_of(duckdb_type: str) -> int:
    """The OID of the Redshift type that this DuckDB type is reported as."""
    return _OIDS[mapping(duckdb_type).name.partition("(")[0]]


def settled(actual: str, described: str) -> str:
    """The DuckDB type to return a column in that was ``described`` before it was ``actual``.

    DuckDB works out types from the values of parameters, a client reads them from the
    description, which knew only the parameters' OIDs: 5 is an INTEGER, an int8 a BIGINT.
    A column whose type is another for a better reason keeps it. Raises SqlError 22003
    for a numeric with more fractional digits than the description has.
    """
    if mapping(actual).name == mapping(described).name:
        return actual
    if actual == '"NULL"' or {actual, described} <= _INTEGERS:
        return described
    scales = [_DECIMAL.fullmatch(type_) for type_ in (actual, described)]
    if not all(scales):
        return actual
    have, room = (int(scale[2]) for scale in scales if scale)
    if have > room:
        raise SqlError(
            "22003",
            f"numeric with {have} fractional digits: the embedded engine returns {room} "
            "where the type depends on a parameter; cast the parameter to say more",
        )
    return described


def sample(duckdb_value: Callable[..., object], oid: int, text: str | None) -> object:
    """A value of the type ``oid``, to let DuckDB find the types of a result by.

    ``duckdb_value`` is ``duckdb.Value``. ``text`` stands for text, for an unknown type
    and for what DuckDB has not got.
    """
    if oid == oids.INT8:
        return duckdb_value(1, "BIGINT")
    if oid == oids.NUMERIC:
        return duckdb_value("1", "DECIMAL(38,10)")
    return _SAMPLES.get(oid, text)


def _date(days: int | None) -> date | None:
    if days is None:
        return None
    try:
        return date.fromordinal(days + _UNIX_EPOCH_ORDINAL)
    except (ValueError, OverflowError):
        raise _out_of_range("date") from None


def _instant(epoch: datetime, name: str) -> Callable[[int | None], datetime | None]:
    def decode(microseconds: int | None) -> datetime | None:
        if microseconds is None:
            return None
        try:
            return epoch + timedelta(microseconds=microseconds)
        except OverflowError:
            raise _out_of_range(name) from None

    return decode


def _out_of_range(name: str) -> SqlError:
    return SqlError(
        "22008",
        f"{name} out of range: the embedded engine returns the years 1 to 9999, "
        "and neither infinity nor -infinity",
    )


def _time(value: time | str | None) -> time | None:
    """DuckDB has a 24:00:00, fetched as text; Redshift stores it as 00:00:00."""
    return time() if isinstance(value, str) else value


def _timetz(value: time | str | None) -> time | None:
    if isinstance(value, str):
        raise _out_of_range("timetz")
    return value


def _numeric(value: int | str | None) -> Decimal | None:
    if value is None:
        return None
    number = int(value)
    if abs(number) >= _NUMERIC_LIMIT:
        raise SqlError("22003", "value out of range for type numeric(38,0)")
    return Decimal(number)


def _finite(unit_count: str) -> str:
    """``unit_count`` of the column, with ``_INFINITE`` where DuckDB would give NULL."""
    return f"CASE WHEN isinf({{0}}) THEN {_INFINITE} ELSE {unit_count} END"


_DATE: Final = Mapping("date", _finite("date_diff('day', DATE '1970-01-01', {0})"), _date)
_TIMESTAMP: Final = Mapping(
    "timestamp",
    _finite("epoch_us(CAST({0} AS TIMESTAMP))"),
    _instant(_UNIX_EPOCH, "timestamp"),
)
_TIMESTAMPTZ: Final = Mapping(
    "timestamptz",
    _finite("epoch_us(CAST({0} AS TIMESTAMPTZ))"),
    _instant(_UNIX_EPOCH_UTC, "timestamptz"),
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
        "TIME WITH TIME ZONE": Mapping("timetz", decode=_timetz),
        "TIMESTAMP": _TIMESTAMP,
        "TIMESTAMP_S": _TIMESTAMP,
        "TIMESTAMP_MS": _TIMESTAMP,
        "TIMESTAMP_NS": _TIMESTAMP,
        "TIMESTAMP WITH TIME ZONE": _TIMESTAMPTZ,
        "TIMESTAMPTZ_NS": _TIMESTAMPTZ,
        "JSON": Mapping("super"),
    }
)

_OIDS: Final[abc.Mapping[str, int]] = MappingProxyType(
    {
        "bool": oids.BOOL,
        "int2": oids.INT2,
        "int4": oids.INT4,
        "int8": oids.INT8,
        "numeric": oids.NUMERIC,
        "float4": oids.FLOAT4,
        "float8": oids.FLOAT8,
        "varchar": oids.VARCHAR,
        "varbyte": oids.VARBYTE,
        "date": oids.DATE,
        "time": oids.TIME,
        "timetz": oids.TIMETZ,
        "timestamp": oids.TIMESTAMP,
        "timestamptz": oids.TIMESTAMPTZ,
        "super": oids.SUPER,
    }
)

_SAMPLES: Final[abc.Mapping[int, object]] = MappingProxyType(
    {
        oids.BOOL: True,
        oids.INT2: 1,
        oids.INT4: 1,
        oids.FLOAT4: 1.0,
        oids.FLOAT8: 1.0,
        oids.BYTEA: b"",
        oids.VARBYTE: b"",
        oids.DATE: date(2000, 1, 1),
        oids.TIME: time(),
        oids.TIMETZ: time(tzinfo=timezone.utc),
        oids.TIMESTAMP: datetime(2000, 1, 1),  # noqa: DTZ001 - a timestamp without a zone
        oids.TIMESTAMPTZ: datetime(2000, 1, 1, tzinfo=timezone.utc),
    }
)
