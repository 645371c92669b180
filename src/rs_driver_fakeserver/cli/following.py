"""``--log``: the conversations as they go on, one message a line."""

from __future__ import annotations

from collections.abc import Callable

from rs_driver.wire.trace import Tracer
from rs_driver_fakeserver.log import Entry, MessageLog

_MOST = 200
"""Connections that are followed at once, the newest."""


class Follower:
    """Writes what has come since the last ``look``. Values and secrets are not shown."""

    def __init__(self, log: MessageLog, write: Callable[[str], None]) -> None:
        self._log = log
        self._write = write
        self._seen = 0
        self._tracers: dict[int, Tracer] = {}

    def look(self) -> None:
        """Write the new entries."""
        dropped, entries = self._entries()
        for entry in entries[max(0, self._seen - dropped) :]:
            if entry.note is not None:
                self._write(f"{entry.connection}\t# {entry.note}")
                continue
            tracer = self._tracer(entry.connection)
            (tracer.frontend if entry.sender == "F" else tracer.backend)(entry.raw)
        self._seen = dropped + len(entries)

    def _entries(self) -> tuple[int, tuple[Entry, ...]]:
        """How many were dropped, and those after them."""
        while True:
            dropped, entries = self._log.dropped, self._log.entries
            if dropped == self._log.dropped:
                return dropped, entries

    def _tracer(self, number: int) -> Tracer:
        if number not in self._tracers:
            while len(self._tracers) >= _MOST:
                del self._tracers[min(self._tracers)]
            self._tracers[number] = Tracer(
                lambda line: self._write(f"{number}\t{line.rstrip()}"), redact=True
            )
        return self._tracers[number]
