"""A client's socket, of which nothing waits longer than the server lives."""

from __future__ import annotations

import contextlib
import selectors
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

_T = TypeVar("_T")
_READ, _WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
_CHUNK = 64 * 1024
_GOODBYE = 1.0
"""Seconds that a client has to hang up after the server did."""


class Stopped(ConnectionAbortedError):
    """The server is being closed."""


class Line:
    """Reads and writes with ``stop`` in view: OSError once that becomes readable.

    ``deadline``, by ``time.monotonic``: TimeoutError from then on; None for no such time.
    """

    def __init__(
        self, sock: socket.socket, stop: socket.socket, deadline: float | None = None
    ) -> None:
        self.sock = sock
        self.deadline = deadline
        self._stop = stop
        sock.setblocking(False)

    def receive(self, most: int = _CHUNK) -> bytes:
        """What is there, once something is; empty at the end."""
        return self._done(lambda: self.sock.recv(most), _READ)

    def exactly(self, count: int) -> bytes:
        """So many bytes; fewer at the end."""
        data = b""
        while len(data) < count and (piece := self.receive(count - len(data))):
            data += piece
        return data

    def send(self, data: bytes) -> None:
        """All of ``data``."""
        rest = memoryview(data)
        while rest:
            piece = rest[:_CHUNK]
            rest = rest[self._done(partial(self.sock.send, piece), _WRITE) :]

    def start_tls(self, context: ssl.SSLContext) -> None:
        """The server's part of a handshake; from then on everything is encrypted."""
        secure = context.wrap_socket(self.sock, server_side=True, do_handshake_on_connect=False)
        self.sock = secure
        self._done(secure.do_handshake, _READ)

    def hang_up(self) -> None:
        """End the stream, and give the client a moment to do the same.

        To close with bytes unread would reset the connection, and a reset takes away
        what the client has not read yet.
        """
        self.deadline = time.monotonic() + _GOODBYE
        with contextlib.suppress(OSError, ValueError):
            if isinstance(self.sock, ssl.SSLSocket):
                with contextlib.suppress(ssl.SSLWantReadError):
                    self.sock.unwrap()  # says close_notify, does not wait for the answer
            socket.socket.shutdown(self.sock, socket.SHUT_WR)
            while self._said_more():
                pass

    def _said_more(self) -> bool:
        self._wait(_READ)
        return bool(socket.socket.recv(self.sock, _CHUNK))

    def _done(self, step: Callable[[], _T], event: int) -> _T:
        """What ``step`` gives once it can be taken; ``event``: what it waits for."""
        while isinstance(result := _tried(step, event), _Needs):
            self._wait(result.event)
        return result

    def _wait(self, event: int) -> None:
        left = None if self.deadline is None else self.deadline - time.monotonic()
        if left is not None and left <= 0:
            raise TimeoutError("the client takes too long")
        with selectors.DefaultSelector() as selector:
            selector.register(self._stop, selectors.EVENT_READ)
            selector.register(self.sock, event)
            ready = {key.fileobj for key, _ in selector.select(left)}
        if self._stop in ready:
            raise Stopped("the server is being closed")


@dataclass(frozen=True)
class _Needs:
    """A step cannot be taken before this event."""

    event: int


def _tried(step: Callable[[], _T], event: int) -> _T | _Needs:
    try:
        return step()
    except ssl.SSLWantReadError:
        return _Needs(_READ)
    except ssl.SSLWantWriteError:
        return _Needs(_WRITE)
    except BlockingIOError:
        return _Needs(event)
