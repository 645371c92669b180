from __future__ import annotations

from typing import Any

from rs_driver_fakeserver.strategies.model.two_phase import TwoPhase
from support.models import Driven, complaint, passes


class Mine(Driven, TwoPhase):
    """Two-phase transactions and queries."""

    kind = "postgres"
    two_phase = True


def test_a_client_that_is_right() -> None:
    passes(Mine)


def test_where_it_is_off() -> None:
    class Off(Mine):
        two_phase = False

        def connect(self, server: Any) -> Any:
            return Without(super().connect(server))

    passes(Off)


class Changed:
    """A connection, some of whose methods are others."""

    def __init__(self, connection: Any) -> None:
        self.__dict__["inner"] = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self.inner, name, value)


class Without(Changed):
    def tpc_begin(self, xid: object) -> None:
        raise AssertionError("there is no two-phase commit")


class Lazy(Changed):
    def tpc_prepare(self) -> None:
        pass


class Forgetful(Changed):
    def tpc_commit(self) -> None:
        pass


def test_a_first_phase_that_is_left_out() -> None:
    class Wrong(Mine):
        def connect(self, server: Any) -> Any:
            return Lazy(super().connect(server))

    assert complaint(Wrong) == "there are 0 prepared transactions instead of one"


def test_a_second_phase_that_is_left_out() -> None:
    class Wrong(Mine):
        def connect(self, server: Any) -> Any:
            return Forgetful(super().connect(server))

    assert complaint(Wrong) in (
        "1 prepared transactions are left",
        "the server's status is T, not one of 'I'",
    )
