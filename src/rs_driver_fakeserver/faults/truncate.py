"""Truncate: the end of a message is missing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rs_driver_fakeserver.faults import checks
from rs_driver_fakeserver.faults.fault import MessageFault
from rs_driver_fakeserver.faults.names import SSLResponse
from rs_driver_fakeserver.faults.place import At
from rs_driver_fakeserver.faults.unit import Unit

_HEADER = 5


@dataclass(frozen=True, repr=False)
class Truncate(MessageFault):
    """A message is cut short; a message without a body is let pass, and the next one is meant.

    With its length adjusted an error and a broken connection. Otherwise what follows is taken
    for its end: an error, or a wait that only the client's timeout ends.

    ``at``: which message. ``cut``: how many bytes are missing, its whole body at most.
    ``adjust``: its length field says so.
    """

    at: At
    cut: int = 1
    adjust: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.whole("cut", self.cut, 1)

    def changed(self, unit: Unit) -> list[Unit] | None:
        body = len(unit.data) - _HEADER
        if unit.kind is SSLResponse or body <= 0:
            return None
        data = unit.data[: max(_HEADER, len(unit.data) - self.cut)]
        if self.adjust:
            data = data[:1] + (len(data) - 1).to_bytes(4, "big") + data[_HEADER:]
        marks = tuple((min(at, len(data)), mark) for at, mark in unit.marks)
        return [replace(unit, data=data, marks=marks)]
