"""Texts to Python values, by OID; own code, like the encoders.

What Python cannot hold (a year before 1, ``infinity``, ``24:00:00``) stays a str.
"""

from __future__ import annotations

import binascii
import datetime as dt
import decimal
import ipaddress
import json
import re
import uuid
from collections.abc import Callable, Mapping
from types import MappingProxyType

from rs_driver import oids
from rs_driver.intervals import IntervalYearToMonth
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.values.arrays import parsed as parsed_array
from rs_driver_fakeserver.values.moments import (
    INFINITIES,
    days,
    microseconds,
    microseconds_of_day,
    zoned_time,
)
from rs_driver_fakeserver.values.spans import months_of, python_value
from rs_driver_fakeserver.values.spans import parsed as parsed_span
from rs_driver_fakeserver.values.types import WireType, element_of

_EPOCH_UTC = dt.datetime(2000, 1, 1, tzinfo=dt.timezone.utc)
_EPOCH = _EPOCH_UTC.replace(tzinfo=None)
_TRUE = frozenset({"t", "true", "y", "yes", "on", "1"})
_FALSE = frozenset({"f", "false", "n", "no", "off", "0"})
_NUMBER = re.compile(r"\s*[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,6})?|nan|inf(?:inity)?)\s*")


def from_text(text: str, oid: int) -> object:
    """The value that a text is of the type ``oid``; a str for a type that is not known.

    ValueError or ArithmeticError where it is none, SqlError 22003 where it is too large.
    """
    element = element_of(oid)
    if element is not None:
        return parsed_array(text, lambda item: from_text(item, element)).nested()
    return _TEXT.get(oid, str)(text)


def reader(wire_type: WireType) -> Callable[[str], object]:
    """``from_text`` for one type."""
    oid = wire_type.oid
    return lambda text: from_text(text, oid)


def _bool(text: str) -> bool:
    word = text.strip().lower()
    if word not in _TRUE | _FALSE:
        raise ValueError(text)
    return word in _TRUE


def _within(low: int, high: int, name: str) -> Callable[[str], int]:
    def decode(text: str) -> int:
        if not text.strip().lstrip("+-").isdecimal() or not text.isascii():
            raise ValueError(text)
        if len(text) > 40 or not low <= int(text) < high:
            raise SqlError("22003", f'value "{text}" is out of range for type {name}')
        return int(text)

    return decode


def _signed(bits: int) -> Callable[[str], int]:
    return _within(-(1 << bits), 1 << bits, f"int{(bits + 1) // 8}")


_unsigned = _within(0, 1 << 32, "oid")


def _float(text: str) -> float:
    return float(_number(text))


def _number(text: str) -> str:
    """Itself, unless it is a number in Python's eyes only, such as ``1_000``."""
    if not text.isascii() or not _NUMBER.fullmatch(text.lower()):
        raise ValueError(text)
    return text


_ESCAPE = re.compile(rb"\\(\\|[0-3][0-7]{2})?")


def _bytea(text: str) -> bytes:
    r"""The hex form ``\x6162`` or the escape form, where a backslash begins three octal digits."""
    if text.startswith("\\x"):
        return bytes.fromhex(text[2:])
    return _ESCAPE.sub(_unescape, text.encode())


def _unescape(match: re.Match[bytes]) -> bytes:
    if not match[1]:
        raise ValueError("a lone backslash")
    return b"\\" if match[1] == b"\\" else bytes([int(match[1], 8)])


def _varbyte(text: str) -> bytes:
    """Hex digits and nothing else, as VARBYTE is written in results, too."""
    return binascii.unhexlify(text)


_DECIMALS = re.compile(r"(\.\d{6})\d+")
_ZONE = re.compile(r"(:\d\d(?:\.\d+)?)\s*(?:Z|[+-]\d\d(?::?\d\d){0,2})")


