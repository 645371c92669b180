"""Stall: nothing comes any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rs_driver_fakeserver.faults.chance import Chance
from rs_driver_fakeserver.faults.fault import PointFault
from rs_driver_fakeserver.faults.place import At
from rs_driver_fakeserver.faults.unit import Blow
from rs_driver_fakeserver.hosts import moves


@dataclass(frozen=True, repr=False)
class Stall(PointFault):
    """The server neither reads nor writes any more, and does not hang up either.

    The client's own timeout ends the wait, with an OperationalError; a client without one
    waits for ever.

    ``at``: where.
    """

    at: At

    def blow(self, _: Chance, /) -> Sequence[Blow]:
        return (moves.Stall(),)
