"""The conversation after the login: what the client may say when, in the server's order.

A client may be many messages ahead of the server. What it sends is looked at in turn,
when all that came before has been answered: then it is known what was there for it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from types import MappingProxyType

from rs_driver.wire.control import ErrorResponse, ReadyForQuery
from rs_driver.wire.copy import CopyBothResponse, CopyInResponse
from rs_driver.wire.messages import BackendMessage
from rs_driver.wire.results import (
    BindComplete,
    CloseComplete,
    CommandComplete,
    EmptyQueryResponse,
    NoData,
    ParameterDescription,
    ParseComplete,
    PortalSuspended,
    RowDescription,
)
from rs_driver_fakeserver.strict import extended, formats
from rs_driver_fakeserver.strict.copy import Copy
from rs_driver_fakeserver.strict.findings import Findings, Sent
from rs_driver_fakeserver.strict.holdings import Holdings

_SYNC, _FLUSH, _TERMINATE, _BIND = b"S", b"H", b"X", b"B"
_SIMPLE = frozenset({b"Q", b"F"})
_EFFECTIVE = frozenset({b"B", b"E"})
_LOGIN = frozenset({b"p", b"i"})
_LAST: Mapping[bytes, tuple[type[BackendMessage], ...]] = MappingProxyType(
    {
        b"P": (ParseComplete,),
        b"B": (BindComplete,),
        b"C": (CloseComplete,),
        b"D": (RowDescription, NoData),
        b"E": (CommandComplete, EmptyQueryResponse, PortalSuspended),
        b"H": (),
    }
)
"""What ends the server's answer to a message of the extended query, if no error does."""
_ON_THE_WAY = (ParameterDescription, CommandComplete)
_MOST_WAITING, _MOST_BYTES = 1000, 4 * 1024 * 1024
_NAMED = 5


