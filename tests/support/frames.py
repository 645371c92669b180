"""Where the messages of a recorded stream of the server lie."""

from __future__ import annotations

from collections.abc import Iterator


def message_starts(stream: bytes) -> Iterator[int]:
    """The offset of each message's tag; ``stream`` is well-formed."""
    at = 0
    while at < len(stream):
        yield at
        at += 1 + int.from_bytes(stream[at + 1 : at + 5], "big")
    if at != len(stream):
        raise ValueError("the last message is cut off")
