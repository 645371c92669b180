from __future__ import annotations

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs.base import Codec, same
from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.operations.query_id import QUESTION, last_query_id
from rs_driver.errors import DataError, NotSupportedError, OperationalError, ProgrammingError
from rs_driver.ports.codec import TEXT
from rs_driver.ports.profile import ServerProfile
from rs_driver.wire.messages import BackendMessage
from rs_driver.wire.query import Query
from rs_driver.wire.results import CommandComplete
from support.answers import IDLE, row
from support.dialogue import Dialogue, described, failure
from support.states import connection_state


def talk(*words: BackendMessage) -> tuple[Dialogue, ConnectionState]:
    dialogue = Dialogue()
    return dialogue.say(*words, IDLE), connection_state(dialogue.core)


def answer(data: bytes | None) -> tuple[BackendMessage, ...]:
    return (described(oids.INT4), row(data), CommandComplete("SELECT"))


@pytest.mark.parametrize(("data", "found"), [(b"4711", 4711), (b"0", 0), (b"-1", None)])
def test_it_is_asked_for_without_a_transaction(data: bytes, found: int | None) -> None:
    dialogue, state = talk(*answer(data))
    assert dialogue.run(last_query_id(state)) == found
    assert dialogue.messages() == [Query(QUESTION)]
    assert not state.in_transaction


@pytest.mark.parametrize(
    "data", [None, b"", b"-", b"x", b"--1", b"9" * 5000, "٣".encode(), b"\xff"]
)
def test_an_answer_that_is_none(data: bytes | None) -> None:
    dialogue, state = talk(*answer(data))
    with pytest.raises((OperationalError, DataError)):  # the latter for what is no UTF-8
        dialogue.run(last_query_id(state))
    assert (state.core.busy, state.core.broken) == (None, None)


def test_no_row_at_all() -> None:
    dialogue, state = talk(described(oids.INT4), CommandComplete("SELECT"))
    with pytest.raises(OperationalError, match="number of its last query"):
        dialogue.run(last_query_id(state))


def test_an_error_of_the_server() -> None:
    dialogue, state = talk(failure())
    with pytest.raises(ProgrammingError):
        dialogue.run(last_query_id(state))


def test_the_users_own_codecs_do_not_matter() -> None:
    dialogue, state = talk(*answer(b"7"))
    mine = Codec(oids.INT4, TEXT, "mine", same(lambda _: object()))
    state.codecs = state.codecs.with_codecs(mine)
    assert dialogue.run(last_query_id(state)) == 7


def test_postgres_has_none() -> None:
    dialogue, state = talk()
    state.profile = ServerProfile(kind="postgres")
    with pytest.raises(NotSupportedError, match="Redshift"):
        dialogue.run(last_query_id(state))
    assert dialogue.sent == b""
