"""What went over the connections, decoded: for assertions, and for reading after a failure."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from rs_driver.wire.messages import BackendMessage, FrontendMessage, Message
from rs_driver.wire.query import Parse, Query
from rs_driver.wire.results import DataRow
from rs_driver_fakeserver.strict.inspector import Inspector
from rs_driver_fakeserver.transcript import last, transcript

_HEADER = 5
_MOST = 100_000
"""Entries that are kept; each takes some hundred bytes, however short its message."""
_LONGEST = 2000
"""Characters of a line in ``tail``."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One message, or a run of DataRows.

    ``connection`` counts from 1. ``sender``: F, the client, or B, the server. ``raw``:
    the bytes on the wire. ``message`` is None for a run of DataRows (and for the single
    byte that answers an SSLRequest): ``messages`` decodes them when asked. ``note``: no
    message, but something that happened between them, such as a fault.
    """

    connection: int
    sender: Literal["F", "B"]
    raw: bytes = field(repr=False)
    message: Message | None
    note: str | None = None

    def messages(self) -> Iterator[Message]:
        """The message, or the DataRows one by one."""
        if self.message is not None:
            yield self.message
            return
        for start, stop in self.rows():
            yield DataRow.decode(self.raw[start:stop])

    def rows(self) -> Iterator[tuple[int, int]]:
        """Where in ``raw`` the bodies of a run of DataRows begin and end."""
        at = 0
        while len(self.raw) - at > _HEADER:
            stop = at + 1 + int.from_bytes(self.raw[at + 1 : at + _HEADER], "big")
            yield at + _HEADER, stop
            at = stop


class MessageLog:
    """Every message of every connection, newest last, within bounds on bytes and number.

    ``limit``: bytes, but for the newest message; ``most``: entries.

    ``sends`` counts the pieces that arrived from clients (over the in-memory transport
    exactly the client's sends), ``turns`` how often a client's flight was answered,
    ``parses`` the Parse messages, ``connections`` how many were opened.
    """

    def __init__(self, limit: int = 32 * 1024 * 1024, most: int = _MOST) -> None:
        # Reentrant: a connection that is garbage says that it has ended, whenever that is.
        self._lock = threading.RLock()
        self._limit, self._most = limit, most
        self._entries: deque[Entry] = deque()
        self._size = 0
        self.connections = 0
        self.sends = 0
        self.turns = 0
        self.parses = 0
        self._statements: dict[int, set[str]] = {}
        self.dropped = 0
        """How many entries, the oldest, were let go to stay within the bounds."""

    def connect(self) -> ConnectionLog:
        """The log of a new connection."""
        with self._lock:
            self.connections += 1
            return ConnectionLog(self, self.connections)

    def add(self, entry: Entry) -> None:
        """Add a message."""
        with self._lock:
            self.parses += isinstance(entry.message, Parse)
            self._entries.append(entry)
            self._size += len(entry.raw)
            while len(self._entries) > 1 and (
                self._size > self._limit or len(self._entries) > self._most
            ):
                self._size -= len(self._entries.popleft().raw)
                self.dropped += 1

    def count(self, *, sends: int = 0, turns: int = 0) -> None:
        """Add to the counts."""
        with self._lock:
            self.sends += sends
            self.turns += turns

    def clear(self) -> None:
        """Forget the messages and the counts; the next connection is the first."""
        with self._lock:
            self._entries.clear()
            self._size = self.sends = self.turns = self.parses = self.dropped = 0
            self.connections = 0

    @property
    def statements(self) -> dict[int, frozenset[str]]:
        """The names of the prepared statements that there are now, by connection.

        The unnamed one is not among them, a connection that has ended neither.
        """
        with self._lock:
            return {number: frozenset(names) for number, names in self._statements.items()}

    def prepared(self, connection: int, name: str, there: bool) -> None:
        """A connection has made, or no more, a prepared statement of this name."""
        with self._lock:
            names = self._statements.setdefault(connection, set())
            if not there:
                names.discard(name)
            elif name:
                names.add(name)

    def ended(self, connection: int) -> None:
        """A connection is over, and its prepared statements are gone."""
        with self._lock:
            self._statements.pop(connection, None)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries so far."""
        with self._lock:
            return tuple(self._entries)

    def frontend(self) -> list[Message]:
        """What clients sent."""
        return self._sent_by("F")

    def backend(self) -> list[Message]:
        """What the server sent."""
        return self._sent_by("B")

    def _sent_by(self, sender: str) -> list[Message]:
        entries = [entry for entry in self.entries if entry.sender == sender]
        return [message for entry in entries for message in entry.messages()]

    def last_statement(self, connection: int) -> str | None:
        """The SQL that this connection asked for last, as far as the log goes back."""
        for entry in reversed(self.entries):
            if entry.connection == connection and isinstance(entry.message, (Parse, Query)):
                return entry.message.sql
        return None

    def transcript(self, *, redact: bool = True) -> str:
        """The log as text: connection, sender, length, message, one a line.

        Passwords, tokens and keys are never shown; ``redact`` hides the values of rows
        and parameters too.
        """
        return "".join(transcript(self.entries, redact=redact))

    def tail(self, lines: int = 60) -> str:
        """The last lines of the transcript, for reports of failures; long lines are cut."""
        entries = self.entries
        part = last(entries, lines)
        shown = [
            line if len(line) <= _LONGEST else f"{line[:_LONGEST]}...\n"
            for line in transcript(part, short=True)
        ]
        more = self.dropped or len(part) < len(entries) or len(shown) > lines
        return ("... and more before\n" if more else "") + "".join(shown[-lines:])


class ConnectionLog:
    """Writes one connection's part of a ``MessageLog``."""

    def __init__(self, log: MessageLog, number: int) -> None:
        self._log = log
        self.number = number
        self.inspector: Inspector | None = None
        """Sees everything, too."""

    def frontend(
        self, raw: bytes, message: FrontendMessage | None, problem: str | None = None
    ) -> None:
        """The client sent a message; None for one that could not be decoded, for a reason."""
        self._log.add(Entry(self.number, "F", raw, message))
        if self.inspector is not None:
            self.inspector.frontend(raw, message, problem)

    def backend(self, raw: bytes, message: BackendMessage | None) -> None:
        """The server sent a message; None for DataRows."""
        self._log.add(Entry(self.number, "B", raw, message))
        if self.inspector is not None:
            self.inspector.backend(raw, message)

    def note(self, text: str) -> None:
        """Something happened that is no message."""
        self._log.add(Entry(self.number, "B", b"", None, text))

    def prepared(self, name: str, there: bool) -> None:
        """It has a prepared statement of this name, or no more."""
        self._log.prepared(self.number, name, there)

    def ended(self) -> None:
        """The connection is gone, and its statements with it."""
        self._log.ended(self.number)

    def received(self) -> None:
        """A piece of bytes came."""
        self._log.count(sends=1)

    def turned(self) -> None:
        """A flight was answered."""
        self._log.count(turns=1)
