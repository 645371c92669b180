"""The first moment: requests for encryption, and the startup message."""

from __future__ import annotations

import pytest

from rs_driver.wire.query import Query
from rs_driver.wire.startup import CancelRequest, GSSENCRequest, SSLRequest, StartupMessage
from support.watched import STARTUP, Watched, error


@pytest.mark.parametrize(
    "watched",
    [
        Watched().client(STARTUP),
        Watched().client(SSLRequest()).server(b"N").client(STARTUP),
        Watched()
        .client(GSSENCRequest())
        .server(b"N")
        .client(SSLRequest())
        .server(b"N")
        .client(STARTUP),
        Watched().client(SSLRequest()).server(b"N").client(GSSENCRequest()).server(b"N"),
        Watched().client(CancelRequest(1, 2)).end(),
        Watched().client(SSLRequest()).server(b"N").client(CancelRequest(1, 2)).end(by_server=True),
        Watched().client(StartupMessage((("user", "a"),), 3 << 16 | 2)),
        Watched().client(StartupMessage((("user", ""), ("plugin_name", "x")))),
        Watched().client(StartupMessage((("idp_type", "AwsIdc"), ("database", "dev")))),
        Watched().client(SSLRequest()).server(b"S").end(),
        Watched().end(),
    ],
)
def test_legal_beginnings(watched: Watched) -> None:
    assert watched.found == []


def test_legal_with_tls() -> None:
    watched = Watched().client(SSLRequest()).server(b"S")
    watched.inspector.tls_started()
    assert watched.client(STARTUP).found == []


def test_asked_twice() -> None:
    watched = Watched().client(SSLRequest()).server(b"N").client(SSLRequest())
    assert watched.text == (
        "SSLRequest (message 2 of the client, after the SSLRequest): it comes for the second "
        "time; the first answer to it is final"
    )


def test_asked_within_tls() -> None:
    watched = Watched().client(SSLRequest()).server(b"S")
    watched.inspector.tls_started()
    assert "encrypted already" in watched.client(GSSENCRequest()).text


def test_before_the_answer() -> None:
    watched = Watched().client(SSLRequest()).client(STARTUP)
    assert watched.text.startswith("StartupMessage (message 2 of the client, after the SSLRequest)")
    assert "it comes before the answer to the SSLRequest" in watched.text
    assert "in the login, after" not in watched.server(b"S").text


def test_together_with_the_request() -> None:
    watched = Watched().client(SSLRequest()).server(error("08P01", "FATAL"))
    assert watched.end(9, by_server=True).text == (
        "9 bytes came together with the SSLRequest (after the SSLRequest); a client sends "
        "nothing more until the one byte of the answer has come"
    )


def test_plain_text_after_the_agreement() -> None:
    watched = Watched().client(SSLRequest()).server(b"S").client(STARTUP)
    assert "it comes in plain text, although the server agreed" in watched.text


def test_after_a_cancel_request() -> None:
    watched = Watched().client(CancelRequest(1, 2)).end(5, by_server=True)
    assert watched.text.startswith("5 bytes came after the CancelRequest (after the CancelRequest)")


@pytest.mark.parametrize("parameters", [(), (("user", ""),), (("database", "dev"),)])
def test_no_user(parameters: tuple[tuple[str, str], ...]) -> None:
    assert "it names no user" in Watched().client(StartupMessage(parameters)).text


def test_another_version() -> None:
    watched = Watched().client(StartupMessage((("user", "a"),), 2 << 16))
    assert "it asks for protocol 2.0" in watched.text


@pytest.mark.parametrize(
    "raw", [b"\0\0\0\x08\x04\xd2\0\0", b"\0\0\0\x05x", STARTUP.encode()[:-1] + b"x"]
)
def test_what_is_none_of_them(raw: bytes) -> None:
    watched = Watched().client(raw)
    assert watched.text.startswith("startup packet (message 1 of the client, as the first message)")
    assert "a connection begins with a StartupMessage" in watched.text


def test_a_tagged_message_is_none_of_them() -> None:
    watched = Watched()
    watched.inspector.frontend(Query("select 1").encode(), Query("select 1"), None)
    assert "it has a type byte" in watched.text


def test_what_came_together_with_a_request() -> None:
    watched = Watched().client(SSLRequest())
    watched.inspector.ahead(20)
    assert "20 bytes came together with the SSLRequest" in watched.text
    answered = Watched().client(GSSENCRequest()).server(b"N").client(STARTUP)
    answered.inspector.ahead(20)
    assert answered.found == []


def test_no_handshake_although_it_was_agreed() -> None:
    watched = Watched().client(SSLRequest()).server(b"S")
    watched.inspector.no_handshake()
    assert watched.text.startswith("the client goes on in plain text, although the server agreed")
