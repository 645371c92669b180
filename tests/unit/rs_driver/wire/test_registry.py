from __future__ import annotations

from typing import Any

import pytest

from rs_driver.errors import RemoteProtocolError
from rs_driver.wire import auth, copy, query, redshift, results
from rs_driver.wire.base import Backend, Frontend
from rs_driver.wire.registry import BACKEND, FRONTEND, decode_backend, decode_frontend
from support.messages import concrete_messages


def test_every_message_of_a_server_is_registered() -> None:
    expected = {
        auth.AuthenticationRequest if issubclass(kind, auth.AuthenticationRequest) else kind
        for kind in concrete_messages()
        if issubclass(kind, Backend)
    }
    assert set(BACKEND.values()) == expected
    assert all(bytes([tag]) == kind.tag for tag, kind in BACKEND.items())


def test_every_tagged_message_of_a_client_is_registered_or_shares_its_tag() -> None:
    tagged = {kind for kind in concrete_messages() if issubclass(kind, Frontend) and kind.tag}
    by_phase: set[type[Frontend]] = {
        auth.SASLInitialResponse,
        auth.SASLResponse,
        redshift.DigestResponse,
    }
    assert set(FRONTEND.values()) == tagged - by_phase
    assert all(bytes([tag]) == kind.tag for tag, kind in FRONTEND.items())
    assert {kind.tag for kind in by_phase} == {b"p", b"d"}


@pytest.mark.parametrize("registry", [BACKEND, FRONTEND])
def test_the_registries_are_read_only(registry: Any) -> None:
    with pytest.raises(TypeError):
        registry[0] = copy.CopyData


def test_a_tag_means_another_message_from_each_side() -> None:
    assert decode_backend(ord("D"), b"\0\0") == results.DataRow(())
    assert decode_frontend(ord("D"), b"S\0") == query.Describe(b"S", "")


def test_an_authentication_request_is_chosen_by_its_code() -> None:
    assert decode_backend(ord("R"), b"\0\0\0\x05salt") == auth.AuthenticationMD5Password(b"salt")
    assert decode_backend(ord("R"), b"\0\0\0\x09x") == auth.AuthenticationOther(9, b"x")


def test_a_row_description_is_read_in_the_form_of_its_version() -> None:
    described = results.RowDescription((results.FieldDescription("n", schema="s"),), 2)
    body = described.encode()[5:]
    assert decode_backend(ord("T"), body, 2) == described
    with pytest.raises(RemoteProtocolError, match="malformed RowDescription"):
        decode_backend(ord("T"), body)


def test_a_p_message_is_what_the_phase_says() -> None:
    body = b"X\0\0\0\0\x01y"
    tag = ord("p")
    assert decode_frontend(tag, b"pw\0") == auth.PasswordMessage(b"pw")
    expected = auth.SASLInitialResponse("X", b"y")
    assert decode_frontend(tag, body, password_kind="sasl_initial") == expected
    assert decode_frontend(tag, body, password_kind="sasl_response") == auth.SASLResponse(body)


def test_a_d_message_is_what_the_phase_says() -> None:
    body = b"\0\0\0\x01d\0\0\0\x01n"
    assert decode_frontend(ord("d"), body) == copy.CopyData(body)
    expected = redshift.DigestResponse(b"d", b"n")
    assert decode_frontend(ord("d"), body, digest=True) == expected
    assert decode_frontend(ord("S"), b"", digest=True) == query.Sync()


def test_an_unknown_tag_is_refused() -> None:
    for tag in set(range(256)) - set(BACKEND):
        with pytest.raises(RemoteProtocolError, match="the server sent a message of unknown type"):
            decode_backend(tag, b"")
    for tag in set(range(256)) - set(FRONTEND):
        with pytest.raises(RemoteProtocolError, match="the client sent a message of unknown type"):
            decode_frontend(tag, b"")
