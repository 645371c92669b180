from __future__ import annotations

from datetime import datetime, timezone

import pytest

from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.prepared_transactions import PreparedTransaction, PreparedTransactions

NOON = datetime(2024, 2, 29, 12, tzinfo=timezone.utc)


class Session:
    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


def nothing(found: PreparedTransaction) -> None:
    pass


def test_from_first_to_last() -> None:
    known = PreparedTransactions(lambda: NOON)
    known.add("b", "alice", "dev", lambda: None)
    known.add("a", "bob", "dev", lambda: None)
    assert known.all == (
        PreparedTransaction("b", "alice", "dev", NOON, 1),
        PreparedTransaction("a", "bob", "dev", NOON, 2),
    )
    assert known.take("b", nothing).owner == "alice"
    assert [each.gid for each in known.all] == ["a"]


def test_names_that_are_taken_or_unknown() -> None:
    known = PreparedTransactions()
    known.add("a", "alice", "dev", lambda: None)
    taken: list[str] = []
    with pytest.raises(SqlError, match="42710"):
        known.add("a", "alice", "dev", lambda: taken.append("x"))
    assert taken == []
    with pytest.raises(SqlError, match='42704: prepared transaction with identifier "b" does'):
        known.take("b", nothing)
    assert known.all[0].prepared.tzinfo is timezone.utc


def test_what_may_not_be_finished_stays() -> None:
    known = PreparedTransactions()
    known.add("a", "alice", "dev", lambda: None)

    def refuse(found: PreparedTransaction) -> None:
        raise SqlError("42501", found.owner)

    with pytest.raises(SqlError, match="42501: alice"):
        known.take("a", refuse)
    assert len(known.all) == 1


def test_clear_rolls_back() -> None:
    known, session = PreparedTransactions(), Session()
    known.add("a", "alice", "dev", lambda: session)  # type: ignore[arg-type, return-value]  # all that is used
    known.add("b", "alice", "dev", lambda: None)
    known.clear()
    assert (known.all, session.closed) == ((), 1)
