"""Types from Python values, for rules that do not name them."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from rs_driver import oids
from rs_driver_fakeserver.engine.port import Column


def columns(names: Sequence[str], rows: Sequence[Sequence[object]]) -> tuple[Column, ...]:
    """A column for each name, of the narrowest type that holds all of its values.

    A column without any value is a varchar. ValueError, naming the column, where no type
    holds its values.
    """
    return tuple(_column(name, [row[at] for row in rows]) for at, name in enumerate(names))


def _column(name: str, values: Sequence[object]) -> Column:
    try:
        return Column(name, column_type([value for value in values if value is not None]))
    except ValueError as error:
        raise ValueError(f'column "{name}": {error}') from error


def column_type(values: Sequence[object]) -> str:
    """The name of the narrowest type that holds all of ``values``, none of them None.

    ValueError where no type does.
    """
    kinds = {_kind(value) for value in values}
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


def _kind(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        if -(1 << 31) <= value < 1 << 31:
            return "int4"
        return "int8" if -(1 << 63) <= value < 1 << 63 else "numeric"
    if isinstance(value, dt.datetime):
        return "timestamptz" if value.tzinfo else "timestamp"
    if isinstance(value, dt.time):
        return "timetz" if value.tzinfo else "time"
    for python_type, name in _KINDS:
        if isinstance(value, python_type):
            return name
    raise ValueError(f"no column type for a {type(value).__name__}")


_KINDS: Sequence[tuple[type, str]] = (
    (bool, "bool"),
    (float, "float8"),
    (decimal.Decimal, "numeric"),
    (str, "varchar"),
    (bytes, "varbyte"),
    (dt.date, "date"),
    (uuid.UUID, "uuid"),
    (dict, "super"),
    (list, "super"),
)


def _numeric(values: Sequence[int | decimal.Decimal]) -> str:
    """``numeric(38,s)`` with the scale that the values need."""
    exponents = [decimal.Decimal(value).as_tuple().exponent for value in values]
    scale = max((-power for power in exponents if isinstance(power, int)), default=0)
    return f"numeric(38,{max(0, scale)})"


def parameter_oid(value: object) -> int:
    """The OID under which a rule expects the parameter ``value``; 25 (text) for None."""
    if value is None:
        return oids.TEXT
    return _PARAMETER_OIDS.get(_kind(value), oids.TEXT)


_PARAMETER_OIDS: Mapping[str, int] = MappingProxyType(
    {
        "bool": oids.BOOL,
        "int4": oids.INT4,
        "int8": oids.INT8,
        "numeric": oids.NUMERIC,
        "float8": oids.FLOAT8,
        "varbyte": oids.BYTEA,
        "date": oids.DATE,
        "time": oids.TIME,
        "timestamp": oids.TIMESTAMP,
        "timestamptz": oids.TIMESTAMPTZ,
        "uuid": oids.UUID,
    }
)
