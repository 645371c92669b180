"""The arguments of the command line."""

from __future__ import annotations

import argparse
from typing import NoReturn, get_args

from rs_driver_fakeserver.certificates.authority import KINDS
from rs_driver_fakeserver.cli.failure import CliError
from rs_driver_fakeserver.dialect import ServerKind

PROG = "rs_driver_fakeserver"
DEFAULT_PORT = 5439
PASSWORD_VARIABLE = "FAKESERVER_PASSWORD"  # noqa: S105  (the name of a variable)
AUTHS = ("trust", "cleartext", "md5", "scram", "digest", "token", "iam")
MODES = ("all", "once", "new")


class _Parser(argparse.ArgumentParser):
    """Raises instead of printing the usage and leaving."""

    def error(self, message: str) -> NoReturn:
        raise CliError(message)


def serve_parser() -> argparse.ArgumentParser:
    """Those of the server."""
    parser = _Parser(
        prog=f"python -m {PROG}",
        description="A fake Amazon Redshift. It serves until SIGINT or SIGTERM.",
        epilog=f"'python -m {PROG} verify --help' compares a cassette with a live server.",
        allow_abbrev=False,
    )
    _add_listening(parser)
    _add_answers(parser)
    _add_logins(parser)
    _add_cassettes(parser)
    parser.add_argument(
        "--print-env", action="store_true", help="print 'export PGHOST=...' lines for a shell"
    )
    parser.add_argument(
        "--log", action="store_true", help="write the conversations to stderr, without secrets"
    )
    return parser


def _add_listening(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("where it listens")
    group.add_argument(
        "--port", type=_port, default=DEFAULT_PORT, help="0: a free one (default: %(default)s)"
    )
    group.add_argument("--host", default="127.0.0.1", help="default: %(default)s")
    group.add_argument(
        "--allow-remote", action="store_true", help="let --host be one that others can reach"
    )
    group.add_argument(
        "--tls",
        nargs="?",
        const="good",
        choices=KINDS,
        help="offer TLS, with a certificate made for this run (default: a good one)",
    )


def _add_answers(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what it answers")
    group.add_argument("--script", metavar="FILE", help="rules: TOML, or JSON by its name .json")
    group.add_argument("--engine", choices=("duckdb",), help="run the SQL that no rule answers")
    group.add_argument(
        "--load", metavar="FILE", action="append", default=[], help="SQL that the engine runs first"
    )
    group.add_argument(
        "--server", choices=get_args(ServerKind), default="redshift", help="which one it plays"
    )
    group.add_argument(
        "--protocol",
        type=_protocol,
        default=2,
        metavar="{0,1,2,none}",
        help="the newest Redshift protocol that it speaks; none: it never names one",
    )


def _add_logins(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("who may log in")
    group.add_argument("--auth", choices=AUTHS, default="trust", help="default: %(default)s")
    group.add_argument(
        "--user", metavar="NAME", action="append", default=[], help="may be given several times"
    )
    group.add_argument(
        "--password-env",
        metavar="VARIABLE",
        action="append",
        default=[],
        help="the environment variable with the password or token, one for each --user "
        f"(default: {PASSWORD_VARIABLE}; where it is not set, a prompt asks)",
    )


def _add_cassettes(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("record and replay")
    group.add_argument("--record", metavar="FILE", help="record what --upstream says")
    group.add_argument("--replay", metavar="FILE", help="say what was recorded, and nothing else")
    group.add_argument(
        "--mode",
        choices=MODES,
        help="for --record: all anew (default), once if there is no file, or what is new",
    )
    group.add_argument("--no-redact", action="store_true", help="keep names and secrets")
    add_upstream(group)


def add_upstream(group: argparse._ArgumentGroup) -> None:
    """Those that say where a real server is."""
    group.add_argument("--upstream", metavar="HOST[:PORT]", help=f"default port: {DEFAULT_PORT}")
    group.add_argument(
        "--upstream-tls",
        choices=("verify", "disable"),
        help="default: verify, but for a server on this machine",
    )
    group.add_argument("--upstream-ca", metavar="FILE", help="roots to trust, in PEM")


def verify_parser() -> argparse.ArgumentParser:
    """Those of the comparison."""
    parser = _Parser(
        prog=f"python -m {PROG} verify",
        description="Say what a cassette's clients said to a live server, and report drift. "
        "The statements run again: use a server whose data may change.",
        epilog="exit code: 0 no difference, 1 differences, 2 it could not be done",
        allow_abbrev=False,
    )
    parser.add_argument("cassette", metavar="FILE")
    parser.add_argument("--user", metavar="NAME", required=True)
    parser.add_argument("--database", metavar="NAME", help="default: the user's name")
    parser.add_argument(
        "--password-env",
        metavar="VARIABLE",
        default="PGPASSWORD",
        help="the environment variable with the password (default: %(default)s; where it is "
        "not set, a prompt asks)",
    )
    parser.add_argument("--data", action="store_true", help="compare rows and counts, too")
    add_upstream(parser.add_argument_group("the live server"))
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: 0 to 65535")
    return int(text)


def _protocol(text: str) -> int | None:
    if text == "none":
        return None
    if text not in ("0", "1", "2"):
        raise argparse.ArgumentTypeError(f"{text!r} is not 0, 1, 2 or none")
    return int(text)
