from __future__ import annotations

import pytest

from rs_driver.adapters.transport.contexts import TlsOptions
from rs_driver.adapters.transport.sockets import Address as TcpAddress
from rs_driver.adapters.transport.tcp import connect_tcp
from rs_driver.ports.transport import Connector
from rs_driver_fakeserver.conformance import TransportConformance
from rs_driver_fakeserver.conformance.peers import Address, Peers
from support import nonconforming_transports as broken
from support.suite_runs import check


class TestTcpTransport(TransportConformance):
    def connector(self, address: Address) -> Connector:
        where = TcpAddress(address.host, address.port)
        tls = TlsOptions("verify-full", address.ca_file)
        return lambda deadline: connect_tcp(where, deadline, tls=tls)


@pytest.mark.parametrize(
    ("kind", "test"),
    [
        (broken.ReadsInWaiting, "test_an_exception_out_of_wait_loses_nothing"),
        (broken.SwallowsInterrupts, "test_an_exception_out_of_wait_comes_out"),
        (broken.GivesUpEarly, "test_a_handler_that_returns_ends_no_wait"),
    ],
)
def test_what_is_broken_fails(kind: type[broken.Wrapped], test: str) -> None:
    check(kind, test)


def test_a_connector_is_needed() -> None:
    with Peers() as peers, pytest.raises(TypeError, match=r"override connector\(address\)"):
        TransportConformance().test_the_channel_before_tls(peers)
