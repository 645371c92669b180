"""What was tried to reach a server, told in one error."""

from __future__ import annotations

from collections.abc import Iterable

from rs_driver.adapters.transport.sockets import (
    Address,
    SocketAddress,
    disconnected,
    host_port,
    reason,
)
from rs_driver.errors import OperationalError


class Attempts:
    """What was tried to reach ``address``, for the error if all of it fails."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._failures: list[str] = []
        self.cause: OSError | None = None

    def failed(self, where: SocketAddress, error: OSError) -> None:
        """One address cannot be reached."""
        self._failures.append(f"{_place(where)}: {reason(error)}")
        self.cause = error

    def error(self) -> OperationalError:
        """The error after the last address."""
        return self._error("could not connect to", self._failures or ["it has no address"])

    def timed_out(self, under_way: Iterable[SocketAddress]) -> OperationalError:
        """The error at the deadline, which passed during the attempts at ``under_way``."""
        places = map(_place, under_way)
        return self._error("timed out while connecting to", [*self._failures, *places])

    def _error(self, what: str, details: Iterable[str]) -> OperationalError:
        return disconnected(f"{what} {self._address} ({'; '.join(details)})", retry_safe=True)


def _place(where: SocketAddress) -> str:
    address = where[1]
    if isinstance(address, tuple):
        return host_port(str(address[0]), int(address[1]))
    return str(address)
