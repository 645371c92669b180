"""What the user passes as the stream of a COPY, for reading and for writing.

``Source`` reads a file, an iterable or an asynchronous one, ``Sink`` writes. Neither calls
the user's code by itself: ``fetch`` and ``write`` are for a ``UserCall``, the rest of the
methods only look at what that gave. Memory is bounded by a few ``CHUNK``, whatever the size
of the data; one item, or one message of the server, is as long as it is.
"""

from __future__ import annotations

import codecs
import io
import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from inspect import iscoroutinefunction
from typing import Any, Protocol, Union, cast

from rs_driver.errors import DataError, InterfaceError, ProgrammingError

CHUNK = 64 * 1024
"""How much is read, sent and written at once, in bytes (of a text file: characters)."""

Part = Union[bytes, memoryview, str]
"""Data on its way to the server. Views are of more than a ``CHUNK``, as are strings, which
are known to be encodable in UTF-8."""

_WANTED = "stream takes a file or an iterable for COPY"


def check_stream(stream: object) -> None:
    """InterfaceError for what is no stream: can neither be read, iterated over nor written."""
    name = type(stream).__name__
    if stream is None:
        return
    if isinstance(stream, bool):
        raise InterfaceError(f"{_WANTED}, not bool: how rows are fetched is the cursor's affair")
    if isinstance(stream, (str, os.PathLike)):
        raise InterfaceError(f"{_WANTED}, not {name}: open the file, or put the text in a list")
    methods = ("read", "write", "__iter__", "__aiter__")
    if isinstance(stream, type) or not any(hasattr(stream, method) for method in methods):
        raise InterfaceError(f"{_WANTED}, not {name}")


# -- from the user to the server ------------------------------------------------------------


class Source(Protocol):
    """Where the data of COPY FROM STDIN comes from.

    ``fetch`` gives the next data, in the form that ``parts`` understands; it may be a
    coroutine function. ``parts`` without any part says that this was the end. Both raise
    InterfaceError for data of a wrong class and DataError for text that is not encodable.
    """

    @property
    def fetch(self) -> Callable[[], Any]: ...

    def parts(self, given: Any) -> Sequence[Part]: ...


def source(stream: object) -> Source:
    """The source for ``stream``: a file if it can be read, else whatever it iterates over.

    Bytes are the data themselves. Raises ProgrammingError for None, InterfaceError for
    what can only be written.
    """
    if stream is None:
        raise ProgrammingError(
            "COPY FROM STDIN takes its data from the client: "
            "pass them as stream=, a file or an iterable of bytes or str"
        )
    if isinstance(stream, (bytes, bytearray, memoryview)):
        return _Items([stream])
    if callable(read := getattr(stream, "read", None)):
        return _File(read)
    if hasattr(stream, "__iter__"):
        return _Items(stream)
    if hasattr(stream, "__aiter__"):
        return _AsyncItems(stream)
    raise InterfaceError(f"COPY FROM STDIN reads its stream: {_name(stream)} can only write")


class _File:
    """Reads a binary or text file, or what has a ``read(size)`` like one."""

    def __init__(self, read: Callable[[int], Any]) -> None:
        self.fetch = partial(read, CHUNK)

    def parts(self, given: Any) -> Sequence[Part]:
        part = _part(given)
        return [part] if len(part) else []


class _Items:
    """Takes the items of an iterable, small ones together. It is iterated over once."""

    def __init__(self, items: Any) -> None:
        self._items = items
        self._parts: Iterator[Part] | None = None

    def fetch(self) -> list[Part]:
        if self._parts is None:
            self._parts = map(_part, self._items)
        pile = _Pile()
        for part in self._parts:
            if pile.is_full_with(part):
                break
        return pile.parts()

    def parts(self, given: Any) -> Sequence[Part]:
        return cast("list[Part]", given)


class _AsyncItems:
    """The same for an asynchronous iterable."""

    def __init__(self, items: Any) -> None:
        self._items = items
        self._iterator: Any = None

    async def fetch(self) -> list[Part]:
        if self._iterator is None:
            self._iterator = self._items.__aiter__()
        pile = _Pile()
        try:
            while not pile.is_full_with(_part(await self._iterator.__anext__())):
                pass
        except StopAsyncIteration:
            pass
        return pile.parts()

    def parts(self, given: Any) -> Sequence[Part]:
        return cast("list[Part]", given)


