from __future__ import annotations

import pytest

from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.protocol.startup_options import settings


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        ("  ", {}),
        ("-c statement_timeout=300", {"statement_timeout": "300"}),
        ("-cgeqo=off -c  jit=on", {"geqo": "off", "jit": "on"}),
        ("--statement-timeout=5s", {"statement_timeout": "5s"}),
        (
            r"-c search_path=a,\ b -c application_name=c\\d",
            {"search_path": "a, b", "application_name": "c\\d"},
        ),
        ("-c application_name=a=b", {"application_name": "a=b"}),
        ("-c application_name=", {"application_name": ""}),
        ("-c geqo=off -c geqo=on", {"geqo": "on"}),
    ],
)
def test_what_they_set(text: str, found: dict[str, str]) -> None:
    assert settings(text) == found


@pytest.mark.parametrize("text", ["-c", "-c geqo", "-x 7", "geqo=on", "-c =7"])
def test_what_is_none(text: str) -> None:
    with pytest.raises(SqlError, match="42601: invalid command-line argument"):
        settings(text)
