from __future__ import annotations

import dataclasses
import importlib

import pytest

from rs_driver import hooks
from rs_driver.hooks import ConnectionInfo, Executing, Failed
from rs_driver.shells.observed import OF_CONNECTIONS, OF_STATEMENTS

INFO = ConnectionInfo("h", 5439, "dev", "alice")


def test_everything_that_is_promised_is_there() -> None:
    module = importlib.import_module("rs_driver.hooks")
    assert all(getattr(module, name) is not None for name in hooks.__all__)


def test_the_methods_of_a_hook_are_those_that_are_called() -> None:
    public = {name for name in vars(hooks.Hook) if not name.startswith("_")}
    assert public == {*OF_CONNECTIONS, *OF_STATEMENTS}


def test_a_connection_can_be_a_key() -> None:
    twin = dataclasses.replace(INFO)
    assert twin != INFO
    assert {INFO: 1, twin: 2}[INFO] == 1


def test_an_event_cannot_be_changed() -> None:
    event = Executing(INFO, "select 1", "SELECT", 0, None)
    with pytest.raises(dataclasses.FrozenInstanceError):
        event.sql = "select 2"  # type: ignore[misc]


def test_the_excerpt_is_short_and_without_passwords() -> None:
    sql = "create user bob password 'hidden' " + "x" * 1000
    event = Executing(INFO, sql, "CREATE", 0, None)
    assert event.excerpt.startswith("create user bob password ***")
    assert len(event.excerpt) < 100
    assert "hidden" not in event.excerpt + repr(event)
    assert Executing(INFO, " \n", "", 0, None).excerpt == ""


def test_texts_and_errors_stay_out_of_repr() -> None:
    failed = Failed(INFO, "select 'a'", "SELECT", 0, None, 0.5, ValueError("b"), "c")
    assert "elapsed=0.5" in repr(failed)
    assert not any(text in repr(failed) for text in ("select", "ValueError", "token"))
    assert failed.sqlstate is None
