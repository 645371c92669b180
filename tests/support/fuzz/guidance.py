"""Which inputs reach code that none before them did: worth starting from again.

By ``sys.monitoring``, of Python 3.12 and newer, where a line that was reached once costs
nothing any more. With an older Python nothing is ever new, and the seeds alone are changed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType
from typing import Any

from support.sources import SRC

_TOOL = 4  # one of those that no debugger or profiler claims


class Guidance:
    """``news()``: whether lines of ours were reached since the last call for the first time.
    ``enough``: what a callback gives to hear no more of a line."""

    def __init__(self, enough: object = None) -> None:
        self.enough = enough
        self._count = 0
        self._told = 0

    def news(self) -> bool:
        found, self._told = self._count > self._told, self._count
        return found

    def reached(self, code: CodeType, _line: int) -> Any:
        """The callback: counts, and asks not to hear of this line again."""
        if code.co_filename.startswith(str(SRC)):
            self._count += 1
        return self.enough


@contextmanager
def guidance() -> Iterator[Guidance]:
    """One that watches within the block."""
    monitoring: Any = getattr(sys, "monitoring", None)
    if monitoring is None:
        yield Guidance()
        return
    guide = Guidance(monitoring.DISABLE)
    monitoring.use_tool_id(_TOOL, "fuzz")
    monitoring.register_callback(_TOOL, monitoring.events.LINE, guide.reached)
    monitoring.set_events(_TOOL, monitoring.events.LINE)
    try:
        yield guide
    finally:
        monitoring.set_events(_TOOL, 0)
        monitoring.free_tool_id(_TOOL)
