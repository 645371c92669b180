from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone

import pytest

from rs_driver import oids
from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.operations import two_phase
from rs_driver.domain.tpc import State, Xid, xid
from rs_driver.domain.wants import Operation
from rs_driver.errors import (
    DatabaseError,
    DataError,
    Error,
    IntegrityError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    RemoteProtocolError,
)
from rs_driver.ports.profile import ServerProfile
from rs_driver.wire.control import ReadyForQuery
from rs_driver.wire.query import Query
from rs_driver.wire.results import CommandComplete, DataRow
from support.dialogue import Dialogue, Words, described, failure
from support.states import connection_state

IDLE, OPEN, FAILED = ReadyForQuery("I"), ReadyForQuery("T"), ReadyForQuery("E")
NAME = xid(7, "global", "branch")
GID = "7_Z2xvYmFs_YnJhbmNo"
PREPARE = f"PREPARE TRANSACTION '{GID}'"
SHOW = "SHOW max_prepared_transactions"
ROOM = (described(oids.TEXT), DataRow((b"10",)), CommandComplete("SHOW"), OPEN)
NO_ROOM = (described(oids.TEXT), DataRow((b"0",)), CommandComplete("SHOW"), OPEN)

End = Callable[..., Operation[None]]
Where = tuple[State, Xid | None, str]
both_ends = pytest.mark.parametrize(
    ("end", "word"), [(two_phase.commit, "COMMIT"), (two_phase.rollback, "ROLLBACK")]
)


class Peer(Dialogue):
    """A dialogue with a PostgreSQL (or, by ``profile``, another) and its connection's state."""

    def __init__(self, profile: ServerProfile | None = None, *, autocommit: bool = False) -> None:
        super().__init__()
        profile = profile or ServerProfile(kind="postgres", two_phase=True)
        self.state: ConnectionState = connection_state(
            self.core, profile=profile, autocommit=autocommit
        )

    @property
    def where(self) -> Where:
        """The state as we and as the server see it."""
        mine = self.state.two_phase
        return mine.state, mine.xid, self.core.transaction_status

    def asked(self) -> list[str]:
        """The texts of the queries since this was last asked."""
        messages = self.messages()
        assert all(isinstance(message, Query) for message in messages)
        return [message.sql for message in messages if isinstance(message, Query)]

    def say(self, *words: Words) -> Peer:
        super().say(*words)
        return self

    def hang_up(self) -> Peer:
        super().hang_up()
        return self

    def fails(
        self, operation: Operation[object], kind: type[Error], match: str | None = None
    ) -> Error:
        with pytest.raises(kind, match=match) as caught:
            self.run(operation)
        return caught.value

    def begin(self, name: Xid | str = NAME) -> Peer:
        self.say(CommandComplete("BEGIN"), OPEN)
        self.run(two_phase.begin(self.state, name))
        self.messages()
        return self

    def prepare(self) -> Peer:
        self.say(*ROOM).say(CommandComplete("PREPARE TRANSACTION"), IDLE)
        self.run(two_phase.prepare(self.state))
        self.messages()
        return self


OUTSIDE: Where = (State.NONE, None, "I")
INSIDE: Where = (State.BEGUN, NAME, "T")
PREPARED: Where = (State.PREPARED, NAME, "I")


# -- begin --------------------------------------------------------------------------------


@pytest.mark.parametrize("autocommit", [False, True])
@pytest.mark.parametrize("profile", [None, ServerProfile()], ids=["postgres", "redshift"])
def test_a_transaction_begins_at_once(profile: ServerProfile | None, autocommit: bool) -> None:
    peer = Peer(profile, autocommit=autocommit).say(CommandComplete("BEGIN"), OPEN)
    peer.run(two_phase.begin(peer.state, NAME))
    assert peer.asked() == ["BEGIN"]
    assert peer.where == INSIDE
    assert peer.state.in_transaction


