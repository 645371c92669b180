from __future__ import annotations

import hashlib

import pytest

from rs_driver.adapters.transport.endpoint import tls_server_end_point
from rs_driver_fakeserver.certificates import der
from rs_driver_fakeserver.certificates.authority import Certificate

PSS = "1.2.840.113549.1.1.10"
SHA1, SHA256 = "1.3.14.3.2.26", "2.16.840.1.101.3.4.2.1"
SHA384, SHA512 = "2.16.840.1.101.3.4.2.2", "2.16.840.1.101.3.4.2.3"


def certificate(algorithm: bytes, padding: int = 0) -> bytes:
    """The outline of a certificate: a body, the signature's algorithm, a signature."""
    body = der.sequence(der.integer(2), der.octet_string(bytes(padding)))
    return der.sequence(body, algorithm, der.bit_string(b"signature"))


def signed_with(identifier: str) -> bytes:
    return certificate(der.sequence(der.object_identifier(identifier)))


def pss(*fields: bytes) -> bytes:
    return certificate(der.sequence(der.object_identifier(PSS), der.sequence(*fields)))


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        ("1.2.840.113549.1.1.4", "sha256"),  # md5WithRSAEncryption
        ("1.2.840.113549.1.1.5", "sha256"),  # sha1WithRSAEncryption
        ("1.2.840.113549.1.1.11", "sha256"),
        ("1.2.840.113549.1.1.12", "sha384"),
        ("1.2.840.113549.1.1.13", "sha512"),
        ("1.2.840.113549.1.1.14", "sha224"),
        ("1.2.840.10045.4.1", "sha256"),  # ecdsa-with-SHA1
        ("1.2.840.10045.4.3.1", "sha224"),
        ("1.2.840.10045.4.3.2", "sha256"),
        ("1.2.840.10045.4.3.3", "sha384"),
        ("1.2.840.10045.4.3.4", "sha512"),
    ],
)
def test_the_signatures_hash_is_used(identifier: str, name: str) -> None:
    data = signed_with(identifier)
    assert tls_server_end_point(data) == hashlib.new(name, data).digest()


@pytest.mark.parametrize(
    ("identifier", "name"), [(SHA256, "sha256"), (SHA384, "sha384"), (SHA512, "sha512")]
)
def test_pss_names_its_hash_in_its_parameters(identifier: str, name: str) -> None:
    data = pss(der.explicit(0, der.sequence(der.object_identifier(identifier))))
    assert tls_server_end_point(data) == hashlib.new(name, data).digest()


def test_pss_with_sha1_by_default_becomes_sha256() -> None:
    for data in (pss(), pss(der.explicit(2, der.integer(20)))):
        assert tls_server_end_point(data) == hashlib.sha256(data).digest()


@pytest.mark.parametrize(
    "data",
    [
        signed_with("1.3.101.112"),  # Ed25519
        pss(der.explicit(0, der.sequence(der.object_identifier(SHA1)))),
        b"",
        b"\x30",
        b"\x30\x80\x00\x00",
        b"\x30\x85\x00\x00\x00\x00\x00",
        b"\x02\x01\x00",
        signed_with("1.2.840.113549.1.1.11")[:-1],
        der.sequence(der.sequence()),
    ],
)
def test_none_where_there_is_no_binding(data: bytes) -> None:
    assert tls_server_end_point(data) is None


def test_long_lengths() -> None:
    algorithm = der.sequence(der.object_identifier("1.2.840.113549.1.1.13"))
    for padding in (100, 200, 300, 70_000):
        data = certificate(algorithm, padding)
        assert tls_server_end_point(data) == hashlib.sha512(data).digest()


def test_a_whole_certificate() -> None:
    data = Certificate.self_signed("localhost").cert_der
    assert tls_server_end_point(data) == hashlib.sha256(data).digest()
