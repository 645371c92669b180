"""What holds for ``start_tls``: who is trusted, and what must not get through."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from rs_driver.errors import OperationalError
from rs_driver_fakeserver.certificates import Certificate, CertificateAuthority
from rs_driver_fakeserver.conformance import moving
from rs_driver_fakeserver.conformance.claims import claim, claim_disconnect, refused
from rs_driver_fakeserver.conformance.opening import Opening
from rs_driver_fakeserver.conformance.peers import (
    HOSTNAME,
    LOOPBACK,
    Address,
    Peers,
    Talk,
    authority,
    certificate,
    echo,
    farewell,
    good_context,
    resetting,
    silent,
    speaking,
)
from rs_driver_fakeserver.conformance.suite import bounded

_MOMENT = 0.1
_INJECTED = b"E\x00\x00\x00\x21SFATAL\x00C57P01\x00Mplaintext\x00\x00"
_FAILED = "a handshake that fails is an OperationalError"


def _bad(kind: str) -> Certificate:
    """A certificate with which no server at ``HOSTNAME`` may pass."""
    if kind == "wrong host":
        return authority().issue("elsewhere.example")
    if kind == "expired":
        return authority().issue(HOSTNAME, LOOPBACK, kind="expired")
    if kind == "self-signed":
        return Certificate.self_signed(HOSTNAME, LOOPBACK)
    return CertificateAuthority.create("nobody's authority").issue(HOSTNAME, LOOPBACK)


def plaintext_then_tls(sock: socket.socket, _over: threading.Event) -> None:
    """What somebody on the way can do: answer ``S`` and go on in plain text; then the TLS of
    the server, whose certificate is good."""
    sock.sendall(b"S" + _INJECTED)
    with good_context().wrap_socket(sock, server_side=True) as secure:
        echo(secure, _over)


class Securing(Opening):
    """The tests of ``start_tls``."""

    @pytest.fixture
    def tls_peers(self) -> Iterator[Peers]:
        """Peers for a transport that has TLS."""
        if not self.has_tls:
            pytest.skip("the transport has no TLS of its own")
        with Peers() as peers:
            yield peers

    def start(self, address: Address, hostname: str = HOSTNAME, patience: float = 0.0) -> None:
        """Connect, start TLS within ``patience`` seconds (the suite's if 0), and hang up."""
        deadline = time.monotonic() + (patience or self.patience)
        with self.opened(address) as transport:
            try:
                transport.start_tls(hostname, deadline).close()
            finally:
                transport.close()  # it "never raises", also where it was replaced or failed

    @bounded
    def test_a_good_certificate(self, tls_peers: Peers) -> None:
        """``start_tls`` gives "the transport that replaces this one"; ``Channel``'s fields."""
        with self.opened(tls_peers.serve(echo, certificate())) as transport:
            peer = transport.channel().peer
            with contextlib.closing(transport.start_tls(HOSTNAME, self.soon())) as secure:
                data = moving.exchange(secure, b"hello", 5, self.soon())
                claim(data == b"hello", "what was sent over TLS did not come back")
                channel = secure.channel()
        claim(channel.encrypted is True, "encrypted: TLS is on")
        claim(channel.verified is True, "verified: the peer's certificate chain was checked")
        claim(channel.peer == peer, "the peer's address is what it was before TLS")
        binding = hashlib.sha256(certificate().cert_der).digest()
        claim(
            channel.tls_server_end_point in (None, binding),
            "tls_server_end_point is the hash of the server's certificate (RFC 5929), or None",
        )

    @bounded
    def test_an_address_for_a_name(self, tls_peers: Peers) -> None:
        """``start_tls``: the host may be an IP address, which the certificate names, too."""
        self.start(tls_peers.serve(silent, certificate()), LOOPBACK)

    @pytest.mark.parametrize("kind", ["wrong host", "expired", "self-signed", "untrusted"])
    @bounded
    def test_a_bad_certificate(self, tls_peers: Peers, kind: str) -> None:
        """``verified``: "the peer's certificate chain was checked"; nothing passes unchecked."""
        address = tls_peers.serve(silent, _bad(kind))
        error = refused(
            OperationalError,
            lambda: self.start(address),
            f"a certificate that is bad ({kind}) is refused",
        )
        claim_disconnect(error, "a certificate was refused")

    @pytest.mark.parametrize(
        "talk",
        [farewell(b""), resetting, speaking(b"HTTP/1.1 400 Bad Request\r\n\r\n")],
        ids=["hangs up", "resets", "no TLS"],
    )
    @bounded
    def test_a_peer_without_tls(self, tls_peers: Peers, talk: Talk) -> None:
        """The port: "Every failure of the medium is an ``OperationalError``", and why."""
        address = tls_peers.serve(talk)
        error = refused(OperationalError, lambda: self.start(address), _FAILED)
        claim_disconnect(error, "the peer does not speak TLS")

    @bounded
    def test_the_deadline_of_the_handshake(self, tls_peers: Peers) -> None:
        """``start_tls``: the deadline holds for it, too."""
        address = tls_peers.serve(silent)
        began = time.monotonic()
        error = refused(
            OperationalError,
            lambda: self.start(address, patience=_MOMENT),
            "a handshake that is not done at the deadline",
        )
        claim(time.monotonic() >= began + _MOMENT, "the handshake was given up too early")
        claim(error.is_disconnect is True, "after it the connection is of no use")

    @bounded
    def test_a_failed_handshake_ends_the_connection(self, tls_peers: Peers) -> None:
        """``close``: "Release it": the old transport's, where there is no new one."""
        address = tls_peers.serve(silent)
        refused(OperationalError, lambda: self.start(address, patience=_MOMENT), _FAILED)
        claim(tls_peers.left.wait(self.patience / 2), "the peer did not see the connection end")

    @bounded
    def test_plain_text_before_tls(self, tls_peers: Peers) -> None:
        """Bytes that came before TLS must not be taken for bytes that came over it."""
        with self.opened(tls_peers.serve(plaintext_then_tls)) as transport:
            claim(moving.read(transport, 1, self.soon()) == b"S", "the first byte was not S")
            error = refused(
                OperationalError,
                lambda: transport.start_tls(HOSTNAME, self.soon()).close(),
                "plain text after the answer S is refused",
            )
        claim(error.is_disconnect is True, "after it the connection is of no use")
