"""HalfClose: the server falls silent, but listens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rs_driver_fakeserver.faults.chance import Chance
from rs_driver_fakeserver.faults.fault import PointFault
from rs_driver_fakeserver.faults.place import At
from rs_driver_fakeserver.faults.unit import Blow
from rs_driver_fakeserver.hosts import moves


@dataclass(frozen=True, repr=False)
class HalfClose(PointFault):
    """The server ends its side of the stream (FIN) and goes on reading.

    As for a drop: the end of the stream is an OperationalError, although writing still works.

    ``at``: where.
    """

    at: At

    def blow(self, _: Chance, /) -> Sequence[Blow]:
        return (moves.HalfClose(),)
