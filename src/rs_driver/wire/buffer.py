"""Reading a message's body, and the buffer in which messages arrive."""

from __future__ import annotations

import struct

from rs_driver.errors import RemoteProtocolError
from rs_driver.wire.framing import HEADER_SIZE, Frame, check_length

_header = struct.Struct("!Bi")
_int8 = struct.Struct("!b")
_int16 = struct.Struct("!h")
_int32 = struct.Struct("!i")
_uint32 = struct.Struct("!I")


class Reader:
    """Takes the fields of one message's body in order; whatever is missing is an error.

    ``what`` names the message in the RemoteProtocolError that a malformed body raises.
    Every decoder ends with ``finish()``, so that a message is consumed exactly.
    """

    __slots__ = ("_at", "_body", "_what")

    def __init__(self, body: bytes | bytearray | memoryview, what: str) -> None:
        self._body = bytes(body)
        self._at = 0
        self._what = what

    def error(self, problem: str) -> RemoteProtocolError:
        """The exception for a body that breaks the message's rules; ``problem`` says how."""
        return RemoteProtocolError(f"malformed {self._what} message: {problem}")

    @property
    def remaining(self) -> int:
        """How many bytes are still to be read."""
        return len(self._body) - self._at

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes."""
        if count < 0 or count > self.remaining:
            raise self.error(f"{count} bytes wanted, {self.remaining} left")
        at = self._at
        self._at = at + count
        return self._body[at : at + count]

    def rest(self) -> bytes:
        """Everything that is left."""
        return self.take(self.remaining)

    def byte(self) -> int:
        return self.take(1)[0]

    def int8(self) -> int:
        return int(_int8.unpack(self.take(1))[0])

    def int16(self) -> int:
        return int(_int16.unpack(self.take(2))[0])

    def count16(self) -> int:
        """An int16 that counts something; a negative one is an error."""
        count = self.int16()
        if count < 0:
            raise self.error(f"negative count {count}")
        return count

    def int16s(self) -> tuple[int, ...]:
        """An int16 count and as many int16."""
        return self._numbers("h", 2)

    def oids(self) -> tuple[int, ...]:
        """An int16 count and as many OIDs, which are uint32."""
        return self._numbers("I", 4)

    def _numbers(self, code: str, size: int) -> tuple[int, ...]:
        count = self.count16()
        return struct.unpack(f"!{count}{code}", self.take(count * size))

    def int32(self) -> int:
        return int(_int32.unpack(self.take(4))[0])

    def uint32(self) -> int:
        return int(_uint32.unpack(self.take(4))[0])

    def sized(self) -> bytes:
        """An int32 length and as many bytes."""
        return self.take(self.int32())

    def value(self) -> bytes | None:
        """An int32 length and as many bytes; length -1 is NULL."""
        length = self.int32()
        return None if length == -1 else self.take(length)

    def values(self) -> tuple[bytes | None, ...]:
        """An int16 count and as many values."""
        return tuple([self.value() for _ in range(self.count16())])

    def cstring(self) -> bytes:
        """Bytes up to a NUL, which is consumed too."""
        end = self._body.find(b"\0", self._at)
        if end < 0:
            raise self.error("a string has no terminating NUL")
        at = self._at
        self._at = end + 1
        return self._body[at:end]

    def text(self) -> str:
        """A NUL-terminated UTF-8 string; bytes that are not UTF-8 become U+FFFD."""
        return self.cstring().decode("utf-8", "replace")

    def finish(self) -> None:
        """Refuse a body that holds more than its fields."""
        if self.remaining:
            raise self.error(f"{self.remaining} bytes too many")


BUFFER_SIZE = 512 * 1024
"""How many bytes are taken in one piece, where nothing else is said."""


class ReceiveBuffer:
    """Bytes as they arrive, cut into frames without copying them.

    Written to by ``get_buffer``/``received`` (the two verbs of asyncio's
    BufferedProtocol). Grows only for bytes that have arrived: a message longer than
    the buffer doubles it each time that it is full, whatever its length field claims;
    that counts once half of the message is there, lest the last doubling be too much.

    ``size``: how much it takes before what it holds has to go; another one is for the bytes
    after those that are there. ``first``: its size until it has been full once, as most
    connections never hear much at a time.

    No byte is moved more than a constant number of times on average, however small the
    parts in which the bytes come and go.
    """

    __slots__ = ("_data", "_read", "_write", "size")

    def __init__(self, size: int = BUFFER_SIZE, first: int | None = None) -> None:
        self.size = size
        self._data = bytearray(size if first is None else first)
        self._read = 0
        self._write = 0

    def __len__(self) -> int:
        """How many bytes have arrived and are not consumed."""
        return self._write - self._read

    def get_buffer(self) -> memoryview:
        """Where the next bytes go; never empty. Valid until the next call of any method."""
        if self._read == self._write:
            grown, full = len(self._data), self._write == len(self._data)
            if grown > self.size or (full and grown < self.size):
                self._data = bytearray(self.size)
            self._read = self._write = 0
        elif self._write == len(self._data):
            self._make_room()
        return memoryview(self._data)[self._write :]

    def received(self, count: int) -> None:
        """``count`` bytes were put at the start of the last ``get_buffer()``."""
        if not 0 <= count <= len(self._data) - self._write:
            raise ValueError(f"{count} bytes do not fit what get_buffer() offered")
        self._write += count

    def _make_room(self) -> None:
        """Move what is left to the front of a buffer with room for as much again, or for
        the rest of the message, and some of what follows, if that is less."""
        left = memoryview(self._data)[self._read : self._write]
        room = max(self.size, 2 * len(left))
        if len(left) >= HEADER_SIZE:
            _, length = _header.unpack_from(left)
            if len(left) <= length < room:
                room = min(room, 1 + length + self.size)
        data = bytearray(room)
        data[: len(left)] = left
        self._data, self._read, self._write = data, 0, len(left)

    def peek_tag(self) -> int | None:
        """The tag of the next message, or None before its first byte has come."""
        return self._data[self._read] if self._read < self._write else None

    def newest_hold(self, count: int, data: bytes) -> bool:
        """Whether ``data`` ends somewhere in the ``count`` bytes that arrived last."""
        first = max(self._read, self._write - count - len(data) + 1)
        return self._data.find(data, first, self._write) >= 0

    def frame(self, limit: int) -> Frame | None:
        """The next complete message, or None. ``limit``: the longest allowed, in bytes."""
        if self._write - self._read < HEADER_SIZE:
            return None
        tag, length = _header.unpack_from(self._data, self._read)
        if not 4 <= length <= limit:
            check_length(tag, length, limit)
        stop = self._read + 1 + length
        if stop > self._write:
            return None
        return Frame(tag, self._read + HEADER_SIZE, stop)

    def frames(self, most: int) -> list[tuple[int, bytes]]:
        """What has arrived, each message as its tag and a copy of its body, where it is
        ``most`` complete messages or fewer; else nothing. None of them is consumed."""
        data, at, end = self._data, self._read, self._write
        found: list[tuple[int, bytes]] = []
        while at + HEADER_SIZE <= end and len(found) < most:
            tag, length = _header.unpack_from(data, at)
            stop = at + 1 + length
            if length < 4 or stop > end:
                break
            found.append((tag, bytes(data[at + HEADER_SIZE : stop])))
            at = stop
        return found if at == end else []

    def untagged_frame(self, limit: int) -> Frame | None:
        """The next complete untagged message (a connection's first), with tag 0, or None."""
        if self._write - self._read < 4:
            return None
        (length,) = _int32.unpack_from(self._data, self._read)
        check_length(0, length, limit)
        stop = self._read + int(length)
        return None if stop > self._write else Frame(0, self._read + 4, stop)

    def body(self, frame: Frame) -> bytes:
        """A copy of a frame's body."""
        return bytes(memoryview(self._data)[frame.start : frame.stop])

    def may_be(self, head: bytes, last: bytes) -> bool:
        """Whether what has arrived begins with ``head`` and ends with ``last`` and one byte."""
        data, stop = self._data, self._write - 1
        return data.startswith(head, self._read, stop) and data.endswith(last, self._read, stop)

    def clear(self) -> None:
        """Go past all that has arrived."""
        self._read = self._write

    def skip(self, count: int) -> None:
        """Go past so many bytes, which have arrived."""
        self._read += count

    def consume(self, frame: Frame) -> None:
        """Go past ``frame``, which must be the next one."""
        self._read = frame.stop

    def view(self) -> memoryview:
        """What has arrived and is not consumed, read-only."""
        return memoryview(self._data).toreadonly()[self._read : self._write]

    def detach(self, count: int) -> tuple[bytearray, int]:
        """Hand the next ``count`` bytes over for good: ``(buffer, stop)``, from offset 0.

        The buffer now belongs to the caller, and nobody writes to it again. Where the
        bytes are a small part of it or do not start it, they are copied out instead, so
        that a short result does not keep a large buffer alive; what follows them stays
        where it is.
        """
        start, stop = self._read, self._read + count
        if start or count * 4 < len(self._data) or len(self._data) < self.size:
            self._read = stop
            return self._data[start:stop], count
        taken, left = self._data, self._data[stop : self._write]
        self._data = bytearray(max(self.size, len(left) * 2))
        self._data[: len(left)] = left
        self._read, self._write = 0, len(left)
        return taken, count
