"""Fatal: the server says that it ends the connection, and does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rs_driver.wire.control import ErrorResponse
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.faults import checks
from rs_driver_fakeserver.faults.chance import Chance
from rs_driver_fakeserver.faults.fault import PointFault
from rs_driver_fakeserver.faults.place import At, message
from rs_driver_fakeserver.faults.unit import Blow, Unit
from rs_driver_fakeserver.hosts.moves import Close
from rs_driver_fakeserver.protocol.replies import error_response, fatal


@dataclass(frozen=True, repr=False)
class Fatal(PointFault):
    """A FATAL error, and the server hangs up: an administrator's shutdown, a failover.

    An OperationalError with the server's words and SQLSTATE, not only with the lost
    connection; the connection is broken.

    ``at``: where; at once, before the first message, if not given. ``sqlstate``, ``message``:
    of the error.
    """

    at: At = field(default=message())
    sqlstate: str = "57P01"
    message: str = "terminating connection due to administrator command"

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.sqlstate(self.sqlstate)

    def blow(self, _: Chance, /) -> Sequence[Blow]:
        said = error_response(fatal(self.sqlstate, self.message), Dialect())
        return (Unit(said.encode(), ErrorResponse, turn=True), Close())
