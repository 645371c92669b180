"""Delay: an answer takes its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rs_driver_fakeserver.faults import checks
from rs_driver_fakeserver.faults.chance import Chance
from rs_driver_fakeserver.faults.fault import PointFault
from rs_driver_fakeserver.faults.place import At, message
from rs_driver_fakeserver.faults.unit import Blow
from rs_driver_fakeserver.hosts.moves import Wait


@dataclass(frozen=True, repr=False)
class Delay(PointFault):
    """Seconds pass before the server goes on: of a virtual clock in memory, real ones on TCP.

    The right result, later; or the error of a timeout of its own, after which no other
    statement gets this one's rows.

    ``seconds``: how long. ``at``: where. ``Delay(0.1, message(), times=None)`` delays each
    message, ``Delay(0.001, byte(0), times=None)`` each byte.
    """

    seconds: float
    at: At = field(default=message())

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.seconds(self.seconds)

    def blow(self, _: Chance, /) -> Sequence[Blow]:
        return (Wait(self.seconds),)
