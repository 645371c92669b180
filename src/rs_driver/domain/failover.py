"""Several servers, of which the first that takes us is used.

The next one is tried where a server cannot be reached, TLS with it fails or it cannot take us
now; never after a password was refused, which the next one would be shown as well. The servers
share a deadline: each may use up its part of what is left, so that one that swallows every
packet leaves time for the others.
"""

from __future__ import annotations

from rs_driver.domain.retry import is_for_the_next, is_passing
from rs_driver.errors import Error, OperationalError, TlsError


class Failover:
    """One attempt to connect to one of ``count`` servers before ``deadline``."""

    def __init__(self, count: int, deadline: float | None) -> None:
        self._left = count
        self._deadline = deadline
        self._failures: list[Error] = []

    def deadline(self, now: float) -> float | None:
        """The instant until which the server whose turn it is may take."""
        if self._deadline is None:
            return None
        return now + (self._deadline - now) / self._left

    def failed(self, error: Error) -> Error | None:
        """The server whose turn it is has failed: None to try the next one, or what to raise."""
        self._left -= 1
        if not is_for_the_next(error):
            error.advice = error.advice or self._before()
            return error
        self._failures.append(error)
        if self._left:
            return None
        return self._all_failed() if len(self._failures) > 1 else error

    def _before(self) -> str | None:
        if not self._failures:
            return None
        return f"the servers before it could not take us: {self._told()}"

    def _all_failed(self) -> OperationalError:
        kind = OperationalError if any(map(is_passing, self._failures)) else TlsError
        summary = kind(f"none of {len(self._failures)} servers could take us: {self._told()}")
        summary.is_disconnect = True
        summary.retry_safe = all(error.retry_safe for error in self._failures)
        return summary

    def _told(self) -> str:
        """The first line of each error, which names its server."""
        return "; ".join(str(error).partition("\n")[0] for error in self._failures)
