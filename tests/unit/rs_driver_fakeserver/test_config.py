from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest

from rs_driver_fakeserver.auth.methods import Auth
from rs_driver_fakeserver.auth.trust import Trust
from rs_driver_fakeserver.config import ServerConfig
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.faults import ErrorMidRows
from rs_driver_fakeserver.protocol.tls_answer import TlsAnswer
from rs_driver_fakeserver.server import FakeServer


def test_the_defaults_are_a_redshift_that_trusts_everybody() -> None:
    config = ServerConfig()
    assert (config.kind, config.protocol, config.auth) == ("redshift", 2, Trust())
    assert config.entropy(16) != config.entropy(16)


def test_it_cannot_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ServerConfig().protocol = 1  # type: ignore[misc]  # what is tested


@pytest.mark.parametrize(
    "auth",
    ["md5", {"alice": "Secret1!"}, True, Auth.md5, Trust, b"", 0],
    ids=["name", "logins", "bool", "method of Auth", "class", "bytes", "int"],
)
def test_a_method_of_login_that_is_none(auth: Any) -> None:
    with pytest.raises(TypeError, match=r"auth= takes .*Auth\.md5\(\{'alice'") as caught:
        ServerConfig(auth=auth)
    assert "Secret1!" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"kind": "Redshift"}, ValueError, "server= takes one of ('redshift', 'postgres')"),
        ({"kind": None}, TypeError, "server= takes one of ('redshift', 'postgres')"),
        ({"varbyte_text": "base64"}, ValueError, "varbyte_text= takes one of ('hex', 'raw')"),
        ({"protocol": "2"}, TypeError, "protocol= takes 0, 1, 2, None or a Protocol, not str"),
        ({"protocol": True}, TypeError, "protocol= takes 0, 1, 2, None or a Protocol, not bool"),
        (
            {"tls_answer": "N"},
            TypeError,
            "tls_answer= takes a TlsAnswer such as TlsAnswer.refuse()",
        ),
        ({"late_cancels": 2}, TypeError, "late_cancels= takes LateCancels(...) or None, not int"),
        ({"tls_answer": TlsAnswer}, TypeError, "not the class TlsAnswer"),
        ({"tls_answer": TlsAnswer.inject(b"x")}, ValueError, "needs tls=, too"),
        ({"tls_answer": TlsAnswer.stall_handshake()}, ValueError, "needs tls=, too"),
    ],
)
def test_other_options_that_are_wrong(options: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=re.escape(message)):
        ServerConfig(**options)


def test_answers_to_an_ssl_request() -> None:
    assert ServerConfig(tls_answer=TlsAnswer.garbage()).tls_answer == TlsAnswer.garbage()
    assert ServerConfig(tls_answer=TlsAnswer.inject(b"x"), offers_tls=True).offers_tls


def test_without_tls_there_is_nothing_to_bind_to() -> None:
    assert ServerConfig().tls_server_end_point() is None


def test_the_dialect_of_its_connections() -> None:
    assert ServerConfig(kind="postgres").dialect == Dialect("postgres")
    assert ServerConfig(varbyte_text="raw").dialect == Dialect(varbyte_text="raw")


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"databases": "prod"}, TypeError, "databases= takes a list of names, not str"),
        ({"databases": 7}, TypeError, "databases= takes a list of names, not int"),
        ({"databases": [7]}, TypeError, "databases= takes a list of names: each is a str"),
        ({"databases": []}, ValueError, "databases= is empty"),
        ({"parameters": {"a": 1}}, TypeError, "parameters= takes texts: 'a' is not to be int"),
        ({"parameters": {1: "a"}}, TypeError, "parameters= takes texts: 1 "),
        ({"parameters": ["a"]}, TypeError, "parameters= takes a dict of settings, not list"),
        (
            {"faults": ErrorMidRows()},
            TypeError,
            "takes a list, such as [ErrorMidRows(...)]",
        ),
        ({"faults": [ErrorMidRows]}, TypeError, "a fault is an object: write ErrorMidRows(...)"),
        ({"faults": ["Reset"]}, TypeError, "str is not a fault"),
    ],
)
def test_options_that_are_wrong_in_the_line_that_makes_the_server(
    options: Any, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=re.escape(message)):
        FakeServer(**options)
