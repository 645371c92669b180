"""The beginning of a server's part of a TLS handshake, for servers that break off there."""

from __future__ import annotations

import ssl


def half_a_flight(context: ssl.SSLContext, hello: bytes) -> bytes:
    """The first half of what a server answers to the bytes of a ClientHello.

    Nothing as long as they are not complete; ssl.SSLError where they are no ClientHello.
    """
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    incoming.write(hello)
    server = context.wrap_bio(incoming, outgoing, server_side=True)
    try:
        server.do_handshake()
    except ssl.SSLWantReadError:
        flight = outgoing.read()
        return flight[: len(flight) // 2]
    return b""  # a handshake without the client's second flight: there is none in TLS 1.2 or 1.3
