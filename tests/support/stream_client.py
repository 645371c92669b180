"""The driver's core, alone, listening to a stream of ``rs_driver_fakeserver.strategies``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rs_driver.domain.protocol import ClientProtocol
from rs_driver.ports.rows import RowBatch
from rs_driver.wire.control import NoticeResponse, NotificationResponse, ParameterStatus
from rs_driver.wire.framing import HEADER_SIZE
from rs_driver.wire.messages import BackendMessage
from rs_driver.wire.results import DataRow
from rs_driver_fakeserver.strategies import BackendStream, Flight
from support.dialogue import hear, new_core

UNASKED = (NoticeResponse, ParameterStatus, NotificationResponse)


def listener(stream: BackendStream) -> ClientProtocol:
    """A core after the login, idle, that knows the stream's version of the protocol."""
    core = new_core()
    core.protocol_version = stream.protocol
    return core


def ask(core: ClientProtocol, flight: Flight) -> None:
    """Send what the flight answers."""
    core.begin("a flight", *flight.asked)
    core.sent(core.pending)


def heard(core: ClientProtocol, pieces: Iterable[bytes]) -> Iterator[BackendMessage]:
    """The messages that the core makes of these pieces, rows one by one."""
    for piece in pieces:
        hear(core, piece)
        while (event := core.next()) is not None:
            if isinstance(event, RowBatch):
                yield from rows(event)
            else:
                yield event


def rows(batch: RowBatch) -> Iterator[DataRow]:
    """The rows of a batch, each by itself."""
    for start, stop in zip(batch.starts, [*batch.starts[1:], batch.stop], strict=True):
        yield DataRow.decode(bytes(batch.buffer[start + HEADER_SIZE : stop]))
