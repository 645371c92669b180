"""``--print-env``: where the server is, for a shell to evaluate."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

_VARIABLES: Mapping[str, str] = MappingProxyType(
    {
        "host": "PGHOST",
        "port": "PGPORT",
        "user": "PGUSER",
        "database": "PGDATABASE",
        "sslmode": "PGSSLMODE",
        "sslrootcert": "PGSSLROOTCERT",
    }
)
"""The password is not among them: whoever started the server has it."""


def exports(connect_kwargs: Mapping[str, Any]) -> Iterator[str]:
    """The lines, without their ends."""
    for name, variable in _VARIABLES.items():
        if name in connect_kwargs:
            yield f"export {variable}={shlex.quote(str(connect_kwargs[name]))}"
