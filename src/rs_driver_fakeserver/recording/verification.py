"""Whether a cassette is still true: its clients' words, said again to a live server.

What the statements do, they do again: INSERT, DROP and all. Verify against a server whose
data may change.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rs_driver.wire.query import Bind, Parse, Query
from rs_driver.wire.startup import StartupMessage
from rs_driver_fakeserver.recording.cassette import Cassette, Conversation
from rs_driver_fakeserver.recording.drift import Drift, compare
from rs_driver_fakeserver.recording.live import LiveConnection
from rs_driver_fakeserver.recording.login import Authenticator, Login
from rs_driver_fakeserver.recording.placeholders import HIDDEN, PLACEHOLDER
from rs_driver_fakeserver.recording.rewriting import rewritten
from rs_driver_fakeserver.recording.said import Said
from rs_driver_fakeserver.recording.turns import Turn
from rs_driver_fakeserver.recording.upstream import Address, Upstream

if TYPE_CHECKING:
    import ssl

_LONGEST = 200


@dataclass(frozen=True)
class Skipped:
    """A turn that was not said again, and why."""

    connection: int
    turn: int
    sql: str
    reason: str


@dataclass
class Verification:
    """What came of it. ``str()`` is a report for people."""

    drifts: list[Drift] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    connections: int = 0
    turns: int = 0

    def __str__(self) -> str:
        count = len(self.drifts)
        total = f"{self.turns} turns of {self.connections} connections"
        lines = [f"{count} differences in {total}" if count else f"no difference in {total}"]
        last: tuple[int, int] | None = None
        for drift in self.drifts:
            if last != (drift.connection, drift.turn):
                last = drift.connection, drift.turn
                lines.append(f"connection {last[0]}, turn {last[1]}: {drift.sql}")
            lines.append(f"  {drift}")
        lines += [
            f"not run: connection {one.connection}, turn {one.turn}: {one.sql}: {one.reason}"
            for one in self.skipped
        ]
        return "\n".join(lines)


def verify(
    cassette: Cassette,
    address: Address,
    *,
    user: str,
    database: str | None = None,
    password: str | None = None,
    token: str | None = None,
    upstream_tls: ssl.SSLContext | bool | None = None,
    server_hostname: str | None = None,
    authenticator: Authenticator | None = None,
    replace: Mapping[str, str] | None = None,
    data: bool = False,
    timeout: float = 60.0,
) -> Verification:
    """Say what the recorded clients said to the server at ``address``, and compare.

    ``user`` and ``database`` (by default the user's name) stand in for those that were
    redacted, ``replace`` for other placeholders, such as ``{"redacted_secret_1": "..."}``;
    a turn with one that is not replaced is skipped. ``upstream_tls``: see ``Upstream``.
    ``authenticator``: logs in, in place of password and token. ``data``: rows and counts
    are compared, too. ``timeout``: seconds without a word of the server. OSError where
    the server cannot be reached, LoginError, which is one, where it lets nobody in.
    """
    server = Upstream(address, upstream_tls, server_hostname=server_hostname, timeout=timeout)
    given = _Given(user, database or user, dict(replace or {}))
    result = Verification()
    for number, conversation in enumerate(cassette.conversations, 1):
        startup = conversation.startup
        if startup is None or not conversation.logged_in:
            result.skipped.append(Skipped(number, 1, "login", "it did not succeed"))
            continue
        login = authenticator or Login(user, password, token, server.encrypted or server.local)
        with LiveConnection(server.connect()) as live:
            live.log_in(given.startup(startup), login)
            result.connections += 1
            _Run(number, conversation, live, given, result, data).run()
    return result


@dataclass(frozen=True)
class _Given:
    """What stands for placeholders."""

    user: str
    database: str
    others: Mapping[str, str]

    def startup(self, recorded: StartupMessage) -> StartupMessage:
        """The recorded one with other names, and without what was hidden."""
        names = {"user": self.user, "database": self.database}
        return StartupMessage(
            tuple(
                (key, names.get(key, self.text(value)))
                for key, value in recorded.parameters
                if value != HIDDEN
            ),
            recorded.protocol,
        )

    def text(self, text: str) -> str:
        """``text`` without the placeholders for which something is given."""
        return PLACEHOLDER.sub(lambda match: self._word(match.group()), text)

    def data(self, data: bytes) -> bytes:
        """The same for bytes; those that are no text are left alone."""
        if HIDDEN.encode() not in data:
            return data
        with contextlib.suppress(UnicodeDecodeError):
            return self.text(data.decode()).encode()
        return data

    def said(self, said: Said) -> Said:
        """The same for a message."""
        if said.message is None:
            return said
        message = rewritten(said.message, self.text, self.data)
        return said if message is said.message else Said.of(said.sender, message)

    def _word(self, word: str) -> str:
        if word.startswith("redacted_user_"):
            return self.others.get(word, self.user)
        if word.startswith("redacted_database_"):
            return self.others.get(word, self.database)
        return self.others.get(word, word)


@dataclass
class _Run:
    """One conversation, said again."""

    number: int
    conversation: Conversation
    live: LiveConnection
    given: _Given
    result: Verification
    data: bool
    _missing: set[str] = field(default_factory=set)
    """Names of statements that were not prepared, as their turn was skipped."""
    _statements: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        for at, turn in enumerate(self.conversation.turns[1:], 2):
            recorded = Turn([self.given.said(one) for one in turn.said], turn.closed)
            said = recorded.client
            sql = self._about(said)
            if not said or said[-1].tag == b"X":
                return
            if reason := self._obstacle(said):
                self.result.skipped.append(Skipped(self.number, at, sql, reason))
                self._missing |= {name for name in _prepared(said) if name}
                continue
            answer = self.live.say(said)
            self.result.turns += 1
            drifts = compare(recorded, answer, data=self.data)
            self.result.drifts += [drift.at(self.number, at, sql) for drift in drifts]
            if answer.closed:
                return

    def _about(self, said: list[Said]) -> str:
        """The SQL of a turn, shortened; the names of its messages where there is none."""
        texts = []
        for one in said:
            match one.message:
                case Parse(name, sql):
                    self._statements[name] = sql
                    texts.append(sql)
                case Query(sql):
                    texts.append(sql)
                case Bind(_, name):
                    texts.append(self._statements.get(name, ""))
        names = ", ".join(type(one.message).__name__ for one in said)
        shown = dict.fromkeys(" ".join(text.split()) for text in texts if text)
        line = "; ".join(shown) or names
        return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."

    def _obstacle(self, said: list[Said]) -> str:
        """Why a turn cannot be said; empty where it can."""
        raw = b"".join(one.raw for one in said).decode("latin-1")
        if found := PLACEHOLDER.search(raw):
            return f"{found.group()} is not known"
        if any(one.message is None for one in said):
            return "a message in it could not be decoded"
        used = {getattr(one.message, "statement", None) for one in said} - set(_prepared(said))
        if used & self._missing:
            return "its statement was not prepared"
        return ""


def _prepared(said: list[Said]) -> Iterator[str]:
    for one in said:
        if isinstance(one.message, Parse):
            yield one.message.statement