def test_a_str_names_a_transaction_as_it_is() -> None:
    peer = Peer().begin("it's \\ mine")
    peer.say(*ROOM).say(CommandComplete("PREPARE TRANSACTION"), IDLE)
    peer.run(two_phase.prepare(peer.state))
    assert peer.asked() == [SHOW, r"PREPARE TRANSACTION E'it''s \\ mine'"]
    assert peer.state.two_phase.xid == Xid(None, "it's \\ mine", None)


@pytest.mark.parametrize("status", ["T", "E"])
def test_none_begins_inside_another(status: str) -> None:
    peer = Peer()
    peer.core.transaction_status = status
    peer.fails(two_phase.begin(peer.state, NAME), ProgrammingError, "inside a transaction")
    assert peer.sent == b""
    assert peer.where == (State.NONE, None, status)


def test_none_begins_inside_itself() -> None:
    peer = Peer().begin()
    peer.fails(two_phase.begin(peer.state, "other"), ProgrammingError, "tpc_commit")
    assert peer.where == INSIDE
    peer.prepare()
    peer.fails(two_phase.begin(peer.state, "other"), ProgrammingError, "only tpc_commit")
    assert peer.where == PREPARED


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("x" * 200, ProgrammingError),
        (None, ProgrammingError),
        ("a\0b", DataError),
        ("a\ud800", DataError),
    ],
)
def test_none_begins_that_could_not_be_prepared(name: str, kind: type[Error]) -> None:
    peer = Peer()
    peer.fails(two_phase.begin(peer.state, name), kind)
    assert (peer.where, peer.sent) == (OUTSIDE, b"")


def test_a_begin_that_the_server_refuses() -> None:
    peer = Peer().say(failure("57P03", "not now"), IDLE)
    peer.fails(two_phase.begin(peer.state, NAME), OperationalError, "not now")
    assert peer.where == OUTSIDE


# -- prepare ------------------------------------------------------------------------------


def test_a_transaction_is_prepared() -> None:
    peer = Peer().begin().say(*ROOM).say(CommandComplete("PREPARE TRANSACTION"), IDLE)
    epoch = peer.state.statements.epoch
    peer.run(two_phase.prepare(peer.state))
    assert peer.asked() == [SHOW, PREPARE]
    assert peer.where == PREPARED
    assert not peer.state.in_transaction
    assert peer.state.statements.epoch > epoch
    peer.fails(two_phase.prepare(peer.state), ProgrammingError, "only tpc_commit")
    assert (peer.where, peer.sent) == (PREPARED, b"")


def test_nothing_is_prepared_outside() -> None:
    for profile in (None, ServerProfile()):
        peer = Peer(profile)
        peer.fails(two_phase.prepare(peer.state), ProgrammingError, "call tpc_begin")
        assert (peer.where, peer.sent) == (OUTSIDE, b"")


def test_a_server_without_two_phase_commit_is_not_asked() -> None:
    peer = Peer(ServerProfile()).begin()
    peer.fails(two_phase.prepare(peer.state), NotSupportedError, "in a single phase")
    assert (peer.where, peer.sent) == (INSIDE, b"")
    peer.say(CommandComplete("COMMIT"), IDLE)
    peer.run(two_phase.commit(peer.state))
    assert peer.asked() == ["COMMIT"]
    assert peer.where == OUTSIDE


def test_a_server_without_room_is_not_asked_for_more() -> None:
    peer = Peer().begin().say(*NO_ROOM)
    peer.fails(two_phase.prepare(peer.state), NotSupportedError, "max_prepared_transactions is 0")
    assert peer.asked() == [SHOW]
    assert peer.where == INSIDE


def test_a_question_that_fails_takes_the_transaction_along() -> None:
    peer = Peer().begin().say(failure("42704", "unrecognized parameter"), FAILED)
    peer.fails(two_phase.prepare(peer.state), ProgrammingError, "unrecognized")
    assert peer.where == (State.BEGUN, NAME, "E")


def test_a_failed_transaction_is_not_prepared() -> None:
    peer = Peer().begin()
    peer.core.transaction_status = "E"
    peer.fails(two_phase.prepare(peer.state), InternalError, r"call tpc_rollback\(\)")
    assert (peer.where, peer.sent) == ((State.BEGUN, NAME, "E"), b"")
    peer.say(CommandComplete("ROLLBACK"), IDLE)
    peer.run(two_phase.rollback(peer.state))
    assert peer.asked() == ["ROLLBACK"]
    assert peer.where == OUTSIDE


