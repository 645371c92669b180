from __future__ import annotations

from rs_driver.wire.auth import AuthenticationOk
from rs_driver.wire.control import ErrorResponse, ReadyForQuery
from rs_driver.wire.query import Query
from rs_driver.wire.results import CommandComplete
from rs_driver.wire.startup import StartupMessage
from rs_driver_fakeserver.recording.cassette import Cassette, Conversation
from rs_driver_fakeserver.recording.flights import Flights, startup_key
from rs_driver_fakeserver.recording.library import Library, Track
from rs_driver_fakeserver.recording.turns import Turns
from support.cassettes import STARTUP, back, front

KEY = startup_key(STARTUP)


def conversation(*queries: tuple[str, str, str], startup: StartupMessage = STARTUP) -> Conversation:
    """``queries``: the SQL, the command tag that answers it, the status afterwards."""
    said = [*front(startup), *back(AuthenticationOk(), ReadyForQuery("I"))]
    for sql, tag, status in queries:
        said += [*front(Query(sql)), *back(CommandComplete(tag), ReadyForQuery(status))]
    return Conversation(Turns.of(said))


def library(*conversations: Conversation) -> Library:
    return Library(Cassette(list(conversations)))


def opened(found: Library, startup: StartupMessage = STARTUP) -> Track:
    track = found.open(startup_key(startup))
    assert track is not None
    return track


def ask(track: Track, sql: str, status: str = "I") -> str | None:
    turn = track.answer(Flights().key(front(Query(sql))), status)
    if turn is None:
        return None
    message = turn.server[0].message
    assert isinstance(message, CommandComplete)
    return message.command


def test_in_their_order() -> None:
    track = opened(library(conversation(("a", "1", "I"), ("a", "2", "I"))))
    assert [ask(track, "a"), ask(track, "A ;")] == ["1", "2"]
    assert track.login.status == "I"


def test_another_connection_gets_the_next_conversation() -> None:
    found = library(conversation(("a", "1", "I")), conversation(("a", "2", "I")))
    assert [ask(opened(found), "a") for _ in range(3)] == ["1", "2", "1"]


def test_conversations_are_told_apart_by_what_is_said() -> None:
    found = library(
        conversation(("a", "1", "I"), ("b", "2", "I")),
        conversation(("a", "3", "I"), ("c", "4", "I")),
        conversation(("d", "5", "I")),
    )
    track = opened(found)
    assert [ask(track, "a"), ask(track, "c")] == ["1", "4"]
    assert ask(opened(found), "a") == "1"  # the first one is still to be played
    assert ask(opened(found), "d") == "5"


def test_a_turn_in_another_order() -> None:
    found = library(conversation(("a", "1", "I"), ("b", "2", "I"), ("c", "3", "I")))
    track = opened(found)
    assert [ask(track, sql) for sql in "acb"] == ["1", "3", "2"]
    assert ask(track, "d") is None


def test_the_status_of_the_transaction_counts_out_of_order() -> None:
    found = library(conversation(("begin", "BEGIN", "T"), ("a", "1", "T"), ("commit", "C", "I")))
    track = opened(found)
    assert ask(track, "a") is None
    assert ask(track, "a", "T") == "1"


def test_repetitions_go_round() -> None:
    found = library(
        conversation(("x", "0", "I"), ("a", "1", "I"), ("x", "0", "I"), ("a", "2", "I"))
    )
    track = opened(found)
    assert [ask(track, "a") for _ in range(4)] == ["1", "2", "1", "2"]


def test_who_logs_in_alike_is_taken_first() -> None:
    other = StartupMessage((("user", "bob"), ("database", "dev")))
    newer = StartupMessage((("user", "bob"), ("database", "dev"), ("client_protocol_version", "2")))
    found = library(
        conversation(("a", "1", "I")),
        conversation(("a", "2", "I"), startup=other),
        conversation(("a", "3", "I"), startup=newer),
    )
    assert ask(opened(found, other), "a") == "2"
    assert ask(opened(found, newer), "a") == "3"
    somebody = StartupMessage((("user", "x"), ("client_protocol_version", "2")))
    assert ask(opened(found, somebody), "a") == "3"


def test_logins_that_failed() -> None:
    refused = Conversation(
        Turns.of([*front(STARTUP), *back(ErrorResponse({"S": "FATAL", "C": "28000"}))])
    )
    found = library(refused, conversation(("a", "1", "I")))
    assert opened(found).login.status is None
    track = found.open(KEY, succeed=True)
    assert track is not None
    assert track.login.status == "I"
    assert library(refused).open(KEY, succeed=True) is None
    assert library().open(KEY) is None


def test_the_nearest() -> None:
    found = library(conversation(("select a from t where b = 1", "1", "I"), ("drop x", "2", "I")))
    told = found.nearest("Query select a from t where c = 1")
    assert told.splitlines()[:2] == [
        "The nearest that was recorded:",
        "- Query select a from t where b = 1",
    ]
    assert "+ Query select a from t where c = 1" in told
    assert found.nearest("zzz") == "Nothing like it was recorded."
    assert len(found) == 1
