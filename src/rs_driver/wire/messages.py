"""What every message is: a frozen value with a tag that encodes itself.

The messages are in the chapters of the PostgreSQL protocol manual: ``startup``,
``auth``, ``query`` (what the client sends), ``results`` (what rows and statements
answer), ``control`` (what may come at any time), ``copy``, and ``redshift`` for
Redshift's own.
"""

from __future__ import annotations

from typing import ClassVar, Protocol


class Message(Protocol):
    """A protocol message of either direction."""

    tag: ClassVar[bytes]
    """One byte, or none for the untagged messages of a connection's first moment."""

    def encode(self) -> bytes:
        """The whole message, tag and length included. LocalProtocolError where a field
        does not fit its place on the wire (a NUL in a string, a count over an int16)."""


class FrontendMessage(Message, Protocol):
    """A message that a client sends."""

    frontend: ClassVar[bool]


class BackendMessage(Message, Protocol):
    """A message that a server sends."""

    backend: ClassVar[bool]
