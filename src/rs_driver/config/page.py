"""The page ``docs/options.md``, made from the option table.

python -m rs_driver.config.page > docs/options.md
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

from rs_driver.config.options import OPTIONS, Option

_INTRODUCTION = """\
# Options of `connect`

This page is generated from the table in `src/rs_driver/config/options.py`:
`python -m rs_driver.config.page > docs/options.md`.

An option can be a keyword argument of `connect`. Those marked with a dagger (†) take Python
objects and can be nothing else; every other one can also stand in the DSN (as an item of
`name=value ...`, or behind the `?` of a URL), in a section of a service file, and in the
environment: as `REDSHIFT_` and its name in capitals (`REDSHIFT_HOST`, `REDSHIFT_PASSWORD`), or
as libpq's variable where one is named here. Where several say something, keyword arguments
come before the DSN, then the service file, then `REDSHIFT_*`, then `PG*`, and last, for the
password alone, the password file. `None` and empty text mean "not given".

A value that is marked secret appears in no `repr`, log or exception.

| option | also | type | default | environment | meaning |
|---|---|---|---|---|---|
"""


def options_page() -> str:
    """The whole page, in Markdown."""
    return _INTRODUCTION + "".join(map(_row, OPTIONS))


def _row(option: Option) -> str:
    name = f"`{option.name}`" + ("" if option.textual or option.name == "dsn" else " †")
    aliases = ", ".join(f"`{alias}`" for alias in option.aliases)
    env = f"`{option.env}`" if option.env else ""
    text = option.help + (" *Secret.*" if option.secret else "")
    cells = (name, aliases, option.kind, _default(option.default), env, text)
    return f"| {' | '.join(cells)} |\n"


def _default(value: object) -> str:
    if value is None or (isinstance(value, (Mapping, tuple)) and not value):
        return ""
    return f"`{value}`" if isinstance(value, str) else f"`{value!r}`"


if __name__ == "__main__":
    sys.stdout.write(options_page())
