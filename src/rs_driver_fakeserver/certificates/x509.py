"""X.509 v3 certificates (RFC 5280), as DER, with a common name and nothing else to a name.

They have the extensions that Python 3.13's stricter defaults (``VERIFY_X509_STRICT``)
ask for.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from rs_driver_fakeserver.certificates import der, p256

_COMMON_NAME = der.object_identifier("2.5.4.3")
_SUBJECT_KEY_IDENTIFIER = "2.5.29.14"
_KEY_USAGE = "2.5.29.15"
_SUBJECT_ALT_NAME = "2.5.29.17"
_BASIC_CONSTRAINTS = "2.5.29.19"
_AUTHORITY_KEY_IDENTIFIER = "2.5.29.35"
_EXTENDED_KEY_USAGE = "2.5.29.37"
_SERVER_AUTH = der.object_identifier("1.3.6.1.5.5.7.3.1")
_CLIENT_AUTH = der.object_identifier("1.3.6.1.5.5.7.3.2")

_DIGITAL_SIGNATURE = der.bit_string(b"\x80", 7)
_SIGNS_CERTIFICATES = der.bit_string(b"\x06", 1)  # keyCertSign and cRLSign
_DNS_NAME, _IP_ADDRESS = 2, 7  # tags of GeneralName


@dataclass(frozen=True)
class Validity:
    """Whole days from now at which a certificate begins to be valid, and ends."""

    begins: int = -1
    ends: int = 30

    def encode(self) -> bytes:
        """The Validity of a certificate made now."""
        now = datetime.now(timezone.utc)
        start, end = now + timedelta(days=self.begins), now + timedelta(days=self.ends)
        return der.sequence(der.time(start), der.time(end))


@dataclass(frozen=True)
class Signer:
    """Who signs: a name and a key."""

    name: str
    key: p256.SigningKey

    @classmethod
    def create(cls, name: str) -> Signer:
        """One with a new key."""
        return cls(name, p256.SigningKey.create())

    def sign(
        self, subject: Signer, extensions: Sequence[bytes], validity: Validity | None = None
    ) -> bytes:
        """The DER of a certificate for ``subject``."""
        body = der.sequence(
            der.explicit(0, der.integer(2)),  # version 3
            der.integer(secrets.randbits(126) + 1),
            p256.SIGNATURE_ALGORITHM,
            _name(self.name),
            (validity or Validity()).encode(),
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


def authority_extensions() -> list[bytes]:
    """Those of a root."""
    return [
        _extension(_BASIC_CONSTRAINTS, der.sequence(der.boolean(True)), critical=True),
        _extension(_KEY_USAGE, _SIGNS_CERTIFICATES, critical=True),
    ]


def server_extensions(names: Sequence[str]) -> list[bytes]:
    """Those of a server which is reached by ``names``: hosts or IP addresses."""
    return [*_leaf_extensions(_SERVER_AUTH), _alternatives(names)]


def client_extensions(names: Sequence[str] = ()) -> list[bytes]:
    """Those of a client."""
    return [*_leaf_extensions(_CLIENT_AUTH), *([_alternatives(names)] if names else [])]


def _leaf_extensions(purpose: bytes) -> list[bytes]:
    return [
        _extension(_BASIC_CONSTRAINTS, der.sequence(), critical=True),
        _extension(_KEY_USAGE, _DIGITAL_SIGNATURE, critical=True),
        _extension(_EXTENDED_KEY_USAGE, der.sequence(purpose)),
    ]


def _alternatives(names: Sequence[str]) -> bytes:
    return _extension(_SUBJECT_ALT_NAME, der.sequence(*map(_general_name, names)))


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
