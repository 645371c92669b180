from __future__ import annotations

import pytest

from rs_driver.wire.query import Query, Sync
from rs_driver.wire.startup import CancelRequest, GSSENCRequest, SSLRequest, StartupMessage
from rs_driver_fakeserver.late_cancels import LateCancels
from rs_driver_fakeserver.protocol.session import ServerSession
from rs_driver_fakeserver.protocol.tls_answer import TlsAnswer
from rs_driver_fakeserver.server import FakeServer
from support.wire_client import MemoryClient, connected, error, names, sqlstate, status

STARTUP = StartupMessage((("user", "alice"),))


@pytest.fixture(scope="module")
def plain() -> FakeServer:
    return FakeServer(policy="ignore")


@pytest.fixture(scope="module")
def secure() -> FakeServer:
    return FakeServer(policy="ignore", tls=True)


def peer(server: FakeServer) -> ServerSession:
    return ServerSession(server._instance)


def test_without_tls_the_answer_is_no(plain: FakeServer) -> None:
    session = peer(plain)
    assert session.feed(SSLRequest().encode()) == b"N"
    assert not session.wants_tls
    assert session.feed(STARTUP.encode())
    assert session.logged_in


def test_with_tls_the_answer_is_yes(secure: FakeServer) -> None:
    session = peer(secure)
    assert session.feed(SSLRequest().encode()) == b"S"
    wanted = session.wants_tls
    session.tls_started()
    assert (wanted, session.wants_tls) == (True, False)
    assert session.feed(STARTUP.encode())
    assert session.logged_in


def answering(answer: TlsAnswer) -> FakeServer:
    return FakeServer(policy="ignore", tls=True, tls_answer=answer)


def test_a_refusal_of_tls_that_there_would_be() -> None:
    session = peer(answering(TlsAnswer.refuse()))
    assert session.feed(SSLRequest().encode()) == b"N"
    assert not session.wants_tls
    assert session.feed(STARTUP.encode())
    assert session.logged_in


@pytest.mark.parametrize(
    ("answer", "said"),
    [(TlsAnswer.garbage(b"HTTP/1.1 400 Bad"), b"HTTP/1.1 400 Bad"), (TlsAnswer.silence(), b"")],
)
def test_no_answer_worth_the_name(answer: TlsAnswer, said: bytes) -> None:
    server = answering(answer)
    session = peer(server)
    assert session.feed(SSLRequest().encode()) == said
    assert (session.wants_tls, session.closed) == (False, False)
    assert session.feed(STARTUP.encode())  # what the client says now is seen
    assert server.log.frontend()[-1] == STARTUP
    assert (len(said) > 0) == ("bytes that do not belong there" in server.log.transcript())


def test_an_error_for_an_answer() -> None:
    server = answering(TlsAnswer.error("no such thing", "08P01"))
    client = MemoryClient(peer(server))
    fields = error(client.say(SSLRequest()))
    assert (fields["S"], fields["C"], fields["M"]) == ("FATAL", "08P01", "no such thing")
    assert client.peer.closed


def test_hanging_up_for_an_answer() -> None:
    session = peer(answering(TlsAnswer.hang_up()))
    assert session.feed(SSLRequest().encode()) == b""
    assert session.closed


def test_plaintext_before_the_handshake() -> None:
    server = answering(TlsAnswer.inject(b"\x16\x03"))
    session = peer(server)
    assert session.feed(SSLRequest().encode()) == b"S\x16\x03"
    assert (session.wants_tls, session.handshake_ending) == (True, None)
    assert server.log.backend() == []
    assert "2 bytes that do not belong there" in server.log.transcript()


@pytest.mark.parametrize(
    ("answer", "ending"),
    [(TlsAnswer.break_handshake(), "hang_up"), (TlsAnswer.stall_handshake(), "stall")],
)
def test_a_handshake_that_ends_before_its_time(answer: TlsAnswer, ending: str) -> None:
    session = peer(answering(answer))
    assert session.feed(SSLRequest().encode()) == b"S"
    assert (session.wants_tls, session.handshake_ending) == (True, ending)


def test_inside_tls_the_answer_is_no_in_any_case() -> None:
    session = peer(answering(TlsAnswer.garbage()))
    session.tls_started()
    assert session.feed(SSLRequest().encode()) == b"N"


def test_gssapi_is_refused_and_tls_may_follow(secure: FakeServer) -> None:
    session = peer(secure)
    assert session.feed(GSSENCRequest().encode()) == b"N"
    assert session.feed(SSLRequest().encode()) == b"S"


def test_bytes_before_the_handshake_are_an_attack(secure: FakeServer) -> None:
    session = peer(secure)
    answer = session.feed(SSLRequest().encode() + STARTUP.encode())
    assert b"unencrypted data" in answer
    assert session.closed


