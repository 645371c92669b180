"""Split: what was one piece comes in several."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from rs_driver_fakeserver.faults import checks
from rs_driver_fakeserver.faults.fault import Fault, Stage
from rs_driver_fakeserver.faults.trigger import Trigger
from rs_driver_fakeserver.faults.unit import Cut, Mark, Unit
from rs_driver_fakeserver.hosts.moves import Wait


@dataclass(frozen=True, repr=False)
class Split(Fault):
    """The bytes come in small pieces, whose borders mean nothing.

    The right result: a stream has no borders.

    ``every``: so many bytes to a piece, 1 if nothing is given. ``at``: or the offsets on the
    connection at which a new piece begins. ``pause``: seconds between two pieces, so that a
    network does not join them again. ``times``: how many cuts, all by default.
    """

    every: int | None = None
    at: Sequence[int] = ()
    pause: float = 0.0
    times: int | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.seconds(self.pause, zero=True)
        if isinstance(self.at, (str, bytes)) or not isinstance(self.at, Sequence):
            raise TypeError(f"at= takes offsets, such as [7, 9], not {checks.shown_type(self.at)}")
        offsets = {checks.whole("an offset", offset, 0) for offset in self.at}
        object.__setattr__(self, "at", tuple(sorted(offsets)))
        if self.every is not None:
            checks.whole("every", self.every, 1)
            if self.at:
                raise ValueError("Split takes every= or at=, not both")
        elif not self.at:
            object.__setattr__(self, "every", 1)

    def stage(self, trigger: Trigger) -> Stage:
        return _SplitStage(self, trigger)


class _SplitStage:
    def __init__(self, fault: Split, trigger: Trigger) -> None:
        self._every = fault.every
        self._at = deque(fault.at)
        self._mark: Mark = Wait(fault.pause) if fault.pause else Cut()
        self._trigger = trigger
        self._seen = 0

    @property
    def done(self) -> bool:
        return self._trigger.spent or not (self._every or self._at)

    def feed(self, unit: Unit) -> list[Unit]:
        start, self._seen = self._seen, self._seen + len(unit.data)
        cuts = [(at, self._mark) for at in self._cuts(start) if self._trigger.fires()]
        if not cuts:
            return [unit]
        marks = sorted((*unit.marks, *cuts), key=lambda mark: mark[0])
        return [replace(unit, marks=tuple(marks))]

    def _cuts(self, start: int) -> Iterator[int]:
        """Offsets in the unit that began at ``start``, before one of its bytes each."""
        if self._every:
            first = max(-(-start // self._every), 1) * self._every
            yield from range(first - start, self._seen - start, self._every)
        while self._at and self._at[0] < self._seen:
            if offset := self._at.popleft():
                yield offset - start
