from __future__ import annotations

import socket
import threading

from rs_driver.wire.query import Query, Terminate
from rs_driver.wire.startup import CancelRequest
from rs_driver_fakeserver.problems import Problems
from rs_driver_fakeserver.recording.cassette import Cassette
from rs_driver_fakeserver.recording.library import Library
from rs_driver_fakeserver.recording.redaction import Redactor
from rs_driver_fakeserver.recording.service import Service
from rs_driver_fakeserver.recording.upstream import Upstream
from rs_driver_fakeserver.server import FakeServer
from support.cassettes import STARTUP, cassette, recorded, words
from support.wire_client import BackendReader, names


def service(tape: Cassette, *, plays: bool, server: FakeServer | None = None) -> Service:
    return Service(
        cassette=tape,
        library=Library(tape) if plays else None,
        upstream=None if server is None else Upstream((server.host, server.port)),
        redactor=Redactor(),
        tls=None,
        problems=Problems(),
    )


def talk(serving: Service, *messages: object) -> list[str]:
    """Say all of it at once, and hear everything up to the end."""
    (far, near), (stop, stopped) = socket.socketpair(), socket.socketpair()
    with far, stop, stopped:
        thread = threading.Thread(target=serving.serve, args=[near, stopped])
        thread.start()
        far.sendall(b"".join(message.encode() for message in messages))  # type: ignore[attr-defined]
        heard = b""
        while data := far.recv(65536):
            heard += data
        far.close()
        thread.join(10)
        assert not thread.is_alive()
    return names(BackendReader().read(heard))


def test_from_the_cassette() -> None:
    with FakeServer(policy="ignore") as server:
        tape = cassette(recorded(server, [Query("select version()")]))
    serving = service(tape, plays=True)
    heard = talk(serving, STARTUP, Query("select version()"), Terminate())
    assert heard[-4:] == ["RowDescription", "DataRow", "CommandComplete", "ReadyForQuery"]
    assert not serving.recorded
    assert talk(serving, CancelRequest(1, 2)) == []


def test_from_the_server() -> None:
    with FakeServer(policy="ignore") as server:
        serving = service(Cassette(), plays=False, server=server)
        heard = talk(serving, STARTUP, Query("select version()"), Terminate())
        assert heard[-4:] == ["RowDescription", "DataRow", "CommandComplete", "ReadyForQuery"]
        (conversation,) = serving.cassette.conversations
        assert [words(turn) for turn in conversation.turns[1:]] == ["Qtdcz", "X"]
        assert serving.recorded
        assert talk(serving, CancelRequest(1, 2)) == []
        assert len(serving.cassette.conversations) == 1


def test_a_server_that_is_not_there() -> None:
    serving = service(Cassette(), plays=False)
    serving.upstream = Upstream(("127.0.0.1", 1))
    assert talk(serving, STARTUP) == ["ErrorResponse"]
    (problem,) = serving.problems.found
    assert problem.kind == "internal"
    assert "127.0.0.1:1 cannot be reached" in problem.text
    assert serving.cassette.conversations == []


def test_who_says_nothing_sensible() -> None:
    assert talk(service(Cassette(), plays=True), Query("select 1")) == []
