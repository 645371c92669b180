"""Many values of every type that the codecs carry, edges first, the rest seeded random."""

from __future__ import annotations

import datetime as dt
import ipaddress
import math
import random
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any
from uuid import UUID

from rs_driver.intervals import Interval

_DAYS = (dt.date.max - dt.date.min).days
_MICROSECONDS = 86_400_000_000


@dataclass(frozen=True)
class Sample:
    """A column type, its edge values, and a source of more."""

    type: str
    edges: tuple[Any, ...]
    draw: Callable[[random.Random], Any]

    def values(self, count: int, seed: int) -> list[Any]:
        """``count`` values: the edges, then random ones, a NULL at every seventh place."""
        return list(self._values(count, random.Random(seed)))

    def _values(self, count: int, source: random.Random) -> Iterator[Any]:
        for number in range(count):
            if number % 7 == 3:
                yield None
            elif number < len(self.edges) * 2:
                yield self.edges[number // 2]
            else:
                yield self.draw(source)


def _integer(bits: int) -> Sample:
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    return Sample(
        f"int{bits // 8}", (0, 1, -1, low, high), lambda source: source.randint(low, high)
    )


def _float4(source: random.Random) -> float:
    """A float that four bytes hold exactly."""
    while True:
        (value,) = struct.unpack("!f", source.randbytes(4))
        if math.isfinite(value):
            return float(value)


def _float8(source: random.Random) -> float:
    while True:
        (value,) = struct.unpack("!d", source.randbytes(8))
        if math.isfinite(value):
            return float(value)


def _numeric(digits: int, scale: int) -> Callable[[random.Random], Decimal]:
    def draw(source: random.Random) -> Decimal:
        unscaled = source.randrange(10 ** source.randint(1, digits))
        sign = source.randint(0, 1)
        return Decimal((sign, tuple(map(int, str(unscaled))), -scale))

    return draw


def _text(source: random.Random) -> str:
    alphabet = "ab\tñ漢😀'\"\\%\n ,{}"
    return "".join(source.choice(alphabet) for _ in range(source.randint(0, 30)))


def _eight_bytes(source: random.Random) -> str:
    """At most: so many has char(8) on Redshift."""
    return _text(source).encode()[:8].decode(errors="ignore")


def _date(source: random.Random) -> dt.date:
    return dt.date.min + dt.timedelta(days=source.randint(0, _DAYS))


def _time(source: random.Random) -> dt.time:
    moment = dt.datetime.min + dt.timedelta(microseconds=source.randrange(_MICROSECONDS))
    return moment.time()


def _timestamp(source: random.Random) -> dt.datetime:
    return dt.datetime.combine(_date(source), _time(source))


def _timestamptz(source: random.Random) -> dt.datetime:
    zone = dt.timezone(dt.timedelta(minutes=source.randint(-14 * 60, 14 * 60)))
    middle = dt.date(source.randint(2, 9998), 6, 15)
    return dt.datetime.combine(middle, _time(source), zone)


def _timetz(source: random.Random) -> dt.time:
    offset = dt.timedelta(seconds=source.randint(-57_599, 57_599))
    return _time(source).replace(tzinfo=dt.timezone(offset))


def _interval(source: random.Random) -> dt.timedelta | Interval:
    """One that Redshift has, too: days and the rest fit 64 bits of microseconds."""
    days = source.choice((0, source.randint(-40, 40), source.randint(-(10**7), 10**7)))
    micros = source.choice((0, source.randint(-(2**62), 2**62), source.randint(-(10**6), 10**6)))
    months = source.choice((0, 0, 1, -1, source.randint(-(2**31), 2**31 - 1)))
    return Interval(micros, days, months) if months else dt.timedelta(days, 0, micros)


def _object(source: random.Random) -> dict[str, Any]:
    """JSON of some depth; no float that JSONB would write as an integer."""
    scalars = (None, True, source.randint(-(2**70), 2**70), source.random(), _text(source))
    inner: Any = [source.choice(scalars) for _ in range(source.randint(0, 3))]
    for _ in range(source.randint(0, 3)):
        inner = {_text(source): inner} if source.random() < 0.5 else [inner]
    return {"": inner, _text(source): source.choice(scalars)}


def _inet(source: random.Random) -> Any:
    """An address alone, or one with a netmask that is not the full one."""
    bits = source.choice((32, 128))
    address = ipaddress.ip_address(source.randbytes(bits // 8))
    length = source.randint(0, bits)
    return address if length == bits else ipaddress.ip_interface((address.packed, length))


def _cidr(source: random.Random) -> Any:
    bits = source.choice((32, 128))
    return ipaddress.ip_network((source.randbytes(bits // 8), source.randint(0, bits)), False)


def _array(values: Callable[[random.Random], Any]) -> Callable[[random.Random], Any]:
    """Lists of up to 4 values or NULLs, or of two such lists of one length."""

    def array(source: random.Random) -> list[Any]:
        length = source.randint(0, 4)

        def flat() -> list[Any]:
            return [None if source.random() < 0.2 else values(source) for _ in range(length)]

        return [flat(), flat()] if length and source.random() < 0.3 else flat()

    return array


_UTC = dt.timezone.utc
_NINES = Decimal("9" * 38)

SAMPLES: Mapping[str, Sample] = {
    sample.type: sample
    for sample in (
        Sample("bool", (True, False), lambda source: source.random() < 0.5),
        _integer(16),
        _integer(32),
        _integer(64),
        Sample("float4", (0.0, -0.0, 1.5, math.inf, -math.inf, math.nan), _float4),
        Sample("float8", (0.0, -0.0, 0.1, 5e-324, math.inf, -math.inf, math.nan), _float8),
        Sample("numeric(38,0)", (Decimal(0), _NINES, _NINES.copy_negate()), _numeric(38, 0)),
        Sample("numeric(38,37)", (Decimal("-9." + "9" * 37),), _numeric(38, 37)),
        Sample("numeric(18,4)", (Decimal("0.0001"), Decimal("-0.0001")), _numeric(18, 4)),
        Sample("numeric", (Decimal("NaN"), Decimal("1.10"), Decimal(10) ** 40), _numeric(60, 20)),
        Sample("text", ("", " ", "NULL", "\\x00", "a\u0301"), _text),
        Sample("varchar(120)", ("", "x" * 120), _text),
        Sample("bytea", (b"", b"\0", b"\\", bytes(range(256))), lambda s: s.randbytes(20)),
        Sample("date", (dt.date.min, dt.date.max, dt.date(2000, 1, 1)), _date),
        Sample("time", (dt.time.min, dt.time.max, dt.time(13, 45, 30, 123456)), _time),
        Sample("timestamp", (dt.datetime.min, dt.datetime.max), _timestamp),
        Sample("timestamptz", (dt.datetime(2000, 1, 1, tzinfo=_UTC),), _timestamptz),
        Sample("timetz", (dt.time(0, tzinfo=_UTC), dt.time.max.replace(tzinfo=_UTC)), _timetz),
        Sample("interval", (dt.timedelta(0), dt.timedelta(microseconds=-1)), _interval),
        Sample("oid", (0, 2**31, 2**32 - 1), lambda source: source.randrange(2**32)),
        Sample("uuid", (UUID(int=0),), lambda source: UUID(bytes=source.randbytes(16))),
        Sample("json", ({}, {"a": [{}, [], None, 0.5]}), _object),
        Sample("jsonb", ({}, {"a": [{}, [], None, 0.5]}), _object),
        Sample("inet", (ipaddress.ip_address("::1"),), _inet),
        Sample("cidr", (ipaddress.ip_network("0.0.0.0/0"),), _cidr),
        Sample("name", ("", "x" * 63), lambda source: _text(source)[:10]),
        Sample("char(8)", ("", "12345678"), _eight_bytes),
        Sample("int4[]", ([], [None], [2**31 - 1]), _array(lambda s: s.randint(-9, 9))),
        Sample("float8[]", ([-0.0, math.nan],), _array(_float8)),
        Sample("numeric(18,4)[]", ([Decimal("0.0001")],), _array(_numeric(18, 4))),
        Sample("text[]", (["", "NULL", "null", '"', "\\", "{", ","],), _array(_text)),
        Sample("bytea[]", ([b"", b"\\"],), _array(lambda source: source.randbytes(4))),
        Sample("timestamptz[]", ([None],), _array(_timestamptz)),
        Sample("interval[]", ([dt.timedelta(-1)],), _array(_interval)),
        Sample("uuid[]", ([],), _array(lambda source: UUID(bytes=source.randbytes(16)))),
    )
}
"""By the type's name in SQL."""


def exactly(value: Any) -> object:
    """A form of ``value`` that compares as "the very same": NaN, -0.0, scale, zone, class."""
    if isinstance(value, float):
        return "nan" if math.isnan(value) else struct.pack("!d", value)
    if isinstance(value, Decimal):
        return "nan" if value.is_nan() else value.as_tuple()
    if isinstance(value, list):
        return ("list", *map(exactly, value))
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return (value.astimezone(_UTC).replace(tzinfo=None), "aware")
    return (type(value), value)


_WIDE = Context(prec=200)


def as_stored(name: str, value: Any) -> Any:
    """What a column of type ``name`` makes of ``value``.

    An aware datetime or time comes back in UTC; a number with the column's scale, or without an
    exponent where it has none, and zero without a sign; char(n) padded.
    """
    if isinstance(value, list):
        return [as_stored(name.removesuffix("[]"), item) for item in value]
    if name.startswith("char(") and isinstance(value, str):
        return value.ljust(int(name[5:-1]))
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(_UTC)
    if isinstance(value, dt.time) and value.tzinfo is not None:
        return dt.datetime.combine(dt.date(2000, 1, 2), value).astimezone(_UTC).timetz()
    if not isinstance(value, Decimal) or not value.is_finite():
        return value
    declared = name.rstrip(")").partition(",")[2]
    exponent = value.as_tuple().exponent
    scale = int(declared) if declared else max(0, -int(exponent))
    stored = value.quantize(Decimal(1).scaleb(-scale), context=_WIDE)
    return stored.copy_abs() if stored.is_zero() else stored
