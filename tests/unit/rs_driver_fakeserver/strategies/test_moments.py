from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver_fakeserver.strategies import moments
from rs_driver_fakeserver.values import moments as counts
from rs_driver_fakeserver.values.types import resolve
from support.minimal import minimal


def of(name: str, *, beyond: bool = False) -> st.SearchStrategy[Any]:
    found = moments.strategy(resolve(name), beyond=beyond)
    assert found is not None
    return found


@given(of("timestamptz"))
def test_instants_are_in_pythons_range_in_utc(moment: dt.datetime) -> None:
    assert moment.astimezone(dt.timezone.utc) == moment


@given(of("abstime"))
def test_abstime_counts_whole_seconds(moment: dt.datetime) -> None:
    assert moment.microsecond == 0
    assert -(2**31) < moment.timestamp() < 0x7FFFFFFC


@given(st.sampled_from(["time", "timestamp", "timestamptz", "timetz"]), st.data())
def test_decimals_are_those_of_the_type(name: str, data: st.DataObject) -> None:
    assert data.draw(of(f"{name}(3)")).microsecond % 1000 == 0
    assert data.draw(of(f"{name}(0)")).microsecond == 0


@given(moments.zones())
def test_zones(zone: dt.timezone) -> None:
    assert abs(zone.utcoffset(None)) < dt.timedelta(hours=16)


def test_ends_of_time() -> None:
    assert minimal(of("date"), lambda day: day == dt.date.max) == dt.date.max
    assert minimal(of("timetz"), lambda time: time.utcoffset().seconds % 60 != 0)


@given(of("date", beyond=True))
def test_dates_beyond(day: dt.date | str) -> None:
    if day not in counts.INFINITIES:
        counted = counts.days(day)
        in_python = counts.days(dt.date.min) <= counted <= counts.days(dt.date.max)
        assert in_python == isinstance(day, dt.date)


@given(of("timestamp", beyond=True))
def test_timestamps_beyond(moment: dt.datetime | str) -> None:
    assert moment in counts.INFINITIES or isinstance(counts.microseconds(moment, aware=False), int)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("date", "-infinity"),
        ("time", "24:00:00"),
        ("timetz", "24:00:00-08"),
        ("timestamptz", "infinity"),
        ("abstime", "infinity"),
    ],
)
def test_texts_for_what_python_cannot_hold(name: str, text: str) -> None:
    assert minimal(of(name, beyond=True), lambda value: value == text) == text
    assert isinstance(minimal(of(name)), (dt.date, dt.time))


def test_before_christ() -> None:
    found = minimal(of("timestamp", beyond=True), lambda value: str(value).endswith(" BC"))
    assert counts.microseconds(found, aware=False) < 0


def test_other_types_are_not_its_business() -> None:
    assert moments.strategy(resolve("text"), beyond=True) is None
