from __future__ import annotations

import pytest

from rs_driver.errors import LocalProtocolError, RemoteProtocolError
from rs_driver.wire.base import Layout
from rs_driver.wire.control import (
    ErrorResponse,
    NoticeResponse,
    NotificationResponse,
    ParameterStatus,
    ReadyForQuery,
)
from support.golden import check_golden, check_hostile, name

GOLDEN: list[tuple[Layout, bytes]] = [
    (ReadyForQuery("I"), b"Z\0\0\0\x05I"),
    (ReadyForQuery("T"), b"Z\0\0\0\x05T"),
    (ReadyForQuery("E"), b"Z\0\0\0\x05E"),
    (ParameterStatus("datestyle", "ISO, MDY"), b"S\0\0\0\x17datestyle\0ISO, MDY\0"),
    (ParameterStatus("", ""), b"S\0\0\0\x06\0\0"),
    (NotificationResponse(-1, "c", "é"), b"A\0\0\0\x0d\xff\xff\xff\xffc\0\xc3\xa9\0"),
    (
        ErrorResponse({"S": "ERROR", "C": "42601", "M": "no"}),
        b"E\0\0\0\x17SERROR\0C42601\0Mno\0\0",
    ),
    (ErrorResponse({}), b"E\0\0\0\x05\0"),
    (NoticeResponse({"S": "INFO", "\xff": ""}), b"N\0\0\0\x0dSINFO\0\xff\0\0"),
]


@pytest.mark.parametrize(("message", "wire"), GOLDEN, ids=name)
def test_golden(message: Layout, wire: bytes) -> None:
    check_golden(message, wire)


@pytest.mark.parametrize("message", [message for message, _ in GOLDEN], ids=name)
def test_hostile_bodies(message: Layout) -> None:
    check_hostile(message)


@pytest.mark.parametrize("status", [status for status in range(256) if status not in b"ITE"])
def test_no_other_status_is_ready(status: int) -> None:
    with pytest.raises(RemoteProtocolError, match="malformed ReadyForQuery message: the status"):
        ReadyForQuery.decode(bytes([status]))


@pytest.mark.parametrize("status", ["", "i", "IT", "\0"])
def test_no_other_status_is_sent(status: str) -> None:
    with pytest.raises(LocalProtocolError, match="the status is"):
        ReadyForQuery(status).encode()


def test_a_field_that_comes_twice_counts_as_it_came_last() -> None:
    assert ErrorResponse.decode(b"Mone\0Mtwo\0\0").fields == {"M": "two"}


def test_a_text_that_is_not_utf8_is_kept_as_far_as_it_is() -> None:
    assert ErrorResponse.decode(b"Mcaf\xe9\0\0").fields == {"M": "caf\ufffd"}


@pytest.mark.parametrize("body", [b"", b"M", b"Mno end", b"Mend\0", b"\0\0", b"Mend\0\0Cx\0\0"])
def test_fields_without_their_end_or_beyond_it_are_refused(body: bytes) -> None:
    for kind in (ErrorResponse, NoticeResponse):
        with pytest.raises(RemoteProtocolError, match=f"malformed {kind.__name__}"):
            kind.decode(body)


@pytest.mark.parametrize("key", ["", "\0", "MM", "\u0100", "\ud800"])
def test_a_key_is_one_byte(key: str) -> None:
    for message in (ErrorResponse({key: "x"}), NoticeResponse({key: "x"})):
        with pytest.raises(LocalProtocolError, match="the key of a field is"):
            message.encode()


def test_a_nul_ends_no_string_early() -> None:
    for message in (
        ErrorResponse({"M": "a\0b"}),
        ParameterStatus("a\0", ""),
        ParameterStatus("", "a\0"),
        NotificationResponse(0, "a\0", ""),
        NotificationResponse(0, "", "a\0"),
    ):
        with pytest.raises(LocalProtocolError, match="holds a NUL"):
            message.encode()


def test_a_process_id_that_does_not_fit_is_not_sent() -> None:
    with pytest.raises(LocalProtocolError, match="the process ID does not fit"):
        NotificationResponse(2**31, "", "").encode()
