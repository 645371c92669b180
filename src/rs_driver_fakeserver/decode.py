"""Parameters of a Bind to Python values, by OID and format; own code, like the encoders."""

from __future__ import annotations

import binascii
import datetime as dt
import decimal
import re
import struct
import uuid
from collections.abc import Callable, Mapping
from types import MappingProxyType

from rs_driver import oids
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.moments import DAY
from rs_driver_fakeserver.types import name_of

Decoder = Callable[[bytes], object]

_EPOCH_UTC = dt.datetime(2000, 1, 1, tzinfo=dt.timezone.utc)
_EPOCH = _EPOCH_UTC.replace(tzinfo=None)
_TRUE = frozenset({"t", "true", "y", "yes", "on", "1"})
_FALSE = frozenset({"f", "false", "n", "no", "off", "0"})


def parameter(data: bytes, oid: int, format_code: int, dialect: Dialect) -> object:
    """The value of a parameter that is not NULL.

    A text that Python cannot hold (a year before 1, ``infinity``) stays a str. SqlError
    22P02 or 22007 for a text that is none of the type, 22P03 for binary data that is
    not, 22023 for an unknown format.
    """
    if format_code == 0:
        return _from_text(data, oid)
    if format_code != 1:
        raise SqlError("22023", f"unsupported format code: {format_code}")
    decoder = _BINARY.get(oid, _text)
    if len(data) < _SIZES.get(oid, 0):
        raise SqlError("08P01", "insufficient data left in message")
    if oid == oids.NUMERIC and dialect.scaled_numeric:
        raise SqlError(
            "22P03", "a binary numeric parameter has no scale: it has to be sent in text"
        )
    try:
        return decoder(data)
    except _MALFORMED as error:
        raise SqlError("22P03", "incorrect binary data format in bind parameter") from error


_MALFORMED = (ValueError, ArithmeticError, struct.error)
"""What the decoders raise for data that is not of the type."""


def _from_text(data: bytes, oid: int) -> object:
    text = _text(data)
    try:
        return _TEXT.get(oid, str)(text)
    except _MALFORMED as error:
        state = "22007" if oid in _MOMENTS else "22P02"
        message = f'invalid input syntax for type {name_of(oid)}: "{text}"'
        raise SqlError(state, message) from error


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise SqlError("22021", 'invalid byte sequence for encoding "UTF8"') from error


def _bool(text: str) -> bool:
    word = text.strip().lower()
    if word not in _TRUE | _FALSE:
        raise ValueError(text)
    return word in _TRUE


def _within(bits: int) -> Callable[[str], int]:
    def decode(text: str) -> int:
        if not text.strip().lstrip("+-").isdecimal() or not text.isascii():
            raise ValueError(text)
        if len(text) > 40 or not -(1 << bits) <= int(text) < 1 << bits:
            raise SqlError("22003", f'value "{text}" is out of range for type int{(bits + 1) // 8}')
        return int(text)

    return decode


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


def _or_text(parse: Callable[[str], object]) -> Callable[[str], object]:
    """For moments: what Python cannot hold stays a text, if it looks like a moment at all."""

    def decode(text: str) -> object:
        try:
            return parse(text.strip())
        except ValueError:
            if text in ("infinity", "-infinity") or (text[:1].isdigit() and "-" in text):
                return text
            raise

    return decode


def _aware(text: str) -> dt.datetime:
    moment = _datetime(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.timezone.utc)


def _datetime(text: str) -> dt.datetime:
    """ISO 8601 as servers write it, also with ``+00`` and with any number of decimals."""
    day, _, rest = text.replace("T", " ").partition(" ")
    clock, sign, zone = rest or "00:00", "", ""
    for mark in "+-":
        if mark in clock:
            clock, sign, zone = *clock.partition(mark)[:2], clock.partition(mark)[2]
    zone = zone if ":" in zone or not zone else f"{zone[:2]}:{zone[2:] or '00'}"
    return dt.datetime.combine(dt.date.fromisoformat(day), _time(clock + sign + zone))


def _time(text: str) -> dt.time:
    clock, point, fraction = text.strip().rstrip("Z").partition(".")
    if not point:
        return dt.time.fromisoformat(clock)
    digits = len(fraction) - len(fraction.lstrip("0123456789"))
    return dt.time.fromisoformat(f"{clock}.{fraction[:digits][:6]:0<6}{fraction[digits:]}")


