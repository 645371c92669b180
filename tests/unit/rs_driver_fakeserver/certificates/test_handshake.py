from __future__ import annotations

import ssl

import pytest

from rs_driver_fakeserver.certificates.authority import CertificateAuthority
from rs_driver_fakeserver.certificates.handshake import half_a_flight
from support.tls_pair import trusting

AUTHORITY = CertificateAuthority.create()
CONTEXT = AUTHORITY.issue().server_context()


def hello() -> tuple[bytes, ssl.SSLObject, ssl.MemoryBIO]:
    """A client's first message, the client, and where it reads."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting(AUTHORITY.ca_pem).wrap_bio(incoming, outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read(), client, incoming


def test_a_client_can_do_nothing_with_it_but_wait() -> None:
    said, client, incoming = hello()
    half = half_a_flight(CONTEXT, said)
    assert half[:1] == b"\x16"  # a record of the handshake
    incoming.write(half)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    with pytest.raises(ValueError, match="handshake not done"):
        client.getpeercert()


def test_nothing_before_the_client_is_done() -> None:
    said, _, _ = hello()
    for size in (0, 1, 5, len(said) - 1):
        assert half_a_flight(CONTEXT, said[:size]) == b""


def test_what_is_no_tls() -> None:
    with pytest.raises(ssl.SSLError):
        half_a_flight(CONTEXT, b"GET / HTTP/1.1\r\n\r\n")
