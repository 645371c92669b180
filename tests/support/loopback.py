"""One-connection servers on the loopback interface, run by a thread that is always joined."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator

Handler = Callable[[socket.socket], None]

PATIENCE = 30.0
"""Seconds after which a server gives up, so that a broken test ends. Not a measurement."""


@contextlib.contextmanager
def serving(
    handler: Handler, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> Iterator[int]:
    """Accept one connection at the port given and hand it to ``handler``, over TLS if asked.

    What the handler raises is raised at the end, but for a client that goes away.
    """
    failures: list[BaseException] = []
    with socket.create_server((host, 0)) as listener:
        listener.settimeout(PATIENCE)

        def serve() -> None:
            try:
                sock, _ = listener.accept()
                with sock:
                    sock.settimeout(PATIENCE)
                    _handle(sock, handler, tls)
            except ConnectionError:
                return
            except BaseException as error:  # noqa: BLE001  (raised in the test's thread)
                failures.append(error)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            thread.join(PATIENCE)
    if failures:
        raise failures[0]


def _handle(sock: socket.socket, handler: Handler, tls: ssl.SSLContext | None) -> None:
    if tls is None:
        handler(sock)
        return
    try:
        secure = tls.wrap_socket(sock, server_side=True)
    except (ssl.SSLError, ConnectionError):
        return  # the client refused: that is the client's part of the test
    with secure:
        handler(secure)


def echo(sock: socket.socket) -> None:
    """Send back whatever comes, until the client has no more to say."""
    with contextlib.suppress(ssl.SSLError):
        while data := sock.recv(65536):
            sock.sendall(data)


def hold(sock: socket.socket) -> None:
    """Say nothing until the client goes away."""
    with contextlib.suppress(ssl.SSLError):
        while sock.recv(65536):
            pass


@contextlib.contextmanager
def full_backlog() -> Iterator[int]:
    """A port whose listener takes no more connections, so that a new one hangs (Linux)."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            sock = stack.enter_context(socket.socket())
            sock.setblocking(False)
            sock.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
