"""TCP, Unix sockets and TLS for the asyncio shell, over the same non-blocking sockets.

Only waiting is different: the event loop watches the socket. A cancelled wait takes its
watches away and consumes nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Iterable
from dataclasses import replace

from rs_driver.adapters.transport.attempts import Attempts
from rs_driver.adapters.transport.contexts import TlsOptions
from rs_driver.adapters.transport.racing import Race
from rs_driver.adapters.transport.readiness import expired, remaining, wait_for_any
from rs_driver.adapters.transport.resolve import (
    HOST,
    SOURCE,
    Outcome,
    ask_in_thread,
    judge,
    known_addresses,
    source_of,
)
from rs_driver.adapters.transport.sockets import (
    Address,
    SocketAddress,
    SocketStream,
    TcpOptions,
)
from rs_driver.adapters.transport.tls import TlsStream
from rs_driver.errors import InterfaceError, NotSupportedError


class _Watch:
    """One wait: the event loop's watches on sockets and the future that they settle."""

    def __init__(self, readers: Iterable[int], writers: Iterable[int]) -> None:
        self._readers = tuple(readers)
        self._writers = tuple(writers)
        self._process = os.getpid()
        self._loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[bool] = self._loop.create_future()

    async def wait(self, deadline: float | None) -> bool:
        """True when a socket is ready (or ``stop`` was called), False at the deadline,
        and for a deadline that has passed whatever they have."""
        if expired(deadline):
            return False
        timer = None
        try:
            self._start()
            if deadline is not None:
                timer = self._loop.call_later(remaining(deadline), self._settle, False)
            return await self._answer
        finally:
            if timer is not None:
                timer.cancel()
            self.stop()

    def stop(self) -> None:
        """Take the watches away; must happen before a socket is closed.

        Nothing is done with a loop that is closed, as its watches are gone, or that was
        inherited by a fork: the system's side of its watches is the parent's, too, who
        would wait for ever.
        """
        if self._loop.is_closed() or self._process != os.getpid():
            return
        for fileno in self._readers:
            self._loop.remove_reader(fileno)
        for fileno in self._writers:
            self._loop.remove_writer(fileno)
        self._readers = self._writers = ()
        self._settle(True)

    def _start(self) -> None:
        try:
            for fileno in self._readers:
                self._loop.add_reader(fileno, self._settle, True)
            for fileno in self._writers:
                self._loop.add_writer(fileno, self._settle, True)
        except NotImplementedError as error:
            self._readers = self._writers = ()
            raise NotSupportedError(
                "this event loop cannot watch sockets; on Windows use asyncio.SelectorEventLoop"
            ) from error

    def _settle(self, answer: bool) -> None:
        if not self._answer.done():
            self._answer.set_result(answer)


def _watching(fileno: int, read: bool, write: bool) -> _Watch:
    return _Watch((fileno,) * read, (fileno,) * write)


class AsyncTcpTransport(SocketStream):
    """``ports.transport.AsyncTransport`` over a plain socket. ``tls`` is for ``start_tls``."""

    def __init__(self, sock: socket.socket, address: Address, tls: TlsOptions) -> None:
        super().__init__(sock, address)
        self._tls = tls
        self._watch: _Watch | None = None

    async def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        """As ``ports.transport.Transport.wait``. Ends when the transport is closed, too."""
        self._watch = _watching(self.fileno(), read, write)
        return await self._watch.wait(deadline)

    async def start_tls(self, hostname: str, deadline: float | None) -> AsyncTlsTransport:
        """Shake hands before the deadline; this transport is used up whatever happens."""
        self.fileno()
        sock, address = self._sock, self._address
        return await AsyncTlsTransport.over(sock, address, hostname, self._tls, deadline)

    def close(self) -> None:
        """Close the socket; nothing is written to it."""
        try:
            if self._watch is not None:
                self._watch.stop()
        finally:
            super().close()


