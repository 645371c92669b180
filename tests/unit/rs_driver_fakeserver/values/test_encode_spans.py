from __future__ import annotations

import datetime as dt

import pytest

from rs_driver import oids
from rs_driver.intervals import Interval, IntervalDayToSecond, IntervalYearToMonth
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.values.encode import UNFIT
from rs_driver_fakeserver.values.encode_spans import binary, text

REDSHIFT, POSTGRES = Dialect("redshift", 2), Dialect("postgres")


def both(oid: int, value: object, dialect: Dialect = REDSHIFT) -> tuple[str, str]:
    in_text, in_binary = text(oid, dialect), binary(oid, dialect)
    assert in_text is not None
    assert in_binary is not None
    return in_text(value).decode(), in_binary(value).hex()


@pytest.mark.parametrize(
    ("oid", "value", "written", "wire"),
    [
        (oids.INTERVAL, dt.timedelta(5), "5 days", "000000649534e000 00000000"),
        (oids.INTERVAL, Interval(0, 0, -5), "-5 mons", "0000000000000000 fffffffb"),
        (oids.INTERVAL, "01:02:03", "01:02:03", "00000000dde878c0 00000000"),
        (oids.INTERVAL, "1 mon 1 day", "1 mon 1 day", "000000141dd76000 00000001"),
        (oids.INTERVALY2M, IntervalYearToMonth(14), "1-2", "0000000e"),
        (oids.INTERVALY2M, -14, "-1-2", "fffffff2"),
        (oids.INTERVALY2M, "1 year 2 mons", "1 year 2 mons", "0000000e"),
        (
            oids.INTERVALD2S,
            IntervalDayToSecond(90_061_123_000),
            "1 01:01:01.123",
            "00000014f80fadb8",
        ),
        (oids.INTERVALD2S, dt.timedelta(microseconds=-1), "-0 00:00:00.000001", "f" * 16),
        (
            oids.INTERVALD2S,
            dt.timedelta(microseconds=2**63 - 1),
            "106751991 04:00:54.775807",
            "7fffffffffffffff",
        ),
    ],
)
def test_redshift(oid: int, value: object, written: str, wire: str) -> None:
    assert both(oid, value) == (written, wire.replace(" ", ""))


@pytest.mark.parametrize(
    ("value", "written", "wire"),
    [
        (dt.timedelta(5), "5 days", "0000000000000000 00000005 00000000"),
        (Interval(1, 2, 3), "3 mons 2 days 00:00:00.000001", "0000000000000001 00000002 00000003"),
        ("1-2", "1 year 2 mons", "0000000000000000 00000000 0000000e"),
    ],
)
def test_postgres(value: object, written: str, wire: str) -> None:
    assert both(oids.INTERVAL, value, POSTGRES) == (written, wire.replace(" ", ""))


@pytest.mark.parametrize(
    ("oid", "value"),
    [
        (oids.INTERVAL, 7),
        (oids.INTERVAL, "soon"),
        (oids.INTERVAL, Interval(2**63 - 1, 1)),
        (oids.INTERVALY2M, dt.timedelta(1)),
        (oids.INTERVALY2M, 2**31),
        (oids.INTERVALD2S, IntervalYearToMonth(1)),
        (oids.INTERVALD2S, 7),
    ],
)
def test_nothing_is_bent_to_fit(oid: int, value: object) -> None:
    for encode in (text(oid, REDSHIFT), binary(oid, REDSHIFT)):
        assert encode is not None
        with pytest.raises(UNFIT):
            encode(value)


def test_other_types_are_not_intervals() -> None:
    assert text(oids.INT4, REDSHIFT) is None
    assert binary(oids.INT4, REDSHIFT) is None
