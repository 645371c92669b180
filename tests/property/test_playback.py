"""Recorded servers and their recorders stand whatever they are told."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rs_driver.wire.auth import AuthenticationOk, AuthenticationSASL
from rs_driver.wire.control import ErrorResponse, ReadyForQuery
from rs_driver.wire.copy import CopyData, CopyDone, CopyFail, CopyInResponse
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.query import (
    Bind,
    Close,
    Describe,
    Execute,
    Flush,
    FunctionCall,
    Parse,
    Query,
    Sync,
    Terminate,
)
from rs_driver.wire.results import CommandComplete, DataRow, ParseComplete
from rs_driver_fakeserver.recording.cassette import Cassette, Conversation
from rs_driver_fakeserver.recording.library import Library
from rs_driver_fakeserver.recording.playback import Playback
from rs_driver_fakeserver.recording.recorder import Recorder
from rs_driver_fakeserver.recording.redaction import Redactor
from rs_driver_fakeserver.recording.said import Said
from rs_driver_fakeserver.recording.turns import Turns
from support.cassettes import LOGIN, STARTUP, back, front

FRONTEND: tuple[FrontendMessage, ...] = (
    Query("select 1"), Query("copy t from stdin"), Query("rollback"), Query("nope"),
    Parse("", "select 1", ()), Parse("s", "nope", ()), Bind("", "", (), (b"1",), ()),
    Describe(b"S", "s"), Describe(b"P", ""), Execute(""), Close(b"S", "s"), Sync(), Flush(),
    FunctionCall(1, (), ()), CopyData(b"1\n"), CopyDone(), CopyFail("no"), Terminate(),
)  # fmt: skip
BACKEND = (
    AuthenticationOk(), AuthenticationSASL(("SCRAM-SHA-256-PLUS",)), ReadyForQuery("I"),
    ErrorResponse({"C": "42601", "M": "no"}), CopyInResponse(0, (0,)), ParseComplete(),
    CommandComplete("SELECT 1"), DataRow((b"1",)),
)  # fmt: skip
READY = ReadyForQuery("I")
SESSION = [
    *LOGIN,
    *front(Query("select 1")), *back(DataRow((b"1",)), CommandComplete("SELECT"), READY),
    *front(Query("copy t from stdin")), *back(CopyInResponse(0, (0,))),
    *front(CopyData(b"1\n"), CopyDone()), *back(CommandComplete("COPY 1"), READY),
    *front(Parse("", "select 1", ()), Flush()), *back(ParseComplete()),
    *front(Sync()), *back(READY),
]  # fmt: skip
TAPE = Cassette([Conversation(Turns.of(SESSION))]).redacted()

CLIENTS = st.lists(
    st.sampled_from([message.encode() for message in FRONTEND]) | st.binary(max_size=8), max_size=30
).map(b"".join)
SERVERS = st.lists(
    st.sampled_from([message.encode() for message in BACKEND]) | st.binary(max_size=8), max_size=30
).map(b"".join)


def played(data: bytes, cuts: list[int]) -> tuple[bytes, bool, list[tuple[str, str]]]:
    reports: list[tuple[str, str]] = []
    playback = Playback(
        Library(TAPE),
        lambda kind, text: reports.append((kind, text)),
        Redactor(),
        Said.of("F", STARTUP),
    )
    said = playback.start()
    for start, stop in pairwise([0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]):
        said += playback.feed(data[start:stop])
    return said, playback.closed, reports


@given(CLIENTS, st.lists(st.integers(0, 10_000), max_size=5))
def test_any_client(data: bytes, cuts: list[int]) -> None:
    assert played(data, cuts) == played(data, [])


@given(CLIENTS, SERVERS, st.booleans())
def test_any_two_that_are_recorded(client: bytes, server: bytes, client_first: bool) -> None:
    recorder = Recorder(Said.of("F", STARTUP))
    passed = b""
    if client_first:
        assert recorder.frontend(client) == client
    passed += recorder.backend(server)
    if not client_first:
        assert recorder.frontend(client) == client
    passed += recorder.server_ended()
    without = AuthenticationSASL(()).encode()
    offered = AuthenticationSASL(("SCRAM-SHA-256-PLUS",)).encode()
    assert passed == server.replace(offered, without) or offered in server
    Cassette([Conversation(recorder.turns.turns)]).redacted()
