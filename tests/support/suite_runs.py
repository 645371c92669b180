"""One test of a conformance suite, run on an adapter that is to pass it or to fail it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from rs_driver.errors import Error
from rs_driver.ports.transport import AsyncConnector, Connector
from rs_driver_fakeserver.conformance import AsyncTransportConformance, TransportConformance
from rs_driver_fakeserver.conformance.peers import Address, Peers
from support.nonconforming_async import AsyncWrapped
from support.nonconforming_transports import Wrapped

PATIENCE = 60.0
_IMPATIENCE = 1.0
"""Seconds after which something that is broken is taken to hang."""


class TransportSuite(TransportConformance):
    """The suite on a class of ``support.nonconforming_transports``."""

    __test__ = False

    def __init__(self, kind: type[Wrapped], patience: float = PATIENCE) -> None:
        self.kind = kind
        self.patience = patience
        self.made: list[Wrapped] = []

    def connector(self, address: Address) -> Connector:
        def connect(deadline: float | None) -> Wrapped:
            self.made.append(self.kind.connect(address, deadline))
            return self.made[-1]

        return connect

    def close(self) -> None:
        """Close what the transports did not."""
        for transport in self.made:
            transport.inner.close()


class AsyncTransportSuite(AsyncTransportConformance):
    """The same of ``support.nonconforming_async``."""

    __test__ = False

    def __init__(self, kind: type[AsyncWrapped], patience: float = PATIENCE) -> None:
        self.kind = kind
        self.patience = patience

    def connector(self, address: Address) -> AsyncConnector:
        return lambda deadline: self.kind.connect(address, deadline)


@contextlib.contextmanager
def failing() -> Iterator[None]:
    """Like ``pytest.raises``, of whatever makes a test fail."""
    try:
        yield
    except (AssertionError, Error):
        return
    raise AssertionError("the suite has passed what is broken")


def check(kind: type[Wrapped], test: str, *args: str, secure: bool = False) -> None:
    """``test`` passes with the transport that is right, and fails with ``kind``."""
    with Peers(secure=secure) as peers:
        getattr(TransportSuite(Wrapped), test)(peers, *args)
    suite = TransportSuite(kind, _IMPATIENCE)
    with contextlib.closing(suite), Peers(secure=secure) as peers, failing():
        getattr(suite, test)(peers, *args)


def check_async(kind: type[AsyncWrapped], test: str, *args: str, secure: bool = False) -> None:
    """As ``check``."""
    with Peers(secure=secure) as peers:
        getattr(AsyncTransportSuite(AsyncWrapped), test)(peers, *args)
    with Peers(secure=secure) as peers, failing():
        getattr(AsyncTransportSuite(kind, _IMPATIENCE), test)(peers, *args)
