"""Transports for asyncio that break one line of their contract each."""

from __future__ import annotations

import asyncio
import time

from rs_driver.adapters.transport.asyncio_ import connect_tcp
from rs_driver.adapters.transport.contexts import TlsOptions
from rs_driver.adapters.transport.sockets import Address as TcpAddress
from rs_driver.ports.transport import AsyncTransport, Channel
from rs_driver_fakeserver.conformance.peers import Address

_A_WHILE = 0.02


class AsyncWrapped:
    """A transport that does everything right, as a wrapper: the measure for the others."""

    mode = "verify-full"

    def __init__(self, inner: AsyncTransport) -> None:
        self.inner = inner

    @classmethod
    async def connect(cls, address: Address, deadline: float | None) -> AsyncWrapped:
        where = TcpAddress(address.host, address.port)
        tls = TlsOptions(cls.mode, address.ca_file)
        return cls(await connect_tcp(where, deadline, tls=tls))

    def recv_into(self, view: memoryview) -> int | None:
        return self.inner.recv_into(view)

    def send(self, data: memoryview) -> int:
        return self.inner.send(data)

    async def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        return await self.inner.wait(read, write, deadline)

    async def start_tls(self, hostname: str, deadline: float | None) -> AsyncWrapped:
        return type(self)(await self.inner.start_tls(hostname, deadline))

    def channel(self) -> Channel:
        return self.inner.channel()

    def close(self) -> None:
        self.inner.close()


class BlocksTheLoop(AsyncWrapped):
    """``wait`` looks again and again, without letting others have a turn."""

    async def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        if deadline is not None:
            time.sleep(max(0.0, deadline - time.monotonic()))  # noqa: ASYNC251  (on purpose)
        return await self.inner.wait(read, write, deadline)


class HandshakesInOneGo(AsyncWrapped):
    """``start_tls`` keeps the loop to itself."""

    async def start_tls(self, hostname: str, deadline: float | None) -> AsyncWrapped:
        time.sleep(10 * _A_WHILE)  # noqa: ASYNC251  (on purpose)
        return await super().start_tls(hostname, deadline)


class CannotBeCancelled(AsyncWrapped):
    """A cancelled ``wait`` says True and goes on."""

    async def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        try:
            return await self.inner.wait(read, write, deadline)
        except asyncio.CancelledError:
            return True


class AsyncReadsInWaiting(AsyncWrapped):
    """``wait`` takes bytes away and keeps them where a cancellation loses them."""

    ahead = b""

    async def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        ready = bool(self.ahead) or await self.inner.wait(read, write, deadline)
        buffer = memoryview(bytearray(64))
        count = self.inner.recv_into(buffer) if read and ready else None
        taken = self.ahead + bytes(buffer[: count or 0])
        self.ahead = b""
        await asyncio.sleep(_A_WHILE)
        self.ahead = taken
        return ready

    def recv_into(self, view: memoryview) -> int | None:
        if not self.ahead:
            return self.inner.recv_into(view)
        count = min(len(view), len(self.ahead))
        view[:count] = self.ahead[:count]
        self.ahead = self.ahead[count:]
        return count


class AsyncTrustsAnyHost(AsyncWrapped):
    """TLS that looks at the chain and not at the name."""

    mode = "verify-ca"


class AsyncForgivesDeadlines(AsyncWrapped):
    """A deadline that has passed is False only where nothing is ready."""

    async def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        if deadline is not None:
            deadline = max(deadline, time.monotonic() + _A_WHILE)
        return await self.inner.wait(read, write, deadline)
