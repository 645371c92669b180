"""Where a fault happens: at a byte, at a message, at the beginning of a phase.

A place is a moment in what the server says. ``nth`` (for ``byte``: the offset) is the first
occurrence that counts; how many more do is up to the fault's ``times``. A fault that changes
bytes changes those that come next: ``Flip(byte(7))`` the byte at offset 7,
``Truncate(before("DataRow"))`` that row, ``Truncate(after("RowDescription"))`` whatever
message follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from rs_driver.wire.base import Backend
from rs_driver_fakeserver.faults import checks
from rs_driver_fakeserver.faults.names import MESSAGES, SSLResponse, message_class
from rs_driver_fakeserver.faults.phases import PHASES
from rs_driver_fakeserver.faults.unit import Unit

PhaseName = Literal[
    "tls", "startup", "authentication", "settings", "ready", "query", "rows", "copy"
]


class Finder(Protocol):
    """Finds a place in the units of one connection, which it must see all, in order."""

    def offsets(self, unit: Unit) -> Sequence[int]:
        """Where in this unit, ascending; its length means: right after it."""


class Place(Protocol):
    """Where a fault happens; made by the functions of this file."""

    def finder(self) -> Finder:
        """What finds it on one connection."""


At = Place | type[Backend] | str | int
"""A place; a message (its class or its name), for ``before`` it; an int, for ``byte``."""


@dataclass(frozen=True, repr=False)
class _Byte:
    n: int

    def finder(self) -> Finder:
        return _ByteFinder(self.n)

    def __repr__(self) -> str:
        return f"byte({self.n})"


class _ByteFinder:
    def __init__(self, n: int) -> None:
        self._n = n
        self._seen = 0

    def offsets(self, unit: Unit) -> Sequence[int]:
        start = self._seen
        self._seen += len(unit.data)
        first = max(self._n, start + 1 if start else 0)
        return range(first - start, len(unit.data) + 1)


@dataclass(frozen=True, repr=False)
class _Message:
    """``offset`` None: after the message."""

    kind: str | None
    nth: int
    offset: int | None

    def finder(self) -> Finder:
        return _Counted(_MessageFinder(self.kind, self.offset), self.nth)

    def __repr__(self) -> str:
        nth = "" if self.nth == 1 else f"nth={self.nth}"
        if self.kind is None:
            return f"message({nth})"
        name = "after" if self.offset is None else "inside" if self.offset else "before"
        offset = f"offset={self.offset}" if self.offset else ""
        return f"{name}({', '.join(filter(None, (repr(self.kind), nth, offset)))})"


class _MessageFinder:
    def __init__(self, kind: str | None, offset: int | None) -> None:
        self._kinds = Backend if kind is None else MESSAGES[kind]
        self._any = kind is None
        self._offset = offset

    def offsets(self, unit: Unit) -> Sequence[int]:
        if unit.kind is None or not issubclass(unit.kind, self._kinds):
            return ()
        if self._any and unit.kind is SSLResponse:
            return ()
        size = len(unit.data)
        if self._offset is None:
            return (size,)
        return (max(0, min(size, self._offset + (size if self._offset < 0 else 0))),)


@dataclass(frozen=True, repr=False)
class _Phase:
    name: PhaseName
    nth: int

    def finder(self) -> Finder:
        return _Counted(PHASES[self.name].finder(), self.nth)

    def __repr__(self) -> str:
        return f"phase({self.name!r}{'' if self.nth == 1 else f', nth={self.nth}'})"


class _Counted:
    """Leaves out what comes before the nth occurrence."""

    def __init__(self, finder: Finder, nth: int) -> None:
        self._finder = finder
        self._left_out = nth - 1

    def offsets(self, unit: Unit) -> Sequence[int]:
        found = self._finder.offsets(unit)
        if found and self._left_out:
            self._left_out -= 1
            return ()
        return found


def byte(n: int) -> Place:
    """As soon as the server has said ``n`` bytes on this connection, before the one at offset
    ``n``; and, where the fault happens more often, before every later byte."""
    return _Byte(checks.whole("n", n, 0))


def message(nth: int = 1) -> Place:
    """Before the ``nth`` message, whatever it is."""
    return _Message(None, checks.whole("nth", nth, 1), 0)


def before(message: str | type[Backend], nth: int = 1) -> Place:
    """Before the ``nth`` message of this class (or name): ``before("DataRow", nth=3)``."""
    return _Message(message_class(message).__name__, checks.whole("nth", nth, 1), 0)


def after(message: str | type[Backend], nth: int = 1) -> Place:
    """After the ``nth`` message of this class, at once."""
    return _Message(message_class(message).__name__, checks.whole("nth", nth, 1), None)


def inside(message: str | type[Backend], nth: int = 1, *, offset: int) -> Place:
    """Before the byte at ``offset`` of the ``nth`` message of this class.

    Offset 0 is its type, 1 to 4 are its length, its body begins at 5. A negative offset
    counts from its end; one beyond it is its end.
    """
    name = message_class(message).__name__
    return _Message(
        name, checks.whole("nth", nth, 1), checks.whole("offset", offset, -(2**31), 2**31)
    )


def phase(name: PhaseName, nth: int = 1) -> Place:
    """At the beginning of a phase, for the ``nth`` time; see ``phases.PHASES``."""
    if not isinstance(name, str):
        raise TypeError(f"a phase is told by its name, not by {checks.shown_type(name)}")
    checks.choice("phase", name, PHASES)
    return _Phase(name, checks.whole("nth", nth, 1))


def place(at: At) -> Place:
    """``at`` as a place. TypeError or ValueError for what cannot be one."""
    if isinstance(at, (_Byte, _Message, _Phase)):
        return at
    if isinstance(at, int) and not isinstance(at, bool):
        return byte(at)
    if isinstance(at, str) or (isinstance(at, type) and issubclass(at, Backend)):
        return before(at)
    if callable(getattr(at, "finder", None)) and not isinstance(at, type):
        return at  # type: ignore[return-value]  # somebody's own place
    raise TypeError(
        "a place is byte(n), before('DataRow'), after(...), inside(...), message(), phase('rows'), "
        f"the name of a message or an offset, not {checks.shown_type(at)}"
    )
