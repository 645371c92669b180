"""Close: forget a prepared statement or a portal on the server."""

from __future__ import annotations

from rs_driver.domain.operations.receiving import receive
from rs_driver.domain.protocol import ClientProtocol
from rs_driver.domain.wants import Operation
from rs_driver.errors import Error, from_fields
from rs_driver.wire.control import ErrorResponse
from rs_driver.wire.query import Close, Sync


def close(core: ClientProtocol, kind: bytes, *names: str) -> Operation[None]:
    """Close statements (``kind`` is ``b"S"``) or portals (``b"P"``), in one flight.

    Names that the server does not know are no error.
    """
    core.begin("a close", *(Close(kind, name) for name in names), Sync())
    error: Error | None = None
    while core.busy is not None:
        event = yield from receive(core)
        if isinstance(event, ErrorResponse):
            error = from_fields(event.fields)
    if error is not None:
        raise error
