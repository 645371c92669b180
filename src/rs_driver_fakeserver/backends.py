"""The connections that a CancelRequest can name, and the requests that are held back."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from rs_driver_fakeserver.late_cancels import LateCancels

Call = Callable[[], None]


@dataclass(eq=False)
class _Held:
    """A request that comes late. ``left``: turns until then; None: it has to be released."""

    left: int | None
    passed_on: Call


@dataclass
class _Backend:
    key: int
    cancel: Call
    excuse: Call
    held: list[_Held] = field(default_factory=list)


def _nothing() -> None:
    """Where nobody wants to be told."""


class Backends:
    """Process ID and secret key to what cancels that connection's statement.

    ``late``: how late a request gets there; None: at once.
    """

    def __init__(self, entropy: Callable[[int], bytes], late: LateCancels | None = None) -> None:
        self._entropy = entropy
        self._late = late
        self._lock = threading.RLock()
        self._next = 1
        self._known: dict[int, _Backend] = {}

    def register(self, cancel: Call, excuse: Call = _nothing) -> tuple[int, int]:
        """A process ID and a secret key for a new connection. ``excuse`` is called when a
        request is held back for it: a client may then go as it likes."""
        key = int.from_bytes(self._entropy(4), "big", signed=True)
        with self._lock:
            process_id, self._next = self._next, self._next % 0x7FFFFFFF + 1
            self._known[process_id] = _Backend(key, cancel, excuse)
        return process_id, key

    def forget(self, process_id: int) -> None:
        """The connection is gone, and what was held back for it."""
        with self._lock:
            gone = self._known.pop(process_id, None)
        for request in gone.held if gone is not None else ():
            request.passed_on()

    def cancel(self, process_id: int, key: int, passed_on: Call = _nothing) -> bool:
        """Cancel what the connection is doing, at once or late; False if there is none with
        this key. ``passed_on`` is called when nothing is held back any more."""
        with self._lock:
            found = self._known.get(process_id)
            sent, expected = (_bytes(number) for number in (key, found.key if found else 0))
            if found is None or not hmac.compare_digest(sent, expected):
                passed_on()
                return False
            if self._late is not None:
                found.held.append(_Held(self._late.turns, passed_on))
                found.excuse()
                return True
        found.cancel()
        passed_on()
        return True

    def turn(self, process_id: int) -> None:
        """The connection begins a command: what was held back until then strikes it."""
        with self._lock:
            found = self._known.get(process_id)
            due: list[_Held] = []
            for request in found.held if found is not None else ():
                if request.left is not None:
                    request.left -= 1
                    due += [request] if request.left == 0 else []
        if found is not None:
            self._pass_on(found, due)

    def release(self) -> int:
        """Pass on all that is held back: how many requests that were."""
        with self._lock:
            waiting = [(found, list(found.held)) for found in self._known.values()]
        return sum(self._pass_on(found, requests) for found, requests in waiting)

    def _pass_on(self, found: _Backend, requests: list[_Held]) -> int:
        with self._lock:
            mine = [request for request in requests if request in found.held]
            found.held = [request for request in found.held if request not in mine]
        for request in mine:
            found.cancel()
            request.passed_on()
        return len(mine)


def _bytes(number: int) -> bytes:
    return number.to_bytes(4, "big", signed=True)
