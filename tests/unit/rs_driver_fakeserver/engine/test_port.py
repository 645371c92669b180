from __future__ import annotations

from rs_driver_fakeserver.engine.port import (
    Column,
    CopyIn,
    CopyOut,
    Engine,
    EngineSession,
    Result,
    SqlError,
)
from rs_driver_fakeserver.rules.script import Script


def test_a_script_satisfies_the_port() -> None:
    engine: Engine = Script()
    session: EngineSession = engine.open_session("user", "dev")
    session.cancel()
    session.close()
    engine.close()


def test_defaults() -> None:
    assert Column("a").type == "varchar"
    error = SqlError("22012", "division by zero")
    assert (error.detail, error.hint, error.severity) == (None, None, "ERROR")
    assert str(error) == "22012: division by zero"


def test_copy() -> None:
    assert Result(None, (), "SELECT").copy is None
    heard: list[bytes] = []
    copy = CopyIn(2, receive=heard.append)
    copy.receive(b"1\n")
    assert heard == [b"1\n"]
    assert copy == CopyIn(2)  # who listens does not matter
    CopyIn().receive(b"1\n")
    assert (CopyOut().chunks, CopyOut().columns, CopyOut().tag) == ((), 1, None)
