"""Lengths and layouts: a message's body holds its fields, all of them, and no more.

The layouts are those of the manual's chapter "Message Formats", written down here once
more: the decoder of ``rs_driver.wire`` may be what the client under test encodes with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from rs_driver_fakeserver.strict.findings import counted

_HEADER = 5


class _Broken(Exception):
    """The body is not what its type demands."""


class _Body:
    """Walks over the fields of one message."""

    def __init__(self, raw: bytes, *, utf8: bool) -> None:
        self._raw = raw
        self._at = _HEADER
        self._utf8 = utf8

    @property
    def left(self) -> int:
        return len(self._raw) - self._at

    def skip(self, count: int, what: str) -> bytes:
        if count > self.left:
            raise _Broken(
                f"{what} needs {counted(count, 'byte')}, and {self.left} are left of its length"
            )
        self._at += count
        return self._raw[self._at - count : self._at]

    def number(self, size: int, what: str) -> int:
        return int.from_bytes(self.skip(size, what), "big", signed=True)

    def string(self, what: str) -> None:
        end = self._raw.find(b"\0", self._at)
        if end < 0:
            raise _Broken(f"{what} has no NUL at its end")
        if self._utf8:
            try:
                self._raw[self._at : end].decode()
            except UnicodeDecodeError:
                raise _Broken(f"{what} is not valid UTF-8, the client_encoding") from None
        self._at = end + 1

    def count(self, what: str) -> int:
        count = self.number(2, f"the count of {what}")
        if count < 0:
            raise _Broken(f"it counts {count} {what}")
        return count

    def numbers(self, size: int, what: str) -> None:
        count = self.count(what)
        self.skip(size * count, f"the list of {count} {what}")

    def values(self, what: str) -> None:
        for place in range(1, self.count(what) + 1):
            length = self.number(4, f"the length of value {place}")
            if length < -1:
                raise _Broken(f"value {place} has length {length}")
            self.skip(max(length, 0), f"value {place}")


def _nothing(_: _Body) -> None:
    """No fields."""


def _query(body: _Body) -> None:
    body.string("the SQL")
    if body.left:
        raise _Broken(
            f"the SQL ends at a NUL, {counted(body.left, 'byte')} before the message does"
        )


def _parse(body: _Body) -> None:
    body.string("the statement's name")
    body.string("the SQL")
    body.numbers(4, "parameter types")


def _bind(body: _Body) -> None:
    body.string("the portal's name")
    body.string("the statement's name")
    body.numbers(2, "parameter format codes")
    body.values("parameters")
    body.numbers(2, "result format codes")


def _target(body: _Body) -> None:
    kind = body.skip(1, "the kind")
    if kind not in (b"S", b"P"):
        raise _Broken(f"the kind is {kind!r}, neither S for a statement nor P for a portal")
    body.string("the name")


def _execute(body: _Body) -> None:
    body.string("the portal's name")
    body.skip(4, "the row limit")


def _function_call(body: _Body) -> None:
    body.skip(4, "the function's OID")
    body.numbers(2, "argument format codes")
    body.values("arguments")
    body.skip(2, "the result's format code")


def _copy_fail(body: _Body) -> None:
    body.string("the reason")


_LAYOUTS: Mapping[bytes, Callable[[_Body], None]] = MappingProxyType(
    {
        b"B": _bind,
        b"C": _target,
        b"D": _target,
        b"E": _execute,
        b"F": _function_call,
        b"H": _nothing,
        b"P": _parse,
        b"Q": _query,
        b"S": _nothing,
        b"X": _nothing,
        b"c": _nothing,
        b"f": _copy_fail,
    }
)

DEMAND = "a message's length and contents are as the manual's Message Formats has them"


def fault_in(raw: bytes, *, utf8: bool) -> str | None:
    """What is wrong with a tagged message, its header included; None if nothing is.

    ``utf8``: whether the client's strings have to be UTF-8. Answers to authentication
    requests and CopyData have no layout of their own.
    """
    declared = int.from_bytes(raw[1:_HEADER], "big", signed=True)
    if len(raw) < _HEADER or declared != len(raw) - 1:
        return f"its length says {declared} bytes, and {len(raw) - 1} came"
    layout = _LAYOUTS.get(raw[:1])
    if layout is None:
        return None
    body = _Body(raw, utf8=utf8)
    try:
        layout(body)
    except _Broken as broken:
        return str(broken)
    return f"{counted(body.left, 'byte')} too many" if body.left else None
