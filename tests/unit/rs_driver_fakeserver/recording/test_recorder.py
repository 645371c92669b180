from __future__ import annotations

from rs_driver.wire.auth import AuthenticationOk, AuthenticationSASL
from rs_driver.wire.control import ReadyForQuery
from rs_driver.wire.query import Query
from rs_driver.wire.results import CommandComplete
from rs_driver_fakeserver.recording.recorder import Recorder
from rs_driver_fakeserver.recording.relay import Tap
from rs_driver_fakeserver.recording.said import Said
from support.cassettes import STARTUP, words

READY = ReadyForQuery("I").encode()


def started() -> Recorder:
    return Recorder(Said.of("F", STARTUP))


def test_messages_go_on_when_they_are_whole() -> None:
    recorder = started()
    tap: Tap = recorder
    ok = AuthenticationOk().encode()
    assert tap.backend(ok + READY[:3]) == ok
    before = recorder.logged_in, recorder.waiting
    assert tap.backend(READY[3:]) == READY
    after = recorder.logged_in, recorder.waiting
    assert (before, after) == ((False, True), (True, False))
    query = Query("a").encode()
    assert tap.frontend(query[:3]) + tap.frontend(query[3:]) == query
    assert recorder.waiting is True
    tap.backend(CommandComplete("A").encode() + READY)
    assert [words(turn) for turn in recorder.turns.turns] == ["\0rz", "Qcz"]


def test_mechanisms_that_bind_to_tls_are_left_out() -> None:
    offered = AuthenticationSASL(("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"))
    told = AuthenticationSASL(("SCRAM-SHA-256",)).encode()
    assert started().backend(offered.encode()) == told
    assert started().backend(told) == told


def test_a_server_that_hangs_up_in_the_middle() -> None:
    recorder = started()
    recorder.backend(AuthenticationOk().encode() + READY)
    recorder.frontend(Query("a").encode())
    assert recorder.backend(b"C\0\0") == b""
    assert recorder.server_ended() == b"C\0\0"
    last = recorder.turns.turns[-1]
    assert last.closed
    assert last.server == [Said("B", b"C\0\0")]
