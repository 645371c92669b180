"""A conversation by turns: what the client says up to where it waits, and the answer.

In which pieces and how soon the two sides spoke differs from run to run; whose answer is
whose does not. So that the same session gives the same turns, an answer goes to the
oldest turn that has not been answered in full, however far ahead the client is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from rs_driver.wire.control import ErrorResponse
from rs_driver_fakeserver.recording.said import Said

_ENDS = frozenset((b"Q", b"S", b"F", b"H", b"X"))
"""Query, Sync, FunctionCall, Flush, Terminate: the client waits, or leaves."""
_PROOFS = frozenset((b"p", b"i", b"d"))
_COPY = frozenset((b"d", b"c", b"f"))
_COPY_BEGINS = frozenset((b"G", b"W"))
_REPLIES = frozenset((b"1", b"2", b"3", b"t", b"T", b"n", b"C", b"I", b"s"))
_ANSWERED_ONCE = frozenset((b"P", b"B", b"C", b"E"))
"""Messages with one of ``_REPLIES`` for an answer."""
FLUSH = b"H"
_READY = b"Z"
_TERMINATE = b"X"


@dataclass
class Turn:
    """What the client said, and what the server then said, in this order.

    Only in the first turn, the login, they stand as they came. ``closed``: the server
    then hung up.
    """

    said: list[Said] = field(default_factory=list)
    closed: bool = False

    @property
    def client(self) -> list[Said]:
        """The client's part."""
        return [said for said in self.said if said.sender == "F"]

    @property
    def server(self) -> list[Said]:
        """The server's part."""
        return [said for said in self.said if said.sender == "B"]

    @property
    def status(self) -> str | None:
        """The transaction status that it ended with; None without a ReadyForQuery."""
        for said in reversed(self.said):
            if said.sender == "B" and said.tag == _READY:
                return chr(said.raw[-1])
        return None


class _Progress:
    """How far a turn has come. ``clients``: how many messages of the client it has."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self.clients = 0
        self.last = b""
        self.ready = self.copies = False
        self._expected = 0

    def client(self, said: Said) -> None:
        self.turn.said.insert(self.clients, said)
        self.clients += 1
        self.last = said.tag
        self._expected += _expected(said)

    def server(self, said: Said) -> None:
        self.turn.said.append(said)
        self.turn.closed |= _fatal(said)
        self._expected -= said.tag in _REPLIES
        self.ready = self.ready or said.tag == _READY
        self.copies = self.copies or said.tag in _COPY_BEGINS

    def answered(self, *, skipping: bool) -> bool:
        """Whether the answer is complete; ``skipping``: up to the Sync there is none."""
        if self.ready or self.copies or self.last == _TERMINATE:
            return True
        return self.last == b"H" and (skipping or self._expected <= 0)


class Turns:
    """Puts together the turns of one connection."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self._open: _Progress | None = None
        self._due: deque[_Progress] = deque()
        self._copying: Literal["simple", "extended"] | None = None
        self._skipping = False  # after an error, up to the Sync
        self.logged_in = False

    @classmethod
    def of(cls, said: Iterable[Said]) -> list[Turn]:
        """The turns of a conversation that is over."""
        turns = cls()
        for one in said:
            turns.add(one)
        return turns.turns

    @property
    def waiting(self) -> bool:
        """Whether the client waits for an answer that is not complete."""
        return bool(self._due) or not self.logged_in

    def add(self, said: Said) -> None:
        """Somebody said something."""
        if not self.logged_in:
            self._log_in(said)
        elif said.sender == "F":
            self._client(said)
        else:
            self._server(said)

    def closed(self) -> None:
        """The server hung up; after the client's Terminate it was asked to."""
        last = self.turns[-1] if self.turns else None
        if last is not None and [said.tag for said in last.client[-1:]] != [_TERMINATE]:
            last.closed = True

    def ends(self, tag: bytes) -> bool:
        """Whether a client's message of this tag, coming now, ends its turn."""
        return tag in _ENDS or (self._copying == "simple" and tag in (b"c", b"f"))

    def _log_in(self, said: Said) -> None:
        if not self.turns:
            self.turns.append(Turn())
        elif said.sender == "F" and said.tag not in _PROOFS:
            self._client(said)  # it does not wait to be let in
            return
        self.turns[0].said.append(said)
        self.turns[0].closed |= _fatal(said)
        self.logged_in = said.sender == "B" and said.tag == _READY

    def _client(self, said: Said) -> None:
        if self._open is not None and self._open.ready and said.tag not in _COPY:
            self._open = None  # a COPY that failed while the client was still sending
        if self._open is None:
            if said.tag == FLUSH:
                return  # of nothing: some clients send one when they happen to be waiting
            self._open = _Progress(Turn())
            self.turns.append(self._open.turn)
        current = self._open
        current.client(said)
        if self.ends(said.tag):
            self._open = None
            if said.tag != b"H":
                self._copying = None
            if not current.answered(skipping=self._skipping):
                self._due.append(current)

    def _server(self, said: Said) -> None:
        if not self._due:
            self._unasked(said)
            return
        current = self._due[0]
        current.server(said)
        if said.tag == b"E":
            self._skipping = current.last in (b"H", b"S")
        elif said.tag == _READY:
            self._skipping = False
        elif said.tag in _COPY_BEGINS:
            self._copying = "simple" if current.last == b"Q" else "extended"
        while self._due and self._due[0].answered(skipping=self._skipping):
            self._due.popleft()

    def _unasked(self, said: Said) -> None:
        """Nobody waits: a notification, or a COPY fails while its data still come."""
        if self._open is None:
            self.turns[-1].said.append(said)
            self.turns[-1].closed |= _fatal(said)
            return
        self._open.server(said)
        if said.tag == _READY:
            self._copying = None


def _fatal(said: Said) -> bool:
    """Whether the server hangs up after this, soon or at once."""
    if not isinstance(said.message, ErrorResponse):
        return False
    fields = said.message.fields
    return fields.get("V", fields.get("S")) in ("FATAL", "PANIC")


def _expected(said: Said) -> int:
    """How many of ``_REPLIES`` the message has for an answer."""
    if said.tag == b"D":  # a ParameterDescription comes only for a statement
        return 2 if said.raw[5:6] == b"S" else 1
    return 1 if said.tag in _ANSWERED_ONCE else 0
