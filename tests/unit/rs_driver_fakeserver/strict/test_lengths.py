"""Layouts of messages, byte by byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver.errors import RemoteProtocolError
from rs_driver.wire.copy import CopyData, CopyDone, CopyFail
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.query import (
    Bind,
    Close,
    Describe,
    Execute,
    Flush,
    FunctionCall,
    Parse,
    Query,
    Sync,
    Terminate,
)
from rs_driver.wire.registry import decode_frontend
from rs_driver_fakeserver.strict.lengths import fault_in

SOUND: list[FrontendMessage] = [
    Query("select 'é'"),
    Parse("a", "select $1", (23, 25)),
    Bind("p", "a", (0, 1), (b"x", None), (1,)),
    Describe(b"S", "a"),
    Describe(b"P", ""),
    Close(b"S", "a"),
    Execute("p", -1),
    FunctionCall(1, (1,), (b"x", None), 1),
    Sync(),
    Flush(),
    Terminate(),
    CopyData(b"\xff\0"),
    CopyDone(),
    CopyFail("why"),
]


def framed(tag: bytes, body: bytes) -> bytes:
    return tag + (len(body) + 4).to_bytes(4, "big") + body


@pytest.mark.parametrize("message", SOUND, ids=lambda m: type(m).__name__)
def test_sound_messages(message: FrontendMessage) -> None:
    raw = message.encode()
    assert fault_in(raw, utf8=True) is None
    if not isinstance(message, CopyData):
        assert fault_in(framed(raw[:1], raw[5:] + b"\0"), utf8=True) is not None
        if len(raw) > 5:
            assert fault_in(framed(raw[:1], raw[5:-1]), utf8=True) is not None


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (b"S\0\0\0\5", "its length says 5 bytes, and 4 came"),
        (b"S", "its length says 0 bytes, and 0 came"),
        (framed(b"Q", b"select"), "the SQL has no NUL at its end"),
        (framed(b"Q", b"a\0bc\0"), "the SQL ends at a NUL, 3 bytes before the message does"),
        (framed(b"Q", b"\xff\0"), "the SQL is not valid UTF-8, the client_encoding"),
        (framed(b"S", b"x"), "1 byte too many"),
        (framed(b"D", b"Xa\0"), "the kind is b'X', neither S for a statement nor P for a portal"),
        (framed(b"E", b"\0\0\0"), "the row limit needs 4 bytes, and 2 are left of its length"),
        (framed(b"P", b"\0\0\xff\xff"), "it counts -1 parameter types"),
        (
            framed(b"P", b"\0\0\0\2\0\0\0\0"),
            "the list of 2 parameter types needs 8 bytes, and 4 are left of its length",
        ),
        (
            framed(b"B", b"\0\0\0\0\0\1\xff\xff\xff\xfe\0\0"),
            "value 1 has length -2",
        ),
        (
            framed(b"B", b"\0\0\0\0\0\1\0\0\0\5secr"),
            "value 1 needs 5 bytes, and 4 are left of its length",
        ),
    ],
)
def test_faults(raw: bytes, fault: str) -> None:
    assert fault_in(raw, utf8=True) == fault


def test_other_encodings_are_the_clients_affair() -> None:
    assert fault_in(framed(b"Q", b"\xff\0"), utf8=False) is None


def test_what_has_no_layout() -> None:
    assert fault_in(framed(b"p", b"whatever"), utf8=True) is None
    assert fault_in(framed(b"?", b"whatever"), utf8=True) is None


@given(st.sampled_from([bytes([tag]) for tag in b"PBDECHSQXFcf"]), st.binary(max_size=40))
def test_it_agrees_with_the_other_witness(tag: bytes, body: bytes) -> None:
    """Two decoders that share nothing find the same messages sound."""
    try:
        decode_frontend(tag[0], body)
    except RemoteProtocolError:
        sound = False
    else:
        sound = True
    assert (fault_in(framed(tag, body), utf8=False) is None) == sound
