from __future__ import annotations

import contextlib
import errno
import hashlib
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from rs_driver.adapters.transport.contexts import TlsOptions
from rs_driver.adapters.transport.records import STEP
from rs_driver.adapters.transport.sockets import Address
from rs_driver.adapters.transport.tcp import connect_tcp
from rs_driver.adapters.transport.tls import TlsStream, TlsTransport
from rs_driver.errors import InterfaceError, OperationalError
from rs_driver.ports.transport import Transport
from rs_driver_fakeserver.certificates.authority import Certificate, CertificateAuthority
from support.alarm import Interrupted, alarm, interrupt
from support.loopback import echo, hold, serving
from support.pumping import exchange, read_all, soon


class Trust:
    """One authority, its file, and servers with good and bad certificates of it."""

    def __init__(self, directory: Path) -> None:
        self.authority = CertificateAuthority.create()
        self.ca_file = str(directory / "ca.pem")
        self.authority.write_ca(self.ca_file)
        self.good = self.authority.issue()
        self.elsewhere = self.authority.issue("elsewhere.example")
        self.expired = self.authority.issue("localhost", "127.0.0.1", kind="expired")


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    return Trust(tmp_path_factory.mktemp("trust"))


@contextlib.contextmanager
def secured(port: int, tls: TlsOptions, hostname: str = "localhost") -> Iterator[TlsTransport]:
    plain = connect_tcp(Address("127.0.0.1", port), soon(), tls=tls)
    with contextlib.closing(plain.start_tls(hostname, soon())) as transport:
        yield transport


def refusal(certificate: Certificate, tls: TlsOptions, hostname: str = "localhost") -> str:
    """How connecting to a server with this certificate fails."""
    with (
        serving(hold, certificate.server_context()) as port,
        pytest.raises(OperationalError) as caught,
        secured(port, tls, hostname),
    ):
        pass
    assert caught.value.is_disconnect
    assert not caught.value.retry_safe  # it would be refused again
    assert isinstance(caught.value.__cause__, ssl.SSLCertVerificationError)
    return str(caught.value).replace(str(port), "PORT")


@pytest.mark.parametrize("hostname", ["localhost", "127.0.0.1", "localhost."])
def test_verify_full(trust: Trust, hostname: str) -> None:
    with (
        serving(echo, trust.good.server_context()) as port,
        secured(port, TlsOptions("verify-full", trust.ca_file), hostname) as transport,
    ):
        it: Transport = transport
        assert exchange(it, b"hello", 5) == b"hello"
        channel = it.channel()
        assert channel.encrypted
        assert channel.verified
        assert channel.peer == f"127.0.0.1:{port}"
        assert channel.tls_server_end_point == hashlib.sha256(trust.good.cert_der).digest()


def test_the_name_is_sent(trust: Trust) -> None:
    names: list[str | None] = []
    context = trust.good.server_context()
    context.sni_callback = lambda _sock, name, _context: names.append(name)
    with (
        serving(hold, context) as port,
        secured(port, TlsOptions("verify-ca", trust.ca_file), "db.example."),
    ):
        pass
    assert names == ["db.example"]


def test_a_certificate_for_another_host(trust: Trust) -> None:
    text = refusal(trust.elsewhere, TlsOptions("verify-full", trust.ca_file))
    assert text.startswith(
        "TLS with 127.0.0.1:PORT: the certificate of host 'localhost' was refused "
        "(sslmode=verify-full): Hostname mismatch"
    )


@pytest.mark.parametrize("mode", ["verify-full", "verify-ca"])
def test_an_untrusted_certificate(trust: Trust, mode: str) -> None:
    other = CertificateAuthority.create("another authority").issue()
    text = refusal(other, TlsOptions(mode, trust.ca_file))
    assert f"(sslmode={mode})" in text
    assert "unable to get local issuer certificate" in text


def test_the_systems_store_knows_no_certificate_of_ours(trust: Trust) -> None:
    assert "(sslmode=verify-full)" in refusal(trust.good, TlsOptions())
    assert "(sslmode=verify-full)" in refusal(trust.good, TlsOptions("verify-full", "system"))


def test_an_expired_certificate(trust: Trust) -> None:
    assert "expired" in refusal(trust.expired, TlsOptions("verify-ca", trust.ca_file))


def test_verify_ca_takes_any_host(trust: Trust) -> None:
    with (
        serving(echo, trust.elsewhere.server_context()) as port,
        secured(port, TlsOptions("verify-ca", trust.ca_file)) as transport,
    ):
        assert transport.channel().verified


