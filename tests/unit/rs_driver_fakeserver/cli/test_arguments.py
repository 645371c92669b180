from __future__ import annotations

import pytest

from rs_driver_fakeserver.cli.arguments import serve_parser, verify_parser
from rs_driver_fakeserver.cli.failure import CliError


def test_defaults() -> None:
    found = serve_parser().parse_args([])
    assert (found.host, found.port, found.allow_remote) == ("127.0.0.1", 5439, False)
    assert (found.server, found.protocol, found.engine) == ("redshift", 2, None)
    assert (found.auth, found.user, found.password_env, found.tls) == ("trust", [], [], None)
    assert (found.record, found.replay, found.mode, found.upstream) == (None, None, None, None)
    assert (found.print_env, found.log, found.no_redact) == (False, False, False)


def test_everything() -> None:
    found = serve_parser().parse_args(
        "--port 0 --host ::1 --allow-remote --tls expired --script a.toml --engine duckdb "
        "--load a.sql --load b.sql --server postgres --protocol none --auth md5 --user a --user b "
        "--password-env A --password-env B --print-env --log".split()
    )
    assert (found.port, found.host, found.tls, found.protocol) == (0, "::1", "expired", None)
    assert (found.load, found.user, found.password_env) == (
        ["a.sql", "b.sql"],
        ["a", "b"],
        ["A", "B"],
    )
    assert serve_parser().parse_args(["--tls"]).tls == "good"
    verify = verify_parser().parse_args(["a.jsonl", "--user", "a", "--upstream", "h"])
    assert (verify.cassette, verify.user, verify.password_env) == ("a.jsonl", "a", "PGPASSWORD")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("--port x", "'x' is not a port"),
        ("--port 65536", "is not a port"),
        ("--port -1", "port"),
        ("--protocol 7", "'7' is not 0, 1, 2 or none"),
        ("--engine sqlite", "invalid choice"),
        ("--auth kerberos", "invalid choice"),
        ("--tls bad", "invalid choice"),
        ("--mode none", "invalid choice"),
        ("--password secret", "unrecognized arguments"),
        ("--rec x", "unrecognized arguments"),
        ("more", "unrecognized arguments: more"),
    ],
)
def test_what_is_wrong_raises(arguments: str, expected: str) -> None:
    with pytest.raises(CliError, match=expected):
        serve_parser().parse_args(arguments.split())


def test_what_a_comparison_needs() -> None:
    with pytest.raises(CliError, match="FILE, --user"):
        verify_parser().parse_args([])
