"""The connections that a CancelRequest can name."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable


class Backends:
    """Process ID and secret key to what cancels that connection's statement.

    ``lateness``: how many messages of the connection pass before a request strikes that was
    taken; 0: it strikes at once.
    """

    def __init__(self, entropy: Callable[[int], bytes], lateness: int = 0) -> None:
        if isinstance(lateness, bool) or not isinstance(lateness, int):
            kind = type(lateness).__name__
            raise TypeError(f"cancel_lateness= takes a number of messages, not {kind}")
        if lateness < 0:
            raise ValueError(f"cancel_lateness= is at least 0, not {lateness}")
        self._entropy = entropy
        self._lateness = lateness
        self._late: dict[int, int] = {}
        self._lock = threading.RLock()
        self._next = 1
        self._known: dict[int, tuple[int, Callable[[], None]]] = {}

    def register(self, cancel: Callable[[], None]) -> tuple[int, int]:
        """A process ID and a secret key for a new connection."""
        key = int.from_bytes(self._entropy(4), "big", signed=True)
        with self._lock:
            process_id, self._next = self._next, self._next % 0x7FFFFFFF + 1
            self._known[process_id] = (key, cancel)
        return process_id, key

    def forget(self, process_id: int) -> None:
        """The connection is gone."""
        with self._lock:
            self._known.pop(process_id, None)
            self._late.pop(process_id, None)

    def cancel(self, process_id: int, key: int) -> bool:
        """Cancel what the connection is doing, or will do; False if there is none with this
        key."""
        with self._lock:
            known, cancel = self._known.get(process_id, (0, None))
        sent, expected = (number.to_bytes(4, "big", signed=True) for number in (key, known))
        if cancel is None or not hmac.compare_digest(sent, expected):
            return False
        if self._lateness:
            with self._lock:
                self._late[process_id] = self._lateness
        else:
            cancel()
        return True

    def heard(self, process_id: int) -> None:
        """A message of the connection has come: one less for a request that is late."""
        with self._lock:
            if not (left := self._late.pop(process_id, 0)):
                return
            if left > 1:
                self._late[process_id] = left - 1
                return
            _, cancel = self._known[process_id]
        cancel()
