"""Text and binary of the same moments: both come from the same count, in either dialect."""

from __future__ import annotations

import datetime as dt
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver import oids
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.values.encode import UNFIT
from rs_driver_fakeserver.values.encode_moments import binary, text

REDSHIFT, POSTGRES = Dialect("redshift", 2), Dialect("postgres")
UTC = dt.timezone.utc
EAST, WEST = (dt.timezone(dt.timedelta(hours=hours)) for hours in (5, -5))


def both(oid: int, value: object, dialect: Dialect = REDSHIFT) -> tuple[str, str]:
    in_text, in_binary = text(oid, dialect), binary(oid, dialect)
    assert in_text is not None
    assert in_binary is not None
    return in_text(value).decode(), in_binary(value).hex()


@pytest.mark.parametrize(
    ("oid", "value", "written", "wire"),
    [
        (oids.DATE, dt.date(2024, 2, 29), "2024-02-29", "00002279"),
        (oids.DATE, dt.date(1400, 1, 1), "1400-01-01", "fffca7f7"),
        (oids.DATE, dt.date(9999, 12, 31), "9999-12-31", "002c95d3"),
        (oids.DATE, "10000-01-01", "10000-01-01", "002c95d4"),
        (oids.DATE, "4714-11-24 BC", "4714-11-24 BC", "ffda97a7"),
        (oids.DATE, "infinity", "infinity", "7fffffff"),
        (oids.DATE, "-infinity", "-infinity", "80000000"),
        (oids.TIME, dt.time(13, 45, 30, 123456), "13:45:30.123456", "0000000b8839b4c0"),
        (oids.TIME, dt.time(23, 59, 59, 999999), "23:59:59.999999", "000000141dd75fff"),
        (oids.TIME, "24:00:00", "24:00:00", "000000141dd76000"),
        (oids.TIMETZ, dt.time(12, tzinfo=UTC), "12:00:00+00", "0000000a0eebb000"),
        (oids.TIMETZ, dt.time(23, tzinfo=WEST), "04:00:00+00", "000000035a4e9000"),
        (oids.TIMETZ, dt.time(1, tzinfo=EAST), "20:00:00+00", "00000010c388d000"),
        (oids.TIMETZ, "22:44:54-07", "05:44:54+00", "00000004d1756180"),
        (
            oids.TIMESTAMP,
            dt.datetime(2024, 2, 29, 13, 45, 30, 123456),
            "2024-02-29 13:45:30.123456",
            "0002b5843dc614c0",
        ),
        (oids.TIMESTAMP, "1400-01-01", "1400-01-01 00:00:00", "ffbcbb82ca6da000"),
        (oids.TIMESTAMP, "infinity", "infinity", "7fffffffffffffff"),
        (oids.TIMESTAMPTZ, "2000-01-01 05:30+05:30", "2000-01-01 00:00:00+00", "0" * 16),
        (oids.TIMESTAMPTZ, "-infinity", "-infinity", "8000000000000000"),
        (oids.ABSTIME, dt.datetime(1970, 1, 1, 5, tzinfo=EAST), "1970-01-01 00:00:00+00", "0" * 8),
        (oids.ABSTIME, "2038-01-19 03:14:00+00", "2038-01-19 03:14:00+00", "7ffffff8"),
        (oids.ABSTIME, "infinity", "infinity", "7ffffffc"),
        (oids.ABSTIME, "-infinity", "-infinity", "80000000"),
    ],
)
def test_redshift(oid: int, value: object, written: str, wire: str) -> None:
    assert both(oid, value) == (written, wire)


@pytest.mark.parametrize(
    ("value", "written", "wire"),
    [
        (dt.time(12, tzinfo=WEST), "12:00:00-05", "0000000a0eebb000 00004650"),
        (dt.time(23, tzinfo=WEST), "23:00:00-05", "000000134743bc00 00004650"),
        (dt.time(1, tzinfo=EAST), "01:00:00+05", "00000000d693a400 ffffb9b0"),
        ("24:00:00+00", "24:00:00+00", "000000141dd76000 00000000"),
    ],
)
def test_timetz_of_postgres(value: object, written: str, wire: str) -> None:
    assert both(oids.TIMETZ, value, POSTGRES) == (written, wire.replace(" ", ""))


@given(st.datetimes(), st.sampled_from([UTC, EAST, WEST]))
def test_texts_and_counts_are_those_of_python(moment: dt.datetime, zone: dt.timezone) -> None:
    written, wire = both(oids.TIMESTAMP, moment)
    whole, _, fraction = written.partition(".")
    seconds = dt.datetime.strptime(whole, "%Y-%m-%d %H:%M:%S")
    assert seconds.replace(microsecond=int(fraction.ljust(6, "0"))) == moment
    (count,) = struct.unpack("!q", bytes.fromhex(wire))
    assert dt.datetime(2000, 1, 1) + dt.timedelta(microseconds=count) == moment
    if dt.datetime(2, 1, 1) < moment < dt.datetime(9998, 1, 1):
        aware, of_utc = moment.replace(tzinfo=zone), moment.replace(tzinfo=zone).astimezone(UTC)
        assert both(oids.TIMESTAMPTZ, aware) == both(oids.TIMESTAMPTZ, of_utc)


@pytest.mark.parametrize(
    ("oid", "value"),
    [
        (oids.DATE, "2023-02-29"),
        (oids.DATE, []),
        (oids.TIME, dt.time(1, tzinfo=UTC)),
        (oids.TIMETZ, dt.time(1)),
        (oids.TIMESTAMP, dt.datetime(2024, 1, 1, tzinfo=UTC)),
        (oids.TIMESTAMPTZ, dt.datetime(2024, 1, 1)),
        (oids.ABSTIME, dt.datetime(2024, 1, 1, 0, 0, 0, 1, tzinfo=UTC)),
        (oids.ABSTIME, dt.datetime(2039, 1, 1, tzinfo=UTC)),
    ],
)
def test_nothing_is_bent_to_fit(oid: int, value: object) -> None:
    in_text = text(oid, REDSHIFT)
    assert in_text is not None
    with pytest.raises(UNFIT):
        in_text(value)


def test_other_types_are_not_moments() -> None:
    assert text(oids.INT4, REDSHIFT) is None
    assert binary(oids.INT4, REDSHIFT) is None
