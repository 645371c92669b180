"""Checks that every message's tests share: golden bytes both ways, and hostile bodies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rs_driver.errors import RemoteProtocolError
from rs_driver.wire.base import Body, Layout

Decode = Callable[[Body], Any]


def frame(tag: bytes, body: bytes) -> bytes:
    """A message's bytes, put together without the code under test."""
    return tag + (len(body) + 4).to_bytes(4, "big") + body


def name(value: object) -> str:
    """For ``ids=``: the class of a message; its bytes have no name."""
    return type(value).__name__ if isinstance(value, Layout) else "wire"


def body_of(message: Layout, wire: bytes) -> bytes:
    """``wire`` without the tag and length of ``message``, both of which are checked."""
    head = len(message.tag)
    assert wire[:head] == message.tag
    assert int.from_bytes(wire[head : head + 4], "big") == len(wire) - head
    return wire[head + 4 :]


def check_golden(message: Layout, wire: bytes, decode: Decode | None = None) -> None:
    """``message`` encodes to ``wire``, and ``wire`` decodes to it, from any kind of buffer."""
    decode = decode or type(message).decode
    body = body_of(message, wire)
    assert message.encode() == wire
    for given in (body, bytearray(body), memoryview(body)):
        decoded = decode(given)
        assert decoded == message
        assert type(decoded) is type(message)


def check_hostile(message: Layout, decode: Decode | None = None) -> None:
    """A body that is cut short anywhere, or one byte too long, is a RemoteProtocolError."""
    decode = decode or type(message).decode
    body = body_of(message, message.encode())
    for size in range(len(body)):
        with pytest.raises(RemoteProtocolError, match="malformed"):
            decode(body[:size])
    for extra in (b"\0", b"x"):
        with pytest.raises(RemoteProtocolError, match="malformed"):
            decode(body + extra)
