"""Answers that take their time: the session says for how long, its host lets it pass."""

from __future__ import annotations

from rs_driver_fakeserver.client import Client
from rs_driver_fakeserver.protocol.wants import Talk, Want


def pause(client: Client, seconds: float) -> Talk:
    """Let time pass. SqlError 57014 where a CancelRequest came in the meantime, or where it is
    more than ``statement_timeout`` allows."""
    if seconds > 0:
        longest = client.settings.statement_timeout
        yield Want(pause=min(seconds, longest))
        client.check_cancelled()
        if seconds > longest:
            client.time_out()
