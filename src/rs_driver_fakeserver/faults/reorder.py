"""Reorder: two messages change places."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rs_driver_fakeserver.faults.fault import PlacedFault, Stage, Targets
from rs_driver_fakeserver.faults.place import At
from rs_driver_fakeserver.faults.trigger import Trigger
from rs_driver_fakeserver.faults.unit import Unit


@dataclass(frozen=True, repr=False)
class Reorder(PlacedFault):
    """A message comes after the one that follows it.

    Rows that change places look like any others; otherwise an error and a broken connection.

    ``at``: which message. One after which the server may wait for the client (ReadyForQuery, an
    authentication request, an error) is let pass, and the next one is meant: nothing is held
    back for ever.
    """

    at: At

    def stage(self, trigger: Trigger) -> Stage:
        return _ReorderStage(self, trigger)


class _ReorderStage:
    def __init__(self, fault: Reorder, trigger: Trigger) -> None:
        self._targets = Targets(fault.at)
        self._trigger = trigger
        self._held: Unit | None = None

    @property
    def done(self) -> bool:
        return self._trigger.spent and self._held is None

    def feed(self, unit: Unit) -> list[Unit]:
        meant = bool(self._targets.offsets(unit))
        if self._held is not None:
            held, self._held = self._held, None
            return [replace(unit, turn=held.turn), replace(held, turn=unit.turn)]
        if not meant or self._trigger.spent:
            return [unit]
        if unit.kind is None or unit.turn:
            self._targets.put_off()
        elif self._trigger.fires():
            self._held = unit
            return []
        return [unit]