def _moment(text: str) -> str:
    """Without the blanks around it, and without decimals that no server keeps."""
    return _DECIMALS.sub(r"\1", text.strip())


def _date(text: str) -> object:
    text = text.strip()
    if text in INFINITIES:
        return text
    count = days(text)
    try:
        return dt.date.fromordinal(_EPOCH.toordinal() + count)
    except (ValueError, OverflowError):
        return text


def _timestamp(text: str) -> object:
    """The offset of a TIMESTAMP does not count."""
    text = _ZONE.sub(r"\1", _moment(text))
    return text if text in INFINITIES else since(_EPOCH, microseconds(text, aware=False), text)


def _timestamptz(text: str) -> object:
    """In UTC where it has no offset."""
    text = _moment(text)
    return text if text in INFINITIES else since(_EPOCH_UTC, microseconds(text, aware=True), text)


def since(epoch: dt.datetime, count: int, text: str) -> object:
    """``count`` microseconds after ``epoch``; ``text`` where Python cannot hold that."""
    try:
        return epoch + dt.timedelta(microseconds=count)
    except OverflowError:
        return text


def _time(text: str) -> object:
    text = _ZONE.sub(r"\1", _moment(text))
    return clock(microseconds_of_day(text)) or text


def clock(of_day: int, zone: dt.tzinfo | None = None) -> dt.time | None:
    """The time of day; None for 24:00:00."""
    try:
        found = (_EPOCH + dt.timedelta(microseconds=of_day)).time()
    except OverflowError as error:
        raise ValueError("a time of day") from error
    return None if not 0 <= of_day < 86_400_000_000 else found.replace(tzinfo=zone)


def _timetz(text: str) -> object:
    """In UTC where it has no offset."""
    text = _moment(text)
    of_day, east = zoned_time(text if _ZONE.search(text) or text[5:6] in "+-Z" else text + "Z")
    return clock(of_day, dt.timezone(dt.timedelta(seconds=east))) or text


def _json(text: str) -> str:
    """The text itself, once it is known to be JSON."""
    try:
        json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return text


def _months(text: str) -> object:
    return IntervalYearToMonth(months_of(parsed_span(text)))


def _address(text: str) -> object:
    found = ipaddress.ip_interface(text.strip())
    return found.ip if found.network.prefixlen == found.max_prefixlen else found


def _regproc(text: str) -> object:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 11 else text


def _vector(text: str) -> object:
    """A tuple, so that in an array it is no further dimension."""
    return tuple(_signed(63)(item) for item in text.split())


_TEXT: Mapping[int, Callable[[str], object]] = MappingProxyType(
    {
        oids.BOOL: _bool,
        oids.INT2: _signed(15),
        oids.INT4: _signed(31),
        oids.INT8: _signed(63),
        **dict.fromkeys((oids.OID, oids.XID, oids.CID), _unsigned),
        oids.REGPROC: _regproc,
        **dict.fromkeys((oids.INT2VECTOR, oids.OIDVECTOR), _vector),
        **dict.fromkeys((oids.FLOAT4, oids.FLOAT8), _float),
        oids.NUMERIC: lambda text: decimal.Decimal(_number(text)),
        oids.BYTEA: _bytea,
        oids.VARBYTE: _varbyte,
        oids.DATE: _date,
        oids.TIME: _time,
        oids.TIMETZ: _timetz,
        oids.TIMESTAMP: _timestamp,
        **dict.fromkeys((oids.TIMESTAMPTZ, oids.ABSTIME), _timestamptz),
        oids.INTERVAL: lambda text: python_value(parsed_span(text)),
        oids.INTERVALY2M: _months,
        oids.INTERVALD2S: lambda text: python_value(parsed_span(text)),
        **dict.fromkeys((oids.INET, oids.CIDR), _address),
        **dict.fromkeys((oids.JSON, oids.JSONB), _json),
        oids.UUID: uuid.UUID,
    }
)
