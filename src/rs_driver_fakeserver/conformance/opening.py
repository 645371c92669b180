"""How the suites of transports open one to a peer, in one manner for both shells."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from rs_driver.ports.transport import Transport
from rs_driver_fakeserver.conformance.peers import HOSTNAME, Address, Peers, Talk
from rs_driver_fakeserver.conformance.suite import Suite, missing


class Opening(Suite):
    """``has_tls``: False for a transport that has no ``start_tls`` of any use (one that is
    encrypted by other means); what needs it is skipped then.
    """

    has_tls = True

    def opened(self, address: Address) -> AbstractContextManager[Transport]:  # noqa: ARG002  (for overriding)
        """A transport to ``address`` for as long as the ``with`` block."""
        raise missing("opened(address)")

    def connect(self, address: Address, **options: Any) -> AbstractContextManager[Any]:  # noqa: ARG002  (for overriding)
        """A connection of rs_driver over the transport, with a blocking face."""
        raise missing("connect(address, **options)")

    @pytest.fixture(params=["plain", "tls"])
    def peers(self, request: pytest.FixtureRequest) -> Iterator[Peers]:
        """Peers in plain text, then over TLS: a transport does the same over both."""
        if request.param == "tls" and not self.has_tls:
            pytest.skip("the transport has no TLS of its own")
        with Peers(secure=request.param == "tls") as peers:
            yield peers

    @pytest.fixture
    def plain_peers(self) -> Iterator[Peers]:
        """Peers in plain text, or over TLS where a test gives a certificate."""
        with Peers() as peers:
            yield peers

    @contextlib.contextmanager
    def talking(self, peers: Peers, talk: Talk) -> Iterator[Transport]:
        """A transport to a peer that does ``talk``, after ``start_tls`` if peers are secure."""
        with self.opened(peers.serve(talk)) as transport:
            if not peers.secure:
                yield transport
                return
            with contextlib.closing(transport.start_tls(HOSTNAME, self.soon())) as secure:
                yield secure
