"""What every fault is, and the two shapes that most of them have."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import MISSING, dataclass, field, fields
from typing import Protocol

from rs_driver_fakeserver.faults import checks
from rs_driver_fakeserver.faults.chance import Chance
from rs_driver_fakeserver.faults.place import At, place
from rs_driver_fakeserver.faults.trigger import Trigger
from rs_driver_fakeserver.faults.unit import END, Blow, Unit, woven


class Stage(Protocol):
    """A fault at work on one connection: units in, units out."""

    def feed(self, unit: Unit) -> list[Unit]:
        """What becomes of ``unit``, after what was held back."""

    @property
    def done(self) -> bool:
        """It changes nothing any more, and holds nothing back."""


@dataclass(frozen=True)
class Fault(ABC):
    """Something that goes wrong on a connection.

    ``times``: how often on each connection (None: whenever it can). ``connections``: on which
    of those that are opened after the fault was added, from 1 on: a number, several, a range
    (None: all). ``probability``: with which it happens, each time that it could.
    """

    times: int | None = field(default=1, kw_only=True)
    connections: int | Collection[int] | None = field(default=None, kw_only=True)
    probability: float = field(default=1.0, kw_only=True)

    def __post_init__(self) -> None:
        """TypeError or ValueError for arguments that make no sense."""
        checks.times(self.times)
        checks.probability(self.probability)
        object.__setattr__(self, "connections", checks.connections(self.connections))

    @abstractmethod
    def stage(self, trigger: Trigger) -> Stage:
        """The fault on a new connection."""

    def hits(self, connection: int) -> bool:
        """Whether it happens on this one of the connections since it was added, from 1 on."""
        if isinstance(self.connections, int):
            return connection == self.connections
        return self.connections is None or connection in self.connections

    def __repr__(self) -> str:
        shown: list[str] = []
        for one in sorted(fields(self), key=lambda one: one.kw_only is True):
            value = getattr(self, one.name)
            if one.default is MISSING and len(shown) == 0:
                shown.append(repr(value))
            elif one.default is MISSING or value != one.default:
                shown.append(f"{one.name}={value!r}")
        return f"{type(self).__name__}({', '.join(shown)})"


class PlacedFault(Fault):
    """A fault with a place: ``at``, a field of the subclass; see ``place``."""

    at: At

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "at", place(self.at))


class PointFault(PlacedFault):
    """Something that happens between two bytes."""

    @abstractmethod
    def blow(self, chance: Chance, /) -> Sequence[Blow]:
        """What is put there."""

    def stage(self, trigger: Trigger) -> Stage:
        return _PointStage(self, trigger)


class _PointStage:
    def __init__(self, fault: PointFault, trigger: Trigger) -> None:
        self._fault = fault
        self._finder = place(fault.at).finder()
        self._trigger = trigger
        self._ended = False

    @property
    def done(self) -> bool:
        return self._trigger.spent and not self._ended

    def feed(self, unit: Unit) -> list[Unit]:
        if self._ended:
            return []
        blows: list[tuple[int, Sequence[Blow]]] = []
        for offset in self._finder.offsets(unit):
            if self._trigger.spent or self._ended:
                break
            if self._trigger.fires():
                blow = self._fault.blow(self._trigger.chance)
                blows.append((offset, blow))
                self._ended = any(isinstance(thing, END) for thing in blow)
        return woven(unit, blows) if blows else [unit]


class MessageFault(PlacedFault):
    """Something that happens to a message: the one to which the next byte belongs."""

    @abstractmethod
    def changed(self, unit: Unit) -> list[Unit] | None:
        """What becomes of the message; None for one to which this cannot happen, so that it
        happens to the next one."""

    def stage(self, trigger: Trigger) -> Stage:
        return _MessageStage(self, trigger)


class _MessageStage:
    def __init__(self, fault: MessageFault, trigger: Trigger) -> None:
        self._fault = fault
        self._targets = Targets(fault.at)
        self._trigger = trigger

    @property
    def done(self) -> bool:
        return self._trigger.spent

    def feed(self, unit: Unit) -> list[Unit]:
        if not self._targets.offsets(unit) or self._trigger.spent:
            return [unit]
        changed = None if unit.kind is None else self._fault.changed(unit)
        if changed is None:
            self._targets.put_off()
        elif self._trigger.fires():
            return changed
        return [unit]


class Targets:
    """Finds the bytes that come next at a place: offsets that lie within their unit."""

    def __init__(self, at: At) -> None:
        self._finder = place(at).finder()
        self._pending = False

    def offsets(self, unit: Unit) -> list[int]:
        """In this unit, ascending, each once."""
        found = {0} if self._pending else set[int]()
        found.update(self._finder.offsets(unit))
        self._pending = len(unit.data) in found
        return sorted(found - {len(unit.data)})

    def put_off(self) -> None:
        """It could not be here: the next unit is as good."""
        self._pending = True
