"""Reset: the connection breaks off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rs_driver_fakeserver.faults.chance import Chance
from rs_driver_fakeserver.faults.fault import PointFault
from rs_driver_fakeserver.faults.place import At
from rs_driver_fakeserver.faults.unit import Blow
from rs_driver_fakeserver.hosts import moves


@dataclass(frozen=True, repr=False)
class Reset(PointFault):
    """The connection is reset (RST), as by a firewall; what was on its way may be lost, too.

    An OperationalError that names the reset; the connection is broken.

    ``at``: where.
    """

    at: At

    def blow(self, _: Chance, /) -> Sequence[Blow]:
        return (moves.Reset(),)