@pytest.mark.parametrize("mode", ["require", "prefer", "allow"])
def test_modes_that_only_encrypt(mode: str) -> None:
    server = Certificate.self_signed("elsewhere.example")
    with (
        serving(echo, server.server_context()) as port,
        secured(port, TlsOptions(mode)) as transport,
    ):
        assert exchange(transport, b"hello", 5) == b"hello"
        channel = transport.channel()
        assert channel.encrypted
        assert not channel.verified
        assert channel.tls_server_end_point == hashlib.sha256(server.cert_der).digest()


def test_require_with_a_root_certificate_checks_the_chain(trust: Trust) -> None:
    tls = TlsOptions("require", trust.ca_file)
    assert "(sslmode=require)" in refusal(Certificate.self_signed("localhost"), tls)
    with serving(hold, trust.elsewhere.server_context()) as port, secured(port, tls) as transport:
        assert transport.channel().verified


def test_verify_full_without_a_host_name(trust: Trust) -> None:
    with (
        serving(hold, trust.good.server_context()) as port,
        pytest.raises(OperationalError, match="could not begin"),
        secured(port, TlsOptions("verify-full", trust.ca_file), ""),
    ):
        pass


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_twenty_megabytes_each_way_at_once(trust: Trust, version: ssl.TLSVersion) -> None:
    data = bytes(range(256)) * (20 * 4096)
    context = trust.good.server_context()
    context.maximum_version = context.minimum_version = version
    with (
        serving(echo, context) as port,
        secured(port, TlsOptions("verify-full", trust.ca_file)) as transport,
    ):
        assert exchange(transport, data, len(data)) == data


def test_one_call_reads_many_records(trust: Trust) -> None:
    def talk(sock: socket.socket) -> None:
        for _ in range(8):
            sock.sendall(bytes(16 * 1024))
        hold(sock)

    with (
        serving(talk, trust.good.server_context()) as port,
        secured(port, TlsOptions("verify-full", trust.ca_file)) as transport,
    ):
        buffer = memoryview(bytearray(128 * 1024))
        sizes: list[int] = []
        while sum(sizes) < len(buffer):
            assert transport.wait(True, False, soon())
            sizes.append(transport.recv_into(buffer[sum(sizes) :]) or 0)
        assert max(sizes) > 16 * 1024


def test_decrypted_bytes_make_wait_return(trust: Trust) -> None:
    with (
        serving(echo, trust.good.server_context()) as port,
        secured(port, TlsOptions("verify-full", trust.ca_file)) as transport,
    ):
        assert exchange(transport, b"a", 1) == b"a"
        transport.send(memoryview(b"xyz"))
        one = memoryview(bytearray(1))
        while not transport.recv_into(one):
            assert transport.wait(True, False, soon())
        assert transport.ready(True)
        assert not transport.ready(False)
        assert transport.wait(True, False, None)
        assert not transport.wait(True, False, time.monotonic() - 1)
        assert transport.recv_into(memoryview(bytearray(9))) == 2
        assert not transport.wait(True, False, time.monotonic() - 1)


def test_the_end_of_the_stream_comes_after_its_bytes(trust: Trust) -> None:
    with (
        serving(lambda sock: sock.sendall(b"bye"), trust.good.server_context()) as port,
        secured(port, TlsOptions("verify-full", trust.ca_file)) as transport,
    ):
        assert read_all(transport) == b"bye"


def test_an_exception_out_of_wait_loses_nothing(trust: Trust) -> None:
    with (
        serving(echo, trust.good.server_context()) as port,
        secured(port, TlsOptions("verify-full", trust.ca_file)) as transport,
    ):
        assert exchange(transport, b"after the session tickets", 25)
        with pytest.raises(Interrupted), alarm(interrupt):
            transport.wait(True, False, None)
        assert exchange(transport, b"still in step", 13) == b"still in step"


def test_the_deadline_covers_the_handshake() -> None:
    with serving(hold) as port:
        plain = connect_tcp(Address("127.0.0.1", port), soon(), tls=TlsOptions("require"))
        with pytest.raises(OperationalError, match=r"timed out during the TLS handshake with 127"):
            plain.start_tls("localhost", time.monotonic() + 0.05)
        with pytest.raises(InterfaceError, match="closed"):
            plain.fileno()


def test_an_interrupted_handshake_closes_the_socket() -> None:
    with serving(hold) as port:
        plain = connect_tcp(Address("127.0.0.1", port), soon(), tls=TlsOptions("require"))
        with pytest.raises(Interrupted), alarm(interrupt):
            plain.start_tls("localhost", None)


