from __future__ import annotations

from types import SimpleNamespace

from rs_driver_fakeserver.sql.seat import Seat


class Engine:
    def __init__(self) -> None:
        self.heard: list[str] = []
        self.sessions = 0

    def open_session(self, user: str, database: str) -> Session:
        self.sessions += 1
        return Session(self, f"{user}@{database}#{self.sessions}")


class Session:
    def __init__(self, engine: Engine, name: str) -> None:
        self.engine = engine
        self.name = name

    def begin(self) -> None:
        self.engine.heard.append(f"begin {self.name}")

    def commit(self) -> None:
        self.engine.heard.append(f"commit {self.name}")

    def rollback(self) -> None:
        self.engine.heard.append(f"rollback {self.name}")


def test_whoever_sits_there() -> None:
    engine = Engine()
    client = SimpleNamespace(
        engine=engine.open_session("u", "d"),
        user="u",
        database="d",
        instance=SimpleNamespace(engine=engine),
    )
    seat = Seat(client)  # type: ignore[arg-type]  # all that is used
    seat.begin()
    taken = seat.take()
    assert taken is not None
    taken.rollback()
    seat.commit()
    assert engine.heard == ["begin u@d#1", "begin u@d#2", "rollback u@d#1", "commit u@d#2"]


def test_nobody() -> None:
    client = SimpleNamespace(engine=None, instance=SimpleNamespace(engine=None))
    seat = Seat(client)  # type: ignore[arg-type]  # all that is used
    seat.begin()
    seat.commit()
    seat.rollback()
    assert seat.take() is None
