"""Bytes go both ways between two sockets at once, so that neither side can block the other."""

from __future__ import annotations

import contextlib
import selectors
import socket
import ssl
from collections.abc import Callable
from typing import Literal, Protocol

_CHUNK = 64 * 1024
_MAX_PENDING = 1024 * 1024
"""Bytes that wait for one side; until they are gone the other is not read."""

_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)

Outcome = Literal["client", "server", "stopped", "enough"]
"""Who hung up; or ``stop`` spoke; or what was wanted has come."""


class Tap(Protocol):
    """Sees what goes by, and says what goes on."""

    def frontend(self, data: bytes) -> bytes:
        """The client sent ``data``: what the server gets."""

    def backend(self, data: bytes) -> bytes:
        """The server sent ``data``: what the client gets."""


def _never() -> bool:
    """The ``enough`` of a relay that goes on to the end."""
    return False


class Relay:
    """One connection. Both sockets, with or without TLS, stay open after ``run``."""

    def __init__(
        self, client: socket.socket, server: socket.socket, stop: socket.socket, tap: Tap
    ) -> None:
        self._client = client
        self._server = server
        self._stop = stop
        self._tap = tap
        self._pending = {client: bytearray(), server: bytearray()}
        self._ended: Outcome | None = None

    def run(self, enough: Callable[[], bool] = _never) -> Outcome:
        """Relay until one side hangs up and the other has everything.

        Or until ``stop`` speaks, or everybody has what was said and it is ``enough``.
        OSError where a side cannot be written to any more.
        """
        with selectors.DefaultSelector() as selector:
            selector.register(self._stop, selectors.EVENT_READ)
            for sock in self._pending:
                sock.setblocking(False)
                self._read(sock)  # TLS may have decrypted what no selector sees
            while self._watch(selector):
                if enough() and not any(self._pending.values()):
                    return "enough"
                for key, events in selector.select():
                    if key.fileobj is self._stop:
                        self._last_words()
                        return "stopped"
                    self._serve(self._side(key.fileobj), events)
        return self._ended or "stopped"

    def _last_words(self) -> None:
        """Let the tap and the other side have what has come already: a goodbye, often."""
        for sock in self._pending:
            if self._ended is None:
                self._read(sock)
        for sock, waiting in self._pending.items():
            with contextlib.suppress(OSError):  # it takes no more, or is gone
                while waiting:
                    del waiting[: sock.send(waiting[:_CHUNK])]

    def _side(self, fileobj: object) -> socket.socket:
        return self._client if fileobj is self._client else self._server

    def _other(self, sock: socket.socket) -> socket.socket:
        return self._server if sock is self._client else self._client

    def _watch(self, selector: selectors.BaseSelector) -> bool:
        """Watch what can go on; False when nothing can any more."""
        watched = selector.get_map()
        busy = False
        for sock, waiting in self._pending.items():
            events = selectors.EVENT_WRITE if waiting else 0
            if self._ended is None and len(self._pending[self._other(sock)]) < _MAX_PENDING:
                events |= selectors.EVENT_READ
            if sock in watched:
                selector.unregister(sock)
            if events:
                selector.register(sock, events)
                busy = True
        return busy

    def _serve(self, sock: socket.socket, events: int) -> None:
        if events & selectors.EVENT_WRITE:
            waiting = self._pending[sock]
            try:
                del waiting[: sock.send(waiting[:_CHUNK])]
            except _NOT_NOW:
                return
        if events & selectors.EVENT_READ:
            self._read(sock)

    def _read(self, sock: socket.socket) -> None:
        """Take what is there; with TLS all that is decrypted, as no selector tells of it."""
        while self._ended is None:
            try:
                data = sock.recv(_CHUNK)
            except _NOT_NOW:
                return
            except OSError:
                data = b""  # a reset is an end, too, and TLS may lack its last word
            if not data:
                self._ended = "client" if sock is self._client else "server"
                return
            take = self._tap.frontend if sock is self._client else self._tap.backend
            self._pending[self._other(sock)] += take(data)
            if not (isinstance(sock, ssl.SSLSocket) and sock.pending()):
                return
