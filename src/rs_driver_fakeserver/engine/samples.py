"""A value for every parameter's type, to let DuckDB find the types of a result by."""

from __future__ import annotations

import uuid
from collections import abc
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from types import MappingProxyType
from typing import Final

from rs_driver import oids
from rs_driver_fakeserver.values.types import element_of

__all__ = ["sample"]


def sample(duckdb_value: Callable[..., object], oid: int, text: str | None) -> object:
    """A value of the type ``oid``. ``duckdb_value`` is ``duckdb.Value``.

    ``text`` stands for text, for an unknown type and for what DuckDB has not got.
    """
    element = element_of(oid)
    if element is not None:
        inner, name = _TYPED.get(element, (_SAMPLES.get(element, ""), ""))
        return duckdb_value([inner], f"{name}[]") if name else [inner]
    if typed := _TYPED.get(oid):
        return duckdb_value(*typed)
    return _SAMPLES.get(oid, text)


_TYPED: Final[abc.Mapping[int, tuple[object, str]]] = MappingProxyType(
    {
        oids.INT8: (1, "BIGINT"),
        oids.NUMERIC: ("1", "DECIMAL(38,10)"),
        **dict.fromkeys((oids.JSON, oids.JSONB, oids.SUPER), ("{}", "JSON")),
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
        **dict.fromkeys((oids.INTERVAL, oids.INTERVALY2M, oids.INTERVALD2S), timedelta()),
        oids.UUID: uuid.UUID(int=0),
    }
)
