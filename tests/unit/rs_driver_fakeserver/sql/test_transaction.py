from __future__ import annotations

import pytest

from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.sql.transaction import Transaction


class Witness:
    """Writes down what it is told; ``refuses`` makes its commit fail."""

    def __init__(self, heard: list[str], name: str = "", *, refuses: bool = False) -> None:
        self._heard = heard
        self._name = name
        self._refuses = refuses

    def begin(self) -> None:
        self._heard.append(f"{self._name}begin")

    def commit(self) -> None:
        self._heard.append(f"{self._name}commit")
        if self._refuses:
            raise SqlError("40001", "could not serialize")

    def rollback(self) -> None:
        self._heard.append(f"{self._name}rollback")


@pytest.fixture
def heard() -> list[str]:
    return []


@pytest.fixture
def transaction(heard: list[str]) -> Transaction:
    return Transaction([Witness(heard)])


def test_a_block(transaction: Transaction, heard: list[str]) -> None:
    assert transaction.begin()
    assert transaction.status == "T"
    assert not transaction.begin()
    transaction.join()
    transaction.end_group()
    assert transaction.status == "T"
    assert transaction.commit()
    assert (transaction.status, transaction.number) == ("I", 1)
    assert heard == ["begin", "commit"]


def test_a_failed_block(transaction: Transaction, heard: list[str]) -> None:
    transaction.begin()
    transaction.fail()
    assert heard == ["begin", "rollback"]  # at once: the engine never sees what follows
    assert (transaction.status, transaction.number) == ("E", 0)
    for forbidden in (transaction.check, transaction.begin):
        with pytest.raises(SqlError) as caught:
            forbidden()
        assert caught.value.sqlstate == "25P02"
    transaction.fail()
    transaction.end_group()
    assert transaction.status == "E"
    assert not transaction.commit()
    assert (transaction.status, transaction.number) == ("I", 1)
    assert heard == ["begin", "rollback"]


def test_rollback(transaction: Transaction, heard: list[str]) -> None:
    transaction.rollback()
    assert heard == []
    transaction.begin()
    transaction.rollback()
    assert heard == ["begin", "rollback"]
    assert transaction.status == "I"


def test_an_implicit_transaction(transaction: Transaction, heard: list[str]) -> None:
    transaction.join()
    transaction.join()
    assert transaction.status == "I"
    transaction.end_group()
    assert heard == ["begin", "commit"]
    transaction.end_group()
    assert heard == ["begin", "commit"]


def test_a_failed_implicit_transaction(transaction: Transaction, heard: list[str]) -> None:
    transaction.join()
    transaction.fail()
    assert (heard, transaction.status) == (["begin", "rollback"], "I")
    transaction.end_group()
    assert heard == ["begin", "rollback"]


def test_begin_takes_over_the_implicit_transaction(
    transaction: Transaction, heard: list[str]
) -> None:
    transaction.join()
    transaction.begin()
    transaction.end_group()
    transaction.rollback()
    assert heard == ["begin", "rollback"]


def test_a_commit_that_fails(heard: list[str]) -> None:
    transaction = Transaction([Witness(heard, "a ", refuses=True), Witness(heard, "b ")])
    transaction.begin()
    with pytest.raises(SqlError):
        transaction.commit()
    assert transaction.status == "I"
    transaction.fail()
    assert heard == ["a begin", "b begin", "a commit", "b rollback"]


def test_with_a_savepoint_a_failure_waits(transaction: Transaction, heard: list[str]) -> None:
    transaction.begin()
    transaction.savepoints = 1
    transaction.fail()
    assert (transaction.status, heard) == ("E", ["begin"])
    transaction.recover()
    assert transaction.status == "T"
    transaction.fail()
    assert not transaction.commit()
    assert heard == ["begin", "rollback"]
    assert (transaction.savepoints, transaction.open) == (0, False)


def test_parking(transaction: Transaction, heard: list[str]) -> None:
    transaction.begin()
    transaction.park(lambda: heard.append("park"))
    assert (transaction.status, heard) == ("I", ["begin", "park", "commit"])

    def refuse() -> None:
        raise SqlError("42710", "in use")

    transaction.begin()
    with pytest.raises(SqlError):
        transaction.park(refuse)
    assert (transaction.status, heard[3:]) == ("I", ["begin", "rollback"])
    assert transaction.number == 2


def test_who_comes_later_is_first(transaction: Transaction, heard: list[str]) -> None:
    transaction.add(Witness(heard, "first "))
    transaction.begin()
    transaction.commit()
    assert heard[2:] == ["first commit", "commit"]