@pytest.mark.parametrize("answer", [b"EHello, I do not speak TLS", b""])
def test_a_peer_that_does_not_speak_tls(answer: bytes) -> None:
    def talk(sock: socket.socket) -> None:
        sock.sendall(answer)
        sock.recv(65536)

    with serving(talk) as port:
        plain = connect_tcp(Address("127.0.0.1", port), soon(), tls=TlsOptions("require"))
        with pytest.raises(OperationalError, match="the TLS handshake with 127") as caught:
            plain.start_tls("localhost", soon())
    assert caught.value.is_disconnect
    assert isinstance(caught.value.__cause__, OSError)


def test_tls_starts_once(trust: Trust) -> None:
    with (
        serving(hold, trust.good.server_context()) as port,
        secured(port, TlsOptions("verify-full", trust.ca_file)) as transport,
        pytest.raises(InterfaceError, match="uses TLS already"),
    ):
        transport.start_tls("localhost", None)


HELLO_REQUESTS = b"\x16\x03\x03\x40\x00" + bytes(16 * 1024)
"""A record of 4096 messages that OpenSSL skips during a handshake."""


@contextlib.contextmanager
def beginning(mode: str = "require") -> Iterator[tuple[TlsStream, socket.socket]]:
    """A stream before its handshake, and the socket of its peer."""
    here, there = socket.socketpair()
    with there:
        there.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1024 * 1024)
        there.setblocking(False)
        here.setblocking(False)
        tls = TlsOptions(mode)
        stream = TlsStream.begin(here, Address("db.example", 5439), "db.example", tls)
        with contextlib.closing(stream):
            yield stream, there


def left_of(stream: TlsStream) -> int:
    """Bytes that still wait in the stream's socket, as far as a look shows them."""
    try:
        return len(stream._sock.recv(1024 * 1024, socket.MSG_PEEK))
    except BlockingIOError:
        return 0


def test_one_step_of_a_handshake_is_bounded() -> None:
    with beginning() as (stream, there):
        there.send(HELLO_REQUESTS * 6)
        before = left_of(stream)
        assert before > STEP
        steps = 0
        while left_of(stream):
            assert stream.shake_hands() == (True, False)
            steps += 1
        assert steps >= before / STEP


def flood(sock: socket.socket) -> None:
    for _ in range(64):
        sock.sendall(HELLO_REQUESTS * 64)


def test_a_flood_does_not_keep_a_handshake_beyond_its_deadline() -> None:
    with serving(flood) as port:
        plain = connect_tcp(Address("127.0.0.1", port), soon(), tls=TlsOptions("require"))
        with pytest.raises(OperationalError, match="timed out during the TLS handshake"):
            plain.start_tls("localhost", time.monotonic() + 0.05)


def test_a_hello_that_does_not_fit_is_sent_on() -> None:
    with beginning() as (stream, there):
        with contextlib.suppress(BlockingIOError):
            while True:
                stream._sock.send(bytes(65536))
        assert stream.shake_hands() == (False, True)
        with contextlib.suppress(BlockingIOError):
            while there.recv(65536):
                pass
        assert stream.shake_hands() == (True, False)
        assert there.recv(3)[:2] == b"\x16\x03"


def test_the_plain_transport_is_used_up(trust: Trust) -> None:
    with serving(echo, trust.good.server_context()) as port:
        plain = connect_tcp(Address("127.0.0.1", port), soon(), tls=TlsOptions("require"))
        with contextlib.closing(plain.start_tls("localhost", soon())) as transport:
            with pytest.raises(InterfaceError, match="closed"):
                plain.fileno()
            plain.close()
            assert exchange(transport, b"hello", 5) == b"hello"


def test_a_closed_transport_says_so(trust: Trust) -> None:
    with (
        serving(echo, trust.good.server_context()) as port,
        secured(port, TlsOptions("require")) as transport,
    ):
        transport.close()
        with pytest.raises(InterfaceError, match="closed"):
            transport.recv_into(memoryview(bytearray(9)))
        with pytest.raises(InterfaceError, match="closed"):
            transport.send(memoryview(b"x"))


class ScriptedTls:
    """Stands for an SSLObject: each call takes the next outcome, an error or a count.

    What is written goes out as it is. With ``otherwise``, that is the outcome of every
    call when the others are used up.
    """

    def __init__(self, outgoing: ssl.MemoryBIO, outcomes: tuple[int | OSError, ...]) -> None:
        self.outgoing = outgoing
        self.outcomes = list(outcomes)
        self.otherwise: OSError | None = None
        self.written: list[int] = []

    def _next(self) -> int:
        if not self.outcomes and self.otherwise is not None:
            raise self.otherwise
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, OSError):
            raise outcome
        return outcome

    def read(self, count: int, view: memoryview) -> int:
        return self._next()

    def write(self, data: memoryview) -> int:
        count = self._next()
        self.written.append(count)
        return self.outgoing.write(data[:count])

    def pending(self) -> int:
        return 0


