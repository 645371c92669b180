"""Dates, times and intervals over the servers' whole ranges: text == binary, and back."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.errors import DataError
from rs_driver.intervals import Interval, IntervalDayToSecond, IntervalYearToMonth
from rs_driver.ports.codec import BINARY, TEXT
from rs_driver.ports.profile import ServerProfile
from support.time_values import (
    AS_TEXT,
    DAY,
    STYLES,
    decode_or_text,
    interval_text,
    postgres_interval,
    server_clock,
    server_date,
    server_timestamp,
    server_timetz,
)
from support.wire_values import OLD_REDSHIFT, POSTGRES, REDSHIFT, column, decode, number

UTC = timezone.utc
SERVERS = st.sampled_from([POSTGRES, REDSHIFT, OLD_REDSHIFT])
DAYS = st.one_of(
    st.integers(-2_451_545, 2_145_031_948),
    st.integers(-2_451_545, 3_000_000),
    st.integers(-730_130, -730_110),
    st.integers(2_921_930, 2_921_950),
)
"""All that a DATE can be, and more of those where something changes."""
OF_DAY = st.integers(0, DAY - 1)
MICROS = st.one_of(
    st.integers(-211_813_488_000_000_000, 9_223_371_331_199_999_999),
    st.builds(lambda day, rest: day * DAY + rest, st.integers(-2_451_545, 3_000_000), OF_DAY),
    st.builds(lambda day, rest: day * DAY + rest, st.integers(-730_121, -730_118), OF_DAY),
    st.builds(lambda day, rest: day * DAY + rest, st.integers(2_921_938, 2_921_941), OF_DAY),
)
OFFSETS = st.one_of(
    st.just(0), st.integers(-15, 15).map(lambda h: h * 3600), st.integers(-57_599, 57_599)
)
INT32 = st.one_of(st.just(0), st.integers(-(2**31), 2**31 - 1), st.integers(-40, 40))
INT64 = st.one_of(st.just(0), st.integers(-(2**63), 2**63 - 1), st.integers(-(10**12), 10**12))


def both(oid: int, text: bytes, binary: bytes, server: ServerProfile = POSTGRES) -> Any:
    """The value that the two formats agree on, as text where Python has none.

    Where the user wants an error, both are that error, or both are this very value.
    """
    value = decode_or_text(oid, TEXT, text, server)
    again = decode_or_text(oid, BINARY, binary, server)
    assert type(value) is type(again)
    assert value == again
    for code, wire in ((TEXT, text), (BINARY, binary)):
        if isinstance(value, str):
            with pytest.raises(DataError):
                decode(oid, code, wire, server)
        else:
            assert decode(oid, code, wire, server) == value
    return value


@given(DAYS)
@example(-2_451_545)
@example(2_145_031_948)
def test_date(days: int) -> None:
    text = server_date(days)
    value = both(oids.DATE, text.encode(), number(days, 4))
    if isinstance(value, date):
        assert value.toordinal() - date(2000, 1, 1).toordinal() == days
        assert value.isoformat() == text
    else:
        assert value == text
        assert "BC" in text or len(text) > 10


@given(MICROS)
@example(-211_813_488_000_000_000)
@example(9_223_371_331_199_999_999)
def test_timestamp(micros: int) -> None:
    text = server_timestamp(micros)
    value = both(oids.TIMESTAMP, text.encode(), number(micros, 8))
    if isinstance(value, datetime):
        assert value.tzinfo is None
        assert value - datetime(2000, 1, 1) == timedelta(microseconds=micros)
    else:
        assert value == text


@given(MICROS.filter(lambda micros: micros > -211_813_400_000_000_000), OFFSETS)
def test_timestamptz_in_any_zone_of_the_session(micros: int, east: int) -> None:
    text = server_timestamp(micros, east)
    value = both(oids.TIMESTAMPTZ, text.encode(), number(micros, 8))
    if isinstance(value, datetime):
        assert value.tzinfo is UTC
        assert value - datetime(2000, 1, 1, tzinfo=UTC) == timedelta(microseconds=micros)
    else:
        assert value == server_timestamp(micros, 0)


@given(st.integers(0, DAY))
@example(DAY)
def test_time(micros: int) -> None:
    value = both(oids.TIME, server_clock(micros).encode(), number(micros, 8))
    if micros == DAY:
        assert value == "24:00:00"
    else:
        assert value == (datetime.min + timedelta(microseconds=micros)).time()


@given(st.integers(0, DAY), OFFSETS, SERVERS)
@example(DAY, 0, POSTGRES)
@example(DAY, 7200, POSTGRES)
def test_timetz(micros: int, east: int, server: ServerProfile) -> None:
    value = both(oids.TIMETZ, *server_timetz(micros, east), server)
    if micros == DAY and not east:
        assert value == "24:00:00+00"
        return
    moment = datetime(2000, 1, 2, tzinfo=UTC) + timedelta(seconds=-east, microseconds=micros)
    assert value == moment.timetz()
    assert value.tzinfo is UTC
    if server.kind == "redshift":
        wire = number((micros - east * 1_000_000) % DAY, 8)
        assert decode(oids.TIMETZ, BINARY, wire, server) == value


@given(st.integers(-(2**31) + 1, 2**31 - 5), OFFSETS)
def test_abstime(seconds: int, east: int) -> None:
    micros = (seconds - 946_684_800) * 1_000_000
    text = server_timestamp(micros, east).encode()
    value = both(oids.ABSTIME, text, number(seconds, 4), REDSHIFT)
    assert value == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    assert value.tzinfo is UTC


@given(INT64, INT32, INT32, st.sampled_from(STYLES))
def test_interval_of_postgres(micros: int, days: int, months: int, style: str) -> None:
    text = interval_text(style, micros, days, months)
    value = both(oids.INTERVAL, text.encode(), postgres_interval(micros, days, months))
    if months or isinstance(value, Interval):
        assert value == Interval(micros, days, months)
        assert months or abs(days * DAY + micros) >= 999_999_999 * DAY
    else:
        assert value == timedelta(days=days) + timedelta(microseconds=micros)


@given(INT64, INT32, st.sampled_from(STYLES), st.sampled_from([REDSHIFT, OLD_REDSHIFT]))
def test_interval_of_redshift(micros: int, months: int, style: str, server: ServerProfile) -> None:
    sign = -1 if micros < 0 else 1
    days, rest = sign * (abs(micros) // DAY), sign * (abs(micros) % DAY)
    text = interval_text(style, rest, days, months).encode()
    value = both(oids.INTERVAL, text, number(micros, 8) + number(months, 4), server)
    expected = Interval(micros, 0, months) if months else timedelta(microseconds=micros)
    assert value == expected
    year_month = interval_text(style, 0, 0, months).encode()
    value = both(oids.INTERVALY2M, year_month, number(months, 4), server)
    assert value == IntervalYearToMonth(months)
    day_second = interval_text(style, rest, days, 0).encode()
    value = both(oids.INTERVALD2S, day_second, number(micros, 8), server)
    assert value == IntervalDayToSecond(micros)


@given(INT64, INT32, INT32)
def test_str_of_an_interval_is_the_servers_text(micros: int, days: int, months: int) -> None:
    assert str(Interval(micros, days, months)) == interval_text("postgres", micros, days, months)
    for server, oid, value in (
        (POSTGRES, oids.INTERVAL, Interval(micros, days, months or 1)),
        (REDSHIFT, oids.INTERVALY2M, IntervalYearToMonth(months)),
        (REDSHIFT, oids.INTERVALD2S, IntervalDayToSecond(micros)),
    ):
        assert decode(oid, TEXT, str(value).encode(), server) == value


VALUES = st.one_of(
    st.dates(),
    st.times(),
    st.datetimes(),
    st.datetimes(timezones=st.just(UTC)),
    st.timedeltas(timedelta(microseconds=-(2**63)), timedelta(microseconds=2**63 - 1)),
    st.builds(IntervalYearToMonth, INT32),
    st.builds(IntervalDayToSecond, INT64),
)


@given(VALUES, SERVERS)
def test_what_is_sent_is_what_would_be_read(value: Any, server: ServerProfile) -> None:
    sent = default_codecs(server).encode(value)
    assert sent.data is not None
    back = decode(sent.oid, sent.format, sent.data, server)
    if server.kind == "postgres" and isinstance(value, IntervalYearToMonth):
        assert back == (Interval(months=value.months) if value.months else timedelta(0))
    elif server.kind == "postgres" and isinstance(value, IntervalDayToSecond):
        assert back == value.getTimedelta()
    else:
        assert type(back) is type(value)
        assert back == value


@given(st.builds(Interval, INT64, INT32, INT32), SERVERS)
def test_an_interval_is_sent_whole_or_not_at_all(value: Interval, server: ServerProfile) -> None:
    folded = value.microseconds + value.days * DAY
    try:
        sent = default_codecs(server).encode(value)
    except DataError:
        assert server.kind == "redshift"
        assert not -(2**63) <= folded < 2**63
        return
    assert sent.data is not None
    back = decode(sent.oid, sent.format, sent.data, server)
    if server.kind == "redshift":
        value = Interval(folded, 0, value.months)
    if isinstance(back, timedelta):
        assert value.months == 0
        assert (back.days * 86_400 + back.seconds) * 10**6 + back.microseconds == folded
    else:
        assert back == value


@given(st.times(), st.integers(-57_599, 57_599), SERVERS)
def test_an_aware_time_comes_back_in_utc(value: time, east: int, server: ServerProfile) -> None:
    aware = value.replace(tzinfo=timezone(timedelta(seconds=east)))
    sent = default_codecs(server).encode(aware)
    assert sent.data is not None
    back = decode(sent.oid, sent.format, sent.data, server)
    assert back.tzinfo is UTC
    moment = datetime.combine(date(2000, 1, 2), aware).astimezone(UTC)
    assert back == moment.timetz()


KINDS = (
    oids.DATE, oids.TIME, oids.TIMETZ, oids.TIMESTAMP, oids.TIMESTAMPTZ, oids.ABSTIME,
    oids.INTERVAL, oids.INTERVALY2M, oids.INTERVALD2S,
)  # fmt: skip
GARBAGE = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([4, 8, 12, 16]).flatmap(lambda size: st.binary(min_size=size, max_size=size)),
    st.from_regex(rb"[-0-9:. +BC]{0,40}", fullmatch=True),
    st.from_regex(rb"(@ |P)?([-+]?[0-9]{1,12}(:| |-| years? | mons? |Y|M|T|S){0,1}){0,9}( ago)?"),
)


@pytest.mark.parametrize("oid", KINDS)
@given(st.sampled_from([TEXT, BINARY]), SERVERS, GARBAGE)
def test_any_bytes_are_a_value_or_a_data_error(
    oid: int, format: int, server: ServerProfile, data: bytes
) -> None:
    for codecs in (default_codecs(server), default_codecs(server, AS_TEXT)):
        if codecs.codec(oid, format) is not None:
            with suppress(DataError):
                assert codecs.decoder(column(oid, format))(data) is not None
