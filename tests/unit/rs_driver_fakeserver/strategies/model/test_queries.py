from __future__ import annotations

from typing import Any

from rs_driver_fakeserver.strategies.model.queries import Queries
from support.models import Driven, complaint, passes


class Mine(Driven, Queries):
    """The rules of this module alone."""


def test_a_client_that_is_right() -> None:
    passes(Mine)


def test_a_client_without_parameters_or_two_cursors() -> None:
    class Modest(Mine):
        paramstyle = None
        interleaves = False

    passes(Modest)


def test_a_client_that_mixes_up_its_cursors() -> None:
    class Wrong(Mine):
        def connect(self, server: Any) -> Any:
            return OneCursor(super().connect(server))

    assert "the rows are" in complaint(Wrong)


class OneCursor:
    """A connection all of whose cursors are the same."""

    def __init__(self, connection: Any) -> None:
        self.__dict__.update(inner=connection, own=None)

    def cursor(self) -> Any:
        if self.own is None:
            self.__dict__["own"] = Endless(self.inner.cursor())
        return self.own

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self.inner, name, value)


class Endless:
    """A cursor that cannot be closed."""

    def __init__(self, cursor: Any) -> None:
        self.inner = cursor

    def close(self) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def test_a_client_that_miscounts() -> None:
    class Wrong(Mine):
        def run(self, sql: str, parameters: Any = ()) -> Any:
            answer = super().run(sql, parameters)
            return type(answer)(answer.names, answer.rows, answer.rowcount + 1)

    assert "for 'INSERT 0" in complaint(Wrong).replace("UPDATE", "INSERT 0")


def test_a_client_that_turns_parameters_around() -> None:
    class Wrong(Mine):
        def run(self, sql: str, parameters: Any = ()) -> Any:
            return super().run(sql, [str(value)[::-1] + "x" for value in parameters])

    assert "no rule matches" in complaint(Wrong)


def test_a_cache_that_knows_only_the_first_result() -> None:
    class Wrong(Mine):
        def run(self, sql: str, parameters: Any = ()) -> Any:
            answer = super().run(sql, parameters)
            if answer.rows is not None:
                self.__dict__.setdefault("first", answer)
                return self.__dict__["first"]
            return answer

    assert complaint(Wrong)
