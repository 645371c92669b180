"""Duplicate: a message comes again."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rs_driver_fakeserver.faults import checks
from rs_driver_fakeserver.faults.fault import MessageFault
from rs_driver_fakeserver.faults.names import SSLResponse
from rs_driver_fakeserver.faults.place import At
from rs_driver_fakeserver.faults.unit import Unit


@dataclass(frozen=True, repr=False)
class Duplicate(MessageFault):
    """A message comes more than once.

    A second row, notice or setting looks like any other. Every other message is one too many:
    an error and a broken connection, never a second answer that is taken for the next
    statement's.

    ``at``: which message. ``copies``: how many more.
    """

    at: At
    copies: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.whole("copies", self.copies, 1)

    def changed(self, unit: Unit) -> list[Unit] | None:
        if unit.kind is SSLResponse:
            return None
        return [unit, *[replace(unit, marks=())] * self.copies]
