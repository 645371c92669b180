"""The link that awaits, in all else the synchronous one, and how it is opened."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from rs_driver.domain.failover import Failover
from rs_driver.domain.operations.cancel import cancel, drain, fence
from rs_driver.domain.operations.startup import Login, startup
from rs_driver.domain.operations.terminate import terminate
from rs_driver.domain.protocol import ClientProtocol
from rs_driver.domain.wants import Cancel, Operation, Raised, StartTls, UserCall, Want, Wants
from rs_driver.errors import Error, InterfaceError
from rs_driver.ports.clock import Clock
from rs_driver.ports.profile import ServerProfile
from rs_driver.ports.transport import AsyncConnector, AsyncTransport
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
from rs_driver.shells.threads import in_thread
from rs_driver.wire.startup import CancelRequest

_log = logging.getLogger("rs_driver.connection")

T = TypeVar("T")


class AsyncLink(Link):
    """Drives operations over an awaiting transport, one at a time."""

    def __init__(
        self,
        core: ClientProtocol,
        transport: AsyncTransport,
        clock: Clock,
        timeouts: Timeouts = NO_TIMEOUTS,
    ) -> None:
        super().__init__(core, transport, clock, timeouts)
        self._transport = transport
        self._lock = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[Any] | None = None
        self._leaving = False
        self._cancelling = asyncio.Lock()
        self._recovery: asyncio.Task[None] | None = None

    async def run(
        self, operation: Operation[T], deadline: float | None = None, *, goes_on: bool = False
    ) -> T:
        """Drive ``operation`` to its end and give its result.

        A result that has not been read to its end is read first, unless ``operation`` is what
        goes on with it.
        """
        self.check()
        if not self._in_its_loop():
            raise InterfaceError("the connection belongs to another event loop")
        if self._in_operation():
            raise InterfaceError(
                "the connection is in the middle of an operation of this very task: "
                "the stream of a COPY cannot use it"
            )
        async with self._lock:
            self._task = asyncio.current_task()
            self._waiting = False
            try:
                await self._recovered_by(None)
                self.check()
                if self._leaving:  # somebody who closes it waits for this turn
                    raise InterfaceError("the connection is closed")
                self.poll()
                if self.core.rest is not None and not goes_on:
                    await self._drive(self.core.rest.make_way(), deadline)
                if self._doubtful and self.core.busy is None:
                    await self._settle()
                return await self._drive(operation, deadline)
            except BaseException as error:  # whatever it is, R1 decides about the connection
                if self._recoverable(error):
                    self._recovery = asyncio.ensure_future(self._recover(error))
                    if isinstance(error, Exception):  # a cancelled task does not wait
                        await self._recovered_by(None)
                if self._recovery is None:
                    self.out_of_step(error)
                if self._recovered(error):
                    raise canceled(error) from None
                if isinstance(error, Exception) and not self.may_leave(error):
                    raise foreign(error) from error
                raise
            finally:
                self._task = self._users = self._expired = None
                self.close_deferred()

    def _in_its_loop(self) -> bool:
        """Whether this runs in the event loop of the first operation, the login."""
        loop = asyncio.get_running_loop()
        self._loop = self._loop or loop
        return self._loop is loop

    def _in_operation(self) -> bool:
        """Whether this task runs an operation: the user's code, called by it, asks for
        another, which would wait for the first one for ever."""
        return self._task is not None and self._task is asyncio.current_task()

    async def _drive(self, operation: Operation[T], deadline: float | None) -> T:
        answer: object = None
        try:
            while True:
                try:
                    want = operation.send(answer)
                except StopIteration as stop:
                    result: T = stop.value
                    return result
                answer = await self._fulfil(want, deadline)
        finally:
            operation.close()  # if it is not at its end, it learns here that nobody goes on

    async def _fulfil(self, want: Wants, deadline: float | None) -> object:
        if isinstance(want, Want):
            await self._exchange(want, deadline)
            return None
        if isinstance(want, StartTls):
            self._transport = await self._transport.start_tls(want.hostname, deadline)
            self._medium = self._transport
            return self._transport.channel()
        if isinstance(want, UserCall):
            self._waiting = True
            given = self._noted(await _ask(want.call))
            self._waiting = False
            return given
        if isinstance(want, Cancel):
            return await self._asked_to_cancel()
        until = None if deadline is None else deadline - self._clock.monotonic()
        done, answer = await in_thread(want.call, until)
        if not done:
            raise self._timed_out()
        return answer

    async def _exchange(self, want: Want, deadline: float | None) -> None:
        """Send and receive, both at once, until ``want`` is fulfilled."""
        core = self.core
        while True:
            if core.pending:
                self._send()
                if self._finished(want):
                    self._receive()  # a server that has failed need not be sent the rest
                    return
            self._waiting = True
            if not await self._transport.wait(True, core.pending > 0, self._until(deadline)):
                raise self._timed_out()
            self._waiting = False
            if self._receive():
                return

    async def cancel(self, ask: Callable[[], Awaitable[object]] | None = None) -> None:
        """Have the server cancel what is running here, if anything is. For any task of the
        loop: the one that waits for the answer is told by the server. ``ask``: does it in a way
        of the caller's own."""
        self.check()
        if ask is None:
            ask = partial(self._request_cancel, self.cancel_request())
        else:
            ask = partial(self._ask_otherwise, ask)
        async with self._cancelling:
            self._requests += 1  # first: whatever runs next is behind a fence
            if self.core.busy is not None and self.core.broken is None:
                await ask()

    async def _request_cancel(self, request: CancelRequest) -> None:
        if (cancels := self.cancels) is None:
            return
        until = self._clock.monotonic() + self._timeouts.cancel
        transport = await _opened(cancels.connect, until)
        link = AsyncLink(self.core.another(), transport, self._clock)
        self._astray += 1  # until it is known to have arrived, or not to have left
        try:
            way = (link.channel(), cancels.hostname, cancels.security)
            await link.run(cancel(link.core, request, *way), until)
            self._astray -= 1
        except (Error, asyncio.CancelledError):
            self._astray -= not link.core.cancelling
            raise
        finally:
            link.abandon()
        _log.debug("asked %s to cancel what runs", self.channel().peer)

    async def _ask_otherwise(self, ask: Callable[[], Awaitable[object]]) -> None:
        """In the caller's own way, which has failed only if the server says so."""
        self._astray += 1
        try:
            await ask()
        except Error as error:
            self._astray -= not error.is_disconnect
            raise
        self._astray -= 1

    async def _asked_to_cancel(self) -> bool:
        """Ask for it; False where that is not possible, and no harm is done."""
        self._requests += 1
        try:
            await self._request_cancel(self.cancel_request())
        except Exception as error:  # noqa: BLE001  (it may come from the user's own connector)
            _log.debug("rows that nobody wants could not be cancelled: %s", error)
            return False
        return True

    async def _settle(self) -> None:
        """Start nothing that a cancel might strike which is still on its way."""
        async with self._cancelling:  # which ends when the request does, within its timeout
            requests = self._requests
        if self._astray:
            raise self.core.fail(self._gone_astray())
        await self._drive(fence(self.core), self._clock.monotonic() + self._timeouts.cancel)
        self._fenced = requests

    async def _recover(self, interruption: BaseException) -> None:
        """Have what was interrupted cancelled, and read its answer to the end: a task of the
        connection's own, which the next operation waits for."""
        self.doubt()
        try:  # each step has its timeout, but a transport of the user's may not heed it
            await asyncio.wait_for(self._resynchronise(), 4 * self._timeouts.cancel)
        except Exception as error:  # noqa: BLE001  (it may come from the user's own connector)
            _log.debug("what was interrupted could not be cancelled: %s", error)
        finally:
            self.out_of_step(interruption)  # where it is not in step again by now

    async def _resynchronise(self) -> None:
        await self._request_cancel(self.cancel_request())
        for operation in (drain, fence):
            until = self._clock.monotonic() + self._timeouts.cancel
            await self._drive(operation(self.core), until)

    @property
    def recovering(self) -> bool:
        """Whether that task is under way."""
        return self._recovery is not None

    async def _recovered_by(self, timeout: float | None) -> None:
        """Wait for that task, if there is one."""
        if self._recovery is not None:
            await asyncio.wait({self._recovery}, timeout=timeout)
            self._recovery = None

    async def close(self) -> None:
        """Say goodbye where that makes sense, and close the transport."""
        if self.closed or self.inherited or not self._in_its_loop():
            self.abandon()
            return
        if self._in_operation():
            self.defer_close()
            return
        self._leaving = True  # the lock is not enough: wait_for may queue for it too late
        deadline = self._clock.monotonic() + FAREWELL
        try:
            await asyncio.wait_for(self._lock.acquire(), FAREWELL)
            try:
                await self._take_leave(deadline)
            finally:
                self._lock.release()
        except asyncio.TimeoutError:
            self.defer_close()
        finally:
            self._leaving = False  # it is closed, or whoever waited to close it was cancelled

    async def _take_leave(self, deadline: float) -> None:
        """Say goodbye and close the transport. Under the lock."""
        try:
            with suppress(Exception):  # who cannot be taken leave of is closed all the same
                await self._recovered_by(FAREWELL)
                self.check()  # another task may have closed it just now
                self.poll()
                await self._drive(terminate(self.core), deadline)
        finally:
            self.abandon()
            self.over()

    def abandon(self) -> None:
        """Close the transport and write nothing."""
        self.closed = True
        self._transport.close()


