"""The frame around every message: one tag byte, an int32 length, a body.

The length counts itself but not the tag, so a body of n bytes has length n + 4. The
three messages of a connection's first moment (startup, SSL request, cancel request)
have no tag. All integers are big-endian.

A length is a claim by the peer. It is judged by ``check_length`` when the header has
arrived and before anything is done with it; memory is never taken for it in advance.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from rs_driver.errors import LocalProtocolError, RemoteProtocolError

HEADER_SIZE = 5
MAX_LENGTH = 2**31 - 1
"""The largest length field an int32 can carry (CVE-2024-27304: never let it wrap)."""
DEFAULT_MAX_MESSAGE = 2**30
"""Largest message accepted unless the user says otherwise, in bytes: 1 GiB."""
MAX_HANDSHAKE_MESSAGE = 64 * 1024
"""Largest message accepted before login is over, in bytes."""

_header = struct.Struct("!ci")
_int32 = struct.Struct("!i")


class Frame(NamedTuple):
    """One complete message in a buffer: its tag and the span of its body."""

    tag: int
    start: int
    stop: int


def encode_frame(tag: bytes, body: bytes) -> bytes:
    """``tag`` (one byte, or none for the untagged messages), the length, ``body``."""
    length = len(body) + 4
    if length > MAX_LENGTH:
        raise LocalProtocolError(
            f"a message of {len(body)} bytes cannot be sent: "
            f"the protocol's limit is {MAX_LENGTH - 4} bytes"
        )
    return tag + _int32.pack(length) + body


def check_length(tag: int, length: int, limit: int) -> None:
    """Raise RemoteProtocolError unless ``length`` is one that a message may claim.

    ``limit`` bounds the whole message without its tag, in bytes.
    """
    if length < 4:
        raise RemoteProtocolError(
            f"message {chr(tag)!r} claims a length of {length}; the least is 4"
        )
    if length > limit:
        raise RemoteProtocolError(
            f"message {chr(tag)!r} claims {length} bytes; the limit here is {limit}"
        )
