from __future__ import annotations

import hashlib

import pytest

from rs_driver.errors import LocalProtocolError, RemoteProtocolError
from rs_driver.wire.redshift import DigestResponse, IdpTokenResponse
from support.golden import check_golden, check_hostile

# What redshift_connector 2.2.0 was recorded to answer: password "Secret1!", salt
# 0102030405060708, server nonce a1b2c3d4.
NONCE = b"1700000000000"
DIGEST = bytes.fromhex("f743a3a7bcd0a7acb2a07c2c3cd8446a5c8411113e767955a2b49b619f6e8e7c")
DIGEST_WIRE = (
    bytes.fromhex("64 00000039 00000020")
    + DIGEST
    + bytes.fromhex("0000000d 31373030303030303030303030")
)


def test_golden_digest() -> None:
    check_golden(DigestResponse(DIGEST, NONCE), DIGEST_WIRE)
    check_golden(DigestResponse(b"", b""), bytes.fromhex("64 0000000c 00000000 00000000"))


def test_the_recorded_digest_is_the_documented_one() -> None:
    first = hashlib.sha256(b"Secret1!" + bytes(range(1, 9))).digest()
    second = hashlib.sha256(first + bytes.fromhex("a1b2c3d4") + NONCE).digest()
    assert DigestResponse.decode(DIGEST_WIRE[5:]).digest == second


def test_golden_token() -> None:
    check_golden(IdpTokenResponse(b"eyJhbGciOi.x"), b"i\0\0\0\x10eyJhbGciOi.x")
    check_golden(IdpTokenResponse(b""), b"i\0\0\0\x04")


def test_a_token_with_a_nul_behind_it_is_the_same_token() -> None:
    found = IdpTokenResponse.decode(b"eyJhbGciOi.x\0")
    assert found == IdpTokenResponse(b"eyJhbGciOi.x")
    assert found.terminated
    assert found.encode() == b"i\0\0\0\x11eyJhbGciOi.x\0"


def test_hostile_digests() -> None:
    check_hostile(DigestResponse(DIGEST, NONCE))
    for length in (b"\xff\xff\xff\xff", b"\x80\0\0\0", b"\x7f\xff\xff\xff"):
        with pytest.raises(RemoteProtocolError, match="malformed DigestResponse"):
            DigestResponse.decode(length + DIGEST)


@pytest.mark.parametrize("body", [b"\0\0", b"a\0b", b"a\0\0"])
def test_a_token_with_another_nul_is_refused(body: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="malformed IdpTokenResponse"):
        IdpTokenResponse.decode(body)


@pytest.mark.parametrize("token", [b"\0", b"hunter2\0", b"hun\0ter2"])
def test_a_token_with_a_nul_is_not_sent(token: bytes) -> None:
    with pytest.raises(LocalProtocolError, match="the token holds a NUL") as caught:
        IdpTokenResponse(token).encode()
    assert "hun" not in str(caught.value)


def test_secrets_are_not_shown() -> None:
    assert repr(DigestResponse(b"hunter2", b"nonce")) == "DigestResponse()"
    assert repr(IdpTokenResponse(b"hunter2")) == "IdpTokenResponse()"
