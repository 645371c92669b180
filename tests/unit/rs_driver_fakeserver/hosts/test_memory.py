from __future__ import annotations

from rs_driver.ports.transport import PeerOpener
from rs_driver.wire.query import Query
from rs_driver_fakeserver.server import FakeServer
from support.wire_client import connected, rows


def test_each_peer_is_a_connection_of_its_own() -> None:
    with FakeServer() as server:
        opener: PeerOpener = server.memory()
        assert opener.open_peer() is not opener.open_peer()
        server.when("select 1").returns(["a"], [(1,)])
        first, second = connected(server), connected(server)
        first.peer.eof()
        assert rows(second.say(Query("select 1"))) == [(b"1",)]
        assert server.log.connections == 4
