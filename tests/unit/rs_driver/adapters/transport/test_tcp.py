from __future__ import annotations

import contextlib
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rs_driver.adapters.transport.contexts import TlsOptions
from rs_driver.adapters.transport.sockets import Address, SocketStream, TcpOptions
from rs_driver.adapters.transport.tcp import TcpConnector, TcpTransport, connect_tcp
from rs_driver.errors import InterfaceError, OperationalError
from rs_driver.ports.transport import Channel, Transport
from support.alarm import Interrupted, alarm, interrupt
from support.loopback import echo, full_backlog, hold, serving
from support.pumping import exchange, read_all, soon


@contextlib.contextmanager
def connected(port: int, host: str = "127.0.0.1") -> Iterator[TcpTransport]:
    with contextlib.closing(connect_tcp(Address(host, port), soon())) as transport:
        yield transport


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def test_it_is_a_transport() -> None:
    with serving(echo) as port, connected(port) as transport:
        port_of_it: Transport = transport
        assert port_of_it.channel() == Channel(peer=f"127.0.0.1:{port}")
        assert exchange(transport, b"hello", 5) == b"hello"


def test_a_name_whose_first_address_may_refuse() -> None:
    with serving(echo) as port, connected(port, "localhost") as transport:
        assert exchange(transport, b"hello", 5) == b"hello"


def test_twenty_megabytes_each_way_at_once() -> None:
    data = bytes(range(256)) * (20 * 4096)
    with serving(echo) as port, connected(port) as transport:
        assert exchange(transport, data, len(data)) == data


def test_the_end_of_the_stream() -> None:
    with serving(lambda sock: sock.sendall(b"bye")) as port, connected(port) as transport:
        assert read_all(transport) == b"bye"


def test_a_unix_socket(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        with contextlib.closing(connect_tcp(Address(unix_sock=path), soon())) as transport:
            there, _ = listener.accept()
            with there:
                there.sendall(b"hi")
                assert transport.wait(True, False, soon())
                assert transport.recv_into(memoryview(bytearray(9))) == 2
            assert transport.channel().peer == path


def test_a_refused_port_is_named() -> None:
    port = unused_port()
    with pytest.raises(OperationalError) as caught:
        connect_tcp(Address("127.0.0.1", port), soon())
    assert str(caught.value) == (
        f"could not connect to 127.0.0.1:{port} (127.0.0.1:{port}: Connection refused)"
    )
    assert isinstance(caught.value.__cause__, ConnectionRefusedError)
    assert caught.value.is_disconnect
    assert caught.value.retry_safe


def test_a_source_address_of_the_wrong_family_is_an_operational_error() -> None:
    options = TcpOptions(source_address=("::1", 0))
    with pytest.raises(OperationalError, match=r"could not connect to 127\.0\.0\.1:1 "):
        connect_tcp(Address("127.0.0.1", 1), soon(), options)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse instead")
def test_the_deadline_covers_connecting() -> None:
    with full_backlog() as port, pytest.raises(OperationalError) as caught:
        connect_tcp(Address("127.0.0.1", port), time.monotonic() + 0.05)
    assert str(caught.value) == (
        f"timed out while connecting to 127.0.0.1:{port} (127.0.0.1:{port})"
    )
    assert caught.value.is_disconnect


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse instead")
def test_an_interrupted_connect_leaves_no_socket_open() -> None:
    with full_backlog() as port, pytest.raises(Interrupted), alarm(interrupt):
        connect_tcp(Address("127.0.0.1", port), None)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse instead")
def test_an_address_that_says_nothing_leaves_time_for_the_next() -> None:
    with full_backlog() as silent, serving(echo) as port:
        found = tuple((socket.AF_INET, ("127.0.0.1", each)) for each in (silent, port))
        with contextlib.closing(connect_tcp(Address("db", found=found), soon())) as transport:
            assert exchange(transport, b"hello", 5) == b"hello"
            assert transport.address.found == (found[1],)


def test_a_connector_back_to_the_address_that_won() -> None:
    connector = TcpConnector(Address("nowhere.invalid", 1), TcpOptions(), TlsOptions())
    with serving(echo) as port, contextlib.ExitStack() as stack:
        found = ((socket.AF_INET, ("127.0.0.1", port)),)
        first = stack.enter_context(
            contextlib.closing(SocketStream(socket.socket(), Address("db", found=found)))
        )
        again = stack.enter_context(contextlib.closing(connector.back_to(first)(soon())))
        assert exchange(again, b"hello", 5) == b"hello"


def test_the_local_end_may_be_a_name_or_any() -> None:
    for source in ("localhost", "127.0.0.1", ""):
        with serving(echo) as port:
            options = TcpOptions(source_address=(source, 0))
            where = Address("127.0.0.1", port)
            with contextlib.closing(connect_tcp(where, soon(), options)) as transport:
                assert exchange(transport, b"hello", 5) == b"hello"


def test_the_look_up_of_the_local_end_is_within_the_deadline() -> None:
    options = TcpOptions(source_address=("db.example", 0))
    with pytest.raises(OperationalError, match="looking up the address of source_address"):
        connect_tcp(Address("127.0.0.1", 1), time.monotonic() - 1, options)


def test_the_deadline_of_a_wait() -> None:
    with serving(hold) as port, connected(port) as transport:
        assert not transport.wait(True, False, time.monotonic() + 0.02)
        assert transport.wait(True, True, None)


def test_an_exception_out_of_wait_loses_nothing() -> None:
    with serving(echo) as port, connected(port) as transport:
        with pytest.raises(Interrupted), alarm(interrupt):
            transport.wait(True, False, None)
        assert exchange(transport, b"still in step", 13) == b"still in step"


def test_use_after_close() -> None:
    with serving(hold) as port, connected(port) as transport:
        transport.close()
        with pytest.raises(InterfaceError, match="closed"):
            transport.wait(True, False, None)
        with pytest.raises(InterfaceError, match="closed"):
            transport.start_tls("x", None)
