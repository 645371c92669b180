"""Serves until a signal says that it is enough."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Protocol

from rs_driver_fakeserver.cli.environment import exports

_INTERVAL = 0.25
"""Seconds between two looks at what is to be logged."""


class Server(Protocol):
    """What is served."""

    @property
    def port(self) -> int:
        """Where it listens."""

    def connect_kwargs(self) -> dict[str, Any]:
        """How a client gets in."""


def serve(
    server: Server, *, host: str, print_env: bool, look: Callable[[], None] | None = None
) -> None:
    """Say on stdout that it listens on ``host``, and wait.

    ``look`` is called again and again meanwhile.
    """
    with _enough() as enough:
        ready = f"listening on {host}:{server.port}"
        if print_env:
            for line in exports(server.connect_kwargs()):
                print(line)  # noqa: T201  (the answer of the command)
            ready = f"# {ready}"
        print(ready, flush=True)  # noqa: T201  (the same)
        while not enough.wait(_INTERVAL):
            if look is not None:
                look()
        if look is not None:
            look()


@contextmanager
def _enough() -> Iterator[threading.Event]:
    """An event that SIGINT and SIGTERM set; once more, and they do as they always do."""
    enough = threading.Event()
    before: dict[signal.Signals, Any] = {}

    def stop(number: int, frame: FrameType | None) -> None:
        del frame
        enough.set()
        signal.signal(number, before[signal.Signals(number)])

    for number in (signal.SIGINT, signal.SIGTERM):
        before[number] = signal.signal(number, stop)
    try:
        yield enough
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def say(text: str) -> None:
    """A line on stderr."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201  (the command's own voice)