@pytest.mark.parametrize(("code", "kind"), [("42710", ProgrammingError), ("23503", IntegrityError)])
def test_what_the_server_refuses_to_prepare_is_rolled_back(code: str, kind: type[Error]) -> None:
    peer = Peer().begin().say(*ROOM).say(failure(code), IDLE)
    peer.fails(two_phase.prepare(peer.state), kind)
    assert peer.where == OUTSIDE
    peer.fails(two_phase.rollback(peer.state), ProgrammingError, "rolled back already")


def test_a_refusal_that_leaves_the_transaction_open() -> None:
    """A server that does not know the command, for instance: 42601 while it parses."""
    peer = Peer().begin().say(*ROOM).say(failure("42601"), FAILED)
    peer.fails(two_phase.prepare(peer.state), ProgrammingError)
    assert peer.where == (State.BEGUN, NAME, "E")


def test_a_rollback_that_the_server_calls_a_success() -> None:
    peer = Peer().begin().say(*ROOM).say(CommandComplete("ROLLBACK"), IDLE)
    peer.fails(two_phase.prepare(peer.state), InternalError, "rolled the transaction back")
    assert peer.where == OUTSIDE


def test_a_connection_that_is_lost_while_preparing_leaves_it_in_doubt() -> None:
    peer = Peer().begin().say(*ROOM).hang_up()
    error = peer.fails(two_phase.prepare(peer.state), OperationalError, "closed the connection")
    assert error.is_disconnect
    assert (peer.state.two_phase.state, peer.state.two_phase.xid) == (State.PREPARED, NAME)


def test_an_interrupted_preparation_leaves_it_in_doubt() -> None:
    peer = Peer().begin().say(*ROOM)
    operation = two_phase.prepare(peer.state)
    with pytest.raises(AssertionError, match="waits for words"):
        peer.run(operation)
    operation.close()
    assert peer.state.two_phase.state is State.PREPARED


@pytest.mark.parametrize("step", [two_phase.prepare, two_phase.commit])
def test_an_end_behind_our_back_is_noticed(step: End) -> None:
    peer = Peer().begin()
    peer.core.transaction_status = "I"
    peer.fails(step(peer.state), InternalError, "ended by something else")
    assert (peer.where, peer.sent) == (OUTSIDE, b"")


@pytest.mark.parametrize("step", [two_phase.prepare, two_phase.commit])
def test_an_end_is_not_guessed_where_the_connection_is_gone(step: End) -> None:
    broken, interrupted = Peer().begin(), Peer().begin()
    broken.core.fail(OperationalError("gone"))
    interrupted.core.begin("a query", Query("select 1"))
    for peer, reason in ((broken, "gone"), (interrupted, "interrupted during a query")):
        peer.core.transaction_status = "I"
        peer.fails(step(peer.state), OperationalError, reason)


def test_a_rollback_behind_our_back_does_not_matter() -> None:
    peer = Peer().begin()
    peer.core.transaction_status = "I"
    peer.run(two_phase.rollback(peer.state))
    assert (peer.where, peer.sent) == (OUTSIDE, b"")


# -- commit and rollback ------------------------------------------------------------------


@both_ends
@pytest.mark.parametrize("profile", [None, ServerProfile()], ids=["postgres", "redshift"])
def test_a_single_phase(profile: ServerProfile | None, end: End, word: str) -> None:
    peer = Peer(profile).begin().say(CommandComplete(word), IDLE)
    peer.run(end(peer.state))
    assert peer.asked() == [word]
    assert peer.where == OUTSIDE


@both_ends
def test_the_second_phase(end: End, word: str) -> None:
    peer = Peer().begin().prepare().say(CommandComplete(f"{word} PREPARED"), IDLE)
    epoch = peer.state.statements.epoch
    peer.run(end(peer.state))
    assert peer.asked() == [f"{word} PREPARED '{GID}'"]
    assert peer.where == OUTSIDE
    assert peer.state.statements.epoch > epoch


