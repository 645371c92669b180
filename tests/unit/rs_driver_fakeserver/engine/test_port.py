from __future__ import annotations

from rs_driver_fakeserver.engine.port import Column, Engine, EngineSession, SqlError
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
