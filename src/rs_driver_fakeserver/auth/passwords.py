"""What the methods that compare a password message share."""

from __future__ import annotations

import hmac

from rs_driver.wire.auth import PasswordMessage
from rs_driver.wire.messages import FrontendMessage
from rs_driver_fakeserver.auth.port import Refused


def check_password(answer: FrontendMessage, expected: bytes, *, known: bool) -> None:
    """Refused unless ``answer`` is the password message ``expected``, of a ``known`` user."""
    sent = answer.password if isinstance(answer, PasswordMessage) else b""
    # An empty password never matches, as on PostgreSQL.
    if not hmac.compare_digest(sent, expected) or not known or not sent:
        raise Refused("unknown user or wrong password")
