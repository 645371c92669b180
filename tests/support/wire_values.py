"""Values as a server would put them on the wire, written without the code under test."""

from __future__ import annotations

from datetime import date, datetime, time, timezone
from decimal import Decimal
from typing import Any

from rs_driver.adapters.codecs import default_codecs
from rs_driver.ports.profile import ServerProfile
from rs_driver.wire.results import FieldDescription

POSTGRES = ServerProfile(kind="postgres", text_oid=0, bytes_oid=17)
REDSHIFT = ServerProfile(kind="redshift", protocol_version=2, varbyte_wire="hex")
OLD_REDSHIFT = ServerProfile(kind="redshift", protocol_version=0)


def column(oid: int, format: int, typmod: int = -1, name: str = "c") -> FieldDescription:
    return FieldDescription(name, type_oid=oid, format=format, type_modifier=typmod)


def decode(
    oid: int, format: int, data: bytes, profile: ServerProfile = POSTGRES, typmod: int = -1
) -> Any:
    """One value by the default codecs."""
    return default_codecs(profile).decoder(column(oid, format, typmod))(data)


def number(value: int, size: int) -> bytes:
    """Two's complement, big-endian."""
    return value.to_bytes(size, "big", signed=True)


def row(*values: bytes | None) -> bytes:
    """A DataRow message."""
    body = len(values).to_bytes(2, "big")
    for value in values:
        body += number(-1, 4) if value is None else number(len(value), 4) + value
    return b"D" + number(len(body) + 4, 4) + body


def numeric_typmod(precision: int, scale: int) -> int:
    return ((precision << 16) | scale) + 4


def numeric_scaled(value: Decimal, scale: int) -> bytes:
    """Redshift's binary NUMERIC, 8 bytes where they suffice."""
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    assert -exponent <= scale
    whole = int("".join(map(str, digits)) + "0" * (exponent + scale)) * (-1 if sign else 1)
    return number(whole, 8 if -(2**63) <= whole < 2**63 else 16)


def numeric_base10000(value: Decimal) -> bytes:
    """PostgreSQL's binary NUMERIC, by its plain decimal text."""
    if value.is_nan():
        return bytes.fromhex("0000 0000 c000 0000")
    whole, _, fraction = format(value.copy_abs(), "f").partition(".")
    scale = len(fraction)
    whole = whole.zfill(-(-len(whole) // 4) * 4)
    fraction = fraction.ljust(-(-len(fraction) // 4) * 4, "0")
    groups = [int((whole + fraction)[at : at + 4]) for at in range(0, len(whole + fraction), 4)]
    weight = len(whole) // 4 - 1
    while groups and groups[0] == 0:
        groups.pop(0)
        weight -= 1
    while groups and groups[-1] == 0:
        groups.pop()
    sign = 0x4000 if value < 0 else 0
    head = [len(groups), weight % 2**16 if groups else 0, sign, scale]
    return b"".join(part.to_bytes(2, "big") for part in head + groups)


def days(value: date) -> int:
    """Since 2000-01-01, by Julian day numbers (Fliegel and Van Flandern, CACM 11, 1968)."""

    def julian(year: int, month: int, day: int) -> int:
        shift = -1 if month <= 2 else 0
        return (
            day
            - 32075
            + 1461 * (year + 4800 + shift) // 4
            + 367 * (month - 2 - shift * 12) // 12
            - 3 * ((year + 4900 + shift) // 100) // 4
        )

    return julian(value.year, value.month, value.day) - julian(2000, 1, 1)


def micros_of_day(value: time | datetime) -> int:
    seconds = (value.hour * 60 + value.minute) * 60 + value.second
    return seconds * 1_000_000 + value.microsecond


def micros(value: datetime) -> int:
    """Since 2000-01-01 00:00, in UTC for a value with a zone."""
    if value.tzinfo is not None:
        value = value.astimezone(timezone.utc)
    return days(value.date()) * 86_400_000_000 + micros_of_day(value)


def fraction(microsecond: int) -> str:
    """Seconds' decimals as servers write them: none, or without trailing zeros."""
    return f".{microsecond:06d}".rstrip("0").rstrip(".")


def time_text(value: time | datetime) -> str:
    return f"{value.hour:02d}:{value.minute:02d}:{value.second:02d}{fraction(value.microsecond)}"


def date_text(value: date) -> str:
    return f"{value.year:04d}-{value.month:02d}-{value.day:02d}"
