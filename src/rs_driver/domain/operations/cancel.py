"""Cancelling: what another connection is running, and what nobody goes on with here.

A CancelRequest travels on a connection of its own, and strikes whatever runs when it arrives.
So nothing new is started before it is known to have arrived: the server hangs up once it has
passed the request on, and what comes too late strikes the ``fence``.
"""

from __future__ import annotations

from rs_driver.domain.operations.receiving import receive
from rs_driver.domain.operations.startup import negotiate_tls
from rs_driver.domain.protocol import ClientProtocol
from rs_driver.domain.security import SecurityPolicy
from rs_driver.domain.wants import Operation, Want
from rs_driver.errors import OperationalError, from_fields
from rs_driver.ports.transport import Channel
from rs_driver.wire.control import ErrorResponse
from rs_driver.wire.query import Sync
from rs_driver.wire.startup import CancelRequest

CANCEL = "SELECT pg_cancel_backend({})"
TERMINATE = "SELECT pg_terminate_backend({})"
"""What ends the statement of a process, or all of it, from another session of the same user's."""
_CANCELED = "57014"


def cancel(
    core: ClientProtocol,
    request: CancelRequest,
    channel: Channel,
    hostname: str,
    security: SecurityPolicy | None,
) -> Operation[None]:
    """Send ``request`` over a fresh transport, up to the server's hanging up.

    ``security``: how the session is encrypted that is to be cancelled, None where it is not:
    the key of the request is as secret as that.
    """
    core.begin("a cancel request")
    if security is not None and not channel.encrypted:
        channel = yield from negotiate_tls(core, hostname, security, channel)
        if not channel.encrypted:
            raise OperationalError(f"{channel.peer} takes no cancel request over TLS")
    core.request_cancel(request)
    while not core.hung_up():
        yield Want.READ


def drain(core: ClientProtocol) -> Operation[None]:
    """Bring the operation under way to its end, whatever the server answers to it."""
    while core.busy is not None:
        core.wind_up()
        yield from receive(core)


def fence(core: ClientProtocol) -> Operation[None]:
    """One turn in which nothing runs: a cancel that comes too late strikes it."""
    core.begin("a fence", Sync())
    while core.busy is not None:
        event = yield from receive(core)
        if isinstance(event, ErrorResponse) and event.fields.get("C") != _CANCELED:
            raise from_fields(event.fields)
