from __future__ import annotations

import pytest

from rs_driver.wire.auth import (
    AuthenticationMD5Password,
    AuthenticationOk,
    AuthenticationSASLContinue,
    AuthenticationSASLFinal,
)
from rs_driver.wire.base import Backend
from rs_driver.wire.control import ErrorResponse, NoticeResponse, ParameterStatus, ReadyForQuery
from rs_driver.wire.copy import CopyBothResponse, CopyInResponse, CopyOutResponse
from rs_driver.wire.results import CommandComplete, DataRow, ParseComplete, RowDescription
from rs_driver.wire.startup import BackendKeyData
from rs_driver_fakeserver.faults.framing import Framer
from rs_driver_fakeserver.faults.names import SSLResponse
from rs_driver_fakeserver.faults.unit import Unit
from support.fault_lines import ANSWER, ERROR, FLIGHTS, LOGIN, PARSED, READY, ROW_1, ROWS, STREAM


def units(size: int | None) -> list[Unit]:
    framer = Framer()
    found = []
    for tags, said in FLIGHTS:
        for tag in tags:
            framer.frontend(tag)
        for at in range(0, len(said), size or len(said)):
            found += framer.feed(said[at : at + (size or len(said))])
    assert framer.rest() == b""
    return found


@pytest.mark.parametrize("size", [None, 1, 2, 5, 7])
def test_a_conversation(size: int | None) -> None:
    found = units(size)
    assert b"".join(unit.data for unit in found) == STREAM
    assert found == units(None)
    assert [(unit.kind, unit.turn) for unit in found] == [
        (SSLResponse, True),
        (AuthenticationMD5Password, True),
        (AuthenticationOk, False),
        (ParameterStatus, False),
        (BackendKeyData, False),
        (ReadyForQuery, True),
        (RowDescription, False),
        (DataRow, False),
        (DataRow, False),
        (CommandComplete, False),
        (ReadyForQuery, True),
        (ParseComplete, True),  # a Flush came: the client may wait for any of these
        (RowDescription, True),
        (DataRow, True),
        (CommandComplete, True),
        (ReadyForQuery, True),
        (ErrorResponse, True),
        (ReadyForQuery, True),
    ]


def test_what_is_said_unasked_is_not_held_back() -> None:
    framer = Framer()
    framer.frontend(None)
    framer.feed(LOGIN)
    notice = NoticeResponse({"M": "x"}).encode()
    assert framer.feed(notice) == [Unit(notice, NoticeResponse, turn=True)]
    framer.frontend(ord("Q"))
    assert framer.feed(notice) == [Unit(notice, NoticeResponse)]


def test_a_flush_counts_for_its_group() -> None:
    framer = Framer()
    framer.frontend(None)
    framer.feed(LOGIN)
    for tag in b"PHS":
        framer.frontend(tag)
    assert [unit.turn for unit in framer.feed(PARSED + READY)] == [True, True]
    framer.frontend(ord("S"))
    assert [unit.turn for unit in framer.feed(PARSED + READY)] == [False, True]


@pytest.mark.parametrize(
    ("message", "waits"),
    [
        (AuthenticationSASLContinue(b"x"), True),
        (AuthenticationSASLFinal(b"x"), False),
        (CopyInResponse(0, ()), True),
        (CopyBothResponse(0, ()), True),
        (CopyOutResponse(0, ()), False),
    ],
)
def test_where_the_client_is_waited_for(message: Backend, waits: bool) -> None:
    (unit,) = Framer().feed(message.encode())
    assert unit.turn == waits


def test_several_groups_at_once() -> None:
    framer = Framer()
    framer.frontend(None)
    framer.feed(LOGIN)
    for _ in range(2):
        framer.frontend(ord("S"))
    assert [unit.turn for unit in framer.feed(PARSED + READY + PARSED + READY)] == [
        False,
        True,
        False,
        True,
    ]


def test_two_requests_for_encryption_and_the_startup_message_at_once() -> None:
    framer = Framer()
    for _ in range(3):
        framer.frontend(None)
    found = framer.feed(b"NN" + LOGIN)
    assert [unit.kind for unit in found[:3]] == [SSLResponse, SSLResponse, AuthenticationOk]


def test_a_setting_after_the_login_is_no_answer_to_a_request() -> None:
    framer = Framer()
    framer.frontend(None)
    framer.frontend(None)
    kinds = [unit.kind for unit in framer.feed(LOGIN)]
    assert kinds[:2] == [AuthenticationOk, ParameterStatus]


def test_an_error_instead_of_the_answer_to_a_request() -> None:
    framer = Framer()
    framer.frontend(None)
    assert framer.feed(ERROR) == [Unit(ERROR, ErrorResponse, turn=True)]


@pytest.mark.parametrize("said", [b"X", b"XYZ", b"\0\0\0\0\0\0"])
def test_what_is_no_answer_to_a_request_passes_at_once(said: bytes) -> None:
    framer = Framer()
    framer.frontend(None)
    assert framer.feed(said) == [Unit(said, turn=True)]
    framer.frontend(None)
    assert [unit.kind for unit in framer.feed(ERROR)] == [ErrorResponse]


def test_what_follows_the_answer_in_plaintext_passes_at_once() -> None:
    framer = Framer()
    framer.frontend(None)
    assert framer.feed(b"SR\0") == [
        Unit(b"S", SSLResponse, turn=True),
        Unit(b"R\0", turn=True),
    ]
    framer.frontend(None)
    assert framer.feed(LOGIN)[0].kind is AuthenticationOk


def test_bytes_that_are_no_messages_pass_from_there_on() -> None:
    framer = Framer()
    found = framer.feed(ROW_1 + b"D\0\0\0\3abc")
    assert found == [Unit(ROW_1, DataRow), Unit(b"D\0\0\0\3abc", turn=True)]
    assert framer.feed(b"x") == [Unit(b"x", turn=True)]


def test_the_rest() -> None:
    framer = Framer()
    framer.feed(ANSWER + ROWS[:7])
    assert framer.rest() == ROWS[:7]
    assert framer.rest() == b""
