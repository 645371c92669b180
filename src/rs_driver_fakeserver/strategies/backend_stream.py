"""What a server says from its first ReadyForQuery on, and what it was asked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from rs_driver.wire.messages import BackendMessage, FrontendMessage
from rs_driver_fakeserver.strategies.mutations import Mutation, mutated


@dataclass(frozen=True)
class Flight:
    """One exchange: what the client sends at once, and all that the server answers to it.

    ``status``: the transaction status that its last ReadyForQuery tells.
    """

    asked: tuple[FrontendMessage, ...]
    said: tuple[BackendMessage, ...]
    status: str

    @cached_property
    def data(self) -> bytes:
        """``said`` on the wire."""
        return b"".join([message.encode() for message in self.said])


@dataclass(frozen=True)
class BackendStream:
    """The server's half of a conversation after the login, flight by flight.

    ``protocol``: the version of Redshift's protocol, which its RowDescriptions follow.
    ``mutations``: what was done to its bytes; the flights are as they were before.
    """

    flights: tuple[Flight, ...]
    protocol: int = 0
    mutations: tuple[Mutation, ...] = ()

    @property
    def messages(self) -> tuple[BackendMessage, ...]:
        """What the server said, message by message, before any mutation."""
        return tuple(message for flight in self.flights for message in flight.said)

    @cached_property
    def data(self) -> bytes:
        """The bytes, mutated if they are to be."""
        return b"".join(mutated([message.encode() for message in self.messages], self.mutations))

    @property
    def valid(self) -> bool:
        """Whether the bytes are as a server says them."""
        return not self.mutations