_TEXT: Mapping[int, Callable[[str], object]] = MappingProxyType(
    {
        oids.BOOL: _bool,
        oids.INT2: _within(15),
        oids.INT4: _within(31),
        oids.INT8: _within(63),
        oids.OID: _within(32),
        oids.FLOAT4: float,
        oids.FLOAT8: float,
        oids.NUMERIC: decimal.Decimal,
        oids.BYTEA: _bytea,
        oids.VARBYTE: _varbyte,
        oids.DATE: _or_text(dt.date.fromisoformat),
        oids.TIME: _time,
        oids.TIMESTAMP: _or_text(lambda text: _datetime(text).replace(tzinfo=None)),
        oids.TIMESTAMPTZ: _or_text(_aware),
        oids.UUID: uuid.UUID,
    }
)
_MOMENTS = frozenset({oids.DATE, oids.TIME, oids.TIMESTAMP, oids.TIMESTAMPTZ})


def _unpack(layout: str) -> Decoder:
    exact = struct.Struct(layout)
    return lambda data: exact.unpack(data)[0]


def _binary_bool(data: bytes) -> bool:
    if len(data) != 1:
        raise ValueError("a bool has one byte")
    return data != b"\0"


def _numeric(data: bytes) -> decimal.Decimal:
    """PostgreSQL's base-10000 form."""
    count, weight, sign, scale = struct.unpack_from("!hhHh", data)
    if sign in (0xC000, 0xD000, 0xF000):
        return decimal.Decimal({0xC000: "NaN", 0xD000: "Infinity", 0xF000: "-Infinity"}[sign])
    if count < 0 or not 0 <= scale <= 16383 or sign not in (0, 0x4000):
        raise ValueError("the head of a numeric")
    groups = struct.unpack(f"!{count}H", data[8:])
    if max(groups, default=0) > 9999:
        raise ValueError("a digit of a numeric")
    with decimal.localcontext(decimal.Context(prec=150_000)):
        digits = "".join(f"{group:04d}" for group in groups) or "0"
        number = decimal.Decimal(digits).scaleb(4 * (weight + 1 - count))
        number = number.quantize(decimal.Decimal((0, (1,), -scale)))
    return number.copy_negate() if sign else number


def _days(data: bytes) -> object:
    (count,) = struct.unpack("!i", data)
    return dt.date.fromordinal(_EPOCH.toordinal() + count)


def _time_of_day(data: bytes) -> object:
    (count,) = struct.unpack("!q", data)
    if not 0 <= count < DAY:
        raise ValueError("a time of day")
    return (_EPOCH + dt.timedelta(microseconds=count)).time()


def _since(epoch: dt.datetime) -> Decoder:
    def decode(data: bytes) -> object:
        (count,) = struct.unpack("!q", data)
        return epoch + dt.timedelta(microseconds=count)

    return decode


_BINARY: Mapping[int, Decoder] = MappingProxyType(
    {
        oids.BOOL: _binary_bool,
        oids.INT2: _unpack("!h"),
        oids.INT4: _unpack("!i"),
        oids.INT8: _unpack("!q"),
        oids.OID: _unpack("!I"),
        oids.FLOAT4: _unpack("!f"),
        oids.FLOAT8: _unpack("!d"),
        oids.NUMERIC: _numeric,
        oids.BYTEA: bytes,
        oids.VARBYTE: bytes,
        oids.DATE: _days,
        oids.TIME: _time_of_day,
        oids.TIMESTAMP: _since(_EPOCH),
        oids.TIMESTAMPTZ: _since(_EPOCH_UTC),
        oids.UUID: lambda data: uuid.UUID(bytes=data),
        oids.JSONB: lambda data: _text(data[1:]),
    }
)
_SIZES: Mapping[int, int] = MappingProxyType(
    {
        oids.BOOL: 1,
        oids.INT2: 2,
        **dict.fromkeys((oids.INT4, oids.OID, oids.FLOAT4, oids.DATE), 4),
        **dict.fromkeys((oids.INT8, oids.FLOAT8, oids.NUMERIC, oids.TIME), 8),
        **dict.fromkeys((oids.TIMESTAMP, oids.TIMESTAMPTZ), 8),
        oids.UUID: 16,
    }
)
"""The least bytes of a value."""
