"""SlowRead: the server takes its time to listen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rs_driver_fakeserver.faults import checks
from rs_driver_fakeserver.faults.chance import Chance
from rs_driver_fakeserver.faults.fault import PointFault
from rs_driver_fakeserver.faults.place import At, byte
from rs_driver_fakeserver.faults.unit import Blow, Reading


@dataclass(frozen=True, repr=False)
class SlowRead(PointFault):
    """The server reads a few bytes at a time, so that a client that writes much has to wait.

    The right result, later: a client that reads while it cannot write never hangs. In memory
    nothing has to be read, so that nothing changes.

    ``bytes``: at a time. ``seconds``: between two reads. ``at``: from where on; from the
    server's first word if not given. The latest counts where several have begun.
    """

    bytes: int = 512
    seconds: float = 0.01
    at: At = field(default=byte(0))

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.whole("bytes", self.bytes, 1)
        checks.seconds(self.seconds, zero=True)

    def blow(self, _: Chance, /) -> Sequence[Blow]:
        return (Reading(self.bytes, self.seconds),)
