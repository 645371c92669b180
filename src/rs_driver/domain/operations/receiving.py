"""Waiting for events: what every conversation shares."""

from __future__ import annotations

from rs_driver.domain.protocol import ClientProtocol, Event
from rs_driver.domain.wants import Operation, Want


def receive(core: ClientProtocol) -> Operation[Event]:
    """The next event, however many bytes that takes."""
    while (event := core.next()) is None:
        yield Want.READ
    return event


def flush(core: ClientProtocol) -> Operation[None]:
    """Let the shell send until nothing is queued any more or something has arrived."""
    if core.pending:
        yield Want.FLUSH


def heed(core: ClientProtocol) -> Operation[None]:
    """Take in what has arrived unasked, without any turn: an Error where the server hung up."""
    yield from ()
    core.heed()
