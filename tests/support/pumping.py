"""Moving bytes through a transport the way a shell does: sending and reading at once."""

from __future__ import annotations

import time

from rs_driver.ports.transport import AsyncTransport, Transport

PATIENCE = 60.0


def soon() -> float:
    """A deadline that only a broken test meets."""
    return time.monotonic() + PATIENCE


def exchange(transport: Transport, data: bytes, expect: int) -> bytes:
    """Send ``data`` and read ``expect`` bytes, in whatever order the peer wants it."""
    deadline = soon()
    received = bytearray()
    buffer = memoryview(bytearray(256 * 1024))
    view = memoryview(data)
    while len(received) < expect or view:
        if not transport.wait(True, bool(view), deadline):
            raise AssertionError(f"stuck: {len(view)} to send, {len(received)} received")
        if view:
            view = view[transport.send(view) :]
        count = transport.recv_into(buffer)
        if count == 0:
            raise AssertionError("the peer hung up")
        received += buffer[: count or 0]
    return bytes(received)


async def exchange_async(transport: AsyncTransport, data: bytes, expect: int) -> bytes:
    """As ``exchange``."""
    deadline = soon()
    received = bytearray()
    buffer = memoryview(bytearray(256 * 1024))
    view = memoryview(data)
    while len(received) < expect or view:
        if not await transport.wait(True, bool(view), deadline):
            raise AssertionError(f"stuck: {len(view)} to send, {len(received)} received")
        if view:
            view = view[transport.send(view) :]
        count = transport.recv_into(buffer)
        if count == 0:
            raise AssertionError("the peer hung up")
        received += buffer[: count or 0]
    return bytes(received)


def read_all(transport: Transport) -> bytes:
    """Everything up to the end."""
    received = bytearray()
    buffer = memoryview(bytearray(65536))
    while True:
        count = transport.recv_into(buffer)
        if count == 0:
            return bytes(received)
        if count is None:
            if not transport.wait(True, False, soon()):
                raise AssertionError("the peer neither spoke nor hung up")
        else:
            received += buffer[:count]
