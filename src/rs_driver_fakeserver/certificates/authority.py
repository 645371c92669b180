"""Certificates made at run time, good and bad ones, to test TLS with.

    authority = CertificateAuthority.create()
    good = authority.issue("localhost", "127.0.0.1")
    server = FakeServer(tls=good)
    authority.write_ca(path)                        # for the client: sslrootcert=path

Every way in which a certificate can be wrong is a ``kind``: ``authority.issue(kind="expired")``.
Nothing outlives the process unless it is written.
"""

from __future__ import annotations

import hashlib
import os
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from rs_driver_fakeserver.certificates import der, p256, x509
from rs_driver_fakeserver.certificates.x509 import Signer, Validity

LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
"""The names by which a server on this machine is reached."""

CertificateKind = Literal[
    "good", "wrong_host", "expired", "not_yet_valid", "self_signed", "untrusted", "wrong_usage"
]
"""``good``: nothing is wrong. ``wrong_host``: for a host of another name. ``expired``,
``not_yet_valid``: at another time. ``self_signed``: vouches for itself. ``untrusted``: of
an authority that the client does not know. ``wrong_usage``: for clients, not for servers."""

KINDS: tuple[CertificateKind, ...] = get_args(CertificateKind)


@dataclass(frozen=True)
class Certificate:
    """A certificate (DER) and its private key.

    ``root_der``: what a client is told to trust; None where it is told nothing.
    """

    cert_der: bytes
    key: p256.SigningKey
    root_der: bytes | None = None

    @classmethod
    def self_signed(cls, *names: str) -> Certificate:
        """A certificate for ``names`` (``LOCAL_NAMES`` by default) that vouches for itself."""
        names = names or LOCAL_NAMES
        subject = Signer.create(names[0])
        return cls(subject.sign(subject, x509.server_extensions(names)), subject.key)

    @property
    def cert_pem(self) -> str:
        """The certificate as PEM text."""
        return der.pem("CERTIFICATE", self.cert_der)

    @property
    def key_pem(self) -> str:
        """The private key as PEM text."""
        return self.key.pem

    @property
    def root_pem(self) -> str | None:
        """What a client is told to trust as PEM text."""
        return None if self.root_der is None else der.pem("CERTIFICATE", self.root_der)

    @property
    def tls_server_end_point(self) -> bytes:
        """The hash that SCRAM binds to (RFC 5929): SHA-256, as in the signature."""
        return hashlib.sha256(self.cert_der).digest()

    def write(self, cert_path: str | os.PathLike[str], key_path: str | os.PathLike[str]) -> None:
        """Write both as PEM files; the key's is readable by the owner alone."""
        Path(cert_path).write_text(self.cert_pem, encoding="ascii")
        descriptor = os.open(key_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(self.key_pem)

    def load_into(self, context: ssl.SSLContext) -> None:
        """Show this certificate to the other side."""
        # OpenSSL reads a chain from files only: in a directory of our own, for a moment.
        with tempfile.TemporaryDirectory(prefix="rs_driver-") as directory:
            cert, key = Path(directory, "cert"), Path(directory, "key")
            self.write(cert, key)
            context.load_cert_chain(cert, key)

    def server_context(self) -> ssl.SSLContext:
        """A context that shows this certificate to clients; TLS 1.2 at least."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.load_into(context)
        return context


@dataclass(frozen=True)
class CertificateAuthority:
    """A root that signs certificates for servers and clients."""

    ca_der: bytes
    signer: Signer

    @classmethod
    def create(cls, name: str = "rs_driver test authority") -> CertificateAuthority:
        """A new root with a new key."""
        signer = Signer.create(name)
        return cls(signer.sign(signer, x509.authority_extensions()), signer)

    @property
    def ca_pem(self) -> str:
        """The root's certificate as PEM text, for ``ssl.create_default_context(cadata=...)``."""
        return der.pem("CERTIFICATE", self.ca_der)

    def write_ca(self, path: str | os.PathLike[str]) -> None:
        """Write the root's certificate as a PEM file, for ``sslrootcert=path``."""
        Path(path).write_text(self.ca_pem, encoding="ascii")

    def issue(self, *names: str, kind: CertificateKind = "good") -> Certificate:
        """A server's certificate for host names and IP addresses, good or wrong.

        ``names``: ``LOCAL_NAMES`` by default, and for ``wrong_host`` that of another host.
        Whatever the kind, its root is this authority. ValueError for a kind that there is
        not.
        """
        if kind not in KINDS:
            raise ValueError(f"kind= takes one of {KINDS}, not {kind!r}")
        names = names or (("elsewhere.example",) if kind == "wrong_host" else LOCAL_NAMES)
        subject = Signer.create(names[0])
        usage = x509.client_extensions if kind == "wrong_usage" else x509.server_extensions
        signed = self._issuer(kind, subject).sign(subject, usage(names), _validity(kind))
        return Certificate(signed, subject.key, self.ca_der)

    def issue_client(self, name: str, *, kind: CertificateKind = "good") -> Certificate:
        """A client's certificate whose common name is ``name``.

        Of the kinds ``wrong_host`` is the same as ``good``. ``write`` makes the files of it
        for libpq's ``sslcert`` and ``sslkey``.
        """
        if kind not in KINDS:
            raise ValueError(f"kind= takes one of {KINDS}, not {kind!r}")
        subject = Signer.create(name)
        usage = x509.server_extensions if kind == "wrong_usage" else x509.client_extensions
        signed = self._issuer(kind, subject).sign(subject, usage(()), _validity(kind))
        return Certificate(signed, subject.key)

    def _issuer(self, kind: CertificateKind, subject: Signer) -> Signer:
        if kind == "self_signed":
            return subject
        return Signer.create("somebody else's authority") if kind == "untrusted" else self.signer


def _validity(kind: CertificateKind) -> Validity:
    if kind == "expired":
        return Validity(-30, -1)
    return Validity(1, 30) if kind == "not_yet_valid" else Validity()
