from __future__ import annotations

from typing import Any

from rs_driver_fakeserver.strategies.model.queries import Queries
from rs_driver_fakeserver.strategies.model.transactions import Transactions
from support.models import Driven, complaint, passes


class Mine(Driven, Transactions, Queries):
    """These rules, and statements that fail."""


def test_a_client_that_is_right() -> None:
    passes(Mine)


def test_on_postgres() -> None:
    class Postgres(Mine):
        kind = "postgres"

    passes(Postgres)


def test_a_client_with_one_mode() -> None:
    class Fixed(Mine):
        autocommit_modes = (False,)

        def set_autocommit(self, on: bool) -> None:
            raise AssertionError("there is no other mode")

    passes(Fixed)


def test_a_commit_that_is_not_sent() -> None:
    class Wrong(Mine):
        def commit(self) -> None:
            pass

    assert "the server's status is" in complaint(Wrong)


def test_a_mode_that_does_not_change() -> None:
    class Wrong(Mine):
        def set_autocommit(self, on: bool) -> None:
            pass

    assert "the server's status is" in complaint(Wrong)


def test_an_error_of_a_commit_that_should_work() -> None:
    class Wrong(Mine):
        def commit(self) -> None:
            super().commit()
            raise AssertionError("nothing to commit")

    assert complaint(Wrong) == "nothing to commit"


def test_an_error_of_an_end_that_should_work() -> None:
    class Wrong(Mine):
        def run(self, sql: str, parameters: Any = ()) -> Any:
            if sql == "rollback":
                raise AssertionError("not by SQL")
            return super().run(sql, parameters)

    assert complaint(Wrong) == "not by SQL"


def test_a_client_that_leaves_failed_transactions_by_itself() -> None:
    class Wrong(Mine):
        def run(self, sql: str, parameters: Any = ()) -> Any:
            try:
                return super().run(sql, parameters)
            except Exception:
                self.rollback()
                raise

    assert "the server's status is I" in complaint(Wrong)
