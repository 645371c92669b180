"""The log as text, from its beginning or only its end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from rs_driver.wire.auth import AuthenticationOk, AuthenticationRequest
from rs_driver.wire.control import ParameterStatus
from rs_driver.wire.redshift import DigestResponse
from rs_driver.wire.results import RowDescription
from rs_driver.wire.startup import SSLRequest, StartupMessage
from rs_driver.wire.trace import Tracer

if TYPE_CHECKING:
    from rs_driver_fakeserver.log import Entry


def transcript(entries: Sequence[Entry], *, redact: bool = True, short: bool = False) -> list[str]:
    """A line for each message, with its newline.

    ``short``: ParameterStatus in a row, as after each login, and DataRows in a row are one
    line. A connection need not be there from its beginning.
    """
    lines: list[str] = []
    tracers = {
        number: part.tracer(number, lines, redact=redact)
        for number, part in _parts(entries).items()
    }
    for (number, kind), group in groupby(entries, _kind):
        before = len(lines)
        for entry in group:
            if entry.note is not None:
                lines.append(f"{entry.connection}\t# {entry.note}\n")
            else:
                tracer = tracers[entry.connection]
                (tracer.frontend if entry.sender == "F" else tracer.backend)(entry.raw)
        count = len(lines) - before
        if short and kind and count > _MOST_ALIKE:
            lines[before:] = [f"{number}\tB\t{count} x {kind}\n"]
    return lines


_MOST_ALIKE = 2
"""In a row, without being one line in a short transcript."""


def _kind(entry: Entry) -> tuple[int, str]:
    """Whose it is, and what, of that of which there may be many in a row."""
    if isinstance(entry.message, ParameterStatus):
        return entry.connection, "ParameterStatus"
    run = entry.message is None and entry.note is None and entry.raw[:1] == b"D"
    return entry.connection, "DataRow" if run else ""


@dataclass
class _Part:
    """What there is of a connection, from ``first`` on.

    ``protocol``: Redshift's, by which its columns are to be read. ``login``: something of
    the login is there, which must be read as such, lest a secret be shown.
    """

    first: Entry
    protocol: int = 0
    login: bool = False

    def note(self, entry: Entry) -> None:
        """Learn from a message."""
        if isinstance(entry.message, RowDescription):
            self.protocol = max(self.protocol, entry.message.protocol_version)
        elif isinstance(entry.message, (AuthenticationRequest, DigestResponse)):
            self.login = True

    def tracer(self, number: int, lines: list[str], *, redact: bool) -> Tracer:
        """One that has heard what came before."""
        heard = False
        made = Tracer(
            lambda line: lines.append(f"{number}\t{line}") if heard else None, redact=redact
        )
        if self.first.sender == "B" and len(self.first.raw) == 1:
            made.frontend(SSLRequest().encode())
        elif self.first.sender == "B" or self.first.raw[:1] != b"\0":
            # Only the first messages begin with their length, which is a short one.
            self._catch_up(made)
        heard = True
        return made

    def _catch_up(self, tracer: Tracer) -> None:
        tracer.frontend(StartupMessage(()).encode())
        if not self.login:
            tracer.backend(AuthenticationOk().encode())
        if self.protocol:
            version = ParameterStatus("server_protocol_version", str(self.protocol))
            tracer.backend(version.encode())


def _parts(entries: Iterable[Entry]) -> dict[int, _Part]:
    """By the numbers of the connections."""
    parts: dict[int, _Part] = {}
    for entry in entries:
        if entry.note is None:
            parts.setdefault(entry.connection, _Part(entry)).note(entry)
    return parts


def last(entries: Sequence[Entry], count: int) -> Sequence[Entry]:
    """As many entries, from the end, as make so many lines of a short transcript."""
    start = len(entries)
    before = None
    while start and count > 0:
        start -= 1
        kind = _kind(entries[start])
        count -= not kind[1] or kind != before
        before = kind
    return entries[start:]
