from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.codecs.base import Encoder
from rs_driver.errors import DataError, NotSupportedError
from rs_driver.ports.codec import TEXT, Parameter
from support.wire_values import POSTGRES, REDSHIFT

PLAIN = default_codecs(POSTGRES).with_encoder(
    Encoder(timedelta, lambda value, _: Parameter(1, TEXT, repr(value).encode()))
)
"""In which a timedelta is easily recognised."""


@pytest.mark.parametrize("value", [pd.NaT, pd.NA, pd.Timestamp("NaT")])
def test_what_is_missing_is_null(value: Any) -> None:
    for profile in (POSTGRES, REDSHIFT):
        assert default_codecs(profile).encode(value) == Parameter(705, TEXT, None)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (pd.Timestamp("2024-02-29 13:45:30.123456"), datetime(2024, 2, 29, 13, 45, 30, 123456)),
        (
            pd.Timestamp("2024-02-29 13:45", tz="Europe/Berlin"),
            datetime(2024, 2, 29, 12, 45, tzinfo=timezone.utc),
        ),
        (pd.Timestamp(0), datetime(1970, 1, 1)),
    ],
)
def test_a_timestamp_is_a_datetime(value: Any, plain: datetime) -> None:
    assert default_codecs(POSTGRES).encode(value) == default_codecs(POSTGRES).encode(plain)


def test_a_timestamp_out_of_pythons_range_is_sent_as_what_it_is() -> None:
    year_20000 = pd.Timestamp(np.datetime64("20000-01-01", "s"))
    micros = 6_574_365 * 86_400_000_000  # days from 2000-01-01: 45 cycles of 146,097
    assert default_codecs(POSTGRES).encode(year_20000).data == micros.to_bytes(8, "big")


@pytest.mark.parametrize("value", [pd.Timestamp(1), pd.Timedelta(1), pd.Timedelta(-1)])
def test_nanoseconds_are_a_data_error(value: Any) -> None:
    with pytest.raises(DataError, match=r"parameter 1: the Time\w+ has nanoseconds"):
        PLAIN.encode_all([value])


@pytest.mark.parametrize(
    "plain",
    [timedelta(0), timedelta(microseconds=1), timedelta(-1, 3, 999_999), timedelta(99_999, 1, 1)],
)
def test_a_timedelta_is_the_timedelta_that_it_equals(plain: timedelta) -> None:
    assert PLAIN.encode(pd.Timedelta(plain)).data == repr(plain).encode()


def test_a_timedelta_of_a_coarse_unit() -> None:
    value = pd.Timedelta(np.timedelta64(400_000, "s"))
    assert PLAIN.encode(value).data == repr(timedelta(seconds=400_000)).encode()
    with pytest.raises(DataError, match="range"):
        PLAIN.encode(pd.Timedelta(np.timedelta64(2**60, "s")))


@pytest.mark.parametrize("value", [pd.Period("2024"), pd.Interval(1, 2), pd.Series([1])])
def test_others_are_not_supported(value: object) -> None:
    with pytest.raises(NotSupportedError, match=r"parameter 1: a value of class pandas\."):
        default_codecs(POSTGRES).encode_all([value])


def test_pandas_is_not_imported() -> None:
    program = (
        "import sys\n"
        "from rs_driver.adapters.codecs import default_codecs\n"
        "from rs_driver.ports.profile import ServerProfile\n"
        "default_codecs(ServerProfile()).encode_all([None, 1, 'a', {'b': 1}])\n"
        "print({'numpy', 'pandas'} & sys.modules.keys())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
