"""Intervals as text, in every IntervalStyle that the servers have.

* postgres: ``1 year 2 mons -3 days +04:05:06.789``
* postgres_verbose: ``@ 1 year 2 mons -3 days 4 hours 5 mins 6.789 secs ago``
* sql_standard: ``1-2``, ``3 4:05:06.789``, ``+1-2 -3 +4:05:06.789``
* iso_8601: ``P1Y2M-3DT4H5M6.789S``

Units may also be written in full: ``13 days 1 hour 1 minute 1.123 seconds``. In
sql_standard a clock without a sign has that of its days: ``-1 01:00:00`` is -25 hours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

Parts = tuple[int, int, int]
"""Microseconds, days, months: the order of the binary form."""

_NUMBER = "[+-]?[0-9]{1,10}"
_SECONDS = r"(?P<seconds>[+-]?[0-9]{1,13}(?:\.[0-9]{1,6})?)"
_NEXT = r"(?:\A|(?<=.) )"
_CLOCK = (
    r"(?P<sign>[+-])?(?P<hour>[0-9]{1,10}):(?P<minute>[0-5][0-9])"
    r":(?P<second>[0-5][0-9](?:\.[0-9]{1,6})?)"
)

_units = re.compile(
    (
        rf"@?(?:{_NEXT}(?P<years>{_NUMBER}) years?)?(?:{_NEXT}(?P<months>{_NUMBER}) mon(?:th)?s?)?"
        rf"(?:{_NEXT}(?P<days>{_NUMBER}) days?)?(?:{_NEXT}(?P<hours>{_NUMBER}) hours?)?"
        rf"(?:{_NEXT}(?P<minutes>{_NUMBER}) min(?:ute)?s?)?(?:{_NEXT}{_SECONDS} sec(?:ond)?s?)?"
        rf"(?:{_NEXT}{_CLOCK})?(?P<ago> ago)?"
    ).encode("ascii")
)
_iso = re.compile(
    (
        rf"P(?:(?P<years>{_NUMBER})Y)?(?:(?P<months>{_NUMBER})M)?(?:(?P<days>{_NUMBER})D)?"
        rf"(?:T(?:(?P<hours>{_NUMBER})H)?(?:(?P<minutes>{_NUMBER})M)?(?:{_SECONDS}S)?)?"
    ).encode("ascii")
)
_standard = re.compile(
    (
        r"(?:(?P<years_sign>[+-])?(?P<years>[0-9]{1,9})-(?P<months>[0-9]{1,2}))?"
        rf"(?:{_NEXT}(?:(?P<days_sign>[+-])?(?P<days>[0-9]{{1,10}}) )?{_CLOCK})?"
    ).encode("ascii")
)

_Groups = Mapping[str, bytes | None]


def parse(data: bytes) -> Parts:
    """The parts of an interval, of any size. ValueError for what is none."""
    if data in (b"0", b"@ 0"):
        return 0, 0, 0
    if match := _units.fullmatch(data) or _iso.fullmatch(data):
        found = match.groupdict()
        if any(found[name] for name in found if name != "ago"):
            return _by_units(found)
    elif match := _standard.fullmatch(data):
        return _by_place(match.groupdict())
    raise ValueError(
        "not an interval such as '1 year 2 mons -3 days +04:05:06.789', "
        "nor in another of the server's styles"
    )


def _by_units(found: _Groups) -> Parts:
    days = int(found["days"] or 0)
    months = int(found["years"] or 0) * 12 + int(found["months"] or 0)
    minutes = int(found["hours"] or 0) * 60 + int(found["minutes"] or 0)
    micros = minutes * 60_000_000 + _micros(found["seconds"] or b"0")
    micros += _clock(found, found.get("sign"))
    return (-micros, -days, -months) if found.get("ago") else (micros, days, months)


def _by_place(found: _Groups) -> Parts:
    days = _signed(int(found["days"] or 0), found["days_sign"])
    months = int(found["years"] or 0) * 12 + int(found["months"] or 0)
    micros = _clock(found, found["sign"] or found["days_sign"])
    return micros, days, _signed(months, found["years_sign"])


def _clock(found: _Groups, sign: bytes | None) -> int:
    hour, minute, second = found.get("hour"), found.get("minute"), found.get("second")
    if hour is None or minute is None or second is None:
        return 0
    return _signed((int(hour) * 60 + int(minute)) * 60_000_000 + _micros(second), sign)


def _signed(number: int, sign: bytes | None) -> int:
    return -number if sign == b"-" else number


def _micros(seconds: bytes) -> int:
    """Of a decimal number of seconds, exactly: its digits with the point moved."""
    whole, _, decimals = seconds.partition(b".")
    return int(whole + decimals.ljust(6, b"0"))
