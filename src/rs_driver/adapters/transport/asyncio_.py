"""TCP, Unix sockets and TLS for the asyncio shell, over the same non-blocking sockets.

Only waiting is different: the event loop watches the socket. A cancelled wait takes its
watches away and consumes nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket

from rs_driver.adapters.transport.attempts import Attempts
from rs_driver.adapters.transport.readiness import expired, remaining
from rs_driver.adapters.transport.resolve import Outcome, ask_in_thread, judge, known_addresses
from rs_driver.adapters.transport.sockets import (
    Address,
    SocketAddress,
    SocketStream,
    TcpOptions,
    finish_connecting,
    start_connecting,
)
from rs_driver.adapters.transport.tls import TlsOptions, TlsStream
from rs_driver.errors import InterfaceError, NotSupportedError


class _Watch:
    """One wait: the event loop's watches on a socket and the future that they settle."""

    def __init__(self, fileno: int, read: bool, write: bool) -> None:
        self._fileno = fileno
        self._read = read
        self._write = write
        self._process = os.getpid()
        self._loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[bool] = self._loop.create_future()

    async def wait(self, deadline: float | None) -> bool:
        """True when the socket is ready (or ``stop`` was called), False at the deadline,
        and for a deadline that has passed whatever the socket has."""
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
        """Take the watches away; must happen before the socket is closed.

        Nothing is done with a loop that is closed, as its watches are gone, or that was
        inherited by a fork: the system's side of its watches is the parent's, too, who
        would wait for ever.
        """
        if self._loop.is_closed() or self._process != os.getpid():
            return
        if self._read:
            self._loop.remove_reader(self._fileno)
        if self._write:
            self._loop.remove_writer(self._fileno)
        self._read = self._write = False
        self._settle(True)

    def _start(self) -> None:
        try:
            if self._read:
                self._loop.add_reader(self._fileno, self._settle, True)
            if self._write:
                self._loop.add_writer(self._fileno, self._settle, True)
        except NotImplementedError as error:
            self._read = self._write = False
            raise NotSupportedError(
                "this event loop cannot watch sockets; on Windows use asyncio.SelectorEventLoop"
            ) from error

    def _settle(self, answer: bool) -> None:
        if not self._answer.done():
            self._answer.set_result(answer)


class AsyncTcpTransport(SocketStream):
    """``ports.transport.AsyncTransport`` over a plain socket. ``tls`` is for ``start_tls``."""

    def __init__(self, sock: socket.socket, address: Address, tls: TlsOptions) -> None:
        super().__init__(sock, address)
        self._tls = tls
        self._watch: _Watch | None = None

    async def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        """As ``ports.transport.Transport.wait``. Ends when the transport is closed, too."""
        self._watch = _Watch(self.fileno(), read, write)
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
                if not await _Watch(stream.fileno(), *want).wait(deadline):
                    raise stream.handshake_timed_out()
        except BaseException:  # a cancellation, too: nobody else closes the socket
            stream.close()
            raise
        return stream

    async def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        """As ``ports.transport.Transport.wait``. Ends when the transport is closed, too."""
        if self.ready(read) and not expired(deadline):
            return True
        self._watch = _Watch(self.fileno(), *self.interest(read, write))
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
    attempts = Attempts(address)
    for where in await _resolve(address, deadline):
        sock = await _connect(where, options, deadline, attempts)
        if sock is not None:
            return AsyncTcpTransport(sock, address, tls)
    raise attempts.error() from attempts.cause


async def _resolve(address: Address, deadline: float | None) -> list[SocketAddress]:
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
    return judge(address, answer.result() if done else None)


def _timeout(deadline: float | None) -> float | None:
    return None if deadline is None else remaining(deadline)


async def _connect(
    where: SocketAddress, options: TcpOptions, deadline: float | None, attempts: Attempts
) -> socket.socket | None:
    try:
        sock, connected = start_connecting(where, options)
    except OSError as error:
        attempts.failed(where, error)
        return None
    try:
        if not connected:
            if not await _Watch(sock.fileno(), False, True).wait(deadline):
                raise attempts.timed_out(where)
            finish_connecting(sock)
    except OSError as error:
        sock.close()
        attempts.failed(where, error)
        return None
    except BaseException:  # a timeout or a cancellation: the socket has no owner
        sock.close()
        raise
    return sock
