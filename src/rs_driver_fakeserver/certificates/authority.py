"""Certificates made at run time, good and bad ones, to test TLS with.

    authority = CertificateAuthority.create()
    good = authority.issue("localhost", "127.0.0.1")
    context = good.server_context()                 # for the server
    authority.write_ca(path)                        # for the client: sslrootcert=path

Every way in which a certificate can be wrong has a spelling:

    wrong host       authority.issue("elsewhere.example")
    expired          authority.issue("localhost", expired=True)
    untrusted        CertificateAuthority.create().issue("localhost")
    self-signed      Certificate.self_signed("localhost")

They are X.509 v3 (RFC 5280) with the extensions that Python 3.13's stricter defaults
(``VERIFY_X509_STRICT``) ask for. Nothing outlives the process unless it is written.
"""

from __future__ import annotations

import hashlib
import ipaddress
import os
import secrets
import ssl
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from rs_driver_fakeserver.certificates import der, p256

_COMMON_NAME = der.object_identifier("2.5.4.3")
_SUBJECT_KEY_IDENTIFIER = "2.5.29.14"
_KEY_USAGE = "2.5.29.15"
_SUBJECT_ALT_NAME = "2.5.29.17"
_BASIC_CONSTRAINTS = "2.5.29.19"
_AUTHORITY_KEY_IDENTIFIER = "2.5.29.35"
_EXTENDED_KEY_USAGE = "2.5.29.37"
_SERVER_AUTH = der.object_identifier("1.3.6.1.5.5.7.3.1")

_DIGITAL_SIGNATURE = der.bit_string(b"\x80", 7)
_SIGNS_CERTIFICATES = der.bit_string(b"\x06", 1)  # keyCertSign and cRLSign
_DNS_NAME, _IP_ADDRESS = 2, 7  # tags of GeneralName

LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
"""The names by which a server on this machine is reached."""


def _name(text: str) -> bytes:
    return der.sequence(der.set_of(der.sequence(_COMMON_NAME, der.utf8_string(text))))


def _extension(identifier: str, value: bytes, *, critical: bool = False) -> bytes:
    flag = der.boolean(True) if critical else b""
    return der.sequence(der.object_identifier(identifier), flag, der.octet_string(value))


def _general_name(name: str) -> bytes:
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return der.implicit(_DNS_NAME, name.encode("ascii"))
    return der.implicit(_IP_ADDRESS, address.packed)


def _key_identifier(key: p256.SigningKey) -> bytes:
    """RFC 5280, 4.2.1.2, method (1): SHA-1 names the key here, it protects nothing."""
    return hashlib.sha1(key.public_point, usedforsecurity=False).digest()


def _validity(*, expired: bool) -> bytes:
    now = datetime.now(timezone.utc)
    start = now - timedelta(days=30 if expired else 1)
    end = now + timedelta(days=-1 if expired else 30)
    return der.sequence(der.time(start), der.time(end))


@dataclass(frozen=True)
class Signer:
    """Who signs: a name and a key."""

    name: str
    key: p256.SigningKey

    def sign(self, subject: Signer, extensions: list[bytes], *, expired: bool = False) -> bytes:
        """The DER of a certificate for ``subject``."""
        body = der.sequence(
            der.explicit(0, der.integer(2)),  # version 3
            der.integer(secrets.randbits(126) + 1),
            p256.SIGNATURE_ALGORITHM,
            _name(self.name),
            _validity(expired=expired),
            _name(subject.name),
            subject.key.public_info,
            der.explicit(3, der.sequence(*extensions, *self._identifiers(subject))),
        )
        signature = der.bit_string(self.key.sign(body))
        return der.sequence(body, p256.SIGNATURE_ALGORITHM, signature)

    def _identifiers(self, subject: Signer) -> tuple[bytes, bytes]:
        own, issuer = _key_identifier(subject.key), _key_identifier(self.key)
        return (
            _extension(_SUBJECT_KEY_IDENTIFIER, der.octet_string(own)),
            _extension(_AUTHORITY_KEY_IDENTIFIER, der.sequence(der.implicit(0, issuer))),
        )


def _server_extensions(names: tuple[str, ...]) -> list[bytes]:
    return [
        _extension(_BASIC_CONSTRAINTS, der.sequence(), critical=True),
        _extension(_KEY_USAGE, _DIGITAL_SIGNATURE, critical=True),
        _extension(_EXTENDED_KEY_USAGE, der.sequence(_SERVER_AUTH)),
        _extension(_SUBJECT_ALT_NAME, der.sequence(*map(_general_name, names))),
    ]


@dataclass(frozen=True)
class Certificate:
    """A server's certificate (DER) and its private key."""

    cert_der: bytes
    key: p256.SigningKey

    @classmethod
    def self_signed(cls, *names: str) -> Certificate:
        """A certificate for ``names`` (``LOCAL_NAMES`` by default) that vouches for itself."""
        names = names or LOCAL_NAMES
        subject = Signer(names[0], p256.SigningKey.create())
        return cls(subject.sign(subject, _server_extensions(names)), subject.key)

    @property
    def cert_pem(self) -> str:
        """The certificate as PEM text."""
        return der.pem("CERTIFICATE", self.cert_der)

    @property
    def key_pem(self) -> str:
        """The private key as PEM text."""
        return self.key.pem

    def write(self, cert_path: str | os.PathLike[str], key_path: str | os.PathLike[str]) -> None:
        """Write both as PEM files; the key's is readable by the owner alone."""
        Path(cert_path).write_text(self.cert_pem, encoding="ascii")
        descriptor = os.open(key_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(self.key_pem)

    def server_context(self) -> ssl.SSLContext:
        """A context that shows this certificate to clients; TLS 1.2 at least."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # OpenSSL reads a chain from files only: in a directory of our own, for a moment.
        with tempfile.TemporaryDirectory(prefix="rs_driver-") as directory:
            cert, key = Path(directory, "cert"), Path(directory, "key")
            self.write(cert, key)
            context.load_cert_chain(cert, key)
        return context


@dataclass(frozen=True)
class CertificateAuthority:
    """A root that signs certificates for servers."""

    ca_der: bytes
    signer: Signer

    @classmethod
    def create(cls, name: str = "rs_driver test authority") -> CertificateAuthority:
        """A new root with a new key."""
        signer = Signer(name, p256.SigningKey.create())
        extensions = [
            _extension(_BASIC_CONSTRAINTS, der.sequence(der.boolean(True)), critical=True),
            _extension(_KEY_USAGE, _SIGNS_CERTIFICATES, critical=True),
        ]
        return cls(signer.sign(signer, extensions), signer)

    @property
    def ca_pem(self) -> str:
        """The root's certificate as PEM text, for ``ssl.create_default_context(cadata=...)``."""
        return der.pem("CERTIFICATE", self.ca_der)

    def write_ca(self, path: str | os.PathLike[str]) -> None:
        """Write the root's certificate as a PEM file, for ``sslrootcert=path``."""
        Path(path).write_text(self.ca_pem, encoding="ascii")

    def issue(self, *names: str, expired: bool = False) -> Certificate:
        """A certificate for host names and IP addresses, ``LOCAL_NAMES`` by default."""
        names = names or LOCAL_NAMES
        subject = Signer(names[0], p256.SigningKey.create())
        return Certificate(
            self.signer.sign(subject, _server_extensions(names), expired=expired), subject.key
        )
