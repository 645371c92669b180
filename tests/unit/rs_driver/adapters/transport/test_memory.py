from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

import pytest

from rs_driver.adapters.transport.memory import AsyncMemoryTransport, MemoryTransport
from rs_driver.errors import InterfaceError, OperationalError
from rs_driver.ports.transport import AsyncTransport, Channel, Peer, Transport
from support.pumping import exchange, exchange_async, read_all


class Echo:
    """A peer that repeats what it hears, and hangs up after ``goodbye``."""

    def __init__(self, *later: bytes) -> None:
        self.closed = False
        self.ended = 0
        self.later = list(later)

    def feed(self, data: bytes) -> bytes:
        if data.endswith(b"goodbye"):
            self.closed = True
        if not data and self.later:
            return self.later.pop(0)
        return data

    def eof(self) -> None:
        self.ended += 1


def test_both_are_transports() -> None:
    peer: Peer = Echo()
    sync: Transport = MemoryTransport(peer)
    asynchronous: AsyncTransport = AsyncMemoryTransport(peer)
    assert sync.channel() == asynchronous.channel()
    assert sync.channel() == Channel(encrypted=True, verified=True, peer="memory")


def test_what_is_sent_is_answered() -> None:
    transport = MemoryTransport(Echo())
    assert transport.recv_into(memoryview(bytearray(9))) is None
    assert exchange(transport, b"hello", 5) == b"hello"


def test_chunks() -> None:
    transport = MemoryTransport(Echo(), chunk=2)
    assert transport.send(memoryview(b"hello")) == 2
    buffer = memoryview(bytearray(9))
    assert transport.recv_into(buffer[:1]) == 1
    assert transport.send(memoryview(b"llo")) == 2
    assert transport.recv_into(buffer) == 2
    with pytest.raises(ValueError, match="chunk"):
        MemoryTransport(Echo(), chunk=0)


def test_a_peer_that_has_more_is_asked_for_it() -> None:
    transport = MemoryTransport(Echo(b"one", b"two"))
    assert transport.wait(True, False, None)
    assert exchange(transport, b"", 3) == b"one"
    assert exchange(transport, b"", 3) == b"two"


def test_waiting_to_write_never_waits() -> None:
    assert MemoryTransport(Echo()).wait(False, True, None)


def test_waiting_for_nothing_is_an_error_or_the_deadline() -> None:
    transport = MemoryTransport(Echo())
    with pytest.raises(OperationalError, match="memory: the peer has no more to say") as caught:
        transport.wait(True, False, None)
    assert caught.value.is_disconnect
    assert not transport.wait(True, False, 10.0**9)
    assert not transport.wait(False, False, 0)


def test_a_peer_that_hangs_up() -> None:
    transport = MemoryTransport(Echo())
    transport.send(memoryview(b"goodbye"))
    assert read_all(transport) == b"goodbye"
    assert transport.wait(True, False, None)
    with pytest.raises(OperationalError, match="closed the connection") as caught:
        transport.send(memoryview(b"x"))
    assert caught.value.is_disconnect


def test_closing_tells_the_peer_once() -> None:
    peer = Echo()
    transport = MemoryTransport(peer)
    transport.close()
    transport.close()
    assert peer.ended == 1
    with pytest.raises(InterfaceError, match="closed"):
        transport.recv_into(memoryview(bytearray(1)))
    with pytest.raises(InterfaceError, match="closed"):
        transport.send(memoryview(b"x"))


def test_tls_replaces_the_transport() -> None:
    peer = Echo()
    plain = MemoryTransport(peer, Channel(peer="pretend", tls_server_end_point=b"hash"), chunk=3)
    assert not plain.channel().encrypted
    secure = plain.start_tls("db.example", None)
    assert secure.channel() == Channel(
        encrypted=True, verified=True, tls_server_end_point=b"hash", peer="pretend"
    )
    assert secure.send(memoryview(b"hello")) == 3
    with pytest.raises(InterfaceError):
        plain.send(memoryview(b"x"))
    plain.close()
    assert peer.ended == 0


def test_plaintext_after_the_answer_is_refused() -> None:
    transport = MemoryTransport(Echo())
    transport.send(memoryview(b"injected"))
    with pytest.raises(OperationalError, match="in plaintext before TLS"):
        transport.start_tls("db.example", None)


def test_asyncio_says_the_same() -> None:
    async def talk() -> None:
        with contextlib.closing(AsyncMemoryTransport(Echo(), chunk=2)) as plain:
            transport = await plain.start_tls("db.example", None)
            assert await exchange_async(transport, b"hello", 5) == b"hello"
            assert not await transport.wait(True, False, 0)
            with pytest.raises(OperationalError, match="no more to say"):
                await transport.wait(True, False, None)

    asyncio.run(talk())


def test_a_waiting_task_can_be_cancelled_and_others_run() -> None:
    async def talk() -> None:
        transport = AsyncMemoryTransport(Echo(b"x"))
        task = asyncio.ensure_future(transport.wait(True, False, None))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await transport.wait(True, False, None)

    asyncio.run(talk())


class Sleeper(Echo):
    """A peer whose answer takes three seconds of its own clock."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def feed(self, data: bytes) -> bytes:
        return b"" if data or self.now < 3.0 else b"morning"

    def pass_time(self, deadline: float | None) -> bool:
        self.now = 3.0 if deadline is None else min(3.0, deadline)
        return self.now == 3.0


def test_a_peer_may_take_time() -> None:
    transport = MemoryTransport(Sleeper())
    assert not transport.wait(True, False, 2.0)
    assert transport.wait(True, False, 4.0)
    assert transport.recv_into(memoryview(bytearray(9))) == len(b"morning")


def test_a_peer_that_has_nothing_after_all() -> None:
    class Dreamer(Sleeper):
        """Says nothing, however long one waits."""

        def feed(self, data: bytes) -> bytes:
            return b""

        def pass_time(self, deadline: float | None) -> bool:
            return super().pass_time(deadline) and deadline is None

    transport = MemoryTransport(Dreamer())
    assert not transport.wait(True, False, 4.0)


def test_a_peer_may_break_off() -> None:
    class Breaking(Echo):
        def feed(self, data: bytes) -> bytes:
            raise ConnectionResetError(104, "Connection reset by peer")

    transport = MemoryTransport(Breaking())
    acts: list[Callable[[], object]] = [
        lambda: transport.send(memoryview(b"x")),
        lambda: transport.wait(True, False, 1.0),
    ]
    for act in acts:
        with pytest.raises(OperationalError, match="reset by peer") as caught:
            act()
        assert caught.value.is_disconnect
        assert isinstance(caught.value.__cause__, ConnectionResetError)
