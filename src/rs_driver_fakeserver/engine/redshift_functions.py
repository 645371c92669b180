"""Functions that Redshift has and DuckDB has not: macros, and what their calls need.

Redshift writes the unit of DATEADD, DATEDIFF and DATE_PART as a bare word, and SYSDATE
without brackets; neither can be said by a macro, so the text is changed before DuckDB
parses it. Words are recognised by their place among DuckDB's own tokens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from rs_driver_fakeserver.engine.tokens import Token

__all__ = ["MACROS", "with_functions"]

_UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        alias: unit
        for unit, aliases in {
            "year": "YEAR YEARS Y YR YRS",
            "quarter": "QUARTER QUARTERS QTR QTRS",
            "month": "MONTH MONTHS MON MONS",
            "week": "WEEK WEEKS W",
            "day": "DAY DAYS D",
            "hour": "HOUR HOURS H HR HRS",
            "minute": "MINUTE MINUTES M MIN MINS",
            "second": "SECOND SECONDS S SEC SECS",
            "millisecond": "MILLISECOND MILLISECONDS MS MSEC MSECS MSECOND MSECONDS",
            "microsecond": "MICROSECOND MICROSECONDS US USEC USECS USECOND USECONDS",
            "dow": "DOW DAYOFWEEK WEEKDAY",
            "doy": "DOY DAYOFYEAR",
            "epoch": "EPOCH",
        }.items()
        for alias in aliases.split()
    }
)
_WITH_UNIT: Final = frozenset(("DATEADD", "DATEDIFF", "DATE_DIFF", "DATE_PART"))

MACROS: Final = """
CREATE MACRO dateadd(unit, n, moment) AS moment + CASE lower(unit)
    WHEN 'year' THEN to_years(CAST(n AS INTEGER))
    WHEN 'quarter' THEN to_quarters(CAST(n AS INTEGER))
    WHEN 'month' THEN to_months(CAST(n AS INTEGER))
    WHEN 'week' THEN to_weeks(CAST(n AS INTEGER))
    WHEN 'day' THEN to_days(CAST(n AS INTEGER))
    WHEN 'hour' THEN to_hours(CAST(n AS BIGINT))
    WHEN 'minute' THEN to_minutes(CAST(n AS BIGINT))
    WHEN 'second' THEN to_seconds(n)
    WHEN 'millisecond' THEN to_milliseconds(n)
    WHEN 'microsecond' THEN to_microseconds(CAST(n AS BIGINT))
    ELSE error('date part "' || unit || '" not supported') END;
CREATE MACRO getdate() AS date_trunc('second', CAST(now() AS TIMESTAMP));
CREATE MACRO sysdate() AS CAST(now() AS TIMESTAMP);
CREATE MACRO nvl
    (a, b) AS coalesce(a, b),
    (a, b, c) AS coalesce(a, b, c),
    (a, b, c, d) AS coalesce(a, b, c, d);
CREATE MACRO nvl2(a, b, c) AS CASE WHEN a IS NULL THEN c ELSE b END;
CREATE MACRO charindex(part, whole) AS CAST(instr(whole, part) AS INTEGER);
CREATE MACRO add_months(moment, n) AS moment + to_months(CAST(n AS INTEGER));
CREATE MACRO convert_timezone
    (zone, moment) AS timezone(zone, timezone('UTC', moment)),
    (origin, zone, moment) AS timezone(zone, timezone(origin, moment));
CREATE MACRO json_parse(document) AS CAST(document AS JSON);
CREATE MACRO json_serialize(document) AS CAST(document AS VARCHAR);
CREATE MACRO is_valid_json(document) AS json_valid(document);
CREATE MACRO to_varbyte(string, form) AS CASE lower(form)
    WHEN 'hex' THEN unhex(string)
    WHEN 'base64' THEN from_base64(string)
    ELSE encode(string) END;
CREATE MACRO from_varbyte(bytes, form) AS CASE lower(form)
    WHEN 'hex' THEN lower(hex(bytes))
    WHEN 'base64' THEN to_base64(bytes)
    ELSE decode(bytes) END;
"""
"""Statements that make the functions, for a new database."""


def with_functions(sql: str, tokens: Iterable[Token]) -> str:
    """``sql`` with units in quotes and brackets behind SYSDATE."""
    upper = sql.upper()
    if "DATE" not in upper:
        return sql
    data = sql.encode()
    parts: list[bytes] = []
    at = 0
    for start, stop, new in _changes(list(tokens)):
        parts += data[at:start], new.encode()
        at = stop
    return b"".join([*parts, data[at:]]).decode()


def _changes(found: Sequence[Token]) -> Iterator[tuple[int, int, str]]:
    """Places in bytes and what comes there instead."""
    texts = [token.text for token in found]
    for place, token in enumerate(found):
        if token.word == "SYSDATE" and not _is_name(found, place):
            if texts[place + 1 : place + 2] not in (["("], ["."]):
                yield token.stop, token.stop, "()"
        elif token.word in _WITH_UNIT and texts[place + 1 : place + 2] == ["("]:
            unit = _UNITS.get(found[place + 2].word) if place + 2 < len(found) else None
            if unit and texts[place + 3 : place + 4] == [","]:
                yield found[place + 2].start, found[place + 2].stop, f"'{unit}'"


def _is_name(found: Sequence[Token], place: int) -> bool:
    """Whether the word here is a name that somebody gave: behind AS or a dot."""
    return place > 0 and (found[place - 1].word == "AS" or found[place - 1].text == ".")
