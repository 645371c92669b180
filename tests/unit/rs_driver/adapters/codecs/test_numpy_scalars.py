from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.codecs.base import Encoder
from rs_driver.errors import DataError, NotSupportedError
from rs_driver.intervals import Interval
from rs_driver.ports.codec import TEXT, CodecMap, Parameter
from support.wire_values import POSTGRES, REDSHIFT


def _written(value: object, _codecs: CodecMap) -> Parameter:
    return Parameter(1, TEXT, repr(value).encode())


SPANS = default_codecs(POSTGRES).with_encoder(
    Encoder(timedelta, _written), Encoder(Interval, _written)
)
"""In which a span of time is easily recognised."""


@pytest.mark.parametrize(
    ("scalar", "plain"),
    [
        (np.bool_(True), True),
        (np.bool_(False), False),
        (np.int8(-128), -128),
        (np.uint8(255), 255),
        (np.int16(-(2**15)), -(2**15)),
        (np.uint16(2**16 - 1), 2**16 - 1),
        (np.int32(-(2**31)), -(2**31)),
        (np.uint32(2**32 - 1), 2**32 - 1),
        (np.int64(-(2**63)), -(2**63)),
        (np.uint64(2**63), 2**63),
        (np.uint64(2**64 - 1), 2**64 - 1),
        (np.longlong(5), 5),
        (np.float16(0.1), 0.0999755859375),
        (np.float32(0.1), 0.10000000149011612),
        (np.float64(0.1), 0.1),
        (np.float64("-inf"), float("-inf")),
        (np.float32("nan"), float("nan")),
        (np.longdouble(0.5), 0.5),
        (np.longdouble("nan"), float("nan")),
        (np.longdouble("inf"), float("inf")),
        (np.str_("ä"), "ä"),
        (np.bytes_(b"\0\xff"), b"\0\xff"),
    ],
)
def test_a_scalar_is_sent_as_the_value_that_it_equals(scalar: Any, plain: object) -> None:
    for profile in (POSTGRES, REDSHIFT):
        codecs = default_codecs(profile)
        assert codecs.encode(scalar) == codecs.encode(plain)


@pytest.mark.skipif(np.finfo(np.longdouble).nmant <= 52, reason="its longdouble is a float")
@pytest.mark.parametrize("text", ["0.1", "1e4000", "1e-4000"])
def test_a_longdouble_that_no_float_equals_is_a_data_error(text: str) -> None:
    with pytest.raises(DataError, match="no float equals"):
        default_codecs(POSTGRES).encode(np.longdouble(text))


@pytest.mark.parametrize(
    ("scalar", "plain"),
    [
        (np.datetime64("2024", "Y"), date(2024, 1, 1)),
        (np.datetime64("1969-12", "M"), date(1969, 12, 1)),
        (np.datetime64("2024-02-29", "D"), date(2024, 2, 29)),
        (np.datetime64("0001-01-01", "D"), date(1, 1, 1)),
        (np.datetime64("9999-12-31", "D"), date(9999, 12, 31)),
        (np.datetime64("2024-02-29", "W"), date(2024, 2, 29)),
        (np.datetime64("2024-02-29T13", "h"), datetime(2024, 2, 29, 13)),
        (np.datetime64("2024-02-29T13:45", "m"), datetime(2024, 2, 29, 13, 45)),
        (np.datetime64("1969-12-31T23:59:59", "s"), datetime(1969, 12, 31, 23, 59, 59)),
        (np.datetime64("2024-02-29T00:00:00.123", "ms"), datetime(2024, 2, 29, 0, 0, 0, 123000)),
        (np.datetime64("0001-01-01T00:00:00.000001", "us"), datetime(1, 1, 1, 0, 0, 0, 1)),
        (np.datetime64("1900-01-01T00:00:00.000001000", "ns"), datetime(1900, 1, 1, 0, 0, 0, 1)),
        (np.datetime64(-1_000_000, "ps"), datetime(1969, 12, 31, 23, 59, 59, 999_999)),
        (np.datetime64(3 * 10**9, "fs"), datetime(1970, 1, 1, 0, 0, 0, 3)),
        (np.datetime64(-(10**12), "as"), datetime(1969, 12, 31, 23, 59, 59, 999_999)),
        (np.datetime64(3, ("s", 25)), datetime(1970, 1, 1, 0, 1, 15)),
        (np.datetime64(2, ("D", 10)), date(1970, 1, 21)),
    ],
)
def test_a_datetime64_is_a_date_or_a_datetime(scalar: Any, plain: date) -> None:
    assert default_codecs(POSTGRES).encode(scalar) == default_codecs(POSTGRES).encode(plain)


