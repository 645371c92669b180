"""Errors of a client that are the test's affair, too, such as an exception in its own function."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import PurePath
from typing import TypeVar

from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.problems import ProblemKind

_LONGEST = 500
_T = TypeVar("_T")


class Told(SqlError):
    """The client gets XX000, and the test a problem of this ``kind`` with this ``text``."""

    kind: ProblemKind = "unmatched"

    def __init__(self, message: str, detail: str | None = None, hint: str | None = None) -> None:
        super().__init__("XX000", message, detail, hint)
        self.text = "\n".join(part for part in (message, detail, hint) if part)


class FunctionFailed(Told):
    """A predicate or the function of an answer raised; the text names both."""

    kind = "internal"


def named(function: Callable[..., object]) -> str:
    """A function for messages: its name, and the place where a lambda has none."""
    name = getattr(function, "__name__", type(function).__name__)
    code = getattr(function, "__code__", None)
    if name != "<lambda>" or code is None:
        return str(name)
    return f"lambda at {PurePath(code.co_filename).name}:{code.co_firstlineno}"


def called(function: Callable[[], _T], name: str, about: str) -> _T:
    """What ``function`` gives. FunctionFailed for an exception of its own, but for SqlError."""
    try:
        return function()
    except SqlError:
        raise
    except Exception as error:  # the client gets an answer whatever a test's function raises
        said = f"{type(error).__name__}: {error}"[:_LONGEST]
        raise FunctionFailed(
            f"{name} of the rule about {about[:_LONGEST]} raised {said} (in {_place(error)})"
        ) from error


def _place(error: BaseException) -> str:
    """File and line of what raised it."""
    *_, last = traceback.walk_tb(error.__traceback__)
    frame, line = last
    return f"{PurePath(frame.f_code.co_filename).name}:{line}"