@contextlib.contextmanager
def scripted(
    *outcomes: int | OSError,
) -> Iterator[tuple[TlsStream, ScriptedTls, socket.socket]]:
    with beginning() as (stream, there):
        tls = ScriptedTls(stream._records.outgoing, outcomes)
        stream._secure = cast("ssl.SSLObject", tls)
        yield stream, tls, there


def nine() -> memoryview:
    return memoryview(bytearray(9))


def test_an_answer_of_tls_itself_is_sent_when_the_socket_takes_it() -> None:
    with scripted() as (stream, tls, there):
        tls.otherwise = ssl.SSLWantReadError()
        full = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                full += stream._sock.send(bytes(65536))
        tls.outgoing.write(b"key update")
        assert stream.recv_into(nine()) is None
        assert stream.interest(True, False) == (True, True)
        while full:
            full -= len(there.recv(min(full, 65536)))
        assert stream.recv_into(nine()) is None
        assert there.recv(99) == b"key update"
        assert stream.interest(True, False) == (True, False)


def test_a_write_that_needs_to_read() -> None:
    with scripted(ssl.SSLWantReadError()) as (stream, tls, there):
        assert stream.send(memoryview(b"x")) == 0
        assert stream.interest(False, True) == (True, False)
        assert stream.interest(True, True) == (True, False)
        assert stream.interest(True, False) == (True, False)
        there.send(b"what it needs")
        tls.outcomes = [1]
        assert stream.send(memoryview(b"x")) == 1
        assert stream._records.incoming.read() == b"what it needs"
        assert stream.interest(False, True) == (False, True)


def test_send_counts_the_records_that_the_socket_took() -> None:
    data = memoryview(bytes(range(250)) * 4000)
    records = [16384] * (len(data) // 16384) + [len(data) % 16384]
    with scripted(*records) as (stream, tls, there):
        stream._sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        received = bytearray()
        left = data
        while left:
            sent = stream.send(left)
            assert sent % 16384 == 0 or sent == len(left)
            assert stream.interest(False, sent < len(left))[1] is (sent < len(left))
            left = left[sent:]
            with contextlib.suppress(BlockingIOError):
                while True:
                    received += there.recv(65536)
        assert received == data
        assert tls.written == records


def test_nothing_to_send_touches_nothing() -> None:
    with scripted() as (stream, tls, _):
        assert stream.send(memoryview(b"")) == 0
        assert tls.written == []


def test_bytes_before_an_error_are_given_out_first() -> None:
    reset = ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")
    with scripted(5, reset) as (stream, _, _):
        assert stream.recv_into(nine()) == 5
        assert stream.ready(True)
        for _ in range(2):
            with pytest.raises(OperationalError, match=r"reading from db\.example:5439 f") as e:
                stream.recv_into(nine())
            assert isinstance(e.value.__cause__, ConnectionResetError)


def test_errors_of_both_directions_are_mapped() -> None:
    with (
        scripted(BrokenPipeError(errno.EPIPE, "Broken pipe")) as (stream, _, _),
        pytest.raises(OperationalError, match=r"sending to db\.example:5439 failed: Broken"),
    ):
        stream.send(memoryview(b"x"))
    with (
        scripted(ssl.SSLError("bad record")) as (stream, _, _),
        pytest.raises(OperationalError, match="reading from"),
    ):
        stream.recv_into(nine())


def test_records_without_data_do_not_hold_a_read() -> None:
    with scripted() as (stream, tls, there):
        tls.otherwise = ssl.SSLWantReadError()
        there.send(bytes(5 * STEP))
        before = left_of(stream)
        assert before > STEP
        assert stream.recv_into(nine()) is None
        assert left_of(stream) > 0


def test_less_than_a_record_is_nothing_to_read() -> None:
    with scripted(ssl.SSLWantReadError(), ssl.SSLWantReadError()) as (stream, _, there):
        there.send(b"half a record")
        assert stream.recv_into(nine()) is None
        assert not stream.ready(True)


def test_records_behind_a_full_buffer_can_be_read() -> None:
    with scripted(ssl.SSLWantReadError(), 9) as (stream, _, there):
        there.send(b"two records")
        assert stream.recv_into(nine()) == 9
        assert stream.ready(True)
        assert not stream.ready(False)
