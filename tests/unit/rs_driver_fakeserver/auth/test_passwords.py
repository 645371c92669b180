from __future__ import annotations

import pytest

from rs_driver.wire.auth import PasswordMessage, SASLResponse
from rs_driver.wire.messages import FrontendMessage
from rs_driver_fakeserver.auth.passwords import check_password
from rs_driver_fakeserver.auth.port import Refused


def test_the_right_one() -> None:
    check_password(PasswordMessage(b"x"), b"x", known=True)


@pytest.mark.parametrize(
    ("answer", "expected", "known"),
    [
        (PasswordMessage(b"y"), b"x", True),
        (PasswordMessage(b"x"), b"x", False),
        (PasswordMessage(b""), b"", True),
        (SASLResponse(b"x"), b"x", True),
    ],
    ids=["wrong", "of nobody", "empty", "another message"],
)
def test_all_others(answer: FrontendMessage, expected: bytes, known: bool) -> None:
    with pytest.raises(Refused, match="unknown user or wrong password"):
        check_password(answer, expected, known=known)
