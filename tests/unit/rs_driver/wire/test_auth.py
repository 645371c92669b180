from __future__ import annotations

import pytest

from rs_driver.errors import LocalProtocolError, RemoteProtocolError
from rs_driver.wire.auth import (
    AuthenticationCleartextPassword,
    AuthenticationDigest,
    AuthenticationIdpToken,
    AuthenticationMD5Password,
    AuthenticationOk,
    AuthenticationOther,
    AuthenticationRequest,
    AuthenticationSASL,
    AuthenticationSASLContinue,
    AuthenticationSASLFinal,
    PasswordMessage,
    SASLInitialResponse,
    SASLResponse,
    decode_authentication,
)
from rs_driver.wire.base import Layout
from support.golden import check_golden, check_hostile, name

SERVER_FIRST = b"r=abcdef,s=QSXCR+Q6sek8bf92,i=4096"

# The digest's is the request that redshift_connector 2.2.0 answers in test_redshift.
REQUESTS: list[tuple[Layout, bytes]] = [
    (AuthenticationOk(), bytes.fromhex("52 00000008 00000000")),
    (AuthenticationCleartextPassword(), bytes.fromhex("52 00000008 00000003")),
    (
        AuthenticationMD5Password(b"\x01\x02\x03\x04"),
        bytes.fromhex("52 0000000c 00000005 01020304"),
    ),
    (
        AuthenticationSASL(("SCRAM-SHA-256", "X")),
        b"R\0\0\0\x19\0\0\0\x0aSCRAM-SHA-256\0X\0\0",
    ),
    (AuthenticationSASL(()), bytes.fromhex("52 00000009 0000000a 00")),
    (
        AuthenticationDigest(0, bytes(range(1, 9)), bytes.fromhex("a1b2c3d4")),
        bytes.fromhex("52 00000020 0000000d 00000000 00000008 0102030405060708 00000004 a1b2c3d4"),
    ),
    (AuthenticationIdpToken(), bytes.fromhex("52 00000008 0000000e")),
]
OPEN_ENDED: list[tuple[Layout, bytes]] = [
    (AuthenticationSASLContinue(SERVER_FIRST), b"R\0\0\0\x2a\0\0\0\x0b" + SERVER_FIRST),
    (AuthenticationSASLContinue(b""), b"R\0\0\0\x08\0\0\0\x0b"),
    (AuthenticationSASLFinal(b"v=cHJvb2Y="), b"R\0\0\0\x12\0\0\0\x0cv=cHJvb2Y="),
    (AuthenticationOther(7, b""), bytes.fromhex("52 00000008 00000007")),
    (AuthenticationOther(8, b"\0\xff"), bytes.fromhex("52 0000000a 00000008 00ff")),
    (AuthenticationOther(-1, b""), bytes.fromhex("52 00000008 ffffffff")),
]
ANSWERS: list[tuple[Layout, bytes]] = [
    (PasswordMessage(b"Secret1!"), bytes.fromhex("70 0000000d") + b"Secret1!\0"),
    (
        PasswordMessage(b"md5c2aa41ac327cc1bdb9f872059c372049"),
        b"p\0\0\0\x28md5c2aa41ac327cc1bdb9f872059c372049\0",
    ),
    (
        SASLInitialResponse("SCRAM-SHA-256", b"n,,n=,r=ab"),
        b"p\0\0\0\x20SCRAM-SHA-256\0\0\0\0\x0an,,n=,r=ab",
    ),
    (SASLInitialResponse("X", None), b"p\0\0\0\x0aX\0\xff\xff\xff\xff"),
    (SASLInitialResponse("X", b""), b"p\0\0\0\x0aX\0\0\0\0\0"),
]


@pytest.mark.parametrize(("message", "wire"), REQUESTS + OPEN_ENDED, ids=name)
def test_golden_requests(message: Layout, wire: bytes) -> None:
    check_golden(message, wire)
    check_golden(message, wire, decode_authentication)


