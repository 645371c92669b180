"""What ``python -m rs_driver_fakeserver`` does with its arguments."""

from __future__ import annotations

from collections.abc import Sequence

from rs_driver_fakeserver.cli import cassettes, fake
from rs_driver_fakeserver.cli.arguments import PROG, serve_parser, verify_parser
from rs_driver_fakeserver.cli.failure import EXIT_FAILURE, EXIT_OK, CliError
from rs_driver_fakeserver.cli.serving import say
from rs_driver_fakeserver.recording.upstream import is_loopback


def main(argv: Sequence[str]) -> int:
    """Run the command; the exit code: 0, 1 for drift, 2 with a line on stderr for errors."""
    try:
        if argv and argv[0] == "verify":
            return cassettes.run_verify(verify_parser().parse_args(argv[1:]))
        return _serve(argv)
    except (CliError, OSError, ValueError) as error:
        say(f"{PROG}: {' '.join(_reason(error).split())}")
        return EXIT_FAILURE


def _reason(error: Exception) -> str:
    """In words, without the number of an OSError."""
    if not isinstance(error, OSError) or error.strerror is None:
        return str(error)
    return f"{error.filename}: {error.strerror}" if error.filename else error.strerror


def _serve(argv: Sequence[str]) -> int:
    arguments = serve_parser().parse_args(argv)
    if not arguments.allow_remote and not is_loopback(arguments.host):
        raise CliError(
            f"--host {arguments.host} may be one that others can reach, and a fake server keeps "
            "nobody out: say --allow-remote if that is what you want"
        )
    if arguments.record or arguments.replay:
        cassettes.run(arguments)
        return EXIT_OK
    if arguments.upstream or arguments.mode or arguments.no_redact:
        raise CliError("--upstream, --mode and --no-redact go with --record")
    fake.run(arguments)
    return EXIT_OK
