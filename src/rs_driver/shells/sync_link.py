"""The link that blocks in ``wait``, and how it is opened."""

from __future__ import annotations

import inspect
import logging
import threading
from collections.abc import Callable, Sequence
from functools import partial
from types import FrameType
from typing import TypeVar

from rs_driver.domain.failover import Failover
from rs_driver.domain.operations.cancel import cancel, drain, fence
from rs_driver.domain.operations.startup import Login, startup
from rs_driver.domain.operations.terminate import terminate
from rs_driver.domain.protocol import ClientProtocol
from rs_driver.domain.wants import Blocking, Cancel, Operation, Raised, StartTls, UserCall, Want
from rs_driver.errors import Error, InterfaceError, OperationalError
from rs_driver.ports.clock import Clock
from rs_driver.ports.profile import ServerProfile
from rs_driver.ports.transport import Connector, Transport
from rs_driver.shells.link import (
    FAREWELL,
    NO_TIMEOUTS,
    Link,
    Route,
    Timeouts,
    attempt,
    canceled,
    cancels_of,
    foreign,
    usable,
)
from rs_driver.wire.startup import CancelRequest

_log = logging.getLogger("rs_driver.connection")

T = TypeVar("T")


class SyncLink(Link):
    """Drives operations over a blocking transport, one at a time."""

    def __init__(
        self,
        core: ClientProtocol,
        transport: Transport,
        clock: Clock,
        timeouts: Timeouts = NO_TIMEOUTS,
    ) -> None:
        super().__init__(core, transport, clock, timeouts)
        self._transport = transport
        self._lock = threading.RLock()
        self._cancelling = threading.RLock()
        self._frame: FrameType | None = None

    def run(
        self, operation: Operation[T], deadline: float | None = None, *, goes_on: bool = False
    ) -> T:
        """Drive ``operation`` to its end and give its result.

        A result that has not been read to its end is read first, unless ``operation`` is what
        goes on with it.
        """
        self.check()  # in a child process, the lock may be held by a thread that is not here
        with self._lock:
            if self._frame is not None:
                self._refuse_reentry()
            self._frame = inspect.currentframe()
            self._waiting = False
            try:
                self.check()
                self.poll()
                if self.core.rest is not None and not goes_on:
                    self._drive(self.core.rest.make_way(), deadline)
                if self._doubtful and self.core.busy is None:
                    self._settle()
                return self._drive(operation, deadline)
            except BaseException as error:  # whatever it is, R1 decides about the connection
                if self._recoverable(error):
                    self._recover()
                self.out_of_step(error)
                if self._recovered(error):
                    raise canceled(error) from None
                if isinstance(error, Exception) and not self.may_leave(error):
                    raise foreign(error) from error
                raise
            finally:
                self._frame = self._users = self._expired = None
                if self.closed:
                    self.close_deferred()

    def _refuse_reentry(self) -> None:
        """A signal handler or a finalizer must not start an operation in the middle of
        another: its statement would answer for the one beneath it.

        What an interrupted ``finally`` left behind is told apart by the stack.
        """
        if self._in_operation():
            raise InterfaceError(
                "the connection is in the middle of an operation of this very thread: "
                "a signal handler, a finalizer or a COPY's stream cannot use it now"
            )

    def _in_operation(self) -> bool:
        """Whether ``run`` is among the callers. Asked under the lock."""
        frame = inspect.currentframe() if self._frame is not None else None
        while frame is not None and frame is not self._frame:
            frame = frame.f_back
        return frame is not None

    def _drive(self, operation: Operation[T], deadline: float | None) -> T:
        answer: object = None
        try:
            while True:
                try:
                    want = operation.send(answer)
                except StopIteration as stop:
                    result: T = stop.value
                    return result
                if isinstance(want, Want):
                    self._exchange(want, deadline)
                    answer = None
                else:
                    answer = self._fulfil(want, deadline)
        finally:
            operation.close()  # if it is not at its end, it learns here that nobody goes on

    def _fulfil(
        self, want: StartTls | Blocking | UserCall | Cancel, deadline: float | None
    ) -> object:
        if isinstance(want, StartTls):
            self._transport = self._transport.start_tls(want.hostname, deadline)
            self._medium = self._transport
            return self._transport.channel()
        if isinstance(want, UserCall):
            self._waiting = True
            given = self._noted(_at_once(attempt(want.call)))
            self._waiting = False
            return given
        if isinstance(want, Cancel):
            return self._asked_to_cancel()
        return want.call()

    def _exchange(self, want: Want, deadline: float | None) -> None:
        """Send and receive, both at once, until ``want`` is fulfilled."""
        core = self.core
        while True:
            if pending := core.pending:
                self._send()
                pending = core.pending
                if want is Want.FLUSH and not pending:
                    self._receive()  # a server that has failed need not be sent the rest
                    return
            self._waiting = True
            if not self._transport.wait(True, pending > 0, self._until(deadline)):
                raise self._timed_out()
            self._waiting = False
            if self._receive():
                return

    def cancel(self, ask: Callable[[], object] | None = None) -> None:
        """Have the server cancel what is running here, if anything is. For any thread, and
        for signal handlers: the one that waits for the answer is told by the server. ``ask``:
        does it in a way of the caller's own."""
        self.check()
        if ask is None:
            ask = partial(self._request_cancel, self.cancel_request())
        else:
            ask = partial(self._ask_otherwise, ask)
        if not self._cancelling.acquire(timeout=self._timeouts.cancel):
            raise OperationalError("another cancel request is still under way")
        try:
            self._requests += 1  # first: whatever runs next is behind a fence
            if self.core.busy is not None and self.core.broken is None:
                ask()
        finally:
            self._cancelling.release()

    def _request_cancel(self, request: CancelRequest) -> None:
        if (cancels := self.cancels) is None:
            return
        until = self._clock.monotonic() + self._timeouts.cancel
        link = SyncLink(self.core.another(), _opened(cancels.connect, until), self._clock)
        self._astray += 1  # until it is known to have arrived, or not to have left
        try:
            way = (link.channel(), cancels.hostname, cancels.security)
            link.run(cancel(link.core, request, *way), until)
            self._astray -= 1
        except Error:
            self._astray -= not link.core.cancelling
            raise
        finally:
            link.abandon()
        _log.debug("asked %s to cancel what runs", self.channel().peer)

    def _ask_otherwise(self, ask: Callable[[], object]) -> None:
        """In the caller's own way, which has failed only if the server says so."""
        self._astray += 1
        try:
            ask()
        except Error as error:
            self._astray -= not error.is_disconnect
            raise
        self._astray -= 1

    def _asked_to_cancel(self) -> bool:
        """Ask for it; False where that is not possible, and no harm is done."""
        self._requests += 1
        try:
            self._request_cancel(self.cancel_request())
        except Exception as error:  # noqa: BLE001  (it may come from the user's own connector)
            _log.debug("rows that nobody wants could not be cancelled: %s", error)
            return False
        return True

    def _settle(self) -> None:
        """Start nothing that a cancel might strike which is still on its way."""
        if not self._cancelling.acquire(timeout=self._timeouts.cancel):
            raise self.core.fail(self._gone_astray())
        self._cancelling.release()
        if self._astray:
            raise self.core.fail(self._gone_astray())
        requests = self._requests
        self._drive(fence(self.core), self._clock.monotonic() + self._timeouts.cancel)
        self._fenced = requests

    def _recover(self) -> None:
        """Have what was interrupted cancelled, and read its answer to the end. Where that
        fails, the core is still busy, and the connection will be closed for it."""
        self.doubt()
        try:
            self._request_cancel(self.cancel_request())
            for operation in (drain, fence):
                self._drive(operation(self.core), self._clock.monotonic() + self._timeouts.cancel)
        except Exception as error:  # noqa: BLE001  (it may come from the user's own connector)
            _log.debug("what was interrupted could not be cancelled: %s", error)
        except BaseException as error:  # a second interrupt: this was the last try
            self.out_of_step(error)
            raise

    def close(self) -> None:
        """Say goodbye where that makes sense, and close the transport. Never raises."""
        if self.closed or self.inherited:
            self.abandon()
        elif not self._lock.acquire(timeout=FAREWELL):
            self.defer_close()
        else:
            try:
                self._take_leave()
            finally:
                self._lock.release()

    def _take_leave(self) -> None:
        if self._in_operation():
            self.defer_close()
            return
        try:
            self.run(terminate(self.core), self._clock.monotonic() + FAREWELL, goes_on=True)
        except Error:
            pass  # a connection that cannot be taken leave of is closed all the same
        finally:
            self.abandon()
            self.over()

    def abandon(self) -> None:
        """Close the transport and write nothing."""
        self.closed = True
        self._transport.close()