@both_ends
def test_nothing_is_ended_outside(end: End, word: str) -> None:
    peer = Peer()
    peer.core.transaction_status = "T"
    peer.fails(end(peer.state), ProgrammingError, "call tpc_begin")
    assert peer.sent == b""


@pytest.mark.parametrize("tag", ["ROLLBACK", "COMMIT"])
def test_a_single_phase_of_a_failed_transaction(tag: str) -> None:
    peer = Peer().begin()
    peer.core.transaction_status = "E"
    peer.say(CommandComplete(tag), IDLE)
    peer.fails(two_phase.commit(peer.state), InternalError, "rolled it back")
    assert peer.asked() == ["COMMIT"]
    assert peer.where == OUTSIDE


def test_a_single_phase_that_the_server_refuses() -> None:
    peer = Peer().begin().say(failure("23503", "deferred"), IDLE)
    peer.fails(two_phase.commit(peer.state), IntegrityError)
    assert peer.where == OUTSIDE


@both_ends
def test_a_refused_second_phase_can_be_tried_again(end: End, word: str) -> None:
    peer = Peer().begin().prepare().say(failure("53200", "out of memory"), IDLE)
    peer.fails(end(peer.state), OperationalError, "out of memory")
    assert peer.where == PREPARED
    peer.say(CommandComplete(f"{word} PREPARED"), IDLE)
    peer.run(end(peer.state))
    assert peer.asked() == [f"{word} PREPARED '{GID}'"] * 2
    assert peer.where == OUTSIDE


@both_ends
def test_what_somebody_else_has_finished_is_finished(end: End, word: str) -> None:
    peer = Peer().begin().prepare().say(failure("42704", "does not exist"), IDLE)
    peer.fails(end(peer.state), ProgrammingError, "does not exist")
    assert peer.where == OUTSIDE


@both_ends
def test_a_connection_that_is_lost_in_the_second_phase(end: End, word: str) -> None:
    peer = Peer().begin().prepare().hang_up()
    peer.fails(end(peer.state), OperationalError)
    assert (peer.state.two_phase.state, peer.state.two_phase.xid) == (State.PREPARED, NAME)


@both_ends
def test_the_end_over_a_broken_connection_is_not_pretended(end: End, word: str) -> None:
    peer = Peer().begin()
    peer.core.fail(OperationalError("gone"))
    peer.fails(end(peer.state), OperationalError, "gone")


# -- recovery -----------------------------------------------------------------------------


@both_ends
@pytest.mark.parametrize("name", [NAME, GID, Xid.parse(GID)])
def test_a_known_one_is_finished(end: End, word: str, name: Xid | str) -> None:
    peer = Peer().say(CommandComplete(f"{word} PREPARED"), IDLE)
    peer.run(end(peer.state, name))
    assert peer.asked() == [f"{word} PREPARED '{GID}'"]
    assert peer.where == OUTSIDE


@both_ends
def test_an_unknown_one_is_the_servers_error(end: End, word: str) -> None:
    peer = Peer().say(failure("42704", "does not exist"), IDLE)
    error = peer.fails(end(peer.state, NAME), ProgrammingError, "does not exist")
    assert error.sqlstate == "42704"
    assert peer.where == OUTSIDE


@both_ends
def test_a_known_one_is_finished_outside_only(end: End, word: str) -> None:
    peer = Peer()
    peer.core.transaction_status = "T"
    peer.fails(end(peer.state, NAME), ProgrammingError, r"tpc_\w+\(xid\) .* inside a transaction")
    peer.core.transaction_status = "I"
    peer.begin()
    peer.fails(end(peer.state, NAME), ProgrammingError, "inside a two-phase transaction")
    peer.prepare()
    peer.fails(end(peer.state, NAME), ProgrammingError, r"after tpc_prepare\(\)")
    assert (peer.where, peer.sent) == (PREPARED, b"")


