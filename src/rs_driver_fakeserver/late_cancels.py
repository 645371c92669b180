"""How late a CancelRequest comes, where something stands between the client and the server."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LateCancels:
    """What ``FakeServer(late_cancels=...)`` takes: a proxy that holds CancelRequests back.

    ``turns``: a request is passed on with the first command (1), the second one (2) ... that
    the session begins after it; None: by ``FakeServer.release_cancels`` only. ``hangs_up``:
    the proxy hangs up on the client at once, as none should; else once it has passed it on.
    """

    turns: int | None = None
    hangs_up: bool = True

    def __post_init__(self) -> None:
        """TypeError or ValueError for arguments that make no sense."""
        turns: object = self.turns
        if turns is None:
            return
        if isinstance(turns, bool) or not isinstance(turns, int):
            raise TypeError(f"turns= takes a whole number or None, not {type(turns).__name__}")
        if turns < 1:
            raise ValueError(f"turns= is at least 1, not {turns}")