def _at_once(given: object) -> object:
    """What the user's code gave, unless that would have to be awaited."""
    if not inspect.isawaitable(given):
        return given
    if inspect.iscoroutine(given):
        given.close()
    return Raised(InterfaceError("an asynchronous stream needs an AsyncConnection"))


def _opened(connector: Connector, deadline: float | None) -> Transport:
    try:
        return usable(connector(deadline))
    except Error:
        raise
    except Exception as error:  # a connector may be the user's code, and R3 is ours
        raise foreign(error) from error


def open_session(
    routes: Sequence[Route],
    make_core: Callable[[], ClientProtocol],
    clock: Clock,
    timeouts: Timeouts,
) -> tuple[SyncLink, ServerProfile]:
    """Connect and log in to the first server that takes us, all within ``timeouts.connect``."""
    deadline = None if timeouts.connect is None else clock.monotonic() + timeouts.connect
    failover = Failover(len(routes), deadline)

    def open_link(route: Route, until: float | None) -> SyncLink:
        return SyncLink(make_core(), _opened(route.connect, until), clock, timeouts)

    for route in routes:
        until = failover.deadline(clock.monotonic())
        try:
            return _reach(route, partial(open_link, route, until), until)
        except Error as error:
            final = failover.failed(error)
            if final is error:
                raise
            if final is not None:
                raise final from error
    raise InterfaceError("there is no server to connect to")


def _reach(
    route: Route, open_link: Callable[[], SyncLink], until: float | None
) -> tuple[SyncLink, ServerProfile]:
    """Log in; once more, without Redshift's own keys, where they are refused."""
    try:
        return _log_in(route, route.login, open_link(), until)
    except Error as error:
        if not route.login.refused_as_redshift(error):
            raise
        error.__traceback__ = None  # the link has the error: a cycle, with all callers' frames
    return _log_in(route, route.login.for_postgres(), open_link(), until)


def _log_in(
    route: Route, login: Login, link: SyncLink, until: float | None
) -> tuple[SyncLink, ServerProfile]:
    try:
        operation = startup(link.core, login, link.channel())
        profile = link.run(operation, until)
        link.cancels = cancels_of(route, link.medium)
    except BaseException as error:  # the transport must not outlive the attempt
        link.abandon()
        if isinstance(error, Error):
            login.explain(error, link.channel())
        raise
    return link, profile