@pytest.mark.parametrize(
    ("scalar", "plain"),
    [
        (np.timedelta64(-2, "W"), timedelta(-14)),
        (np.timedelta64(1, "D"), timedelta(1)),
        (np.timedelta64(-1, "h"), timedelta(hours=-1)),
        (np.timedelta64(90, "m"), timedelta(minutes=90)),
        (np.timedelta64(10**13, "s"), timedelta(seconds=10**13)),
        (np.timedelta64(-1, "ms"), timedelta(milliseconds=-1)),
        (np.timedelta64(2**62, "us"), timedelta(microseconds=2**62)),
        (np.timedelta64(-5000, "ns"), timedelta(microseconds=-5)),
        (np.timedelta64(2, ("s", 7)), timedelta(seconds=14)),
        (np.timedelta64(14, "M"), Interval(months=14)),
        (np.timedelta64(-2, "Y"), Interval(months=-24)),
    ],
)
def test_a_timedelta64_is_a_timedelta_or_months(scalar: Any, plain: object) -> None:
    assert SPANS.encode(scalar).data == repr(plain).encode()


@pytest.mark.parametrize(
    "scalar",
    [
        np.datetime64("NaT", "ns"),
        np.datetime64("NaT", "D"),
        np.timedelta64("NaT", "s"),
    ],
)
def test_nat_is_null(scalar: object) -> None:
    assert default_codecs(REDSHIFT).encode(scalar) == Parameter(705, TEXT, None)


@pytest.mark.parametrize(
    "scalar",
    [
        np.datetime64(1, "ns"),
        np.datetime64(-1, "ns"),
        np.datetime64(1_000_001, "ps"),
        np.datetime64(1, "fs"),
        np.datetime64(10**12 - 1, "as"),
        np.timedelta64(1500, "ns"),
    ],
)
def test_lost_precision_is_a_data_error(scalar: Any) -> None:
    with pytest.raises(DataError, match=r"parameter 1: .* finer than the microseconds"):
        SPANS.encode_all([scalar])


@pytest.mark.parametrize(
    "scalar",
    [
        np.datetime64("0000-12-31", "D"),
        np.datetime64("10000-01-01", "D"),
        np.datetime64("10000-01-01T00:00:00", "s"),
        np.datetime64("10000", "Y"),
        np.datetime64(2**62, "M"),
        np.datetime64(2**62, "h"),
        np.datetime64(-(2**62), "D"),
        np.timedelta64(2**62, "s"),
        np.timedelta64(2**62, "W"),
    ],
)
def test_out_of_pythons_range_is_a_data_error(scalar: Any) -> None:
    with pytest.raises(DataError, match=r"64\[.*\] outside the range"):
        SPANS.encode(scalar)


def test_more_months_than_an_interval_holds_are_a_data_error() -> None:
    with pytest.raises(DataError, match="months"):
        SPANS.encode(np.timedelta64(2**31, "M"))


@pytest.mark.filterwarnings("ignore:The 'generic' unit:DeprecationWarning")
def test_a_value_without_a_unit_has_a_meaning_only_where_it_is_nat() -> None:
    for scalar in (np.datetime64("NaT"), np.timedelta64("NaT")):
        assert SPANS.encode(scalar) == Parameter(705, TEXT, None)
    with pytest.raises(DataError, match="without a unit"):
        SPANS.encode(np.timedelta64(5))


@pytest.mark.parametrize(
    "scalar", [np.complex128(1j), np.void(b"a"), np.array([(1, 2)], dtype="i4,i4")[0]]
)
def test_others_are_not_supported(scalar: object) -> None:
    with pytest.raises(NotSupportedError, match="parameter 1: a numpy scalar of dtype"):
        default_codecs(POSTGRES).encode_all([scalar])
