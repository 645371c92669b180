from __future__ import annotations

import pytest

from rs_driver.adapters.codecs.interval_text import parse

CLOCK = 14_706_789_000
"""Microseconds of 04:05:06.789."""


# Each was written by PostgreSQL 15 in the style that heads it, except those of Redshift.
@pytest.mark.parametrize(
    ("text", "parts"),
    [
        # postgres
        ("00:00:00", (0, 0, 0)),
        ("-00:00:01", (-1_000_000, 0, 0)),
        ("1 year 2 mons -3 days +04:05:06.789", (CLOCK, -3, 14)),
        ("-1 years -2 mons +3 days -04:05:06.789", (-CLOCK, 3, -14)),
        ("1 mon 1 day", (0, 1, 1)),
        ("1 day 00:00:00.000001", (1, 1, 0)),
        ("-1 days +00:00:00.1", (100_000, -1, 0)),
        (
            "178956970 years 7 mons 2147483647 days 2562047788:00:54.775807",
            (2**63 - 1, 2**31 - 1, 2**31 - 1),
        ),
        (
            "-178956970 years -8 mons -2147483648 days -2562047788:00:54.775808",
            (-(2**63), -(2**31), -(2**31)),
        ),
        # postgres_verbose
        ("@ 0", (0, 0, 0)),
        ("@ 1 year 2 mons -3 days 4 hours 5 mins 6.789 secs", (CLOCK, -3, 14)),
        ("@ 1 year 2 mons -3 days 4 hours 5 mins 6.789 secs ago", (-CLOCK, 3, -14)),
        ("@ 1 day -0.5 secs", (-500_000, 1, 0)),
        ("@ 1 min ago", (-60_000_000, 0, 0)),
        ("@ 1 day -1 sec ago", (1_000_000, -1, 0)),
        # sql_standard
        ("0", (0, 0, 0)),
        ("1-2", (0, 0, 14)),
        ("-1-2", (0, 0, -14)),
        ("3 4:05:06.789", (CLOCK, 3, 0)),
        ("-3 4:05:06.789", (-CLOCK, -3, 0)),
        ("-4:05:06.789", (-CLOCK, 0, 0)),
        ("+1-2 -3 +4:05:06.789", (CLOCK, -3, 14)),
        ("-1-2 +3 -4:05:06.789", (-CLOCK, 3, -14)),
        ("+0-0 -1 +0:00:01", (1_000_000, -1, 0)),
        # iso_8601
        ("PT0S", (0, 0, 0)),
        ("P1Y2M-3DT4H5M6.789S", (CLOCK, -3, 14)),
        ("P-1Y-2M3DT-4H-5M-6.789S", (-CLOCK, 3, -14)),
        ("PT-0.5S", (-500_000, 0, 0)),
        ("P1D", (0, 1, 0)),
        ("P2M", (0, 0, 2)),
        ("PT2M", (120_000_000, 0, 0)),
        # Redshift
        ("13 days 1 hour 1 minute 1.123 seconds", (3_661_123_000, 13, 0)),
        ("-2 days 0 hours 0 minutes 0.0 seconds", (0, -2, 0)),
        ("1 year 11 months", (0, 0, 23)),
        ("37 months", (0, 0, 37)),
        ("-106751991 -04:00:54.775808", (-14_454_775_808, -106751991, 0)),
        ("106751991 days 4 hours 0 mins 54.775807 secs", (14_454_775_807, 106751991, 0)),
    ],
)
def test_every_style(text: str, parts: tuple[int, int, int]) -> None:
    assert parse(text.encode()) == parts


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "@",
        "@ ",
        "ago",
        "@ ago",
        "P",
        "PT",
        "5",
        "1 ",
        "1 day ",
        " 1 day",
        "1 day04:05:06",
        "1 day  04:05:06",
        "1day",
        "1 fortnight",
        "1 day 1 year",
        "04:05",
        "04:60:00",
        "04:05:60",
        "04:05:06.1234567",
        "1.5 days",
        "1-2-3",
        "1-2 3",
        "--1-2",
        "1 days, 2 hours",
        "P1W",
        "P1.5D",
        "PT1.5M",
        "12345678901 days",
        "infinity",
        "1 day\n",
        "\u0661 day",
        "NaN",
    ],
)
def test_what_is_no_interval(text: str) -> None:
    with pytest.raises(ValueError, match="not an interval such as '1 year 2 mons -3 days"):
        parse(text.encode())


def test_long_garbage_is_refused_at_once() -> None:
    """Time that grew with the square of the length would be noticed here."""
    for piece in (b"1 ", b"1 day ", b"-", b"00:00:00", b"@ ", b" "):
        with pytest.raises(ValueError):
            parse(piece * 500_000)
