from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import socket
import ssl
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from rs_driver.adapters.transport.asyncio_ import (
    AsyncTcpConnector,
    AsyncTcpTransport,
    AsyncTlsTransport,
    connect_tcp,
)
from rs_driver.adapters.transport.contexts import TlsOptions
from rs_driver.adapters.transport.sockets import Address, SocketStream, TcpOptions
from rs_driver.errors import InterfaceError, NotSupportedError, OperationalError
from rs_driver.ports.transport import AsyncTransport, Channel
from rs_driver_fakeserver.certificates.authority import Certificate, CertificateAuthority
from support.loopback import echo, full_backlog, hold, serving
from support.pumping import exchange_async, soon


@contextlib.asynccontextmanager
async def connected(port: int, host: str = "127.0.0.1") -> AsyncIterator[AsyncTcpTransport]:
    transport = await connect_tcp(Address(host, port), soon(), tls=TlsOptions("require"))
    with contextlib.closing(transport):
        yield transport


@contextlib.asynccontextmanager
async def secured(
    port: int, tls: TlsOptions, hostname: str = "localhost"
) -> AsyncIterator[AsyncTlsTransport]:
    plain = await connect_tcp(Address("127.0.0.1", port), soon(), tls=tls)
    with contextlib.closing(await plain.start_tls(hostname, soon())) as transport:
        yield transport


async def cancelled(task: asyncio.Task[bool]) -> None:
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_it_is_a_transport(host: str) -> None:
    async def talk(port: int) -> None:
        async with connected(port, host) as transport:
            it: AsyncTransport = transport
            assert it.channel() == Channel(peer=f"{host}:{port}")
            assert await exchange_async(it, b"hello", 5) == b"hello"

    with serving(echo) as port:
        asyncio.run(talk(port))


def test_twenty_megabytes_each_way_at_once() -> None:
    data = bytes(range(256)) * (20 * 4096)

    async def talk(port: int) -> None:
        async with connected(port) as transport:
            assert await exchange_async(transport, data, len(data)) == data

    with serving(echo) as port:
        asyncio.run(talk(port))


def test_twenty_megabytes_each_way_at_once_over_tls(tmp_path: Path) -> None:
    data = bytes(range(256)) * (20 * 4096)
    authority = CertificateAuthority.create()
    server = authority.issue()
    ca_file = tmp_path / "ca.pem"
    authority.write_ca(ca_file)

    async def talk(port: int) -> None:
        async with secured(port, TlsOptions("verify-full", str(ca_file))) as transport:
            it: AsyncTransport = transport
            assert await exchange_async(it, data, len(data)) == data
            channel = it.channel()
            assert channel.verified
            assert channel.tls_server_end_point == hashlib.sha256(server.cert_der).digest()
            with pytest.raises(InterfaceError, match="uses TLS already"):
                await transport.start_tls("localhost", None)

    with serving(echo, server.server_context()) as port:
        asyncio.run(talk(port))


def test_decrypted_bytes_make_wait_return() -> None:
    async def talk(port: int) -> None:
        async with secured(port, TlsOptions("require")) as transport:
            transport.send(memoryview(b"xyz"))
            one = memoryview(bytearray(1))
            while not transport.recv_into(one):
                assert await transport.wait(True, False, soon())
            assert await transport.wait(True, False, None)
            assert not await transport.wait(True, False, time.monotonic() - 1)

    with serving(echo, Certificate.self_signed().server_context()) as port:
        asyncio.run(talk(port))


def test_a_bad_certificate() -> None:
    async def talk(port: int) -> None:
        async with secured(port, TlsOptions()):
            pass

    with (
        serving(hold, Certificate.self_signed().server_context()) as port,
        pytest.raises(OperationalError, match=r"refused \(sslmode=verify-full\)"),
    ):
        asyncio.run(talk(port))


def test_the_deadline_of_a_wait_and_of_a_handshake() -> None:
    async def talk(port: int) -> None:
        async with connected(port) as transport:
            assert not await transport.wait(True, False, time.monotonic() + 0.02)
            assert not await transport.wait(True, False, time.monotonic() - 1)
            assert await transport.wait(True, True, None)
            with pytest.raises(OperationalError, match="timed out during the TLS handshake"):
                await transport.start_tls("localhost", time.monotonic() + 0.02)

    with serving(hold) as port:
        asyncio.run(talk(port))


def test_a_deadline_that_has_passed_is_false_whatever_the_socket_has() -> None:
    async def talk(port: int) -> None:
        async with connected(port) as transport:
            assert not await transport.wait(False, True, time.monotonic() - 1)
            assert await transport.wait(False, True, soon())

    with serving(hold) as port:
        asyncio.run(talk(port))


