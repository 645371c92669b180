"""A server that says what a recorded one said. Without sockets: bytes in, bytes out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from rs_driver.wire.auth import AuthenticationOk, AuthenticationRequest
from rs_driver.wire.control import ErrorResponse, ReadyForQuery
from rs_driver.wire.startup import NegotiateProtocolVersion, StartupMessage
from rs_driver_fakeserver.recording.flights import Flights, startup_key
from rs_driver_fakeserver.recording.giving_up import rolled_back
from rs_driver_fakeserver.recording.library import Library
from rs_driver_fakeserver.recording.redaction import Redactor
from rs_driver_fakeserver.recording.said import Dialogue, Said
from rs_driver_fakeserver.recording.turns import FLUSH, Turn, Turns

Report = Callable[[Literal["unmatched", "violation"], str], None]
"""What is to be told to whoever tests."""


_MOST = 512 * 1024 * 1024
"""Bytes of one turn of a client."""


class Playback:
    """One connection to a recorded server, from its startup message on.

    ``redactor``: replaces in what the client says what was replaced in the cassette; None
    for a cassette in which nothing was. ``hand_over``: a turn that is not on the cassette
    ends the playback with ``unrecorded``, instead of being answered by an error. ``login``
    False: the client has logged in elsewhere.
    """

    def __init__(
        self,
        library: Library,
        report: Report,
        redactor: Redactor | None,
        startup: Said,
        *,
        hand_over: bool = False,
        login: bool = True,
    ) -> None:
        self._library = library
        self._report = report
        self._redactor = redactor
        self._hand_over = hand_over
        self._flights = Flights(parameters=library.parameters)
        self._turns = Turns()
        self._dialogue = Dialogue()
        self._dialogue.frontend(startup.raw)
        self._skipping = False  # after an error, up to the Sync
        self._said: list[Said] = []
        self._size = 0
        self._status = "I"
        self.closed = False
        self.history: list[bytes] = []
        """What the client said in the turns that were answered, for who takes over."""
        self.unrecorded: bytes | None = None
        """What it said in the turn that is not on the cassette, and after that."""
        message = self._redacted(startup).message
        key = startup_key(message if isinstance(message, StartupMessage) else None)
        self._track = library.open(key, succeed=not login)
        self._log_in(startup)

    def _log_in(self, startup: Said) -> None:
        """Let the turns begin behind the login."""
        for said in (startup, Said.of("B", ReadyForQuery("I"))):
            self._turns.add(said)

    def start(self) -> bytes:
        """The answer to the startup message: everything but the proofs of who is who."""
        if self._track is None:
            self.closed = True
            return _error("08004", "nothing is recorded", "FATAL").encode()
        login = self._track.login
        self.closed = login.closed or login.status is None
        self._status = login.status or "I"
        return b"".join(said.raw for said in _without_authentication(login))

    def feed(self, data: bytes) -> bytes:
        """The client sent ``data``: what it gets."""
        answers = []
        for said in self._dialogue.frontend(data):
            if self.unrecorded is not None:
                self.unrecorded += said.raw
            elif not self.closed:
                answers.append(self._hear(said))
        return b"".join(answers)

    def rest(self) -> bytes:
        """What the client began to say without coming to an end."""
        return self._dialogue.unheard()

    def _hear(self, said: Said) -> bytes:
        if said.message is None and not said.framed:
            self.closed = True
            self._report("violation", "the client sent bytes that are no message")
            return b""
        if said.tag == b"X":
            self.closed = True
            return b""
        if said.tag == FLUSH and not self._said:
            return b""  # of nothing, which is on no cassette (``Turns``)
        self._said.append(said)
        self._size += len(said.raw)
        if self._size > _MOST:
            self.closed = True
            self._report("violation", "the client says more at once than was ever recorded")
            return b""
        ends = self._turns.ends(said.tag)
        self._turns.add(said)
        return self._answer() if ends else b""

    def _answer(self) -> bytes:
        said, self._said, self._size = self._said, [], 0
        if self._skipping:
            return self._skip(said)
        key = self._flights.key([self._redacted(one) for one in said])
        turn = self._track.answer(key, self._status) if self._track is not None else None
        raw = b"".join(one.raw for one in said)
        if turn is not None:
            if self._hand_over:
                self.history.append(raw)
            return self._say(turn)
        if self._hand_over:
            self.unrecorded = raw
            return b""
        if self._status == "E" and (answers := rolled_back(said)) is not None:
            self._status = "I"
            return self._tell([Said.of("B", answer) for answer in answers])
        self._report("unmatched", f"this is not on the cassette:\n{key}")
        hint = self._library.nearest(key)
        error = _error("XX000", f"not on the cassette: {key}", "ERROR", hint)
        self._status = "E" if self._status != "I" else "I"
        waits = said[-1].tag == b"H"
        self._skipping = waits
        return self._tell([Said.of("B", error)] + ([] if waits else [self._ready()]))

    def _skip(self, said: list[Said]) -> bytes:
        """After an error there is no answer up to the Sync."""
        if said[-1].tag != b"S":
            return b""
        self._skipping = False
        return self._tell([self._ready()])

    def _ready(self) -> Said:
        return Said.of("B", ReadyForQuery(self._status))

    def _say(self, turn: Turn) -> bytes:
        self._status = turn.status or self._status
        self.closed = turn.closed
        return self._tell(turn.server)

    def _tell(self, said: list[Said]) -> bytes:
        for one in said:
            self._turns.add(one)
        self._turns.turns[1:] = self._turns.turns[-1:]  # the others are of no use any more
        return b"".join(one.raw for one in said)

    def _redacted(self, said: Said) -> Said:
        return said if self._redactor is None else self._redactor.one(said)


def _without_authentication(login: Turn) -> list[Said]:
    """The server's part of a login, as if it had let the client in at once."""
    if login.status is None:
        return [
            said for said in login.server if not isinstance(said.message, AuthenticationRequest)
        ]
    first, rest = [], []
    for said in login.server:
        if isinstance(said.message, NegotiateProtocolVersion):
            first.append(said)
        elif not isinstance(said.message, AuthenticationRequest):
            rest.append(said)
    return [*first, Said.of("B", AuthenticationOk()), *rest]


def _error(sqlstate: str, message: str, severity: str, hint: str | None = None) -> ErrorResponse:
    fields = {"S": severity, "V": severity, "C": sqlstate, "M": message}
    return ErrorResponse(fields if hint is None else {**fields, "H": hint})
