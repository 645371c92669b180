"""Drop: the server hangs up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rs_driver_fakeserver.faults.chance import Chance
from rs_driver_fakeserver.faults.fault import PointFault
from rs_driver_fakeserver.faults.place import At
from rs_driver_fakeserver.faults.unit import Blow
from rs_driver_fakeserver.hosts.moves import Close


@dataclass(frozen=True, repr=False)
class Drop(PointFault):
    """The server hangs up, as a process that dies does.

    An OperationalError, at the latest when the connection is used next; the rows that came
    before are no complete result.

    ``at``: where.
    """

    at: At

    def blow(self, _: Chance, /) -> Sequence[Blow]:
        return (Close(),)
