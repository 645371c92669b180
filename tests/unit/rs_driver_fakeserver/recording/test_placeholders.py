from __future__ import annotations

import pytest

from rs_driver_fakeserver.recording.placeholders import PLACEHOLDER, matches, placeholder


def test_a_placeholder_is_found_again() -> None:
    assert placeholder("user", 12) == "redacted_user_12"
    assert PLACEHOLDER.fullmatch(placeholder("secret", 1))


@pytest.mark.parametrize(
    ("recorded", "given", "expected"),
    [
        ("a", "a", True),
        ("a", "b", False),
        ("use redacted_database_1", "use dev", True),
        ("use redacted_database_1", "use ", True),
        ("use redacted_database_1", "used", False),
        ("redacted_user_1.t", "alice.t", True),
        ("redacted_user_1.t", "alice.u", False),
        ("a redacted_key_1 b redacted_secret_2 c", "a x b y c", True),
        ("a redacted_key_1 b redacted_secret_2 c", "a x c", False),
        ("redacted_key_1redacted_key_2", "", True),
        ("ab redacted_key_1 bc", "ab bc", False),
        ("redacted", "x", False),
    ],
)
def test_anything_stands_for_a_placeholder(recorded: str, given: str, expected: bool) -> None:
    assert matches(recorded, given) is expected


def test_it_takes_no_time() -> None:
    recorded = "redacted_key_1 a " * 2000 + "b"
    assert not matches(recorded, "x a " * 4000)
