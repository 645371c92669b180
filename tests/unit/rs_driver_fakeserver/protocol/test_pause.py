from __future__ import annotations

import pytest

from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.protocol.pause import pause
from rs_driver_fakeserver.protocol.session import ServerSession
from rs_driver_fakeserver.server import FakeServer


def test_no_time_is_no_pause() -> None:
    with FakeServer(policy="ignore") as server:
        client = ServerSession(server._instance)._client
        assert list(pause(client, 0.0)) == []
        (want,) = pause(client, 1.5)
        assert want.pause == 1.5


def test_a_cancel_request_is_an_error() -> None:
    with FakeServer(policy="ignore") as server:
        client = ServerSession(server._instance)._client
        waiting = pause(client, 1.5)
        next(waiting)
        client.cancelled = True
        with pytest.raises(SqlError, match="57014"):
            next(waiting)
