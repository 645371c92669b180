"""What both links share: moving bytes between a core and a transport without waiting.

A link is a core, the transport under it and the rules for using the two together. The
sync and the async one differ in how they wait, and in nothing that stands here.

Interruption: an exception can strike anywhere (a signal handler, a cancelled task).
``core.touching`` is set while bytes are under way between transport and core, and
``core.busy`` while an answer is owed. If either is set when an exception leaves, the
connection is out of step, and is closed. Nothing relies on a ``finally``: should the
exception strike before even that is done, the next operation finds ``busy`` or
``touching`` set and closes the connection then.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar, Union

from rs_driver.domain.phases import Phase
from rs_driver.domain.protocol import ClientProtocol
from rs_driver.domain.wants import Raised, Want
from rs_driver.errors import Error, InterfaceError, OperationalError
from rs_driver.ports.clock import Clock
from rs_driver.ports.transport import AsyncTransport, Channel, Transport

FAREWELL = 2.0
"""Seconds that closing a connection may take before it is simply dropped."""


class Link:
    """A core over a transport. ``read_timeout``: seconds that one wait may take."""

    def __init__(
        self,
        core: ClientProtocol,
        transport: Union[Transport, AsyncTransport],
        clock: Clock,
        read_timeout: float | None = None,
    ) -> None:
        self.core = core
        self.closed = False
        self._medium = transport
        self._clock = clock
        self._read_timeout = read_timeout
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

    def _until(self, deadline: float | None) -> float | None:
        """The instant until which the next wait may last; a deadline that is past raises."""
        if deadline is None and self._read_timeout is None:
            return None
        now = self._clock.monotonic()
        if deadline is not None and now >= deadline:
            raise self._timed_out()
        if self._read_timeout is None:
            return deadline
        until = now + self._read_timeout
        return until if deadline is None else min(until, deadline)

    def _timed_out(self) -> OperationalError:
        peer = self._medium.channel().peer
        error = OperationalError(
            f"timed out during {self.core.busy or 'connecting'} while waiting for {peer}"
        )
        error.is_disconnect = True
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

    def out_of_step(self, error: BaseException) -> None:
        """Close the connection if ``error`` left it between two messages."""
        core = self.core
        at_rest = core.busy is None or core.rest is not None
        if at_rest and core.broken is None and not core.touching:
            return
        reason = error if isinstance(error, Error) else _interrupted(core, error)
        core.fail(reason)
        self._medium.close()

    def defer_close(self) -> None:
        """Somebody else is in the middle of an operation: let that fail, and close then."""
        self.closed = True
        self.core.fail(InterfaceError("the connection was closed during an operation"))

    def close_deferred(self) -> None:
        """At the end of an operation: close what ``defer_close`` left open."""
        if self.closed:
            self._medium.close()


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


def _interrupted(core: ClientProtocol, error: BaseException) -> OperationalError:
    reason = OperationalError(f"{type(error).__name__} interrupted {core.busy or 'the connection'}")
    reason.is_disconnect = True
    return reason
