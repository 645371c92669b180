"""The formats of libpq's service file and password file. Reading them is the caller's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rs_driver.errors import InterfaceError

_FIELD = re.compile(r"((?:[^:\\]|\\.|\\\Z)*)(?::|\Z)")
_ESCAPE = re.compile(r"\\(.)")


def service_section(content: str, service: str) -> list[tuple[str, str]] | None:
    """The ``name=value`` lines of section ``[service]``; None where there is none."""
    found: list[tuple[str, str]] | None = None
    for number, raw in enumerate(content.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            if found is not None:
                return found
            found = [] if line == f"[{service}]" else None
        elif found is not None:
            name, equals, value = line.partition("=")
            if not equals or not name.strip():
                raise InterfaceError(f"line {number} of the service file does not read name=value")
            found.append((name.strip(), value.strip()))
    return found


def stored_password(content: str, host: str, port: int, database: str, user: str) -> str | None:
    """The password of the first line that matches, else None.

    A line is ``host:port:database:user:password``; ``*`` matches anything, and a
    backslash takes the meaning from a colon or a backslash.
    """
    wanted = (host, str(port), database, user)
    for fields in _password_lines(content):
        if all(map(_matches, fields[:4], wanted)):
            return _ESCAPE.sub(r"\1", fields[4])
    return None


def _matches(field: str, wanted: str) -> bool:
    return field == "*" or _ESCAPE.sub(r"\1", field) == wanted


def _password_lines(content: str) -> Iterator[list[str]]:
    for line in content.splitlines():
        if line and not line.startswith("#"):
            fields = _FIELD.findall(line)
            if len(fields) >= 5:
                yield fields
