"""The connections that a CancelRequest can name."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable


class Backends:
    """Process ID and secret key to what cancels that connection's statement."""

    def __init__(self, entropy: Callable[[int], bytes]) -> None:
        self._entropy = entropy
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

    def cancel(self, process_id: int, key: int) -> bool:
        """Cancel what the connection is doing; False if there is none with this key."""
        with self._lock:
            known, cancel = self._known.get(process_id, (0, None))
        sent, expected = (number.to_bytes(4, "big", signed=True) for number in (key, known))
        if cancel is None or not hmac.compare_digest(sent, expected):
            return False
        cancel()
        return True
