"""A client's first words to a proxy, up to the one that tells what it wants."""

from __future__ import annotations

import ssl

from rs_driver.errors import RemoteProtocolError
from rs_driver.wire.framing import MAX_HANDSHAKE_MESSAGE, check_length
from rs_driver.wire.startup import (
    CancelRequest,
    GSSENCRequest,
    SSLRequest,
    StartupMessage,
    decode_startup,
)
from rs_driver_fakeserver.recording.line import Line
from rs_driver_fakeserver.recording.said import Said

_REQUESTS = 2
"""How often a client may ask for encryption: once for TLS, once for GSSAPI."""


def greet(line: Line, tls: ssl.SSLContext | None) -> Said | None:
    """Answer requests for encryption, and give the StartupMessage or CancelRequest.

    ``tls``: the server's side; None for a proxy that does not offer it. Nothing of this
    goes to the server behind it. None for a client that says anything else.
    """
    for _ in range(_REQUESTS + 1):
        raw = _untagged(line)
        try:
            message = decode_startup(raw[4:])
        except RemoteProtocolError:
            return None
        match message:
            case StartupMessage() | CancelRequest():
                return Said("F", raw, message)
            case SSLRequest() if tls is not None and not isinstance(line.sock, ssl.SSLSocket):
                line.send(b"S")
                line.start_tls(tls)
            case SSLRequest() | GSSENCRequest():
                line.send(b"N")
    return None


def _untagged(line: Line) -> bytes:
    """One untagged message; less at the end, or where its length makes no sense."""
    header = line.exactly(4)
    length = int.from_bytes(header, "big", signed=True)
    try:
        check_length(0, length, MAX_HANDSHAKE_MESSAGE)
    except RemoteProtocolError:
        return header
    return header + line.exactly(length - 4)
