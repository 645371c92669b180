from __future__ import annotations

from typing import get_args

import pytest

from rs_driver.config.keywords import ConnectOptions
from rs_driver.config.objects import ResultFormat, RowsChoice, ServerChoice, SslMode
from rs_driver.config.options import BY_NAME, SSL_MODES

PARAMETERS = {"user", "database", "password", "port", "host"}


def test_the_keywords_are_those_of_the_table() -> None:
    assert set(ConnectOptions.__annotations__) == set(BY_NAME) - PARAMETERS


@pytest.mark.parametrize(
    ("name", "choices"),
    [
        ("sslmode", SslMode),
        ("server", ServerChoice),
        ("result_format", ResultFormat),
        ("rows", RowsChoice),
    ],
)
def test_every_choice_is_accepted(name: str, choices: object) -> None:
    for choice in get_args(choices):
        assert BY_NAME[name].parse(choice) == choice
        assert choice in BY_NAME[name].kind


def test_no_mode_is_missing() -> None:
    assert get_args(SslMode) == SSL_MODES
