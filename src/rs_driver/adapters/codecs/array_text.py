r"""The text form of arrays: ``{1,2,NULL}``, ``{{a,"b c"},{"say \"x\"",""}}``, ``[0:1]={1,2}``.

Source: the PostgreSQL manual, "Array Input and Output Syntax". Reading is strict: what the
servers do not write (blanks between elements, empty sub-lists, lists of unequal length) is
refused. It takes time in proportion to the bytes, and no recursion. The delimiter is the
comma, as it is for every type but ``box``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from rs_driver.ports.codec import Decode

MAX_DIMENSIONS = 6
"""PostgreSQL's bound on the dimensions of an array."""

_bounds = re.compile(rb"(?:\[[+-]?[0-9]{1,10}:[+-]?[0-9]{1,10}\]){1,%d}=" % MAX_DIMENSIONS)
_bound = re.compile(rb"\[([^:]+):([^]]+)\]")
_unquoted = re.compile(rb'[^{}"\\\s]*')
_word = re.compile(rb'[^{},"\\\s]+')
_escape = re.compile(rb"\\(.)", re.DOTALL)
_special = re.compile(rb'[{}"\\,\s]')


def parse(data: bytes, decode: Decode) -> list[Any]:
    """The array as a list, of lists where it has several dimensions; NULL is None.

    ``decode`` gets the text of each element. Bounds are checked and dropped.
    ValueError for what is no array, and whatever ``decode`` raises.
    """
    announced: list[int] | None = None
    if data.startswith(b"["):
        announced, data = _without_bounds(data)
    # NULL is unquoted, and a word such as "null" in an element is quoted by the server.
    if data[:1] == b"{" and data[-1:] == b"}" and _unquoted.fullmatch(data, 1, len(data) - 1):
        values = _one_dimension(data[1:-1], decode)
        lengths = [len(values)]
    else:
        values, lengths = _any_dimensions(data, decode)
    if announced not in (None, lengths):
        raise ValueError(f"bounds for {announced} elements, but there are {lengths}")
    return values


def _without_bounds(data: bytes) -> tuple[list[int], bytes]:
    """The lengths that the prefix ``[2:3][0:1]=`` announces, and the bytes after it."""
    match = _bounds.match(data)
    if match is None:
        raise ValueError("bounds are expected before the first brace")
    bounds = _bound.findall(match[0])
    return [int(upper) - int(lower) + 1 for lower, upper in bounds], data[match.end() :]


def _one_dimension(body: bytes, decode: Decode) -> list[Any]:
    """Elements without quotes, by far the most arrays, without a loop over their bytes."""
    if not body:
        return []
    words = body.split(b",")
    if b"" in words:
        raise ValueError("an element is missing")
    if b"null" in body.lower():
        return [None if word.lower() == b"null" else decode(word) for word in words]
    return [decode(word) for word in words]


def _any_dimensions(data: bytes, decode: Decode) -> tuple[list[Any], list[int]]:
    lists = _Lists()
    at, wanted = 0, True  # wanted: an element or a list has to come
    while at < len(data):
        sign = data[at : at + 1]
        if sign == b",":
            if wanted or not lists.open:
                raise ValueError("an element is missing")
            wanted = True
        elif sign == b"}":
            if wanted:
                raise ValueError("an element is missing")
            lists.close()
        elif not wanted:
            raise ValueError("a comma is missing, or something follows the array")
        elif sign == b"{":
            lists.start()
        elif sign == b'"':
            element, at = _quoted(data, at + 1)
            lists.add(decode(element))
            wanted = False
            continue
        else:
            word = _word.match(data, at)
            if word is None:
                raise ValueError("a blank or a backslash outside quotes")
            lists.add(None if word[0].lower() == b"null" else decode(word[0]))
            at, wanted = word.end(), False
            continue
        at += 1
    return lists.finished()


def _quoted(data: bytes, start: int) -> tuple[bytes, int]:
    """The element whose opening quote is before ``start``, and where its closing one ends."""
    at = start
    while True:
        quote = data.find(b'"', at)
        if quote < 0:
            raise ValueError("a quoted element does not end")
        piece = data[at:quote]
        backslashes = len(piece) - len(piece.rstrip(b"\\"))
        if backslashes % 2 == 0:
            return _unescaped(data[start:quote]), quote + 1
        at = quote + 1


def _unescaped(element: bytes) -> bytes:
    if b"\\" not in element:
        return element
    # Servers escape these two only. Replacing takes no memory per escape, unlike sub().
    if b"\\" in element.replace(b"\\\\", b"").replace(b'\\"', b""):
        return _escape.sub(rb"\1", element)
    return element.replace(b'\\"', b'"').replace(b"\\\\", b"\\")


class _Lists:
    """The lists that are open, and what they must have in common."""

    def __init__(self) -> None:
        self.open: list[list[Any]] = []
        self._lengths: dict[int, int] = {}  # of the lists at a depth, from 1 on
        self._depth = 0  # of the elements, 0 before the first
        self._whole: list[Any] = []

    def start(self) -> None:
        if len(self.open) == MAX_DIMENSIONS:
            raise ValueError(f"more than {MAX_DIMENSIONS} dimensions")
        if self._depth and len(self.open) == self._depth:
            raise ValueError("a list stands beside an element")
        self.open.append([])

    def add(self, value: Any) -> None:
        if not self.open:
            raise ValueError("an opening brace is expected")
        self._depth = self._depth or len(self.open)
        if len(self.open) != self._depth:
            raise ValueError("an element stands beside a list")
        self.open[-1].append(value)

    def close(self) -> None:
        if not self.open:
            raise ValueError("a closing brace too many")
        depth, closed = len(self.open), self.open.pop()
        expected = self._lengths.setdefault(depth, len(closed))
        if len(closed) != expected:
            raise ValueError(
                f"the lists at depth {depth} have {expected} and {len(closed)} elements"
            )
        if self.open:
            self.open[-1].append(closed)
        else:
            self._whole = closed

    def finished(self) -> tuple[list[Any], list[int]]:
        """The outermost list, and the length of the lists at each depth."""
        if self.open or not self._lengths:
            raise ValueError("a closing brace is missing")
        return self._whole, [length for _, length in sorted(self._lengths.items())]


def literal(elements: Sequence[bytes | None], lengths: Sequence[int]) -> bytes:
    """The text of an array with ``elements`` in row-major order, None for NULL.

    ``lengths``: of the lists at each depth; none of them is 0.
    """
    written = [b"NULL" if element is None else _written(element) for element in elements]
    for length in reversed(lengths):
        written = [
            b"{%b}" % b",".join(written[at : at + length]) for at in range(0, len(written), length)
        ]
    return written[0]


def _written(element: bytes) -> bytes:
    """An element, quoted where it would be read as something else."""
    if element and not _special.search(element) and element.lower() != b"null":
        return element
    return b'"%b"' % element.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
