"""What was found: one sentence for each way in which the client broke the protocol."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from rs_driver.wire.messages import FrontendMessage
from rs_driver_fakeserver.problems import ProblemKind

_MOST = 100
"""Findings of one connection; a client in a loop would make them without end."""
_SHOWN = 60

_NAMES: Mapping[bytes, str] = MappingProxyType(
    {
        b"B": "Bind",
        b"C": "Close",
        b"D": "Describe",
        b"E": "Execute",
        b"F": "FunctionCall",
        b"H": "Flush",
        b"P": "Parse",
        b"Q": "Query",
        b"S": "Sync",
        b"X": "Terminate",
        b"c": "CopyDone",
        b"d": "CopyData",
        b"f": "CopyFail",
        b"i": "IdpTokenResponse",
        b"p": "PasswordMessage",
    }
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of the client, the ``number``-th from 1. ``tag`` is empty for the untagged.

    ``message`` None: its body could not be decoded. ``size``: its bytes.
    """

    number: int
    tag: bytes
    message: FrontendMessage | None = field(repr=False)
    size: int

    @property
    def name(self) -> str:
        """The name of the message in the protocol's manual."""
        if self.message is not None:
            return type(self.message).__name__
        return _NAMES.get(self.tag, "startup packet")


def short(text: str) -> str:
    """The beginning of a name or of SQL, quoted."""
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "...")


def counted(number: int, what: str) -> str:
    """``1 byte``, ``2 bytes``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


class Findings:
    """Tells ``report`` each violation of one connection once."""

    def __init__(self, report: Callable[[ProblemKind, str], None]) -> None:
        self._report = report
        self._seen: set[tuple[str, str]] = set()
        self.where = "as the first message"
        """The place in the conversation, as an adverbial."""
        self.blamed = 0
        """The number of the last message that was found wrong."""

    def violation(self, sent: Sent, what: str, demand: str) -> None:
        """``sent`` is wrong: ``what`` about it, and what the protocol demands instead."""
        self.blamed = sent.number
        if self._is_new(sent.name, what):
            head = f"{sent.name} (message {sent.number} of the client, {self.where})"
            self._report("violation", f"{head}: {what}; {demand}")

    def odd(self, what: str, demand: str) -> None:
        """Something that is no message of its own is wrong."""
        if self._is_new("", what):
            self._report("violation", f"{what} ({self.where}); {demand}")

    def mild(self, kind: ProblemKind, text: str) -> None:
        """A problem of another kind."""
        if self._is_new(kind, text):
            self._report(kind, text)

    def _is_new(self, name: str, what: str) -> bool:
        if (name, what) in self._seen or len(self._seen) >= _MOST:
            return False
        self._seen.add((name, what))
        return True
