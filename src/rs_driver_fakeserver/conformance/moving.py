"""Moving bytes through a transport as the driver does, with each answer looked at."""

from __future__ import annotations

import hashlib
import time

from rs_driver.ports.transport import Transport
from rs_driver_fakeserver.conformance.claims import claim

CHUNK = 64 * 1024
MOST = 256 * 1024 * 1024
"""Bytes after which a transport that still takes more has no backpressure."""
SETTLED = 0.1
"""Seconds in which a full way out would have moved on by itself."""


def noise(size: int, seed: str = "conformance") -> bytes:
    """Bytes without a pattern, always the same ones."""
    return hashlib.shake_256(seed.encode()).digest(size)


def receive(transport: Transport, view: memoryview) -> int | None:
    """``recv_into``, whose answer is an int from 0 to the length of ``view``, or None."""
    count = transport.recv_into(view)
    if count is not None:
        claim(type(count) is int, f"recv_into gives an int or None, not {count!r}")
        claim(0 <= count <= len(view), f"recv_into gave {count} for a view of {len(view)} bytes")
    return count


def send(transport: Transport, data: memoryview) -> int:
    """``send``, whose answer is an int from 0 to the length of ``data``."""
    count = transport.send(data)
    claim(type(count) is int, f"send gives an int, not {count!r}")
    claim(0 <= count <= len(data), f"send took {count} of {len(data)} bytes")
    return count


def wait(transport: Transport, read: bool, write: bool, deadline: float | None) -> bool:
    """``wait``, whose answer is a bool."""
    ready = transport.wait(read, write, deadline)
    claim(type(ready) is bool, f"wait gives a bool, not {ready!r}")
    return ready


def exchange(transport: Transport, data: bytes, expect: int, deadline: float) -> bytes:
    """Send ``data`` while ``expect`` bytes are read.

    What was taken is overwritten at once, as the driver reuses its buffers.
    """
    waiting = bytearray(data)
    received = bytearray()
    sent = 0
    while len(received) < expect or sent < len(waiting):
        claim(
            wait(transport, len(received) < expect, sent < len(waiting), deadline),
            f"stuck with {sent} of {len(waiting)} bytes sent, {len(received)} of {expect} read",
        )
        if sent < len(waiting):
            with memoryview(waiting) as view, view[sent:] as rest:
                count = send(transport, rest)
                rest[:count] = bytes(count)
            sent += count
        if len(received) < expect:
            piece = read_some(transport, CHUNK)
            claim(piece != b"", "recv_into gave 0, the end, while the peer was still there")
            received += piece or b""
    return bytes(received)


def put(transport: Transport, data: bytes, deadline: float) -> None:
    """Send ``data`` and read nothing."""
    exchange(transport, data, 0, deadline)


def read_some(transport: Transport, size: int) -> bytes | None:
    """What one ``recv_into`` of at most ``size`` bytes gives; None for not now."""
    buffer = bytearray(b"\xa5" * (size + 1))
    with memoryview(buffer) as whole, whole[:size] as view:
        count = receive(transport, view)
    claim(buffer[size] == 0xA5, "recv_into wrote beyond the view that it was given")
    buffer.append(0)  # BufferError if the transport kept hold of the view
    return None if count is None else bytes(buffer[:count])


def read(transport: Transport, size: int, deadline: float, step: int = CHUNK) -> bytes:
    """``size`` bytes, at most ``step`` at once; fewer at the end of the stream."""
    received = bytearray()
    while len(received) < size:
        piece = read_some(transport, min(step, size - len(received)))
        if piece is None:
            claim(
                wait(transport, True, False, deadline),
                f"stuck with {len(received)} of {size} bytes read",
            )
        elif not piece:
            break
        received += piece or b""
    return bytes(received)


def fill(transport: Transport) -> int:
    """Send until the peer, which does not read, takes no more: how many bytes that was."""
    data = memoryview(noise(CHUNK))
    sent = 0
    while sent < MOST:
        count = send(transport, data)
        sent += count
        if not count and not wait(transport, False, True, time.monotonic() + SETTLED):
            return sent
    raise AssertionError(f"send took {sent} bytes that nobody reads: it has to give 0 in the end")
