"""Where the messages of a recorded stream lie, and how a stream gets into a buffer."""

from __future__ import annotations

from collections.abc import Iterator

from rs_driver.wire.buffer import ReceiveBuffer


def message_starts(stream: bytes) -> Iterator[int]:
    """The offset of each message's tag; ``stream`` is well-formed."""
    at = 0
    while at < len(stream):
        yield at
        at += 1 + int.from_bytes(stream[at + 1 : at + 5], "big")
    if at != len(stream):
        raise ValueError("the last message is cut off")


def fill(buffer: ReceiveBuffer, chunk: bytes) -> None:
    """Put ``chunk`` into ``buffer``, in as many turns as that takes."""
    while chunk:
        room = buffer.get_buffer()
        count = min(len(room), len(chunk))
        assert count
        room[:count] = chunk[:count]
        buffer.received(count)
        chunk = chunk[count:]
