"""What faults work on: whole messages, with marks where something else than bytes happens."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rs_driver.wire.base import Backend
from rs_driver_fakeserver.hosts.moves import Close, HalfClose, Reset, Stall, Wait


@dataclass(frozen=True, slots=True)
class Cut:
    """What follows goes out in a piece of its own."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How the server reads from now on: ``max_bytes`` at a time (None: what there is), then
    nothing for ``wait`` seconds."""

    max_bytes: int | None = None
    wait: float = 0.0


Mark = Cut | Reading | Wait | Close | Reset | HalfClose | Stall
END = (Close, Reset, HalfClose, Stall)
"""After one of these nothing more is said."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A message, whole, or bytes that are none.

    ``kind``: the message's class, even if its bytes are damaged; None for what is no
    message. ``turn``: the server may wait for the client after it, or has ended, so that
    nothing may be held back here. ``marks``: what happens at which offset, in order.
    """

    data: bytes
    kind: type[Backend] | None = None
    turn: bool = False
    marks: tuple[tuple[int, Mark], ...] = ()


Blow = Unit | Mark
"""What can be put at an offset of a unit: more bytes, or a mark."""


def woven(unit: Unit, blows: Iterable[tuple[int, Sequence[Blow]]]) -> list[Unit]:
    """``unit`` with blows at offsets, which ascend. The first end of all is the last thing.

    Bytes before or behind the unit stay units of their own, so that its borders can still
    be found; within it they become part of it.
    """
    weaving = _Weaving(unit)
    for offset, things in blows:
        weaving.copy(offset)
        for thing in things:
            if weaving.ended:
                return weaving.units()
            weaving.add(thing)
    weaving.copy(len(unit.data))
    return weaving.units()


class _Weaving:
    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._at = 0
        self._own = deque(unit.marks)
        self._before: list[Unit] = []
        self._data = bytearray()
        self._marks: list[tuple[int, Mark]] = []
        self._after: list[Unit] = []
        self.ended = False

    def copy(self, stop: int) -> None:
        """What the unit has up to ``stop``, the marks there included."""
        while not self.ended and self._own and self._own[0][0] <= stop:
            offset, mark = self._own.popleft()
            self._data += self._unit.data[self._at : offset]
            self._at = offset
            self.add(mark)
        if not self.ended:
            self._data += self._unit.data[self._at : stop]
            self._at = stop

    def add(self, thing: Blow) -> None:
        whole = self._at == len(self._unit.data)
        if not isinstance(thing, Unit):
            self.ended = isinstance(thing, END)
            if self._after:
                last = self._after[-1]
                marks = (*last.marks, (len(last.data), thing))
                self._after[-1] = replace(last, marks=marks)
            else:
                self._marks.append((len(self._data), thing))
        elif whole and self._at:
            self._after.append(replace(thing, turn=thing.turn or self._unit.turn))
        elif not self._at:
            marks = tuple((0, mark) for _, mark in self._marks)
            self._marks.clear()
            self._before.append(replace(thing, marks=(*marks, *thing.marks)))
        else:
            self._data += thing.data

    def units(self) -> list[Unit]:
        kind = self._unit.kind if self._data else None
        own = replace(self._unit, data=bytes(self._data), kind=kind, marks=tuple(self._marks))
        made = [*self._before, *([own] if own.data or own.marks else []), *self._after]
        return [*made[:-1], replace(made[-1], turn=True)] if self.ended else made


def silenced(unit: Unit) -> list[Unit]:
    """What is left of a unit whose bytes are not said: its marks."""
    marks = tuple((0, mark) for _, mark in unit.marks)
    return [Unit(b"", None, unit.turn, marks)] if marks else []
