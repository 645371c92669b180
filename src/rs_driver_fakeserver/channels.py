"""Who listens to what: NOTIFY of one session reaches the others of its server."""

from __future__ import annotations

import threading
from typing import Protocol

from rs_driver.wire.control import NotificationResponse


class Listener(Protocol):
    """A session that can be told something: ``client.Client``."""

    def hear(self, message: NotificationResponse) -> None:
        """From any thread: say this once it is in no transaction."""


class ChannelRegistry:
    """The listeners of one server, by database and channel. Used from several threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._listeners: dict[tuple[str, str], list[Listener]] = {}

    def listen(self, database: str, channel: str, listener: Listener) -> None:
        """From now on it hears this channel; once, however often this is said."""
        with self._lock:
            listeners = self._listeners.setdefault((database, channel), [])
            if not any(known is listener for known in listeners):
                listeners.append(listener)

    def unlisten(self, database: str, channel: str | None, listener: Listener) -> None:
        """It does not any more; ``channel`` None: any of them."""
        with self._lock:
            for key, listeners in list(self._listeners.items()):
                if key == (database, channel) or channel is None:
                    listeners[:] = [known for known in listeners if known is not listener]
                    if not listeners:
                        del self._listeners[key]

    def notify(self, database: str, message: NotificationResponse) -> None:
        """Tell everybody who listens."""
        with self._lock:
            listeners = list(self._listeners.get((database, message.channel), ()))
        for listener in listeners:
            listener.hear(message)
