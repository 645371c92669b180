"""Flip: a byte is not what it was."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rs_driver_fakeserver.faults import checks
from rs_driver_fakeserver.faults.fault import PlacedFault, Stage, Targets
from rs_driver_fakeserver.faults.place import At
from rs_driver_fakeserver.faults.trigger import Trigger
from rs_driver_fakeserver.faults.unit import Unit


@dataclass(frozen=True, repr=False)
class Flip(PlacedFault):
    """Bits of one byte are inverted, or the byte is replaced.

    In a type or a length an error and a broken connection, or a wait that only the client's
    timeout ends; in a value another value, which no client can notice.

    ``at``: before which byte. ``mask``: the bits to invert (1 to 255). ``to``: the byte's new
    value. Without either, one bit is chosen at random.
    """

    at: At
    mask: int | None = None
    to: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.mask is not None and self.to is not None:
            raise ValueError("Flip takes mask= or to=, not both")
        if self.mask is not None:
            checks.whole("mask", self.mask, 1, 255)
        if self.to is not None:
            checks.whole("to", self.to, 0, 255)

    def stage(self, trigger: Trigger) -> Stage:
        return _FlipStage(self, trigger)


class _FlipStage:
    def __init__(self, fault: Flip, trigger: Trigger) -> None:
        self._fault = fault
        self._targets = Targets(fault.at)
        self._trigger = trigger

    @property
    def done(self) -> bool:
        return self._trigger.spent

    def feed(self, unit: Unit) -> list[Unit]:
        offsets = [at for at in self._targets.offsets(unit) if self._trigger.fires()]
        if not offsets:
            return [unit]
        data = bytearray(unit.data)
        for at in offsets:
            data[at] = self._new(data[at])
        return [replace(unit, data=bytes(data))]

    def _new(self, byte: int) -> int:
        if self._fault.to is not None:
            return self._fault.to
        return byte ^ (self._fault.mask or 1 << self._trigger.chance.below(8))
