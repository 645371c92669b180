"""What becomes of an exception in a test's own function."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import TypeVar

from rs_driver_fakeserver.engine.port import SqlError

_LONGEST = 500
_T = TypeVar("_T")


class FunctionFailed(SqlError):
    """A predicate or the function of an answer raised; the client gets XX000, the test a problem.

    ``text`` names the function and the exception.
    """

    def __init__(self, text: str) -> None:
        super().__init__("XX000", text)
        self.text = text


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
        raise FunctionFailed(f"{name} of the rule about {about} raised {said}") from error
