"""What a server knows of a connection's TLS once the handshake is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl


@dataclass(frozen=True)
class TlsDetails:
    """``version`` such as ``TLSv1.3``, ``cipher`` by OpenSSL's name.

    ``server_name``: what the client called the server (SNI); None if it named nobody, or
    the context was not made here. ``client_name``: the common name in the client's
    certificate, which has been verified; None without one.
    """

    version: str = ""
    cipher: str = ""
    server_name: str | None = None
    client_name: str | None = None


def details_of(sock: ssl.SSLSocket) -> TlsDetails:
    """Those of a socket whose handshake is done."""
    cipher = sock.cipher()
    return TlsDetails(
        sock.version() or "",
        cipher[0] if cipher else "",
        getattr(sock, "server_name", None),
        _common_name(sock),
    )


def _common_name(sock: ssl.SSLSocket) -> str | None:
    certificate = sock.getpeercert() or {}
    subject = certificate.get("subject", ())
    if not isinstance(subject, tuple):
        return None
    # A tuple of relative names, each of which is one of pairs.
    names = [pair[1] for part in subject for pair in part if pair[0] == "commonName"]
    return str(names[-1]) if names else None