class Conversation:
    """From the first ReadyForQuery on. ``terminated``: the client has said goodbye."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self.copy = Copy(findings)
        self.holdings = Holdings(findings)
        self.terminated = False
        self._waiting: deque[Sent] = deque()
        self._bytes = 0
        self._current: Sent | None = None
        self._skipping = False
        self._lost = False
        self._group: list[str] = []
        self._flushed = self._executed = False

    @property
    def place(self) -> str:
        """Where it stands, as an adverbial."""
        if self.terminated:
            return "after Terminate"
        if self.copy.running:
            return "while COPY IN runs"
        if self._group:
            after = ", ".join(self._group[:_NAMED])
            more = ", ..." if len(self._group) > _NAMED else ""
            failed = ", which has failed" if self._skipping else ""
            return f"in the group {after}{more}{failed}"
        return "after ReadyForQuery"

    @property
    def unsynced(self) -> bool:
        """A group is open that has to end with Sync.

        One that only prepares and describes, and ends with Flush, has had its answers and
        leaves nothing to be settled by Sync: some clients end it with their next query.
        """
        if not self._group or self._waiting or self._skipping or self._lost:
            return False
        return self._executed or not self._flushed

    @property
    def flushed(self) -> bool:
        """The last that the client said was Flush: it may have waited for answers."""
        return self._flushed

    @property
    def group(self) -> str:
        """The group that has no Sync yet, for texts."""
        more = ", ..." if len(self._group) > _NAMED else ""
        return ", ".join(self._group[:_NAMED]) + more

    @property
    def left(self) -> bool:
        """The client has said Terminate, whether its turn has come or not."""
        return self.terminated or any(sent.tag == _TERMINATE for sent in self._waiting)

    def message(self, sent: Sent) -> None:
        """The client sent a tagged message."""
        self._waiting.append(sent)
        self._bytes += sent.size
        self._go_on()
        if len(self._waiting) > _MOST_WAITING or self._bytes > _MOST_BYTES:
            self._lose()

    def _lose(self) -> None:
        """The client is too far ahead of the server to be followed."""
        self._lost = True
        self._waiting.clear()
        self._bytes = 0

    def _go_on(self) -> None:
        """Look at the messages whose turn has come."""
        while self._waiting and (self._current is None or self.copy.running):
            sent = self._waiting.popleft()
            self._bytes -= sent.size
            self._findings.where = self.place
            self._take(sent)

    def _take(self, sent: Sent) -> None:
        if self._lost:
            self.terminated |= sent.tag == _TERMINATE
            return
        if self.terminated:
            self._findings.violation(
                sent, "the client has taken its leave", "Terminate is the last message"
            )
            return
        taken = self.copy.takes(sent)
        if sent.tag == _TERMINATE:
            self._terminate(sent)
        elif not taken:
            self._command(sent)

    def _terminate(self, sent: Sent) -> None:
        if self.unsynced and not self.copy.running:
            self._findings.violation(
                sent,
                f"{self.group} had no Sync",
                "each series of messages of the extended query ends with Sync",
            )
        self.terminated = True

    def _command(self, sent: Sent) -> None:
        if sent.tag in _LOGIN:
            self._findings.violation(
                sent, "the login is over", "only an authentication request is answered by it"
            )
            return
        formats.check(self._findings, sent)
        if sent.tag in _SIMPLE and (self.unsynced or self._skipping):
            self._findings.violation(
                sent,
                f"{self.group} had no Sync yet",
                "a series of messages of the extended query ends with Sync before another "
                "kind of query begins",
            )
        self._note_group(sent)
        if self._skipping and sent.tag != _SYNC:
            self.holdings.skipped(sent.message)
        elif sent.tag != _FLUSH or sent.message is None:
            self._begin(sent)

    def _note_group(self, sent: Sent) -> None:
        """The message opens, prolongs or ends a group."""
        self._flushed = sent.tag == _FLUSH
        if sent.tag == _SYNC or (sent.tag in _SIMPLE and not self._skipping):
            self._group.clear()
            self._executed = False
        elif not self._flushed:
            self._executed |= sent.tag in _EFFECTIVE
            if len(self._group) <= _NAMED:
                self._group.append(sent.name)

    def _begin(self, sent: Sent) -> None:
        """The server works on it."""
        self._current = sent
        if sent.tag in _SIMPLE:
            self.holdings.query()
        else:
            extended.check(self._findings, self.holdings, sent)

    def answer(self, message: BackendMessage) -> None:
        """The server said something."""
        match message:
            case ReadyForQuery(status):
                self._ready(status)
            case ErrorResponse(fields):
                self._failed(fields.get("C", ""))
            case CopyInResponse() | CopyBothResponse():
                if self._current is not None:
                    self.copy.begin()
            case _:
                self._progress(message)
        self._go_on()

    def _progress(self, message: BackendMessage) -> None:
        sent = self._current
        if sent is None:
            return
        last = _LAST.get(sent.tag, ())
        if isinstance(message, last):
            self._current = None
        if isinstance(message, (*last, *_ON_THE_WAY)):
            self.holdings.answered(sent.message, message)

    def _failed(self, sqlstate: str) -> None:
        self.copy.failed()
        sent = self._current
        if sent is None:
            return  # not an answer: the server is about to hang up
        self.holdings.interrupted()
        if sent.tag not in _LAST:
            return
        if sent.tag == _BIND and sqlstate == "08P01" and self._findings.blamed != sent.number:
            self._findings.violation(
                sent,
                "the server finds that it does not fit the statement (SQLSTATE 08P01)",
                "parameters and format codes are as many as the statement has, and a binary "
                "value is as long as its type says",
            )
        self.holdings.failed(sent.message)
        self._skipping = True
        self._current = None

    def _ready(self, status: str) -> None:
        if self._current is not None and self._current.tag in _LAST:
            self._group.clear()  # the server has ended the group by itself
            self._executed = False
        self._current = None
        self._skipping = False
        self.copy.over()
        self.holdings.ready(status)

    def caught_up(self) -> None:
        """The client has had all the answers."""
        if self._current is None and not self._waiting:
            self.holdings.settle()
