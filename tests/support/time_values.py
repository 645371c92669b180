"""Dates, times and intervals as the servers write them, without the code under test."""

from __future__ import annotations

import struct
from typing import Any

from rs_driver.adapters.codecs import default_codecs
from rs_driver.ports.codec import Conversions
from rs_driver.ports.profile import ServerProfile
from support.wire_values import POSTGRES, column, fraction, number

AS_TEXT = Conversions(out_of_range_dates="text")
DAY = 86_400_000_000
EPOCH_JULIAN = 2_451_545
"""The Julian day of 2000-01-01."""


def decode_or_text(oid: int, format: int, data: bytes, profile: ServerProfile = POSTGRES) -> Any:
    """One value where the user wants texts for what Python cannot hold."""
    return default_codecs(profile, AS_TEXT).decoder(column(oid, format))(data)


def civil(days: int) -> tuple[int, int, int]:
    """Year (0 is 1 BC), month and day of days since 2000-01-01, back to 4714-11-24 BC.

    By Julian day numbers (Fliegel and Van Flandern, CACM 11, 1968).
    """
    rest = days + EPOCH_JULIAN + 68569
    century = 4 * rest // 146097
    rest -= (146097 * century + 3) // 4
    year = 4000 * (rest + 1) // 1461001
    rest -= 1461 * year // 4 - 31
    month = 80 * rest // 2447
    day = rest - 2447 * month // 80
    late = month // 11
    return 100 * (century - 49) + year + late, month + 2 - 12 * late, day


def server_date(days: int) -> str:
    year, month, day = civil(days)
    era = "" if year > 0 else " BC"
    return f"{year if year > 0 else 1 - year:04d}-{month:02d}-{day:02d}{era}"


def server_clock(micros: int) -> str:
    """Hours without a limit."""
    seconds = micros // 1_000_000
    return (
        f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        f"{fraction(micros % 1_000_000)}"
    )


def server_timestamp(micros: int, east: int | None = None) -> str:
    """``micros`` since 2000-01-01, in UTC where ``east``, the session's offset, is given."""
    local = micros + (east or 0) * 1_000_000
    date, space, era = server_date(local // DAY).partition(" ")
    zone = "" if east is None else server_offset(east)
    return f"{date} {server_clock(local % DAY)}{zone}{space}{era}"


def server_offset(east: int) -> str:
    parts = [abs(east) // 3600, abs(east) // 60 % 60, abs(east) % 60]
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return ("-" if east < 0 else "+") + ":".join(f"{part:02d}" for part in parts)


def server_timetz(micros: int, east: int) -> tuple[bytes, bytes]:
    """Text, and PostgreSQL's binary form."""
    text = server_clock(micros) + server_offset(east)
    return text.encode(), number(micros, 8) + number(-east, 4)


def _toward_zero(value: int, unit: int) -> tuple[int, int]:
    sign = -1 if value < 0 else 1
    return sign * (abs(value) // unit), sign * (abs(value) % unit)


def postgres_interval(micros: int, days: int, months: int) -> bytes:
    """The binary form."""
    return struct.pack(">qii", micros, days, months)


def interval_text(style: str, micros: int, days: int, months: int) -> str:
    """In an IntervalStyle of PostgreSQL's."""
    parts = (*_toward_zero(months, 12), days)
    return _STYLES[style](parts, micros)


def _postgres(parts: tuple[int, ...], micros: int) -> str:
    words = ""
    before = 1
    for value, unit in zip(parts, ("year", "mon", "day"), strict=True):
        if value:
            plus = "+" if before < 0 < value else ""
            words += f"{plus}{value} {unit}{'s' * (value != 1)} "
            before = value
    if micros or not words:
        sign = "-" if micros < 0 else "+" if before < 0 else ""
        words += sign + server_clock(abs(micros))
    return words.strip()


def _split(micros: int) -> tuple[int, int, int, int, bool]:
    """Hours, minutes, whole seconds, decimals, and whether all of them are negative."""
    rest, decimals = divmod(abs(micros), 1_000_000)
    return rest // 3600, rest // 60 % 60, rest % 60, decimals, micros < 0


def _verbose(parts: tuple[int, ...], micros: int) -> str:
    hours, minutes, seconds, decimals, negative = _split(micros)
    sign = -1 if negative else 1
    values = [*parts, sign * hours, sign * minutes]
    units = ["year", "mon", "day", "hour", "min"]
    signs = [value for value in (*parts, micros) if value]
    ago = bool(signs) and signs[0] < 0
    turn = -1 if ago else 1
    words = [
        f"{turn * value} {unit}{'s' * (turn * value != 1)}"
        for value, unit in zip(values, units, strict=True)
        if value
    ]
    if seconds or decimals:
        shown = f"{'-' if sign * turn < 0 else ''}{seconds}{fraction(decimals)}"
        words.append(f"{shown} sec{'s' * (shown.lstrip('-') != '1')}")
    return "@ " + (" ".join(words) or "0") + (" ago" if ago else "")


def _sql_standard(parts: tuple[int, ...], micros: int) -> str:
    years, months, days = parts
    hours, minutes, seconds, decimals, _ = _split(micros)
    clock = f"{hours}:{minutes:02d}:{seconds:02d}{fraction(decimals)}"
    values = [years, months, days, micros]
    negative, positive = min(values) < 0, max(values) > 0
    year_month = f"{abs(years)}-{abs(months)}"
    if not negative and not positive:
        return "0"
    if (negative and positive) or ((years or months) and (days or micros)):
        signs = ["-" if value < 0 else "+" for value in (years or months, days, micros)]
        return f"{signs[0]}{year_month} {signs[1]}{abs(days)} {signs[2]}{clock}"
    sign = "-" if negative else ""
    if years or months:
        return sign + year_month
    return f"{sign}{abs(days)} {clock}" if days else sign + clock


def _iso_8601(parts: tuple[int, ...], micros: int) -> str:
    if not any(parts) and not micros:
        return "PT0S"
    hours, minutes, seconds, decimals, negative = _split(micros)
    sign = "-" if negative else ""
    date = "".join(f"{v}{u}" for v, u in zip(parts, "YMD", strict=True) if v)
    time = "".join(f"{sign}{v}{u}" for v, u in ((hours, "H"), (minutes, "M")) if v)
    if seconds or decimals:
        time += f"{sign}{seconds}{fraction(decimals)}S"
    return f"P{date}{'T' if time else ''}{time}"


_STYLES = {
    "postgres": _postgres,
    "postgres_verbose": _verbose,
    "sql_standard": _sql_standard,
    "iso_8601": _iso_8601,
}
STYLES = tuple(_STYLES)
