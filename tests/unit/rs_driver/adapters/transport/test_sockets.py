from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from rs_driver.adapters.transport import sockets
from rs_driver.adapters.transport.sockets import (
    Address,
    SocketAddress,
    SocketStream,
    TcpOptions,
    disconnected,
    finish_connecting,
    host_port,
    reason,
    start_connecting,
)
from rs_driver.errors import InterfaceError, NotSupportedError, OperationalError
from rs_driver.ports.transport import Channel

Pair = tuple[SocketStream, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    here, there = socket.socketpair()
    with here, there:
        here.setblocking(False)
        yield SocketStream(here, Address("db.example", 5439)), there


def tcp_pair() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        here = socket.create_connection(listener.getsockname())
        there, _ = listener.accept()
    here.setblocking(False)
    return here, there


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (Address("db.example", 5439), "db.example:5439"),
        (Address("::1", 5439), "[::1]:5439"),
        (Address("db.example", 5439, "/run/db"), "/run/db"),
        (Address("db.example", 5439, numeric="192.0.2.1"), "db.example:5439"),
        (Address(numeric="::1"), "[::1]:5439"),
    ],
)
def test_an_address_as_messages_name_it(address: Address, text: str) -> None:
    assert str(address) == text


def test_host_port_brackets_ipv6_only() -> None:
    assert host_port("1.2.3.4", 1) == "1.2.3.4:1"
    assert host_port("fe80::1", 1) == "[fe80::1]:1"


def test_reason_prefers_the_systems_words() -> None:
    assert reason(OSError(errno.ECONNREFUSED, "Connection refused")) == "Connection refused"
    assert reason(OSError("odd")) == "odd"
    assert reason(ValueError()) == "ValueError"


def test_disconnected_says_so() -> None:
    error = disconnected("gone", retry_safe=True)
    assert isinstance(error, OperationalError)
    assert (error.is_disconnect, error.retry_safe, str(error)) == (True, True, "gone")
    assert not disconnected("gone").retry_safe


def test_nothing_there_is_none_and_bytes_are_counted(pair: Pair) -> None:
    stream, there = pair
    view = memoryview(bytearray(10))
    assert stream.recv_into(view) is None
    there.send(b"abc")
    assert stream.recv_into(view) == 3
    assert bytes(view[:3]) == b"abc"


def test_the_end_is_zero(pair: Pair) -> None:
    stream, there = pair
    there.close()
    assert stream.recv_into(memoryview(bytearray(1))) == 0


def test_send_takes_a_part_and_then_nothing(pair: Pair) -> None:
    stream, there = pair
    data = memoryview(bytes(8 * 1024 * 1024))
    first = stream.send(data)
    assert 0 < first < len(data)
    while stream.send(data):
        pass
    assert stream.send(data) == 0
    there.recv(65536)


def test_sending_to_a_peer_that_is_gone(pair: Pair) -> None:
    stream, there = pair
    there.close()
    with pytest.raises(OperationalError, match=r"sending to db\.example:5439 failed") as caught:
        stream.send(memoryview(b"x"))
    assert caught.value.is_disconnect
    assert isinstance(caught.value.__cause__, OSError)


def test_a_reset_while_reading() -> None:
    here, there = tcp_pair()
    there.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    there.close()
    stream = SocketStream(here, Address("db.example", 5439))
    with pytest.raises(OperationalError, match=r"reading from db\.example:5439 failed") as caught:
        stream.recv_into(memoryview(bytearray(1)))
    assert caught.value.is_disconnect
    assert not caught.value.retry_safe
    assert isinstance(caught.value.__cause__, ConnectionResetError)
    stream.close()


def test_a_plain_channel_promises_nothing(pair: Pair) -> None:
    assert pair[0].channel() == Channel(peer="db.example:5439")


def test_interest_and_ready_are_the_sockets_own(pair: Pair) -> None:
    assert pair[0].interest(True, False) == (True, False)
    assert not pair[0].ready(True)


def test_closing_twice_and_use_after_it(pair: Pair) -> None:
    stream, there = pair
    stream.close()
    stream.close()
    assert there.recv(1) == b""
    with pytest.raises(InterfaceError, match="closed"):
        stream.fileno()
    with pytest.raises(InterfaceError, match="closed"):
        stream.send(memoryview(b"x"))
    with pytest.raises(InterfaceError, match="closed"):
        stream.recv_into(memoryview(bytearray(1)))


def test_closing_writes_nothing(pair: Pair) -> None:
    stream, there = pair
    stream.send(memoryview(b"last"))
    stream.close()
    assert there.recv(100) == b"last"
    assert there.recv(100) == b""


def connected(
    port: int, options: TcpOptions, sources: list[SocketAddress] | None = None
) -> socket.socket:
    sock, done = start_connecting((socket.AF_INET, ("127.0.0.1", port)), options, sources)
    if not done:
        sock.setblocking(True)
        sock.settimeout(10)
        sock.send(b"")
        finish_connecting(sock)
    return sock


def test_options_reach_the_socket() -> None:
    options = TcpOptions(keepalive_idle=11, keepalive_interval=7, keepalive_count=3)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sock = connected(listener.getsockname()[1], options)
        with sock:
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL) == 7
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT) == 3
            idle = getattr(socket, "TCP_KEEPIDLE", None) or socket.__dict__["TCP_KEEPALIVE"]
            assert sock.getsockopt(socket.IPPROTO_TCP, idle) == 11


def test_keepalive_can_be_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sock = connected(listener.getsockname()[1], TcpOptions(keepalive=False))
        with sock:
            assert not sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="Linux only")
def test_user_timeout_and_source_address() -> None:
    options = TcpOptions(user_timeout=1234)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sock = connected(listener.getsockname()[1], options, [(socket.AF_INET, ("127.0.0.2", 0))])
        with sock:
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 1234
            assert sock.getsockname()[0] == "127.0.0.2"


def test_an_option_that_the_system_lacks() -> None:
    with socket.socket() as sock, pytest.raises(NotSupportedError, match="tcp_user_timeout"):
        sockets._set(sock, "TCP_NO_SUCH_THING", "tcp_user_timeout", 1)


def test_a_source_address_that_is_not_ours() -> None:
    sources = [(socket.AF_INET, ("192.0.2.1", 0))]
    with pytest.raises(OSError, match=r"."):
        start_connecting((socket.AF_INET, ("127.0.0.1", 1)), TcpOptions(), sources)


def test_a_source_address_of_another_family() -> None:
    sources = [(socket.AF_INET6, ("::1", 0))]
    with pytest.raises(OSError, match="no address of this family"):
        start_connecting((socket.AF_INET, ("127.0.0.1", 1)), TcpOptions(), sources)


def test_a_unix_socket_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        start_connecting((socket.AF_UNIX, str(tmp_path / "none")), TcpOptions())