def test_a_flood_does_not_keep_a_handshake_beyond_its_deadline() -> None:
    skipped = b"\x16\x03\x03\x40\x00" + bytes(16 * 1024)  # HelloRequest messages

    def flood(sock: socket.socket) -> None:
        for _ in range(64):
            sock.sendall(skipped * 64)

    async def talk(port: int) -> None:
        plain = await connect_tcp(Address("127.0.0.1", port), soon(), tls=TlsOptions("require"))
        with pytest.raises(OperationalError, match="timed out during the TLS handshake"):
            await plain.start_tls("localhost", time.monotonic() + 0.05)

    with serving(flood) as port:
        asyncio.run(talk(port))


def test_a_cancelled_wait_loses_nothing_and_leaves_no_watch() -> None:
    async def talk(port: int) -> None:
        loop = asyncio.get_running_loop()
        async with connected(port) as transport:
            fileno = transport.fileno()
            await cancelled(asyncio.ensure_future(transport.wait(True, False, soon())))
            assert not loop.remove_reader(fileno)
            assert not loop.remove_writer(fileno)
            assert await exchange_async(transport, b"in step", 7) == b"in step"

    with serving(echo) as port:
        asyncio.run(talk(port))


def test_a_cancelled_handshake_closes_the_socket() -> None:
    async def talk(port: int) -> None:
        transport = await connect_tcp(Address("127.0.0.1", port), soon(), tls=TlsOptions("require"))
        task = asyncio.ensure_future(transport.start_tls("localhost", None))
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(InterfaceError, match="closed"):
            transport.fileno()

    with serving(hold) as port:
        asyncio.run(talk(port))


@pytest.mark.parametrize("tls", [False, True])
def test_closing_ends_a_wait(tls: bool) -> None:
    async def talk(port: int) -> None:
        plain = await connect_tcp(Address("127.0.0.1", port), soon(), tls=TlsOptions("require"))
        transport = await plain.start_tls("localhost", soon()) if tls else plain
        buffer = memoryview(bytearray(9))
        task = asyncio.ensure_future(transport.wait(True, False, None))
        await asyncio.sleep(0.02)
        while task.done() and transport.recv_into(buffer) is None:  # session tickets
            task = asyncio.ensure_future(transport.wait(True, False, None))
            await asyncio.sleep(0.02)
        transport.close()
        transport.close()
        assert await task
        with pytest.raises(InterfaceError, match="closed"):
            transport.recv_into(buffer)
        with pytest.raises(InterfaceError, match="closed"):
            await transport.wait(True, False, None)

    context = Certificate.self_signed().server_context() if tls else None
    with serving(hold, context) as port:
        asyncio.run(talk(port))


def test_a_refused_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(OperationalError, match=f"could not connect to localhost:{port} ") as caught:
        asyncio.run(connect_tcp(Address("localhost", port), soon()))
    assert f"127.0.0.1:{port}: Connection refused" in str(caught.value)
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.is_disconnect
    assert caught.value.retry_safe


def test_a_source_address_of_the_wrong_family_is_an_operational_error() -> None:
    options = TcpOptions(source_address=("::1", 0))
    with pytest.raises(OperationalError, match="could not connect to"):
        asyncio.run(connect_tcp(Address("127.0.0.1", 1), soon(), options))


def test_a_source_address_that_cannot_be_a_name() -> None:
    options = TcpOptions(source_address=("é" * 70, 0))
    with pytest.raises(OperationalError, match="could not find the address of source_address"):
        asyncio.run(connect_tcp(Address("127.0.0.1", 1), soon(), options))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse instead")
def test_an_address_that_says_nothing_leaves_time_for_the_next() -> None:
    async def talk(address: Address) -> None:
        transport = await connect_tcp(address, soon())
        assert await exchange_async(transport, b"hello", 5) == b"hello"
        transport.close()

    with full_backlog() as silent, serving(echo) as port:
        found = tuple((socket.AF_INET, ("127.0.0.1", each)) for each in (silent, port))
        asyncio.run(talk(Address("db", found=found)))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse instead")
@pytest.mark.parametrize("end", [asyncio.CancelledError, OperationalError])
def test_no_socket_outlives_an_attempt_that_ends_early(end: type[BaseException]) -> None:
    async def run(address: Address) -> None:
        deadline = soon() if end is asyncio.CancelledError else time.monotonic() + 0.3
        task = asyncio.ensure_future(connect_tcp(address, deadline))
        if end is asyncio.CancelledError:
            await asyncio.sleep(0.02)
            task.cancel()
        with pytest.raises(end):
            await task

    with full_backlog() as silent:
        asyncio.run(run(Address("db", found=((socket.AF_INET, ("127.0.0.1", silent)),) * 2)))


def test_a_connector_back_to_the_address_that_won() -> None:
    connector = AsyncTcpConnector(Address("nowhere.invalid", 1), TcpOptions(), TlsOptions())

    async def talk(port: int) -> None:
        found = ((socket.AF_INET, ("127.0.0.1", port)),)
        inner = SocketStream(socket.socket(), Address("db", found=found))
        transport = await connector.back_to(inner)(soon())
        assert await exchange_async(transport, b"hello", 5) == b"hello"
        transport.close()
        inner.close()

    with serving(echo) as port:
        asyncio.run(talk(port))


