"""The suite for an ``AsyncTransport`` (``rs_driver.ports.transport``)."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Iterator
from typing import Any

import pytest

from rs_driver.ports.transport import AsyncConnector, AsyncTransport
from rs_driver_fakeserver.conformance import moving
from rs_driver_fakeserver.conformance.claims import claim
from rs_driver_fakeserver.conformance.driven import Driven, DrivenTransport, run
from rs_driver_fakeserver.conformance.ending import Ending
from rs_driver_fakeserver.conformance.logins import Sessions
from rs_driver_fakeserver.conformance.peers import HOSTNAME, Address, Peers, echo, silent, slow
from rs_driver_fakeserver.conformance.securing import Securing
from rs_driver_fakeserver.conformance.streaming import Streaming
from rs_driver_fakeserver.conformance.suite import bounded, missing

_MOMENT = 0.05


class AsyncTransportConformance(Streaming, Ending, Securing, Sessions):
    """Tests of a transport for asyncio.

    Override ``connector``; ``new_loop`` where another event loop is meant. ``has_tls = False``
    is for a transport that is encrypted by other means. ``patience``: seconds that a test may
    take before it counts as hanging.
    """

    def connector(self, address: Address) -> AsyncConnector:  # noqa: ARG002  (for overriding)
        """A connector to ``address.host`` and ``address.port``, whose transports trust the
        root in ``address.ca_file`` and no other, and check the host's name."""
        raise missing("connector(address)")

    def new_loop(self) -> asyncio.AbstractEventLoop:
        """The event loop of one test."""
        return asyncio.new_event_loop()

    @contextlib.contextmanager
    def opened(self, address: Address) -> Iterator[DrivenTransport]:
        """A transport to ``address``, driven by a loop of its own."""
        with contextlib.closing(self.new_loop()) as loop:
            inner = run(loop, self.connector(address)(self.soon()))
            with contextlib.closing(DrivenTransport(inner, loop)) as transport:
                yield transport

    @contextlib.contextmanager
    def connect(self, address: Address, **options: Any) -> Iterator[Any]:
        """``rs_driver.AsyncConnection`` over the transport."""
        import rs_driver

        with contextlib.closing(self.new_loop()) as loop:
            opening = rs_driver.AsyncConnection.connect(
                transport=self.connector(address), **options
            )
            connection = Driven(run(loop, opening), loop)
            try:
                yield connection
            finally:
                connection.close()

    # -- what only asyncio has ----------------------------------------------------------

    @bounded
    def test_a_cancelled_wait_loses_nothing(self, peers: Peers) -> None:
        """The port: "A task can therefore be cancelled only where no byte can be lost"."""
        data = moving.noise(100)
        with self.talking(peers, slow(data)) as transport:
            inner, loop = _parts(transport)
            received, deadline = b"", self.soon()
            while len(received) < len(data):
                claim(time.monotonic() < deadline, f"stuck with {len(received)} bytes read")
                run(loop, _cancelled(inner.wait(True, False, None), 0.001))
                received += moving.read_some(transport, 100) or b""
        claim(received == data, "bytes were lost when a wait was cancelled")

    @bounded
    def test_a_wait_can_be_cancelled(self, peers: Peers) -> None:
        """A wait ends when its task is cancelled, and the stream goes on."""
        with self.talking(peers, echo) as transport:
            inner, loop = _parts(transport)
            while run(loop, _cancelled(inner.wait(True, False, None), _MOMENT)):
                claim(moving.read_some(transport, 100) is None, "an echo of nothing")
            data = moving.exchange(transport, b"in step", 7, self.soon())
            claim(data == b"in step", f"after a cancelled wait the echo was {data!r}")

    @bounded
    def test_a_wait_leaves_the_loop_to_others(self, peers: Peers) -> None:
        """The port: "Only waiting ... awaited": it does not block."""
        with self.talking(peers, silent) as transport:
            inner, loop = _parts(transport)

            async def waiting() -> None:
                deadline = time.monotonic() + 3 * _MOMENT
                while await inner.wait(True, False, deadline):  # TLS has words of its own
                    claim(moving.read_some(transport, 9) is None, "a silent peer has spoken")

            turns = run(loop, _turns(waiting()))
        claim(turns > 1, "no other task had a turn while a transport waited")

    @bounded
    def test_a_handshake_leaves_the_loop_to_others(self, plain_peers: Peers) -> None:
        """The same of ``start_tls``, which can be cancelled, too."""
        if not self.has_tls:
            pytest.skip("the transport has no TLS of its own")
        with self.opened(plain_peers.serve(silent)) as transport:
            inner, loop = _parts(transport)
            handshake = inner.start_tls(HOSTNAME, self.soon())
            turns = run(loop, _turns(_cancelled(handshake, 3 * _MOMENT)))
        claim(turns > 1, "no other task had a turn during a handshake")


def _parts(transport: Any) -> tuple[AsyncTransport, asyncio.AbstractEventLoop]:
    return transport.inner, transport.loop


async def _cancelled(awaitable: Awaitable[Any], after: float) -> bool:
    """Await it, and cancel it ``after`` seconds; whether it was done before."""

    async def awaiting() -> None:
        await awaitable

    task = asyncio.ensure_future(awaiting())
    done, _ = await asyncio.wait({task}, timeout=after)
    if done:
        task.result()
        return True
    task.cancel()
    await asyncio.wait({task})
    claim(task.cancelled(), "a cancelled wait ends with CancelledError")
    return False


async def _turns(awaitable: Awaitable[Any]) -> int:
    """How many turns another task has while it is awaited."""
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(_MOMENT / 5)
            turns += 1

    task = asyncio.ensure_future(other())
    try:
        await awaitable
    finally:
        task.cancel()
        await asyncio.wait({task})
    return turns
