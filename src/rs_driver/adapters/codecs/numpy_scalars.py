"""numpy's scalars as parameters, without importing numpy.

bool_, the integers, the floats, str_ and bytes_ are sent as Python's own values that equal
them; a longdouble only where a float equals it. datetime64 is sent as a date where its unit
is a day or more, else as a datetime without a zone; timedelta64 as a timedelta, or as an
Interval of months where its unit is a month or a year. Both are exact to the microsecond;
what is finer than that or out of Python's range is a DataError. NaT is NULL.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from math import isnan
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from rs_driver.adapters.codecs.base import NamedEncoder, class_name
from rs_driver.errors import DataError, NotSupportedError
from rs_driver.intervals import Interval
from rs_driver.ports.codec import CodecMap, Parameter

if TYPE_CHECKING:
    from rs_driver.adapters.codecs.registry import Codecs

_SCALAR = "numpy.generic"
_unit = re.compile(r".[mM]8\[([0-9]*)([A-Za-z]+)\]")
_NAT = -(2**63)
_EPOCH_DAY = dt.date(1970, 1, 1).toordinal()
_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 (a datetime64 has no zone)
_MONTHS: Mapping[str, int] = MappingProxyType({"Y": 12, "M": 1})
_DAYS: Mapping[str, int] = MappingProxyType({"W": 7, "D": 1})
_DAY = 86_400_000_000
_MICROSECONDS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "W": (7 * _DAY, 1),
        "D": (_DAY, 1),
        "h": (3_600_000_000, 1),
        "m": (60_000_000, 1),
        "s": (1_000_000, 1),
        "ms": (1_000, 1),
        "us": (1, 1),
        "ns": (1, 10**3),
        "ps": (1, 10**6),
        "fs": (1, 10**9),
        "as": (1, 10**12),
    }
)
"""By numpy's unit: microseconds as a fraction."""


def is_scalar(value: object) -> bool:
    """Whether it is one of numpy's scalars."""
    return any(class_name(kind) == _SCALAR for kind in type(value).__mro__)


def as_number(value: Any) -> bool | int | float | None:
    """The number that a numpy scalar stands for; None for one of another kind."""
    kind = value.dtype.kind
    if kind == "b":
        return bool(value)
    if kind in "iu":
        return int(value)
    return _as_float(value) if kind == "f" else None


def _encode(value: Any, codecs: CodecMap) -> Parameter:
    number = as_number(value)
    if number is not None:
        return codecs.encode(number)
    if value.dtype.kind in "mM":
        return codecs.encode(_as_moment(value))
    raise NotSupportedError(f"a numpy scalar of dtype {value.dtype.name} cannot be sent")


def _as_float(value: Any) -> float:
    number = float(value)
    if not isnan(number) and type(value)(number) != value:  # only a longdouble has more
        raise DataError(f"a {value.dtype.name} that no float equals: round it by float()")
    return number


def _as_moment(value: Any) -> dt.date | dt.timedelta | Interval | None:
    count = int(value.astype("i8"))
    if count == _NAT:
        return None
    match = _unit.fullmatch(value.dtype.str)
    if match is None:
        raise DataError(f"a numpy {value.dtype.name} without a unit has no meaning")
    count *= int(match[1] or 1)
    try:
        return (_duration if value.dtype.kind == "m" else _moment)(count, match[2])
    except (OverflowError, ValueError):
        raise DataError(f"a {value.dtype.name} outside the range of Python's datetime") from None


def _moment(count: int, unit: str) -> dt.date:
    if unit in _MONTHS:
        years, month = divmod(count * _MONTHS[unit], 12)
        return dt.date(1970 + years, 1 + month, 1)
    if unit in _DAYS:
        return dt.date.fromordinal(_EPOCH_DAY + count * _DAYS[unit])
    return _EPOCH + _exact_microseconds(count, unit)


def _duration(count: int, unit: str) -> dt.timedelta | Interval:
    if unit in _MONTHS:
        return Interval(months=count * _MONTHS[unit])
    return _exact_microseconds(count, unit)


def _exact_microseconds(count: int, unit: str) -> dt.timedelta:
    times, per = _MICROSECONDS[unit]
    micros, lost = divmod(count * times, per)
    if lost:
        raise DataError(
            f"a numpy value in {unit} is finer than the microseconds that the server keeps: "
            "round it first"
        )
    return dt.timedelta(microseconds=micros)


def register(codecs: Codecs) -> Codecs:
    """Add ``numpy.generic``, the base of all of numpy's scalars."""
    return codecs.with_named_encoder(NamedEncoder(_SCALAR, _encode))
