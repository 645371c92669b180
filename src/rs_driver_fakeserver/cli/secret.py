"""Passwords: from the environment or from the terminal, never from the command line."""

from __future__ import annotations

import getpass
import os
import sys

from rs_driver_fakeserver.cli.failure import CliError


def secret(variable: str, whose: str) -> str:
    """What ``variable`` holds, or what somebody types. CliError where nobody can."""
    found = os.environ.get(variable)
    if found is None:
        if not sys.stdin.isatty():
            raise CliError(f"no password for {whose}: set the environment variable {variable}")
        try:
            found = getpass.getpass(f"Password for {whose}: ")
        except (EOFError, KeyboardInterrupt):
            raise CliError(f"no password for {whose}") from None
    if not found:
        raise CliError(f"the password for {whose} is empty")
    return found


def secret_if_any(variable: str, whose: str) -> str | None:
    """The same; None where nobody can be asked, for servers that ask for none."""
    if variable not in os.environ and not sys.stdin.isatty():
        return None
    return secret(variable, whose)
