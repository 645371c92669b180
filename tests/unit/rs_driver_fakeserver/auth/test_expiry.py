from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from rs_driver_fakeserver.auth.expiry import Expiry, utc_now

NOON = datetime(2024, 2, 29, 12, tzinfo=timezone.utc)


def test_never() -> None:
    assert not Expiry().over


def test_by_a_clock_of_the_test() -> None:
    now = [NOON - timedelta(seconds=1)]
    expiry = Expiry(NOON, lambda: now[0])
    assert not expiry.over
    now[0] = NOON
    assert expiry.over


def test_by_the_clock_of_the_machine() -> None:
    assert Expiry(utc_now() - timedelta(days=1)).over
    assert not Expiry(utc_now() + timedelta(days=1)).over


@pytest.mark.parametrize(
    ("moment", "error"), [(datetime(2024, 1, 1), ValueError), (900, TypeError), ("now", TypeError)]
)
def test_what_is_no_moment(moment: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="expires= takes an aware datetime"):
        Expiry(moment)
