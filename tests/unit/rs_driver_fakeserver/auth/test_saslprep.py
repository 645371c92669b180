from __future__ import annotations

import pytest

from rs_driver_fakeserver.auth.saslprep import prepared


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("pencil", "pencil"),
        ("a\u00a0b", "a b"),  # another blank is a blank
        ("I\u00adX", "IX"),  # a soft hyphen goes
        ("\u2168", "IX"),  # NFKC
        ("\u0627\u0628", "\u0627\u0628"),
        ("\u06271", "\u06271"),  # right to left, ends otherwise: forbidden, so as it is
        ("ü\u0007", "ü\u0007"),  # a control character is forbidden, too
        ("\u00ad", "\u00ad"),  # nothing would be left
    ],
)
def test_passwords(password: str, expected: str) -> None:
    assert prepared(password) == expected
