"""What ends the command: one line for people, and exit code 2."""

from __future__ import annotations

EXIT_OK, EXIT_DRIFT, EXIT_FAILURE = 0, 1, 2


class CliError(Exception):
    """The command cannot do what it is asked. The text says why, in one line."""

    def __str__(self) -> str:
        return " ".join(super().__str__().split())
