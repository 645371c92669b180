from __future__ import annotations

from rs_driver.wire.framing import MAX_HANDSHAKE_MESSAGE
from rs_driver_fakeserver.protocol.wants import Malformed, Want


def test_what_is_wanted_before_the_login_is_short() -> None:
    assert Want(answer="password").limit == MAX_HANDSHAKE_MESSAGE


def test_malformed_names_message_and_problem() -> None:
    malformed = Malformed(b"Q", "no NUL")
    assert (malformed.tag, str(malformed)) == (b"Q", "no NUL")
