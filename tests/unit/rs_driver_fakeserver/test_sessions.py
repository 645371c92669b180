from __future__ import annotations

import threading

from rs_driver_fakeserver.server import FakeServer
from rs_driver_fakeserver.sessions import Sessions


def test_open_ones_in_their_order() -> None:
    with FakeServer(policy="ignore") as server:
        sessions: Sessions = server._instance.sessions
        first, second = server.memory().open_peer(), server.memory().open_peer()
        assert [session.number for session in sessions.open] == [1, 2]
        first.eof()
        first.eof()
        assert [session.number for session in sessions.open] == [2]
        assert not sessions.wait(0.0)
        threading.Timer(0.02, second.eof).start()
        assert sessions.wait(30.0)
