"""Dates, times and intervals over PostgreSQL's whole ranges, as it writes them itself."""

from __future__ import annotations

import random
from typing import Any, Literal

import pytest

import rs_driver
from rs_driver.intervals import Interval
from support.postgres import PostgresServer
from support.time_values import DAY, STYLES

pytestmark = pytest.mark.postgres

COUNT = 5000
FORMATS: tuple[Literal["text", "binary"], ...] = ("text", "binary")


def selected(
    postgres: PostgresServer, query: str, arguments: list[Any], *settings: str
) -> list[list[tuple[Any, ...]]]:
    """The rows of one query, once with text results and once with binary ones."""
    found = []
    for result_format in FORMATS:
        options = postgres.connect_kwargs(
            result_format=result_format, out_of_range_dates="text", autocommit=True
        )
        with rs_driver.connect(**options) as connection, connection.cursor() as cursor:
            for setting in settings:
                cursor.execute(f"set {setting}")
            cursor.execute(query, arguments)
            found.append(cursor.fetchall())
    return found


def numbers(low: int, high: int, *edges: int) -> list[int]:
    source = random.Random(low)
    near = [edge + step for edge in edges for step in (-1, 0, 1) if low <= edge + step <= high]
    return [low, high, *near, *(source.randint(low, high) for _ in range(COUNT))]


def test_every_date_is_a_date_or_the_servers_text(postgres: PostgresServer) -> None:
    days = numbers(-2_451_545, 2_145_031_948, -730_119, 2_921_939)
    days += numbers(-2_451_545, 3_000_000)
    query = (
        "select v, v::text from (select date '2000-01-01' + n as v from unnest(%s::int4[]) as n "
        "union all select unnest('{infinity,-infinity}'::date[])) as t"
    )
    text, binary = selected(postgres, query, [days])
    assert text == binary
    assert len(text) == len(days) + 2
    assert all(str(value) == written for value, written in text)
    assert {type(value).__name__ for value, _ in text} == {"date", "str"}


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/New_York", "Africa/Monrovia"])
def test_every_timestamp_is_one_or_the_servers_text(postgres: PostgresServer, zone: str) -> None:
    seconds = numbers(-211_813_400_000, 9_223_371_331_199, -63_082_281_600, 252_455_616_000)
    seconds += numbers(-211_813_400_000, 300_000_000_000)
    query = (
        "select t, t::text, z, (z at time zone 'UTC')::text from (select t, t at time zone 'UTC' "
        "as z from (select timestamp '2000-01-01' + n * interval '1 second' + "
        "(n %% 7) * interval '13 microseconds' as t from unnest(%s::int8[]) as n "
        "union all select unnest('{infinity,-infinity}'::timestamp[])) as a) as b"
    )
    text, binary = selected(postgres, query, [seconds], f"timezone = '{zone}'")
    assert text == binary
    assert len(text) == len(seconds) + 2
    for naive, naive_text, aware, utc_text in text:
        shown = naive if isinstance(naive, str) else naive.isoformat(" ")
        assert shown.rstrip("0") == naive_text.rstrip("0")
        if isinstance(aware, str):
            assert aware.replace("+00", "") == utc_text
        else:
            assert aware.replace(tzinfo=None) == naive
            assert aware.utcoffset().total_seconds() == 0


def test_every_time_of_day(postgres: PostgresServer) -> None:
    query = (
        "select t, t::text from (select '00:00'::time + n * interval '1 microsecond' as t "
        "from unnest(%s::int8[]) as n union all select '24:00') as a"
    )
    text, binary = selected(postgres, query, [numbers(0, DAY - 1)])
    assert text == binary
    assert text[-1] == ("24:00:00", "24:00:00")
    assert all(str(value).rstrip("0") == written.rstrip("0") for value, written in text)


def test_24_00_with_an_offset_is_an_hour_in_utc(postgres: PostgresServer) -> None:
    query = "select '24:00+00'::timetz, '24:00+02'::timetz, '23:00-05:30:15'::timetz"
    text, binary = selected(postgres, query, [])
    assert text == binary
    ((midnight, evening, early),) = text
    assert midnight == "24:00:00+00"
    assert (str(evening), str(early)) == ("22:00:00+00:00", "04:30:15+00:00")


@pytest.mark.parametrize("style", STYLES)
def test_every_interval_in_every_style(postgres: PostgresServer, style: str) -> None:
    source = random.Random(style)

    def number(bits: int) -> int:
        return source.choice((0, source.randint(-40, 40), source.randint(-(2**bits), 2**bits - 1)))

    sent = [Interval(number(63), number(31), number(31)) for _ in range(COUNT)]
    # They go out in binary, so that no style has a part in what the server is given.
    query = "select v from (select (%s::interval[])[n] as v from generate_series(1, %s) as n) as t"
    text, binary = selected(postgres, query, [sent, COUNT], f"intervalstyle = {style}")
    assert text == binary
    for value, (found,) in zip(sent, text, strict=True):
        if isinstance(found, Interval):
            assert found == value
        else:
            assert value.months == 0
            total = (found.days * 86_400 + found.seconds) * 1_000_000 + found.microseconds
            assert total == value.days * DAY + value.microseconds
