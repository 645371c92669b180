"""Where a fake server listens, and for whom."""

from __future__ import annotations

from dataclasses import dataclass

LOOPBACK = "127.0.0.1"
_WILDCARDS = {"0.0.0.0": LOOPBACK, "::": "::1"}  # noqa: S104  (only where a test asks for it)
_LONGEST = 1_000_000.0


@dataclass(frozen=True)
class Listening:
    """The options of ``FakeServer`` about TCP.

    ``host``: the address of the interface. ``port`` 0: a free one. ``login_timeout``:
    seconds from the connect to the first ReadyForQuery.
    """

    host: str = LOOPBACK
    port: int = 0
    max_connections: int = 100
    login_timeout: float = 30.0

    def __post_init__(self) -> None:
        """TypeError or ValueError, in the line that made the server, for a wrong option."""
        host: object = self.host
        if not isinstance(host, str):
            raise TypeError(f"host= takes an address, not {type(host).__name__}")
        if not host:  # which would be all interfaces
            raise ValueError('host= is an address, such as "127.0.0.1" or "::1"')
        _check_whole("port", self.port, 0, 65535)
        _check_whole("max_connections", self.max_connections, 1, 1_000_000)
        seconds: object = self.login_timeout
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
            raise TypeError(f"login_timeout= takes seconds, not {type(seconds).__name__}")
        if not 0 < seconds <= _LONGEST:  # nor NaN
            raise ValueError(f"login_timeout= is more than 0 seconds, not {seconds}")

    @property
    def reached_at(self) -> str:
        """The address to connect to: loopback, too, where it is all interfaces."""
        return _WILDCARDS.get(self.host, self.host)


def _check_whole(option: str, value: object, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{option}= takes a whole number, not {type(value).__name__}")
    if not least <= value <= most:
        raise ValueError(f"{option}= is between {least} and {most}, not {value}")
