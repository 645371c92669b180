from __future__ import annotations

import contextlib
import socket

import pytest

from rs_driver.wire.query import Query
from rs_driver_fakeserver.auth.methods import Auth
from rs_driver_fakeserver.auth.port import AuthMethod
from rs_driver_fakeserver.recording.live import LiveConnection
from rs_driver_fakeserver.recording.login import Login, LoginError
from rs_driver_fakeserver.recording.said import Said
from rs_driver_fakeserver.server import FakeServer
from support.cassettes import STARTUP, front, words
from support.wire_client import prepared

METHODS: dict[str, AuthMethod] = {
    "trust": Auth.trust(),
    "cleartext": Auth.cleartext({"alice": "pw"}),
    "md5": Auth.md5({"alice": "pw"}),
    "scram": Auth.scram({"alice": "pw"}),
    "digest": Auth.digest({"alice": "pw"}),
    "token": Auth.token({"tok": "alice"}),
}


def connect(server: FakeServer) -> LiveConnection:
    return LiveConnection(socket.create_connection((server.host, server.port), timeout=10))


@pytest.mark.parametrize("name", METHODS)
def test_logging_in(name: str) -> None:
    with FakeServer(auth=METHODS[name]) as server:
        server.when("select 1").returns({"a": "int4"}, [(1,)])
        with connect(server) as live:
            live.log_in(STARTUP, Login("alice", "pw", "tok", safe=True))
            assert words(live.say(front(Query("select 1")))) == "Qtdcz"
        with connect(server) as live, contextlib.suppress(LoginError):
            live.log_in(STARTUP, Login("alice", "wrong", "wrong", safe=True))
            assert name == "trust"


def test_a_login_that_is_refused() -> None:
    with FakeServer(auth=METHODS["md5"], policy="ignore") as server, connect(server) as live:
        with pytest.raises(LoginError, match="28") as caught:
            live.log_in(STARTUP, Login("alice", "wrong", safe=True))
        assert "wrong" not in str(caught.value)


def test_turns() -> None:
    with FakeServer() as server:
        server.when("select 1").returns({"a": "int4"}, [(1,), (2,)])
        server.when("bye").raises("57P01", "bye", severity="FATAL")
        with connect(server) as live:
            live.log_in(STARTUP, Login("alice"))
            turn = live.say(front(*prepared("select 1")))
            assert words(turn) == "PBDES12tddcz"
            assert turn.status == "I"
            turn = live.say(front(Query("bye")))
            assert (words(turn), turn.closed) == ("Qe", True)


def test_a_server_that_is_gone() -> None:
    with FakeServer(policy="ignore") as server, connect(server) as live:
        live.log_in(STARTUP, Login("alice"))
        server.hang_up()
        assert live.say([Said.of("F", Query("select 1"))]).closed
