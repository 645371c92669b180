from __future__ import annotations

import inspect

import rs_driver
from rs_driver.config.keywords import ConnectOptions
from rs_driver.config.options import BY_NAME

POSITIONAL = {"user", "database", "password", "port", "host"}


def test_the_keywords_are_the_table() -> None:
    assert set(ConnectOptions.__annotations__) == set(BY_NAME) - POSITIONAL


def test_the_parameters_are_the_rest() -> None:
    assert set(inspect.signature(rs_driver.connect).parameters) == POSITIONAL | {"options"}


def test_every_keyword_may_be_left_out_or_none() -> None:
    assert ConnectOptions.__total__ is False
    annotations = {name: str(kind) for name, kind in ConnectOptions.__annotations__.items()}
    assert all("None" in kind or "Any" in kind for kind in annotations.values()), annotations