async def _ask(call: Callable[[], Any]) -> object:
    """What the user's code gives: in a thread, as it may block, unless it is asynchronous.

    No deadline cuts it short, in neither shell: the next wait finds it past.
    """
    if inspect.iscoroutinefunction(call):
        given = attempt(call)
    else:
        context = contextvars.copy_context()
        _, given = await in_thread(lambda: context.run(attempt, call), None)
    if not inspect.isawaitable(given):
        return given
    try:
        return await given
    except Exception as error:  # noqa: BLE001  (as in attempt)
        return Raised(error)


async def _opened(connector: AsyncConnector, deadline: float | None) -> AsyncTransport:
    try:
        return usable(await connector(deadline))
    except Error:
        raise
    except Exception as error:  # a connector may be the user's code, and R3 is ours
        raise foreign(error) from error


async def open_session(
    routes: Sequence[Route],
    make_core: Callable[[], ClientProtocol],
    clock: Clock,
    timeouts: Timeouts,
) -> tuple[AsyncLink, ServerProfile]:
    """Connect and log in to the first server that takes us, all within ``timeouts.connect``."""
    deadline = None if timeouts.connect is None else clock.monotonic() + timeouts.connect
    failover = Failover(len(routes), deadline)

    async def open_link(route: Route, until: float | None) -> AsyncLink:
        return AsyncLink(make_core(), await _opened(route.connect, until), clock, timeouts)

    for route in routes:
        until = failover.deadline(clock.monotonic())
        try:
            return await _reach(route, partial(open_link, route, until), until)
        except Error as error:
            final = failover.failed(error)
            if final is error:
                raise
            if final is not None:
                raise final from error
    raise InterfaceError("there is no server to connect to")


async def _reach(
    route: Route, open_link: Callable[[], Awaitable[AsyncLink]], until: float | None
) -> tuple[AsyncLink, ServerProfile]:
    """Log in; once more, without Redshift's own keys, where they are refused."""
    try:
        return await _log_in(route, route.login, await open_link(), until)
    except Error as error:
        if not route.login.refused_as_redshift(error):
            raise
        error.__traceback__ = None  # as in sync_link
    return await _log_in(route, route.login.for_postgres(), await open_link(), until)


async def _log_in(
    route: Route, login: Login, link: AsyncLink, until: float | None
) -> tuple[AsyncLink, ServerProfile]:
    try:
        operation = startup(link.core, login, link.channel())
        profile = await link.run(operation, until)
        link.cancels = cancels_of(route, link.medium)
    except BaseException as error:  # the transport must not outlive the attempt
        link.abandon()
        if isinstance(error, Error):
            login.explain(error, link.channel())
        raise
    return link, profile