@both_ends
def test_what_is_no_name_is_not_sent(end: End, word: str) -> None:
    peer = Peer()
    peer.fails(end(peer.state, 5), ProgrammingError, "not int")
    peer.fails(end(peer.state, "\0"), DataError, "NUL")
    assert peer.sent == b""


@both_ends
def test_redshift_has_nothing_to_finish(end: End, word: str) -> None:
    peer = Peer(ServerProfile())
    peer.fails(end(peer.state, NAME), NotSupportedError, "nothing can be prepared")
    assert peer.sent == b""


LIST = described(oids.TEXT, oids.TEXT, oids.NAME, oids.NAME)


def row(gid: str, when: str = "2024-02-29 13:45:30.123456+00:00") -> DataRow:
    return DataRow((gid.encode(), when.encode(), b"alice", b"dev"))


def test_what_was_prepared_is_recovered() -> None:
    peer = Peer().say(LIST, row(GID), row("foreign '"), CommandComplete("SELECT 2"), IDLE)
    found = peer.run(two_phase.recover(peer.state))
    when = datetime(2024, 2, 29, 13, 45, 30, 123456, timezone.utc)
    assert found == [(7, "global", "branch"), (None, "foreign '", None)]
    for name in found:
        assert (name.prepared, name.owner, name.database) == (when, "alice", "dev")
    (query,) = peer.asked()
    assert "pg_prepared_xacts" in query
    assert peer.where == OUTSIDE


def test_nothing_was_prepared() -> None:
    peer = Peer().say(LIST, CommandComplete("SELECT 0"), IDLE)
    assert peer.run(two_phase.recover(peer.state)) == []


def test_redshift_has_nothing_to_recover_and_is_not_asked() -> None:
    peer = Peer(ServerProfile())
    assert peer.run(two_phase.recover(peer.state)) == []
    assert peer.sent == b""


def test_the_question_leaves_a_plain_transaction_alone() -> None:
    peer = Peer()
    peer.core.transaction_status = "T"
    peer.say(LIST, CommandComplete("SELECT 0"), OPEN)
    assert peer.run(two_phase.recover(peer.state)) == []
    assert peer.where == (State.NONE, None, "T")


def test_nothing_is_recovered_inside_a_two_phase_transaction() -> None:
    peer = Peer().begin()
    peer.fails(two_phase.recover(peer.state), ProgrammingError, "tpc_recover")
    peer.prepare()
    peer.fails(two_phase.recover(peer.state), ProgrammingError, "tpc_recover")
    assert (peer.where, peer.sent) == (PREPARED, b"")


@pytest.mark.parametrize(
    "answer",
    [
        row(GID, "yesterday"),
        DataRow((GID.encode(), None, b"alice", b"dev")),
        DataRow((None, b"2024-02-29 13:45:30+00:00", b"alice", b"dev")),
    ],
)
def test_a_list_that_is_none(answer: DataRow) -> None:
    peer = Peer().say(LIST, answer, CommandComplete("SELECT 1"), IDLE)
    peer.fails(two_phase.recover(peer.state), DataError, "cannot be read")
    assert peer.core.broken is None


def test_a_list_of_another_width() -> None:
    peer = Peer().say(described(oids.TEXT), DataRow((b"x",)), CommandComplete("SELECT 1"), IDLE)
    peer.fails(two_phase.recover(peer.state), DataError, "cannot be read")


def test_a_malformed_row_breaks_the_connection() -> None:
    whole = row(GID).encode()
    malformed = whole.replace(b"\0\0\0\5alice", b"\0\0\0\x7falice")
    assert malformed != whole
    peer = Peer().say(LIST, malformed, CommandComplete("SELECT 1"), IDLE)
    peer.fails(two_phase.recover(peer.state), RemoteProtocolError)
    assert isinstance(peer.core.broken, RemoteProtocolError)


def test_a_refused_question() -> None:
    peer = Peer().say(failure("42501", "permission denied"), IDLE)
    peer.fails(two_phase.recover(peer.state), DatabaseError, "permission denied")
    assert peer.where == OUTSIDE