class AsyncTlsTransport(TlsStream):
    """``ports.transport.AsyncTransport`` over TLS."""

    _watch: _Watch | None = None

    @classmethod
    async def over(
        cls,
        sock: socket.socket,
        address: Address,
        hostname: str,
        tls: TlsOptions,
        deadline: float | None,
    ) -> AsyncTlsTransport:
        """As ``TlsTransport.over``."""
        stream = cls.begin(sock, address, hostname, tls)
        try:
            while (want := stream.shake_hands()) is not None:
                if not await _watching(stream.fileno(), *want).wait(deadline):
                    raise stream.handshake_timed_out()
        except BaseException:  # a cancellation, too: nobody else closes the socket
            stream.close()
            raise
        return stream

    async def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        """As ``ports.transport.Transport.wait``. Ends when the transport is closed, too."""
        if self.ready(read) and not expired(deadline):
            return True
        self._watch = _watching(self.fileno(), *self.interest(read, write))
        return await self._watch.wait(deadline)

    async def start_tls(self, hostname: str, deadline: float | None) -> AsyncTlsTransport:
        """Refused: it is on."""
        del hostname, deadline
        raise InterfaceError(f"the connection to {self._address} uses TLS already")

    def close(self) -> None:
        """Close the socket; nothing is written to it."""
        try:
            if self._watch is not None:
                self._watch.stop()
        finally:
            super().close()


async def connect_tcp(
    address: Address,
    deadline: float | None,
    options: TcpOptions = TcpOptions(),  # noqa: B008  (frozen)
    tls: TlsOptions = TlsOptions(),  # noqa: B008  (frozen)
) -> AsyncTcpTransport:
    """As ``tcp.connect_tcp``."""
    found = await _resolve(address, deadline)
    source = source_of(options)
    sources = None if source is None else await _resolve(source, deadline, SOURCE)
    race = Race(Attempts(address), found, options, sources)
    try:
        sock, where = await _run(race, deadline)
    finally:  # of a timeout or a cancellation, too: nobody else closes the others
        race.close()
    return AsyncTcpTransport(sock, replace(address, found=(where,)), tls)


async def _run(race: Race, deadline: float | None) -> tuple[socket.socket, SocketAddress]:
    writable: list[int] = []
    while (winner := race.advance(writable)) is None:
        if expired(deadline):
            raise race.timed_out()
        await _Watch((), race.filenos).wait(race.until(deadline))
        writable = wait_for_any(race.filenos, 0.0)
    return winner


class AsyncTcpConnector:
    """``ports.transport.AsyncConnector`` to one server."""

    def __init__(self, address: Address, options: TcpOptions, tls: TlsOptions) -> None:
        self._address = address
        self._options = options
        self._tls = tls

    async def __call__(self, deadline: float | None) -> AsyncTcpTransport:
        """As ``connect_tcp``."""
        return await connect_tcp(self._address, deadline, self._options, self._tls)

    def back_to(self, transport: SocketStream) -> AsyncTcpConnector:
        """As ``tcp.TcpConnector.back_to``."""
        return AsyncTcpConnector(transport.address, self._options, self._tls)


async def _resolve(
    address: Address, deadline: float | None, what: str = HOST
) -> list[SocketAddress]:
    """As ``resolve.resolve``. The event loop's own resolver is not used: its threads would
    keep ``asyncio.run`` from ending for as long as a look-up takes."""
    known = known_addresses(address)
    if known is not None:
        return known
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Outcome] = loop.create_future()

    def settle(outcome: Outcome) -> None:
        if not answer.done():
            answer.set_result(outcome)

    def tell(outcome: Outcome) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, outcome)

    ask_in_thread(address, tell)
    done, _ = await asyncio.wait({answer}, timeout=_timeout(deadline))
    return judge(address, answer.result() if done else None, what)


def _timeout(deadline: float | None) -> float | None:
    return None if deadline is None else remaining(deadline)
