"""``--record``, ``--replay`` and ``verify``: the command with a cassette."""

from __future__ import annotations

import argparse
import ssl
from pathlib import Path

from rs_driver_fakeserver.cli.arguments import DEFAULT_PORT
from rs_driver_fakeserver.cli.failure import EXIT_DRIFT, EXIT_OK, CliError
from rs_driver_fakeserver.cli.secret import secret_if_any
from rs_driver_fakeserver.cli.serving import say, serve
from rs_driver_fakeserver.recording.cassette import Cassette
from rs_driver_fakeserver.recording.cassette_server import CassetteServer, Mode
from rs_driver_fakeserver.recording.verification import verify

_NOT_WITH = ("script", "engine", "load", "user", "password_env")


def run(arguments: argparse.Namespace) -> None:
    """Record or replay until the end. CliError, OSError or ValueError where it cannot begin."""
    _check(arguments)
    server = CassetteServer(
        arguments.record or arguments.replay,
        _mode(arguments),
        upstream=upstream(arguments.upstream) if arguments.record else None,
        upstream_tls=context(arguments) if arguments.record else None,
        tls=arguments.tls or False,
        redact=not arguments.no_redact,
        host=arguments.host,
        port=arguments.port,
    )
    try:
        serve(server, host=arguments.host, print_env=arguments.print_env)
    finally:
        server.close()
    for problem in server.problems:
        say(str(problem))


def _check(arguments: argparse.Namespace) -> None:
    if arguments.record and arguments.replay:
        raise CliError("--record and --replay do not go together")
    if arguments.replay and (arguments.upstream or arguments.mode or arguments.no_redact):
        raise CliError("--upstream, --mode and --no-redact go with --record, not with --replay")
    if arguments.record and not arguments.upstream:
        raise CliError("--record needs --upstream")
    for name in _NOT_WITH:
        if getattr(arguments, name):
            raise CliError(f"--{name.replace('_', '-')} does not go with a cassette")
    if arguments.auth != "trust":
        raise CliError("--auth does not go with a cassette: the real server decides")
    if arguments.log:
        raise CliError("--log does not go with a cassette, which is one")


def _mode(arguments: argparse.Namespace) -> Mode:
    if arguments.replay:
        return "none"
    mode: Mode = arguments.mode or "all"
    return mode


def upstream(text: str) -> tuple[str, int] | str:
    """``host``, ``host:port``, ``[::1]:port``, or the path of a Unix socket."""
    if "/" in text:
        return text
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]") or (":" in host and not host.endswith("]")):
        host, port = text, str(DEFAULT_PORT)
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise CliError(f"--upstream {text}: not HOST or HOST:PORT")
    return host, int(port)


def context(arguments: argparse.Namespace) -> ssl.SSLContext | bool | None:
    """What ``Upstream`` takes for TLS."""
    if arguments.upstream_tls == "disable":
        if arguments.upstream_ca:
            raise CliError("--upstream-ca is of no use with --upstream-tls disable")
        return False
    if arguments.upstream_ca:
        try:
            return ssl.create_default_context(cafile=arguments.upstream_ca)
        except ssl.SSLError as error:
            raise CliError(f"{arguments.upstream_ca}: no certificates in PEM") from error
    return True if arguments.upstream_tls == "verify" else None


def run_verify(arguments: argparse.Namespace) -> int:
    """Compare, print the report, and give the exit code."""
    if not arguments.upstream:
        raise CliError("verify needs --upstream")
    cassette = Cassette.load(Path(arguments.cassette))
    result = verify(
        cassette,
        upstream(arguments.upstream),
        user=arguments.user,
        database=arguments.database,
        password=secret_if_any(arguments.password_env, arguments.user),
        upstream_tls=context(arguments),
        data=arguments.data,
    )
    print(result)  # noqa: T201  (the answer of the command)
    return EXIT_DRIFT if result.drifts else EXIT_OK
