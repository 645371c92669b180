"""Host names to socket addresses, within a deadline."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Union

from rs_driver.adapters.transport.readiness import remaining
from rs_driver.adapters.transport.sockets import (
    Address,
    SocketAddress,
    TcpOptions,
    disconnected,
    reason,
)
from rs_driver.errors import NotSupportedError

Outcome = Union[list[SocketAddress], OSError, ValueError]
"""What a look-up came to."""

HOST, SOURCE = "host", "source_address"
"""What is looked up."""


def known_addresses(address: Address) -> list[SocketAddress] | None:
    """The addresses of a path or a numeric host, which need no look-up; else None."""
    if address.found:
        return list(address.found)
    if address.unix_sock is not None:
        if not hasattr(socket, "AF_UNIX"):
            raise NotSupportedError("unix_sock: this system has no Unix sockets")
        return [(socket.AF_UNIX, address.unix_sock)]
    try:
        return look_up(address, socket.AI_NUMERICHOST)
    except (OSError, ValueError):  # not a number: a name, which look_up judges in its turn
        return None


def look_up(address: Address, flags: int = 0) -> list[SocketAddress]:
    """Ask the system for every address, in its order of preference. Blocks; raises OSError,
    or ValueError for what cannot be a name."""
    found = socket.getaddrinfo(
        address.numeric or address.host,
        address.port,
        type=socket.SOCK_STREAM,
        proto=socket.IPPROTO_TCP,
        flags=flags,
    )
    return list(dict.fromkeys((family, where) for family, _, _, _, where in found))


def resolve(address: Address, deadline: float | None, what: str = HOST) -> list[SocketAddress]:
    """Every address of ``address``, found before the deadline. ``what`` it is, for messages."""
    known = known_addresses(address)
    if known is not None:
        return known
    outcomes: list[Outcome] = []
    thread = ask_in_thread(address, outcomes.append)
    thread.join(None if deadline is None else min(remaining(deadline), threading.TIMEOUT_MAX))
    return judge(address, outcomes[0] if outcomes else None, what)


def ask_in_thread(address: Address, tell: Callable[[Outcome], None]) -> threading.Thread:
    """Look ``address`` up in a thread that calls ``tell`` in the end.

    The system's resolver cannot be interrupted. A daemon thread can be left behind at
    the deadline, and keeps neither the caller nor the process waiting.
    """

    def ask() -> None:
        try:
            outcome: Outcome = look_up(address)
        except (OSError, ValueError) as error:
            outcome = error
        tell(outcome)

    thread = threading.Thread(target=ask, name="rs_driver-resolver", daemon=True)
    thread.start()
    return thread


def source_of(options: TcpOptions) -> Address | None:
    """The local end, to be looked up like the other one; None where any will do."""
    if options.source_address is None:
        return None
    host, port = options.source_address
    families = (socket.AF_INET, socket.AF_INET6)
    return Address(host, port, found=() if host else tuple((each, ("", port)) for each in families))


def judge(address: Address, outcome: Outcome | None, what: str = HOST) -> list[SocketAddress]:
    """The addresses found, or the error for a name that has none or took too long (None)."""
    if isinstance(outcome, list):
        return outcome
    if outcome is None:
        message = f"timed out while looking up the address of {what} {address.host!r}"
        raise disconnected(message, retry_safe=True)
    message = f"could not find the address of {what} {address.host!r}: {reason(outcome)}"
    raise disconnected(message, retry_safe=True) from outcome
