"""The parameter ``options`` of a startup message: settings as a command line gives them."""

from __future__ import annotations

import re

from rs_driver_fakeserver.engine.port import SqlError

_WORD = re.compile(r"(?:\\.|[^\s\\])+", re.DOTALL)
"""What stands between blanks; a backslash takes what follows as it is."""
_SETTING = re.compile(r"(?:-c|--)([^=]+)=(.*)", re.DOTALL)


def settings(text: str) -> dict[str, str]:
    """What ``-c name=value``, ``-cname=value`` or ``--name=value`` set, in their order.

    SqlError 42601 for anything else that a server may take.
    """
    found: dict[str, str] = {}
    words = [re.sub(r"\\(.)", r"\1", word, flags=re.DOTALL) for word in _WORD.findall(text)]
    while words:
        word = words.pop(0)
        if word == "-c" and words:
            word += words.pop(0)
        said = _SETTING.fullmatch(word)
        if said is None:
            raise SqlError("42601", f"invalid command-line argument for server process: {word}")
        found[said[1].replace("-", "_")] = said[2]
    return found
