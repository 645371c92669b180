from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from rs_driver.wire.query import Query
from rs_driver_fakeserver.certificates.authority import CertificateAuthority
from rs_driver_fakeserver.cli.arguments import serve_parser, verify_parser
from rs_driver_fakeserver.cli.cassettes import context, run, run_verify, upstream
from rs_driver_fakeserver.cli.failure import CliError
from rs_driver_fakeserver.server import FakeServer
from support.cassettes import cassette, recorded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("h", ("h", 5439)),
        ("h:1", ("h", 1)),
        ("[::1]:7", ("::1", 7)),
        ("[::1]", ("::1", 5439)),
        ("::1", ("::1", 5439)),
        ("/tmp/s", "/tmp/s"),
    ],
)
def test_where_the_server_is(text: str, expected: object) -> None:
    assert upstream(text) == expected


@pytest.mark.parametrize("text", ["", ":1", "h:", "h:x", "h:0", "h:65536"])
def test_where_no_server_is(text: str) -> None:
    with pytest.raises(CliError, match="not HOST or HOST:PORT"):
        upstream(text)


def test_tls(tmp_path: Path) -> None:
    def given(*arguments: str) -> ssl.SSLContext | bool | None:
        return context(serve_parser().parse_args(list(arguments)))

    ca = tmp_path / "ca.pem"
    CertificateAuthority.create().write_ca(ca)
    assert given() is None
    assert given("--upstream-tls", "verify") is True
    assert given("--upstream-tls", "disable") is False
    found = given("--upstream-ca", str(ca))
    assert isinstance(found, ssl.SSLContext)
    assert found.verify_mode == ssl.CERT_REQUIRED
    with pytest.raises(CliError, match="of no use"):
        given("--upstream-ca", str(ca), "--upstream-tls", "disable")
    ca.write_text("nothing")
    with pytest.raises(CliError, match="no certificates in PEM"):
        given("--upstream-ca", str(ca))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("--record a --replay b", "do not go together"),
        ("--record a", "--record needs --upstream"),
        ("--replay a --upstream h", "not with --replay"),
        ("--replay a --mode once", "not with --replay"),
        ("--replay a --script s", "--script does not go with a cassette"),
        ("--replay a --engine duckdb", "--engine does not"),
        ("--replay a --auth md5", "--auth does not"),
        ("--replay a --user u", "--user does not"),
        ("--replay a --log", "--log does not"),
    ],
)
def test_what_does_not_go_together(arguments: str, expected: str) -> None:
    with pytest.raises(CliError, match=expected):
        run(serve_parser().parse_args(arguments.split()))


def test_comparing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cassette.jsonl"
    with FakeServer(policy="ignore") as server:
        server.when("select a").returns({"a": "int4"}, [(1,)])
        cassette(recorded(server, [Query("select a")])).save(path)
        where = f"{server.host}:{server.port}"
        arguments = verify_parser().parse_args([str(path), "--user", "bob", "--upstream", where])
        assert run_verify(arguments) == 0
        assert "no difference" in capsys.readouterr().out
        server.when("select a").returns({"a": "int8"}, [(1,)])
        assert run_verify(arguments) == 1
        assert "type of column a: recorded 23; live 20" in capsys.readouterr().out


def test_comparing_with_nothing(tmp_path: Path) -> None:
    with pytest.raises(CliError, match="verify needs --upstream"):
        run_verify(verify_parser().parse_args(["x", "--user", "a"]))
