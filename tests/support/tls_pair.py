"""Two ends of a TLS connection in this process."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def secured(
    server: ssl.SSLContext, client: ssl.SSLContext, hostname: str | None = "localhost"
) -> Iterator[ssl.SSLSocket]:
    """The server's end of a connection whose client waits for the end."""
    left, right = socket.socketpair()

    def greet() -> None:
        with (
            contextlib.suppress(OSError),  # the server may refuse, at any point
            left,
            client.wrap_socket(left, server_hostname=hostname) as secure,
        ):
            secure.recv(1)

    thread = threading.Thread(target=greet)
    thread.start()
    try:
        with right, server.wrap_socket(right, server_side=True) as secure:
            yield secure
    finally:
        right.close()
        thread.join()


def trusting(root_pem: str | None) -> ssl.SSLContext:
    """A client's context that trusts this root; None: that verifies nothing."""
    if root_pem is not None:
        return ssl.create_default_context(cadata=root_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
