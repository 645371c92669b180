from __future__ import annotations

import pytest

from rs_driver.errors import LocalProtocolError, RemoteProtocolError
from rs_driver.wire.base import Layout
from rs_driver.wire.startup import (
    BackendKeyData,
    CancelRequest,
    GSSENCRequest,
    NegotiateProtocolVersion,
    SSLRequest,
    StartupMessage,
    decode_startup,
)
from support.golden import check_golden, check_hostile, name

# As redshift_connector 2.2.0 sends it; its platform string is one of the same length.
CAPTURED = StartupMessage(
    (
        ("user", "awsuser"),
        ("database", "dev"),
        ("application_name", "__main__"),
        ("client_protocol_version", "2"),
        ("driver_version", "Redshift Python Driver 2.2.0"),
        ("os_version", "Linux-6.1.0-118-amd64-x86_64-with-glibc2.36"),
        ("driver_discovery_version", "1"),
    )
)
CAPTURED_WIRE = (
    b"\0\0\0\xd5\0\x03\0\0"
    b"user\0awsuser\0database\0dev\0application_name\0__main__\0client_protocol_version\0"
    b"2\0driver_version\0Redshift Python Driver 2.2.0\0"
    b"os_version\0Linux-6.1.0-118-amd64-x86_64-with-glibc2.36\0"
    b"driver_discovery_version\0"
    b"1\0\0"
)

FIRST: list[tuple[Layout, bytes]] = [
    (CAPTURED, CAPTURED_WIRE),
    (StartupMessage(()), b"\0\0\0\x09\0\x03\0\0\0"),
    (
        StartupMessage((("user", ""), ("user", "é")), protocol=0x30002),
        b"\0\0\0\x17\0\x03\0\x02user\0\0user\0\xc3\xa9\0\0",
    ),
    (SSLRequest(), bytes.fromhex("00000008 04d2162f")),
    (GSSENCRequest(), bytes.fromhex("00000008 04d21630")),
    (CancelRequest(4711, -2), bytes.fromhex("00000010 04d2162e 00001267 fffffffe")),
]
BACKEND: list[tuple[Layout, bytes]] = [
    (BackendKeyData(-1, 2**31 - 1), b"K" + bytes.fromhex("0000000c ffffffff 7fffffff")),
    (NegotiateProtocolVersion(0, ()), b"v\0\0\0\x0c\0\0\0\0\0\0\0\0"),
    (
        NegotiateProtocolVersion(196608, ("_pq_.compression", "")),
        b"v\0\0\0\x1e\0\x03\0\0\0\0\0\x02_pq_.compression\0\0",
    ),
]


@pytest.mark.parametrize(("message", "wire"), FIRST, ids=name)
def test_golden_first_messages(message: Layout, wire: bytes) -> None:
    check_golden(message, wire)
    check_golden(message, wire, decode_startup)


@pytest.mark.parametrize(("message", "wire"), BACKEND, ids=name)
def test_golden_answers(message: Layout, wire: bytes) -> None:
    check_golden(message, wire)


@pytest.mark.parametrize("message", [message for message, _ in FIRST[1:] + BACKEND], ids=name)
def test_hostile_bodies(message: Layout) -> None:
    check_hostile(message)


@pytest.mark.parametrize("message", [message for message, _ in FIRST[1:]], ids=name)
def test_hostile_first_messages(message: Layout) -> None:
    check_hostile(message, decode_startup)


def test_a_request_is_not_taken_for_another() -> None:
    ssl = bytes.fromhex("04d2162f")
    for wrong in (GSSENCRequest, CancelRequest):
        with pytest.raises(RemoteProtocolError, match="code 80877103 instead of"):
            wrong.decode(ssl)
    with pytest.raises(RemoteProtocolError, match="code 80877102 instead of"):
        SSLRequest.decode(bytes.fromhex("04d2162e 00000000 00000000"))


def test_an_unknown_request_is_not_taken_for_a_startup() -> None:
    with pytest.raises(RemoteProtocolError, match="unknown request 80877105"):
        decode_startup(bytes.fromhex("04d21631") + b"\0")


def test_a_startup_of_another_version_is_read_so_that_it_can_be_refused() -> None:
    decoded = decode_startup(b"\0\x02\0\0user\0x\0\0")
    assert decoded == StartupMessage((("user", "x"),), protocol=2 << 16)


@pytest.mark.parametrize("parameters", [(("", "x"),), (("k\0", "x"),), (("k", "x\0y"),)])
def test_a_setting_cannot_hide_or_invent_others(parameters: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(LocalProtocolError, match=r"a startup (key|value)"):
        StartupMessage(parameters).encode()


@pytest.mark.parametrize("count", [b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\x03"])
def test_a_count_of_settings_is_only_a_claim(count: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="settings in 2 bytes"):
        NegotiateProtocolVersion.decode(b"\0\0\0\0" + count + b"a\0")


def test_numbers_that_do_not_fit_are_not_sent() -> None:
    for refused in (
        StartupMessage((), protocol=2**31),
        CancelRequest(2**31, 0),
        CancelRequest(0, 2**31),
        BackendKeyData(2**31, 0),
        BackendKeyData(0, -(2**31) - 1),
        NegotiateProtocolVersion(2**31, ()),
    ):
        with pytest.raises(LocalProtocolError, match="does not fit 32 bits"):
            refused.encode()


def test_the_key_that_cancels_is_not_shown() -> None:
    assert repr(CancelRequest(1, 987654)) == "CancelRequest(process_id=1)"
    assert repr(BackendKeyData(1, 987654)) == "BackendKeyData(process_id=1)"
