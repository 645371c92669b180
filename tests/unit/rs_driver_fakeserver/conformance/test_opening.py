from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from rs_driver.ports.transport import Transport
from rs_driver_fakeserver.conformance import moving
from rs_driver_fakeserver.conformance.opening import Opening
from rs_driver_fakeserver.conformance.peers import Address, Peers, echo
from support.nonconforming_transports import Wrapped


class Opened(Opening):
    __test__ = False

    @contextlib.contextmanager
    def opened(self, address: Address) -> Iterator[Transport]:
        with contextlib.closing(Wrapped.connect(address, self.soon())) as transport:
            yield transport

    def connect(self, address: Address, **options: Any) -> AbstractContextManager[Any]:
        raise AssertionError


@pytest.mark.parametrize("secure", [False, True])
def test_a_transport_that_talks(secure: bool) -> None:
    suite = Opened()
    with Peers(secure=secure) as peers, suite.talking(peers, echo) as transport:
        assert transport.channel().encrypted is secure
        assert moving.exchange(transport, b"hello", 5, suite.soon()) == b"hello"


def test_both_methods_are_needed() -> None:
    nowhere = Address("localhost", 1, "")
    with pytest.raises(TypeError, match="override opened"):
        Opening().opened(nowhere)
    with pytest.raises(TypeError, match="override connect"):
        Opening().connect(nowhere)
