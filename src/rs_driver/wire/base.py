"""What the messages share, so that each of them says only what is in its body.

A message is a frozen dataclass with a ``tag``, a ``_pack`` that writes its fields with
``encoding``'s functions, and an ``_unpack`` that reads them with a ``Reader``. The frame
around it, the name in its errors and the check that nothing is left over are here.
A message without a body needs neither method.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any, ClassVar

from rs_driver.wire.buffer import Reader
from rs_driver.wire.framing import encode_frame

if TYPE_CHECKING:
    from typing_extensions import Self

Body = bytes | bytearray | memoryview
"""A message without its tag and length."""


def secret() -> Any:
    """A dataclass field that ``repr`` and the tracer never show."""
    return field(repr=False)


class Layout:
    """A message of either direction: ``messages.Message``, implemented."""

    __slots__ = ()
    tag: ClassVar[bytes]

    def encode(self) -> bytes:
        """The whole message, tag and length included; see ``messages.Message``."""
        return encode_frame(self.tag, self._pack())

    @classmethod
    def decode(cls, body: Body) -> Self:
        """The message with this body. RemoteProtocolError unless it is exactly one."""
        reader = Reader(body, cls.__name__)
        message = cls._unpack(reader)
        reader.finish()
        return message

    def _pack(self) -> bytes:
        """The body."""
        return b""

    @classmethod
    def _unpack(cls, reader: Reader) -> Self:  # noqa: ARG003  (nothing to take by default)
        """Take the fields of the body from ``reader``."""
        return cls()


class Frontend(Layout):
    """A message that a client sends."""

    __slots__ = ()
    frontend: ClassVar[bool] = True


class Backend(Layout):
    """A message that a server sends."""

    __slots__ = ()
    backend: ClassVar[bool] = True