@pytest.mark.parametrize(("message", "wire"), ANSWERS, ids=name)
def test_golden_answers(message: Layout, wire: bytes) -> None:
    check_golden(message, wire)


def test_golden_sasl_response() -> None:
    check_golden(SASLResponse(b"c=biws,r=ab,p=eA=="), b"p\0\0\0\x16c=biws,r=ab,p=eA==")


@pytest.mark.parametrize("message", [message for message, _ in REQUESTS], ids=name)
def test_hostile_requests(message: Layout) -> None:
    check_hostile(message)
    check_hostile(message, decode_authentication)


@pytest.mark.parametrize("message", [message for message, _ in ANSWERS], ids=name)
def test_hostile_answers(message: Layout) -> None:
    check_hostile(message)


@pytest.mark.parametrize("size", range(4))
def test_a_request_without_a_whole_code_is_refused(size: int) -> None:
    with pytest.raises(RemoteProtocolError, match="malformed authentication message"):
        decode_authentication(bytes(size))
    with pytest.raises(RemoteProtocolError, match="malformed AuthenticationOther message"):
        AuthenticationOther.decode(bytes(size))


def test_a_request_is_not_taken_for_another() -> None:
    with pytest.raises(RemoteProtocolError, match="code 0 instead of 3"):
        AuthenticationCleartextPassword.decode(bytes(4))


@pytest.mark.parametrize("code", [1, 2, 4, 6, 7, 8, 9, 15, -(2**31)])
def test_a_method_without_a_class_keeps_its_code_and_data(code: int) -> None:
    body = code.to_bytes(4, "big", signed=True) + b"data"
    decoded: AuthenticationRequest = decode_authentication(body)
    assert decoded == AuthenticationOther(code, b"data")
    assert decoded.code == code


@pytest.mark.parametrize(
    "body",
    [
        "0000000d 00000000 ffffffff 00000000",  # salt of length -1
        "0000000d 00000000 00000000 ffffffff",  # nonce of length -1
        "0000000d 00000000 7fffffff 00000000",  # salt longer than the message
        "0000000d 00000000 00000001 00000000",  # salt that eats into the nonce's length
        "0000000a 58",  # a mechanism without its NUL
        "0000000a 5800",  # mechanisms without their end
    ],
)
def test_hostile_lengths_in_requests(body: str) -> None:
    with pytest.raises(RemoteProtocolError, match="malformed"):
        decode_authentication(bytes.fromhex(body))


@pytest.mark.parametrize("body", [b"X\0\xff\xff\xff\xfe", b"X\0\x7f\xff\xff\xffx", b"X"])
def test_hostile_lengths_in_answers(body: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="malformed SASLInitialResponse"):
        SASLInitialResponse.decode(body)


def test_what_cannot_be_sent() -> None:
    for salt in (b"", b"abc", b"abcde"):
        with pytest.raises(LocalProtocolError, match=r"the salt has . bytes instead of 4"):
            AuthenticationMD5Password(salt).encode()
    with pytest.raises(LocalProtocolError, match="a SASL mechanism is empty"):
        AuthenticationSASL(("A", "")).encode()
    with pytest.raises(LocalProtocolError, match="the authentication code"):
        AuthenticationOther(2**31, b"").encode()


def test_a_password_with_a_nul_is_refused_without_showing_it() -> None:
    with pytest.raises(LocalProtocolError, match="the password holds a NUL") as caught:
        PasswordMessage(b"hunter2\0").encode()
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "message",
    [
        PasswordMessage(b"hunter2"),
        SASLInitialResponse("X", b"hunter2"),
        SASLResponse(b"hunter2"),
        AuthenticationSASLContinue(b"hunter2"),
        AuthenticationSASLFinal(b"hunter2"),
    ],
    ids=name,
)
def test_secrets_are_not_shown(message: Layout) -> None:
    assert "hunter2" not in repr(message)