@pytest.mark.parametrize("request_", [SSLRequest(), GSSENCRequest()])
def test_asking_twice(plain: FakeServer, request_: SSLRequest | GSSENCRequest) -> None:
    session = peer(plain)
    assert session.feed(request_.encode()) == b"N"
    assert session.feed(request_.encode())[:1] == b"E"
    assert session.closed


def test_asking_for_tls_inside_tls(secure: FakeServer) -> None:
    session = peer(secure)
    session.tls_started()
    assert session.feed(SSLRequest().encode()) == b"N"


def test_a_cancel_request_is_answered_by_hanging_up(plain: FakeServer) -> None:
    session = peer(plain)
    assert session.feed(CancelRequest(1, 2).encode()) == b""
    assert session.closed


def test_a_cancel_request_for_a_running_statement() -> None:
    with FakeServer(policy="ignore", entropy=lambda size: b"\7" * size) as server:
        server.when("select 1").returns(["s"], [("x" * 1000,)] * 2000)
        canceller = peer(server)
        cancel = CancelRequest(1, 0x07070707).encode()

        def drain(data: bytes) -> None:
            # The first rows are out, the statement is still running.
            if len(data) > 100_000:
                canceller.feed(cancel)

        session = ServerSession(server._instance, drain)
        session.feed(STARTUP.encode())
        session.feed(Query("select 1").encode())
        assert [m.fields["C"] for m in server.log.backend() if m.tag == b"E"] == ["57014"]  # type: ignore[attr-defined]  # an ErrorResponse
        assert status(server.log.backend()) == "I"
        assert len([m for m in server.log.backend() if m.tag == b"D"]) < 2000


CANCEL = CancelRequest(1, 0x07070707).encode()
SLOW = "select slow"


def late(turns: int | None, *, hangs_up: bool) -> FakeServer:
    """A server on the way to which the request CANCEL is held back."""
    server = FakeServer(
        policy="ignore",
        entropy=lambda size: b"\7" * size,
        late_cancels=LateCancels(turns, hangs_up=hangs_up),
    )
    server.when(SLOW).delays(60).returns(["n"], [(1,)])
    return server


@pytest.mark.parametrize("hangs_up", [True, False])
def test_a_request_that_comes_turns_later(hangs_up: bool) -> None:
    with late(2, hangs_up=hangs_up) as server:
        client, canceller = connected(server), server.memory().open_peer()
        assert canceller.feed(CANCEL) == b""
        assert canceller.closed is hangs_up
        assert names(client.say(Sync())) == ["ReadyForQuery"]
        assert canceller.closed is hangs_up
        assert sqlstate(client.say(Query(SLOW))) == "57014"
        assert canceller.feed(b"") == b""
        assert canceller.closed
        assert client.say(Query(SLOW)) == []  # which takes its time


def test_a_request_that_comes_when_it_is_released() -> None:
    with late(None, hangs_up=False) as server:
        client, canceller = connected(server), server.memory().open_peer()
        client.say(Query(SLOW))
        canceller.feed(CANCEL)
        assert client.say() == []
        assert server.release_cancels() == 1
        assert sqlstate(client.say()) == "57014"
        canceller.feed(b"")
        assert canceller.closed
        assert server.release_cancels() == 0


def test_who_does_not_wait_for_it_may_go() -> None:
    with late(1, hangs_up=False) as server:
        client, canceller = connected(server), server.memory().open_peer()
        canceller.feed(CANCEL)
        canceller.eof()
        assert canceller.closed
        assert sqlstate(client.say(Query(SLOW))) == "57014"


@pytest.mark.parametrize(
    "data",
    [
        b"\0\0\0\3",
        b"\0\0\0\0",
        b"\xff\xff\xff\xff",
        b"\x7f\xff\xff\xff",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\0\x01\0",
    ],
)
def test_what_is_no_packet_is_hung_up_on(plain: FakeServer, data: bytes) -> None:
    session = peer(plain)
    assert session.feed(data) == b""
    assert session.closed
    assert session.feed(STARTUP.encode()) == b""


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\0\0",
        b"\0\3\0\0user",
        b"\0\3\0\0user\0alice\0",
        b"\0\3\0\0\0more",
        b"\4\xd2\x16\x2fxx",
        b"\4\xd2\0\0",
    ],
)
def test_malformed_packets_get_an_error(plain: FakeServer, body: bytes) -> None:
    client = MemoryClient(peer(plain))
    answer = client.say((len(body) + 4).to_bytes(4, "big") + body)
    assert names(answer) == ["ErrorResponse"]
    assert error(answer)["S"] == "FATAL"
    assert client.peer.closed


def test_a_packet_may_come_byte_by_byte(plain: FakeServer) -> None:
    session = peer(plain)
    answers = [session.feed(bytes([byte])) for byte in STARTUP.encode()]
    assert set(answers[:-1]) == {b""}
    assert session.logged_in
