"""What both links share: moving bytes between a core and a transport without waiting.

A link is a core, the transport under it and the rules for using the two together. The
sync and the async one differ in how they wait, and in nothing that stands here.

Interruption: an exception can strike anywhere (a signal handler, a cancelled task).
``core.touching`` is set while bytes are under way between transport and core, and
``core.busy`` while an answer is owed. If either is set when an exception leaves, the
connection is out of step. Where it struck in ``wait``, which moves no byte, or in the
user's own code, the statement is cancelled and its answer read to the end: all is well
again. Otherwise the connection is closed. Nothing relies on a ``finally``: should the
exception strike before even that is done, the next operation finds ``busy`` or
``touching`` set and closes the connection then.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, Union

from rs_driver.domain.operations.startup import Login
from rs_driver.domain.phases import Phase
from rs_driver.domain.protocol import ClientProtocol
from rs_driver.domain.security import SecurityPolicy
from rs_driver.domain.wants import Raised, Want
from rs_driver.errors import (
    Error,
    InterfaceError,
    NotSupportedError,
    OperationalError,
    QueryCanceled,
)
from rs_driver.ports.clock import Clock
from rs_driver.ports.transport import AsyncTransport, Channel, Transport
from rs_driver.shells.observed import Observer
from rs_driver.wire.startup import CancelRequest

FAREWELL = 2.0
"""Seconds that closing a connection may take before it is simply dropped."""


@dataclass(frozen=True)
class Timeouts:
    """In seconds. ``connect``: for all of the login; None: any time. ``read``: for one wait;
    None: any time. ``cancel``: for having a statement cancelled, and for reading the rest of
    its answer."""

    connect: float | None = None
    read: float | None = None
    cancel: float = 5.0


NO_TIMEOUTS = Timeouts()
"""None but that for cancelling."""


@dataclass(frozen=True)
class Cancels:
    """What it takes to cancel a statement: a connection of its own, as this one was made.
    ``security``: None where the session is not encrypted."""

    connect: Callable[[float | None], Any]
    hostname: str
    security: SecurityPolicy | None


@dataclass(frozen=True)
class Route:
    """A way to a server: what opens a transport to it (a Connector or an AsyncConnector), and
    how to log in there."""

    connect: Callable[[float | None], Any]
    login: Login


def cancels_of(route: Route, medium: Union[Transport, AsyncTransport]) -> Cancels:
    """How to cancel what runs in a session that was opened like this: without its secrets.

    A connector with a method ``back_to`` gives one that leads where ``medium`` does, as a name
    may have several addresses.
    """
    back_to = getattr(route.connect, "back_to", None)
    connect = route.connect if back_to is None else back_to(medium)
    security = route.login.security if medium.channel().encrypted else None
    return Cancels(connect, route.login.hostname, security)


class Link:
    """A core over a transport. ``cancels``: set once the session stands. ``doubt``: called
    where a statement was given up that may have run or not. ``observer``: from when it stands
    until its end was told."""

    def __init__(
        self,
        core: ClientProtocol,
        transport: Union[Transport, AsyncTransport],
        clock: Clock,
        timeouts: Timeouts = NO_TIMEOUTS,
    ) -> None:
        self.core = core
        self.closed = False
        self.cancels: Cancels | None = None
        self.doubt: Callable[[], None] = _nothing
        self.observer: Observer | None = None
        self._medium = transport
        self._clock = clock
        self._timeouts = timeouts
        self._waiting = False
        self._requests = self._fenced = self._astray = 0
        self._expired: Exception | None = None
        self._process = os.getpid()
        self._users: Exception | None = None

    def check(self) -> None:
        """Refuse a link that is closed, or that another process opened."""
        if self.closed:
            raise InterfaceError("the connection is closed")
        if self._process != os.getpid():
            raise InterfaceError(
                "the connection belongs to another process: connect again after a fork"
            )

    @property
    def inherited(self) -> bool:
        """Whether this process got the link by a fork: then nothing may be written."""
        return self._process != os.getpid()

    @property
    def medium(self) -> Union[Transport, AsyncTransport]:
        """The transport, as it is now."""
        return self._medium

    def channel(self) -> Channel:
        """How safe the transport is now, and where it leads."""
        return self._medium.channel()

    def poll(self) -> None:
        """Take in what came while nothing was asked, so that it answers no question.

        Before the login nothing is read that was not asked for, ever.
        """
        if self.core.phase is Phase.IDLE and not self.core.touching:
            try:
                self._receive()
            except OperationalError as error:
                error.retry_safe = self.core.transaction_status == "I"
                raise self.core.fail(error) from error.__cause__

    def _receive(self) -> bool:
        """Read what is there; False where nothing is."""
        core = self.core
        core.touching = True
        count = self._medium.recv_into(core.get_buffer())
        if count is not None:
            core.received(count)
        core.touching = False
        return count is not None

    def _send(self) -> None:
        """Write what the transport takes.

        A way out that is closed is no reason to stop listening: the server may have
        said why. Its words, or the end of them, are what the operation will find.
        """
        core = self.core
        core.touching = True
        try:
            with core.data_to_send() as view:
                count = self._medium.send(view)
        except OperationalError:
            core.unsendable()
        else:
            core.sent(count)
        core.touching = False

    def deadline(self, timeout: float | None) -> float | None:
        """The instant that is ``timeout`` seconds away; None or 0: there is none."""
        return self._clock.monotonic() + timeout if timeout else None

    def _until(self, deadline: float | None) -> float | None:
        """The instant until which the next wait may last; a deadline that is past raises."""
        read_timeout = self._timeouts.read
        if deadline is None and read_timeout is None:
            return None
        now = self._clock.monotonic()
        if deadline is not None and now >= deadline:
            raise self._timed_out()
        if read_timeout is None:
            return deadline
        until = now + read_timeout
        return until if deadline is None else min(until, deadline)

    def _timed_out(self) -> OperationalError:
        peer = self._medium.channel().peer
        error = OperationalError(
            f"timed out during {self.core.busy or 'connecting'} while waiting for {peer}"
        )
        error.is_disconnect = True
        self._expired = error
        return error

    def _finished(self, want: Want) -> bool:
        """Whether ``want`` needs no waiting any more once queued bytes were sent."""
        return want is Want.FLUSH and not self.core.pending

    def _noted(self, given: object) -> object:
        """What a ``UserCall`` gave. An exception is remembered, as it may leave as it is."""
        if isinstance(given, Raised):
            self._users = given.error
        return given

    def may_leave(self, error: Exception) -> bool:
        """Whether ``error`` leaves as it is: one of PEP 249's, or the one that the user's
        own code raised in this operation.

        Of a StopIteration Python itself makes a RuntimeError where it leaves a generator.
        """
        if isinstance(error, Error):
            return True
        users = self._users
        stopped = isinstance(users, StopIteration) and error.__cause__ is users
        return error is users or stopped

    def cancel_request(self) -> CancelRequest:
        """What has the statement cancelled that runs here."""
        session = self.core.session
        if session.secret_key is None:
            raise NotSupportedError(
                "the server has given no key to cancel a statement by: "
                "cancel(through=another_connection) does it, by pg_cancel_backend"
            )
        return CancelRequest(session.process_id, session.secret_key)

    @property
    def _doubtful(self) -> bool:
        """Whether a cancel request may still be on its way: no fence was sent after it."""
        return self._requests != self._fenced

    def _gone_astray(self) -> OperationalError:
        """A cancel request was sent, and nobody saw it arrive: no fence is late enough."""
        error = OperationalError("a cancel request may still be on its way: it could strike this")
        error.is_disconnect = True
        return error

    def _recoverable(self, error: BaseException) -> bool:
        """Whether what ``error`` interrupted can be brought to its end: it struck where no
        byte moves, and is none that says that the transport has failed."""
        core = self.core
        return (
            core.busy is not None
            and core.rest is None
            and core.broken is None
            and self._waiting
            and not core.touching
            and not self.closed
            and self.cancels is not None
            and core.session.has_cancel_key
            and (error is self._expired or not isinstance(error, Error))
        )

    def _recovered(self, error: BaseException) -> bool:
        """Whether ``error`` is a timeout whose statement was cancelled."""
        return error is self._expired and self.core.broken is None

    def out_of_step(self, error: BaseException) -> None:
        """Close the connection if ``error`` left it between two messages."""
        core = self.core
        at_rest = core.busy is None or core.rest is not None
        if at_rest and core.broken is None and not core.touching:
            return
        reason = error if isinstance(error, Error) else _interrupted(core, error)
        core.fail(reason)
        self._medium.close()
        self.over()

    def defer_close(self) -> None:
        """Somebody else is in the middle of an operation: let that fail, and close then."""
        self.closed = True
        self.core.fail(InterfaceError("the connection was closed during an operation"))

    def close_deferred(self) -> None:
        """At the end of an operation: close what ``defer_close`` left open."""
        if self.closed:
            self._medium.close()
            self.over()

    def over(self) -> None:
        """Tell the hooks, once, that the connection is no more."""
        observer, self.observer = self.observer, None
        if observer is not None:
            observer.closed(self.core.broken)


def _nothing() -> None:
    """What is done where nobody wants anything done."""


M = TypeVar("M")


def usable(medium: M) -> M:
    """What a connector gave, if it can be a transport."""
    methods = ("recv_into", "send", "wait", "start_tls", "channel", "close")
    missing = [name for name in methods if not callable(getattr(medium, name, None))]
    if missing:
        raise InterfaceError(
            f"the connector gave {type(medium).__name__}, which is no transport: "
            f"it has no method {missing[0]}()"
        )
    return medium


def attempt(call: Callable[[], Any]) -> object:
    """What the user's code returns or, as a value, the exception that it raises."""
    try:
        return call()
    except Exception as error:  # noqa: BLE001  (it may be any, and is raised again later)
        return Raised(error)


def foreign(error: Exception) -> InterfaceError:
    """What leaves in place of an exception that is none of ours (PEP 249 knows no other):
    one of an argument's own methods, of a codec, a transport, or the recursion limit."""
    return InterfaceError(f"{type(error).__name__} was raised inside of an operation: {error}")


def canceled(timeout: BaseException) -> QueryCanceled:
    """What leaves in place of a timeout whose statement was cancelled. To be raised from no
    variable: its traceback would hold that, and with it the cursor, until it is collected."""
    return QueryCanceled(f"{timeout.args[0]}: it was cancelled")


def _interrupted(core: ClientProtocol, error: BaseException) -> OperationalError:
    reason = OperationalError(f"{type(error).__name__} interrupted {core.busy or 'the connection'}")
    reason.is_disconnect = True
    return reason
