from __future__ import annotations

import pytest

from rs_driver.adapters.transport.asyncio_ import connect_tcp
from rs_driver.adapters.transport.contexts import TlsOptions
from rs_driver.adapters.transport.sockets import Address as TcpAddress
from rs_driver.ports.transport import AsyncConnector
from rs_driver_fakeserver.conformance import AsyncTransportConformance
from rs_driver_fakeserver.conformance.peers import Address
from support import nonconforming_async as broken
from support.suite_runs import check_async


class TestAsyncTcpTransport(AsyncTransportConformance):
    def connector(self, address: Address) -> AsyncConnector:
        where = TcpAddress(address.host, address.port)
        tls = TlsOptions("verify-full", address.ca_file)
        return lambda deadline: connect_tcp(where, deadline, tls=tls)


@pytest.mark.parametrize(
    ("kind", "test", "args"),
    [
        (broken.BlocksTheLoop, "test_a_wait_leaves_the_loop_to_others", ()),
        (broken.CannotBeCancelled, "test_a_wait_can_be_cancelled", ()),
        (broken.AsyncReadsInWaiting, "test_a_cancelled_wait_loses_nothing", ()),
        (broken.HandshakesInOneGo, "test_a_handshake_leaves_the_loop_to_others", ()),
        (broken.AsyncForgivesDeadlines, "test_a_deadline_that_has_passed", ()),
        (broken.AsyncTrustsAnyHost, "test_a_bad_certificate", ("wrong host",)),
    ],
)
def test_what_is_broken_fails(
    kind: type[broken.AsyncWrapped], test: str, args: tuple[str, ...]
) -> None:
    check_async(kind, test, *args)


def test_an_impostor() -> None:
    check_async(broken.AsyncTrustsAnyHost, "test_a_server_that_is_an_impostor", secure=True)
