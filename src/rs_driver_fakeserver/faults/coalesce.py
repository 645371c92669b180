"""Coalesce: what was several pieces comes in one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from rs_driver_fakeserver.faults import checks
from rs_driver_fakeserver.faults.fault import Fault, Stage
from rs_driver_fakeserver.faults.trigger import Trigger
from rs_driver_fakeserver.faults.unit import END, Cut, Mark, Reading, Unit
from rs_driver_fakeserver.hosts.moves import Wait


@dataclass(frozen=True, repr=False)
class Coalesce(Fault):
    """Messages are held back and come in one piece: those up to where the server waits for the
    client, or so many bytes or messages.

    The right result: a stream has no borders.

    ``bytes``, ``messages``: how many make a piece (whole messages always). Nothing is held
    back where the server may wait for the client, as after a ReadyForQuery. ``times``: how
    many pieces, all by default. Cuts and pauses of the faults before it are undone or come
    first.
    """

    bytes: int | None = None
    messages: int | None = None
    times: int | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.bytes is not None:
            checks.whole("bytes", self.bytes, 1)
        if self.messages is not None:
            checks.whole("messages", self.messages, 1)

    def stage(self, trigger: Trigger) -> Stage:
        return _CoalesceStage(self, trigger)


class _CoalesceStage:
    def __init__(self, fault: Coalesce, trigger: Trigger) -> None:
        self._fault = fault
        self._trigger = trigger
        self._held: list[Unit] = []
        self._bytes = self._messages = 0
        """How many are held."""
        self._passes = False
        """The piece that is under way is left as it is."""

    @property
    def done(self) -> bool:
        return self._trigger.spent and not self._held

    def feed(self, unit: Unit) -> list[Unit]:
        if not self._held and (self._passes or not self._trigger.fires()):
            self._passes = not unit.turn
            return [unit]
        self._held.append(unit)
        self._bytes += len(unit.data)
        self._messages += unit.kind is not None
        return self._release() if self._complete() else []

    def _complete(self) -> bool:
        fault = self._fault
        enough = fault.bytes is not None and self._bytes >= fault.bytes
        many = fault.messages is not None and self._messages >= fault.messages
        return self._held[-1].turn or enough or many

    def _release(self) -> list[Unit]:
        first: list[tuple[int, Mark]] = [(0, Cut())]
        released = []
        for unit in self._held:
            first += [(0, mark) for _, mark in unit.marks if isinstance(mark, (Wait, Reading))]
            ends = tuple(at_mark for at_mark in unit.marks if isinstance(at_mark[1], END))
            released.append(replace(unit, marks=ends))
        released[0] = replace(released[0], marks=(*first, *released[0].marks))
        self._held = []
        self._bytes = self._messages = 0
        return released
