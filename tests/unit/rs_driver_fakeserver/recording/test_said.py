from __future__ import annotations

import pytest

from rs_driver.wire.auth import (
    AuthenticationCleartextPassword,
    AuthenticationDigest,
    AuthenticationOk,
    AuthenticationSASL,
    AuthenticationSASLContinue,
    PasswordMessage,
    SASLInitialResponse,
    SASLResponse,
)
from rs_driver.wire.control import ParameterStatus
from rs_driver.wire.copy import CopyData
from rs_driver.wire.messages import Message
from rs_driver.wire.query import Query
from rs_driver.wire.redshift import DigestResponse
from rs_driver.wire.results import FieldDescription, RowDescription
from rs_driver_fakeserver.recording.said import Dialogue, Said
from support.cassettes import STARTUP


def started() -> Dialogue:
    dialogue = Dialogue()
    dialogue.frontend(STARTUP.encode())
    return dialogue


def test_messages_in_any_pieces() -> None:
    dialogue = Dialogue()
    data = STARTUP.encode() + Query("select 1").encode() + Query("select 2").encode()
    found = [said for at in range(len(data)) for said in dialogue.frontend(data[at : at + 1])]
    assert [said.message for said in found] == [STARTUP, Query("select 1"), Query("select 2")]
    assert b"".join(said.raw for said in found) == data
    assert Dialogue().frontend(data) == found
    assert [said.tag for said in found] == [b"\0", b"Q", b"Q"]
    assert dialogue.unheard() == b""


@pytest.mark.parametrize(
    ("requests", "answer"),
    [
        ([AuthenticationCleartextPassword()], PasswordMessage(b"secret")),
        ([AuthenticationSASL(("X",))], SASLInitialResponse("X", b"n,,")),
        ([AuthenticationSASL(("X",)), AuthenticationSASLContinue(b"r=")], SASLResponse(b"c=")),
        ([AuthenticationDigest(0, b"s", b"n")], DigestResponse(b"d", b"c")),
        ([AuthenticationDigest(0, b"s", b"n"), AuthenticationOk()], CopyData(b"\0")),
        ([AuthenticationSASL(("X",)), AuthenticationCleartextPassword()], PasswordMessage(b"s")),
    ],
)
def test_an_answer_is_what_was_asked_for(requests: list[Message], answer: Message) -> None:
    dialogue = started()
    for request in requests:
        dialogue.backend(request.encode())
    assert [said.message for said in dialogue.frontend(answer.encode())] == [answer]


def test_redshift_says_in_which_form_it_describes_rows() -> None:
    dialogue = started()
    columns = RowDescription((FieldDescription("a", table="t"),), 2)
    (said,) = dialogue.backend(columns.encode())
    assert said.message is None
    dialogue.backend(ParameterStatus("server_protocol_version", "2").encode())
    (said,) = dialogue.backend(columns.encode())
    assert said.message == columns


def test_what_cannot_be_decoded_is_kept() -> None:
    dialogue = started()
    raw = b"Q\0\0\0\5x"  # no NUL at its end
    assert dialogue.frontend(raw) == [Said("F", raw)]
    unknown = b"y\0\0\0\4"
    assert dialogue.frontend(unknown) == [Said("F", unknown)]


def test_a_length_that_makes_no_sense_ends_the_messages() -> None:
    dialogue = started()
    good = Query("select 1").encode()
    assert [said.raw for said in dialogue.frontend(good + b"Q\0\0\0\1xyz")] == [
        good,
        b"Q\0\0\0\1xyz",
    ]
    assert [said.raw for said in dialogue.frontend(good)] == [good]
    assert dialogue.frontend(good)[0].message is None


def test_frames() -> None:
    assert Said("F", b"y\0\0\0\4").framed
    assert not Said("F", b"y\0\0\0\5").framed
    assert not Said("F", b"y").framed


def test_what_is_cut_off() -> None:
    dialogue = started()
    assert dialogue.backend(AuthenticationOk().encode() + b"Z\0") != []
    assert dialogue.cut_off() == [Said("B", b"Z\0")]
    assert dialogue.cut_off() == []
    dialogue.frontend(b"Q\0\0")
    assert dialogue.unheard() == b"Q\0\0"
