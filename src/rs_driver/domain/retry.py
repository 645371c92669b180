"""When to try again, and after how long. The shells sleep.

What failed to connect is worth another try where time may mend it: the server cannot be
reached, the connection was lost during the login, the server is starting (57P03), stopping
(57P01, 57P02) or has too many connections (53300). Nothing has run by then, so nothing can run
twice. A refused password, a certificate that does not fit or an option that makes no sense are
the same in a minute.
"""

from __future__ import annotations

from collections.abc import Callable

from rs_driver.config.retry import Retry
from rs_driver.errors import Error, InterfaceError, RemoteProtocolError, TlsError

NOT_NOW = frozenset(("53300", "57P01", "57P02", "57P03"))
"""SQLSTATEs of a server that cannot take us now."""

_MOST_DOUBLINGS = 64


def is_passing(error: Error) -> bool:
    """Whether ``error``, of an attempt to connect, may be over in a while."""
    if error.fields:  # the server has spoken
        return error.sqlstate in NOT_NOW
    lasting = (InterfaceError, RemoteProtocolError, TlsError)
    return error.is_disconnect and not isinstance(error, lasting)


def is_for_the_next(error: Error) -> bool:
    """Whether another server may take us where this one failed with ``error``."""
    return is_passing(error) or isinstance(error, TlsError)


def backoff(attempt: int, first: float, longest: float) -> float:
    """Seconds to wait after so many attempts, from 1: each time twice as long."""
    return min(first * 2.0 ** min(attempt - 1, _MOST_DOUBLINGS), longest)


def wait_after(
    error: Error, attempt: int, retry: Retry, chance: Callable[[], float]
) -> float | None:
    """Seconds to wait after that attempt, from 1, failed with ``error``; None to give up.

    ``chance`` gives numbers from 0 to 1.
    """
    if attempt >= retry.attempts or not is_passing(error):
        return None
    return backoff(attempt, retry.first, retry.longest) * (1 - retry.jitter * chance())
