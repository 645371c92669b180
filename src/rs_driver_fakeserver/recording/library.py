"""Which recorded turn answers the one that a client has just said.

Conversations are told apart by what was said in them so far. A turn that comes in another
order than it was recorded is answered all the same, if there is one like it anywhere that
was said in the same state of the transaction.
"""

from __future__ import annotations

import difflib
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from rs_driver_fakeserver.recording.cassette import Cassette, Conversation
from rs_driver_fakeserver.recording.flights import Flights, startup_key
from rs_driver_fakeserver.recording.placeholders import NAME_PLACEHOLDER, matches
from rs_driver_fakeserver.recording.turns import Turn

_SHOWN = 1
_COMPARED = 500
_LONGEST = 2000
"""Characters of a key that are compared to find the nearest."""


@dataclass
class _Tape:
    """A conversation with the keys of its turns, and the status in which each was said."""

    conversation: Conversation
    keys: list[str]
    before: list[str]
    uses: int = 0

    def has(self, at: int, key: str) -> bool:
        """Whether turn ``at`` is one that ``key`` may stand for."""
        return 0 < at < len(self.keys) and matches(self.keys[at], key)


class Library:
    """The conversations of a cassette; for several connections, and threads, at once."""

    def __init__(self, cassette: Cassette, *, parameters: bool = True) -> None:
        self.parameters = parameters
        self._lock = threading.Lock()
        self._tapes = [_tape(one, parameters) for one in cassette.conversations if one.turns]
        self._turn_uses: dict[tuple[int, int], int] = {}

    def __len__(self) -> int:
        return len(self._tapes)

    def open(self, startup: str, *, succeed: bool = False) -> Track | None:
        """A connection that began by ``startup``; None if nothing at all was recorded.

        The one that resembles it most and was played least, then the one that was
        recorded first. ``succeed``: only one whose login went well.
        """
        with self._lock:
            tapes = [one for one in self._tapes if one.conversation.logged_in or not succeed]
            if not tapes:
                return None
            chosen = min(tapes, key=lambda tape: (_unlike(tape.keys[0], startup), tape.uses))
            chosen.uses += 1
        return Track(self, chosen)

    def others(self, current: _Tape) -> list[_Tape]:
        """The other conversations, those played least first."""
        with self._lock:
            return sorted(
                (one for one in self._tapes if one is not current), key=lambda one: one.uses
            )

    def switch(self, old: _Tape, new: _Tape) -> None:
        """A connection is another one than it seemed to be."""
        with self._lock:
            old.uses -= 1
            new.uses += 1

    def anywhere(self, key: str, status: str) -> tuple[_Tape, int] | None:
        """A turn of this key, said in this status: the one that was played least."""
        with self._lock:
            found = [
                (tape_at, at)
                for tape_at, tape in enumerate(self._tapes)
                for at in range(1, len(tape.keys))
                if tape.before[at] == status and tape.has(at, key)
            ]
            if not found:
                return None
            place = min(found, key=lambda place: self._turn_uses.get(place, 0))
            self._turn_uses[place] = self._turn_uses.get(place, 0) + 1
            return self._tapes[place[0]], place[1]

    def nearest(self, key: str) -> str:
        """What to tell whose turn is not on the cassette: the turns most like it."""
        kind = key.partition(" ")[0]
        every = dict.fromkeys(one for tape in self._tapes for one in tape.keys[1:])
        alike = [one for one in every if one.partition(" ")[0] == kind]
        known = {one[:_LONGEST]: one for one in alike[:_COMPARED]}
        near = difflib.get_close_matches(key[:_LONGEST], known, n=_SHOWN, cutoff=0.3)
        if not near:
            return "Nothing like it was recorded."
        return "The nearest that was recorded:\n" + "\n".join(_diff(known[near[0]], key))


class Track:
    """One connection's way through the cassette."""

    def __init__(self, library: Library, tape: _Tape) -> None:
        self._library = library
        self._tape = tape
        self._next = 1
        self._heard: list[str] = []

    @property
    def login(self) -> Turn:
        """The recorded login."""
        return self._tape.conversation.turns[0]

    def answer(self, key: str, status: str) -> Turn | None:
        """The recorded turn for what the client says next, in this transaction status."""
        found = self._in_order(key) or self._later(key, status)
        if found is None and (elsewhere := self._library.anywhere(key, status)) is not None:
            self._tape, self._next = elsewhere
            found = self._take()
        if found is not None:
            self._heard.append(key)
        return found

    def _take(self) -> Turn:
        self._next += 1
        return self._tape.conversation.turns[self._next - 1]

    def _in_order(self, key: str) -> Turn | None:
        if self._tape.has(self._next, key):
            return self._take()
        at = len(self._heard) + 1
        for other in self._library.others(self._tape):
            same = all(other.has(place, said) for place, said in enumerate(self._heard, 1))
            if same and other.has(at, key) and other.conversation.logged_in:
                self._library.switch(self._tape, other)
                self._tape, self._next = other, at
                return self._take()
        return None

    def _later(self, key: str, status: str) -> Turn | None:
        for at in range(self._next + 1, len(self._tape.keys)):
            if self._tape.has(at, key) and self._tape.before[at] == status:
                self._next = at
                return self._take()
        return None


def _tape(conversation: Conversation, parameters: bool) -> _Tape:
    flights = Flights(parameters=parameters)
    keys, before = [startup_key(conversation.startup)], ["I"]
    for last, turn in zip(conversation.turns, conversation.turns[1:], strict=False):
        keys.append(flights.key(turn.client))
        before.append(last.status or before[-1])
    return _Tape(conversation, keys, before)


def _unlike(recorded: str, given: str) -> int:
    """0 for the same settings and names, 1 for other names, 2 for anything else."""
    if recorded == given:
        return 0
    return 1 if _nobody(recorded) == _nobody(given) else 2


def _nobody(startup: str) -> str:
    """A startup's key without the names at its end."""
    return NAME_PLACEHOLDER.sub("", startup).partition(" user=")[0]


def _diff(recorded: str, given: str) -> Iterator[str]:
    for line in difflib.ndiff(recorded.splitlines(), given.splitlines()):
        yield line.rstrip()
