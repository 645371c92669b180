from __future__ import annotations

import asyncio
import contextlib

import pytest

import rs_driver
from rs_driver.adapters.transport.memory import AsyncMemoryTransport
from rs_driver.ports.transport import Transport
from rs_driver_fakeserver.conformance.driven import Driven, DrivenTransport, run
from rs_driver_fakeserver.server import FakeServer


def test_a_transport_with_a_blocking_face() -> None:
    server = FakeServer(policy="ignore")  # a single byte is no message
    with server, contextlib.closing(asyncio.new_event_loop()) as loop:
        inner = AsyncMemoryTransport(server.memory().open_peer())
        transport: Transport = DrivenTransport(inner, loop)
        assert transport.recv_into(memoryview(bytearray(9))) is None
        assert transport.wait(False, True, None) is True
        assert transport.send(memoryview(b"\0")) == 1
        secure = transport.start_tls("localhost", None)
        assert isinstance(secure, DrivenTransport)
        assert secure.channel().encrypted
        secure.close()
        secure.close()


def test_a_connection_with_a_blocking_face() -> None:
    with FakeServer() as server, contextlib.closing(asyncio.new_event_loop()) as loop:
        opening = rs_driver.AsyncConnection.connect(user="a", transport=server.memory())
        connection = Driven(run(loop, opening), loop)
        cursor = connection.cursor()
        cursor.execute("select version()")
        assert len(cursor.fetchall()) == 1
        assert cursor.rowcount == 1
        connection.close()
        with pytest.raises(rs_driver.InterfaceError):
            connection.cursor().execute("select version()")