class _Pile:
    """Parts that are sent together."""

    def __init__(self) -> None:
        self._small: list[Any] = []
        self._size = 0
        self._large: list[Part] = []

    def is_full_with(self, part: Part) -> bool:
        """Put ``part`` on the pile; whether it is enough now. A large one always is, so that
        a view of it is let go of before the iterable goes on. Of empty ones, too, there may
        be any number."""
        if len(part) > CHUNK:
            self._large.append(part)
            return True
        self._small.append(part)
        self._size += 1 + len(part)
        return self._size >= CHUNK

    def parts(self) -> list[Part]:
        return [b"".join(self._small), *self._large] if self._small else self._large


def _part(item: object) -> Part:
    """``item`` as it can be sent. What may change once the user's code goes on is copied, or
    it is long, and sent before that happens."""
    if type(item) is bytes:
        return item
    if isinstance(item, str):
        return _text(str.__str__(item))
    if isinstance(item, (bytes, bytearray, memoryview)):
        view = memoryview(item)
        if view.nbytes > CHUNK and view.c_contiguous:
            return view.cast("B")
        return view.tobytes()
    raise InterfaceError(f"COPY takes bytes or str from its stream, which gave {_name(item)}")


def _text(text: str) -> Part:
    try:
        if len(text) <= CHUNK:
            return text.encode()
        if not text.isascii():
            for at in range(0, len(text), CHUNK):
                text[at : at + CHUNK].encode()
    except UnicodeEncodeError:
        raise DataError("the stream gave a str with a lone surrogate: UTF-8 has none") from None
    return text


def pieces(part: Part) -> Iterator[bytes]:
    """``part`` in pieces of at most a ``CHUNK``, none of them empty. A view is released at
    the end, so that its owner can resize it."""
    if isinstance(part, str):
        for at in range(0, len(part), CHUNK):
            yield from pieces(part[at : at + CHUNK].encode())
    elif isinstance(part, bytes) and len(part) <= CHUNK:
        if part:
            yield part
    else:
        with memoryview(part) if isinstance(part, bytes) else part as view:
            for at in range(0, len(view), CHUNK):
                yield view[at : at + CHUNK].tobytes()


# -- from the server to the user --------------------------------------------------------------


class Sink:
    """Where the data of one COPY TO STDOUT go. ``write`` takes what ``prepared`` makes.

    A text file gets text: one of ``io``'s, or what has its ``encoding``, as the wrappers of
    ``tempfile``. Raises ProgrammingError for None, InterfaceError for what has no ``write``.
    """

    def __init__(self, stream: object) -> None:
        if stream is None:
            raise ProgrammingError(
                "COPY TO STDOUT gives its data to the client: "
                "pass stream=, a file or an object with a method write(bytes)"
            )
        write = getattr(stream, "write", None)
        if not callable(write):
            raise InterfaceError(
                f"COPY TO STDOUT writes to its stream: {_name(stream)} has no write()"
            )
        self.write: Callable[[Any], Any] = write
        drain = getattr(stream, "drain", None)
        if iscoroutinefunction(drain) and not iscoroutinefunction(write):
            self.write = partial(_write_and_drain, write, drain)
        self._raw = isinstance(stream, io.RawIOBase)
        self._decoder: codecs.IncrementalDecoder | None = None
        encoding = getattr(stream, "encoding", None)
        if isinstance(stream, io.TextIOBase) or isinstance(encoding, str):
            self._decoder = codecs.getincrementaldecoder("utf-8")()

    def prepared(self, data: bytes, *, last: bool = False) -> bytes | str:
        """``data`` as the stream takes them: as text without a character's first half, unless
        it is the ``last``. DataError where they are no text."""
        if self._decoder is None:
            return data
        try:
            return self._decoder.decode(data, last)
        except UnicodeDecodeError:
            raise DataError(
                "the data of the COPY are not UTF-8: pass a binary stream instead of a text stream"
            ) from None

    def rest(self, data: bytes | str, answer: object) -> bytes | str:
        """What ``write`` left of ``data`` when it gave ``answer``.

        A raw file says how much it has taken. Any other stream takes everything, and what
        it gives means nothing. InterfaceError where a raw file would have to wait.
        """
        if not self._raw:
            return data[:0]
        if not isinstance(answer, int) or not 0 < answer <= len(data):
            raise InterfaceError(
                f"the stream took {answer!r} of {len(data)} bytes: a raw file has to block"
            )
        return data[answer:]


async def _write_and_drain(
    write: Callable[[Any], Any], drain: Callable[[], Awaitable[None]], data: bytes | str
) -> None:
    """Write to asyncio's StreamWriter, or what is like it, which buffers without a bound."""
    write(data)
    await drain()


def _name(value: object) -> str:
    return type(value).__name__
