"""What every suite is: a class that pytest collects once it has been subclassed.

Each test has a limit of time, as an adapter under test may hang: its body runs in a daemon
thread, and a test that is not done in time fails with the place where it hangs.
"""

from __future__ import annotations

import functools
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

_PACKAGE = __name__.rpartition(".")[0]


class Suite:
    """The base of the suites. ``patience``: seconds that one test may take.

    ``__test__`` keeps pytest from collecting the suites themselves, however they are
    imported. A subclass outside of this package is collected by its name, like any other
    class. No suite is an ``ABC``: pytest passes over those without a word.
    """

    __test__: int = False
    patience = 20.0

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        ours = cls.__module__.startswith(f"{_PACKAGE}.")
        if not ours and "__test__" not in cls.__dict__:
            cls.__test__ = 1  # not True, which would collect it whatever its name

    def soon(self) -> float:
        """A deadline that an adapter which does its work does not meet."""
        return time.monotonic() + self.patience


def missing(override: str) -> TypeError:
    """The error for a suite without what its user has to write."""
    return TypeError(f"a subclass of the conformance suite has to override {override}")


S = TypeVar("S", bound=Suite)
P = ParamSpec("P")


def bounded(test: Callable[Concatenate[S, P], None]) -> Callable[Concatenate[S, P], None]:
    """A test that fails after the suite's ``patience``, and does not hang the session."""

    def run(self: S, /, *args: P.args, **kwargs: P.kwargs) -> None:
        within(self.patience, lambda: test(self, *args, **kwargs))

    functools.update_wrapper(run, test)
    return run


def within(seconds: float, call: Callable[[], None]) -> None:
    """Run ``call`` in a thread of its own; what it raises is raised here.

    AssertionError, with the thread's stack, if it takes longer. The thread is left to
    itself then.
    """
    raised: list[BaseException] = []

    def work() -> None:
        try:
            call()
        except BaseException as error:  # noqa: BLE001  (it is looked at where it is awaited)
            raised.append(error)

    thread = threading.Thread(target=work, name="rs_driver conformance", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        frame = sys._current_frames().get(thread.ident or 0)  # noqa: SLF001  (it is public all the same)
        where = "".join(traceback.format_stack(frame)[-4:])
        raise AssertionError(f"it still hangs after {seconds} s, here:\n{where}")
    if raised:
        raise raised[0]
