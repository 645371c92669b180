"""PEP 249's type constructors and type objects."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable

from rs_driver import oids
from rs_driver.errors import DataError

Date = dt.date
Time = dt.time
Timestamp = dt.datetime
Binary = bytes


def DateFromTicks(ticks: float) -> dt.date:  # noqa: N802  (PEP 249's name)
    """The local date at ``ticks`` seconds since the Unix epoch; DataError where none is."""
    return _local(ticks).date()


def TimeFromTicks(ticks: float) -> dt.time:  # noqa: N802  (PEP 249's name)
    """The local time of day at ``ticks`` seconds since the Unix epoch, whole seconds."""
    return _local(ticks).time()


def TimestampFromTicks(ticks: float) -> dt.datetime:  # noqa: N802  (PEP 249's name)
    """The local date and time at ``ticks`` seconds since the Unix epoch, whole seconds."""
    return _local(ticks)


def _local(ticks: float | None) -> dt.datetime:
    """DataError for what is no number, or a time outside the years 1 to 9999."""
    try:
        if ticks is None:  # which would be now
            raise TypeError
        return Timestamp(*time.localtime(ticks)[:6])
    except TypeError:
        kind = type(ticks).__name__
        raise DataError(f"ticks: expects a number of seconds, not {kind}") from None
    except (ValueError, OverflowError, OSError) as error:
        raise DataError("ticks: no date of the years 1 to 9999 is that far away") from error


class TypeObject:
    """Equal to the type code (an OID) of every column of its kind: ``code == NUMBER``."""

    def __init__(self, name: str, codes: Iterable[int]) -> None:
        self.name = name
        self.codes = frozenset(codes)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, TypeObject):
            return self.codes == other.codes
        return other in self.codes if isinstance(other, int) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.codes)

    def __repr__(self) -> str:
        return self.name


STRING = TypeObject(
    "STRING",
    (
        *(oids.CHAR, oids.NAME, oids.TEXT, oids.UNKNOWN, oids.BPCHAR, oids.VARCHAR),
        *(oids.SUPER, oids.JSON, oids.JSONB, oids.UUID),
    ),
)
BINARY = TypeObject("BINARY", (oids.BYTEA, oids.VARBYTE))
NUMBER = TypeObject(
    "NUMBER",
    (oids.INT2, oids.INT4, oids.INT8, oids.FLOAT4, oids.FLOAT8, oids.NUMERIC),
)
DATETIME = TypeObject(
    "DATETIME",
    (
        *(oids.DATE, oids.TIME, oids.TIMETZ, oids.TIMESTAMP, oids.TIMESTAMPTZ, oids.ABSTIME),
        *(oids.INTERVAL, oids.INTERVALY2M, oids.INTERVALD2S),
    ),
)
ROWID = TypeObject("ROWID", (oids.OID,))
