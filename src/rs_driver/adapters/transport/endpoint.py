"""The hash of a server's certificate that SCRAM binds a login to (RFC 5929, section 4)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

_RSA = bytes.fromhex("2a864886f70d0101")  # 1.2.840.113549.1.1
_ECDSA_SHA1 = bytes.fromhex("2a8648ce3d0401")  # 1.2.840.10045.4.1
_ECDSA_SHA2 = bytes.fromhex("2a8648ce3d0403")  # 1.2.840.10045.4.3
_NIST_HASH = bytes.fromhex("6086480165030402")  # 2.16.840.1.101.3.4.2
_RSA_PSS = _RSA + b"\x0a"

# Object identifier of a signature algorithm -> the hash in it. RFC 5929 puts SHA-256 in
# the place of MD5 and SHA-1. Ed25519 and Ed448 have no separate hash, so no binding.
_HASHES: Mapping[bytes, str] = {
    _RSA + b"\x04": "sha256",
    _RSA + b"\x05": "sha256",
    _RSA + b"\x0b": "sha256",
    _RSA + b"\x0c": "sha384",
    _RSA + b"\x0d": "sha512",
    _RSA + b"\x0e": "sha224",
    _ECDSA_SHA1: "sha256",
    _ECDSA_SHA2 + b"\x01": "sha224",
    _ECDSA_SHA2 + b"\x02": "sha256",
    _ECDSA_SHA2 + b"\x03": "sha384",
    _ECDSA_SHA2 + b"\x04": "sha512",
    _NIST_HASH + b"\x01": "sha256",
    _NIST_HASH + b"\x02": "sha384",
    _NIST_HASH + b"\x03": "sha512",
    _NIST_HASH + b"\x04": "sha224",
}

_SEQUENCE, _OBJECT_IDENTIFIER, _CONTEXT_0 = 0x30, 0x06, 0xA0


def tls_server_end_point(certificate: bytes) -> bytes | None:
    """The channel binding of a DER certificate; None where its signature defines none."""
    try:
        name = _hash_name(certificate)
    except ValueError:
        return None
    return hashlib.new(name, certificate).digest() if name else None


def _hash_name(certificate: bytes) -> str | None:
    """Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signature }."""
    outer, _ = _element(certificate, _SEQUENCE)
    _, rest = _element(outer, _SEQUENCE)
    algorithm, _ = _element(rest, _SEQUENCE)
    identifier, parameters = _element(algorithm, _OBJECT_IDENTIFIER)
    return _pss_hash_name(parameters) if identifier == _RSA_PSS else _HASHES.get(identifier)


def _pss_hash_name(parameters: bytes) -> str | None:
    """RSASSA-PSS-params ::= SEQUENCE { [0] hashAlgorithm DEFAULT sha1, ... } (RFC 4055)."""
    fields, _ = _element(parameters, _SEQUENCE)
    if not fields or fields[0] != _CONTEXT_0:
        return "sha256"
    tagged, _ = _element(fields, _CONTEXT_0)
    algorithm, _ = _element(tagged, _SEQUENCE)
    identifier, _ = _element(algorithm, _OBJECT_IDENTIFIER)
    return _HASHES.get(identifier)


def _element(data: bytes, tag: int) -> tuple[bytes, bytes]:
    """The content of the DER element that ``data`` starts with, and what follows it."""
    if len(data) < 2 or data[0] != tag:
        raise ValueError("not the expected DER element")
    length, start = data[1], 2
    if length & 0x80:
        size = length & 0x7F
        start += size
        if not 1 <= size <= 4 or len(data) < start:
            raise ValueError("a DER length that is not definite or too long")
        length = int.from_bytes(data[2:start], "big")
    if len(data) - start < length:
        raise ValueError("a DER element that is cut off")
    return data[start : start + length], data[start + length :]
