from __future__ import annotations

from rs_driver_fakeserver.auth.trust import Trust
from support.fake_logins import log_in


def test_everybody_is_in() -> None:
    assert log_in(Trust()) == ([], "awsuser")
    assert log_in(Trust(), user="nobody") == ([], "nobody")


def test_credentials() -> None:
    assert Trust().credentials() == {"user": "awsuser"}
