"""The command without a cassette: a ``FakeServer`` made of arguments."""

from __future__ import annotations

import argparse
from pathlib import Path

from rs_driver_fakeserver.cli import script_file, script_rules
from rs_driver_fakeserver.cli.failure import CliError
from rs_driver_fakeserver.cli.following import Follower
from rs_driver_fakeserver.cli.logins import method
from rs_driver_fakeserver.cli.serving import say, serve
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.server import FakeServer


def run(arguments: argparse.Namespace) -> None:
    """Serve until the end. CliError or OSError where that cannot begin."""
    server = _server(arguments)
    try:
        if arguments.script:
            script_rules.apply(server, script_file.read(arguments.script), arguments.script)
        for name in arguments.load:
            _load(server, name)
        look = Follower(server.log, say).look if arguments.log else None
        serve(server, host=arguments.host, print_env=arguments.print_env, look=look)
        for problem in server.problems:
            say(str(problem))
    finally:
        server.close()


def _server(arguments: argparse.Namespace) -> FakeServer:
    if arguments.load and not arguments.engine:
        raise CliError("--load needs --engine: nothing else runs SQL")
    try:
        return FakeServer(
            auth=method(arguments.auth, arguments.user, arguments.password_env),
            tls=arguments.tls or False,
            server=arguments.server,
            protocol=arguments.protocol,
            engine=arguments.engine,
            host=arguments.host,
            port=arguments.port,
            policy="ignore",  # ``run`` says what there is
        )
    except ImportError as error:
        raise CliError(f"--engine {arguments.engine}: {error}") from error


def _load(server: FakeServer, name: str) -> None:
    try:
        server.run(Path(name).read_text(encoding="utf-8"))
    except SqlError as error:
        raise CliError(f"{name}: {error}") from error
    except UnicodeDecodeError as error:
        raise CliError(f"{name}: it is not UTF-8") from error