def test_a_name_that_cannot_be_one() -> None:
    with pytest.raises(OperationalError, match="could not find the address of host"):
        asyncio.run(connect_tcp(Address("a" * 64 + ".invalid", 1), soon()))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse instead")
def test_the_deadline_and_cancelling_cover_connecting() -> None:
    async def attempt(port: int) -> None:
        address = Address("127.0.0.1", port)
        with pytest.raises(OperationalError, match=f"timed out while connecting to 127.*:{port}"):
            await connect_tcp(address, time.monotonic() + 0.02)
        task = asyncio.ensure_future(connect_tcp(address, None))
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            sock = stack.enter_context(socket.socket())
            sock.setblocking(False)
            sock.connect_ex(listener.getsockname())
        asyncio.run(attempt(listener.getsockname()[1]))


class WatchlessLoop(asyncio.SelectorEventLoop):
    """An event loop that cannot watch sockets, like the default one on Windows."""

    def add_reader(self, fd: object, callback: object, *args: object) -> None:
        if callback.__name__ == "_settle":  # type: ignore[attr-defined]  # a function
            raise NotImplementedError
        super().add_reader(fd, callback, *args)  # type: ignore[arg-type]  # as it came


def test_an_event_loop_that_cannot_watch_sockets() -> None:
    async def talk(port: int) -> None:
        transport = await connect_tcp(Address("127.0.0.1", port), soon())
        with (
            contextlib.closing(transport),
            pytest.raises(NotSupportedError, match="SelectorEventLoop"),
        ):
            await transport.wait(True, False, soon())

    loop = WatchlessLoop()
    try:
        with serving(hold) as port:
            loop.run_until_complete(talk(port))
    finally:
        loop.close()


class TimerLoop(asyncio.SelectorEventLoop):
    """An event loop that remembers the timers that were set."""

    def __init__(self) -> None:
        super().__init__()
        self.timers: list[asyncio.TimerHandle] = []

    def call_at(  # type: ignore[override]  # whatever the base class takes
        self, *args: Any, **kwargs: Any
    ) -> asyncio.TimerHandle:
        self.timers.append(super().call_at(*args, **kwargs))
        return self.timers[-1]


def test_a_wait_that_ends_early_leaves_no_timer() -> None:
    async def talk(port: int) -> None:
        async with connected(port) as transport:
            assert await transport.wait(False, True, soon())

    loop = TimerLoop()
    try:
        with serving(hold) as port:
            loop.run_until_complete(talk(port))
        assert loop.timers
        assert all(timer.cancelled() for timer in loop.timers)
    finally:
        loop.close()


@contextlib.contextmanager
def waiting(tls: bool) -> Iterator[tuple[Any, asyncio.Task[bool], asyncio.AbstractEventLoop]]:
    """A transport, the task that waits in it for bytes that do not come, and their loop."""

    async def begin(port: int) -> Any:
        plain = await connect_tcp(Address("127.0.0.1", port), soon(), tls=TlsOptions("require"))
        transport = await plain.start_tls("localhost", soon()) if tls else plain
        while tls and transport.recv_into(memoryview(bytearray(9))) is not None:
            pass
        task = asyncio.ensure_future(transport.wait(True, False, None))
        await asyncio.sleep(0.02)
        return transport, task

    context = None
    if tls:
        context = Certificate.self_signed().server_context()
        context.maximum_version = ssl.TLSVersion.TLSv1_2  # no session tickets on their own
    loop = asyncio.new_event_loop()
    try:
        with serving(hold, context) as port:
            transport, task = loop.run_until_complete(begin(port))
            try:
                yield transport, task, loop
            finally:
                transport.close()
    finally:
        loop.close()


@pytest.mark.parametrize("tls", [False, True])
def test_closing_after_the_loop(tls: bool) -> None:
    with waiting(tls) as (transport, task, loop):
        assert not task.done()
        loop.close()
        transport.close()
        with pytest.raises(InterfaceError, match="closed"):
            transport.fileno()
        # The task belongs to a loop that will never run it again: nobody asks for it.
        with contextlib.suppress(StopIteration, asyncio.CancelledError):
            task.get_coro().close()
        task._log_destroy_pending = False  # type: ignore[attr-defined]  # no warning of it


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("tls", [False, True])
def test_closing_in_a_forked_child_leaves_the_parents_wait_alone(tls: bool) -> None:
    with waiting(tls) as (transport, task, loop):
        child = os.fork()
        if not child:
            code = 1
            try:
                transport.close()
                code = transport._sock.fileno() != -1
            finally:
                os._exit(code)
        assert os.waitpid(child, 0)[1] == 0
        transport._sock.shutdown(socket.SHUT_RD)  # makes it readable for the parent
        assert loop.run_until_complete(asyncio.wait_for(task, 30))
