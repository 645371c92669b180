"""A CancelRequest that comes late strikes the fence, or nothing: never the next statement.

Nothing helps against one that comes after the fence was answered, whose proxy has hung up as if
it had passed it on: what the driver does then is told here, too.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import rs_driver
from rs_driver.wire.startup import CancelRequest
from rs_driver_fakeserver import FakeServer, LateCancels
from support.giving_up import LONG, SHORT, SLOW, WAYS, AsyncGiver, Giver, SyncGiver, script

SHELLS = pytest.mark.parametrize("shell", [SyncGiver, AsyncGiver])
EVERY_WAY = pytest.mark.parametrize("way", WAYS)


@contextmanager
def behind(
    late: LateCancels, shell: type[Giver], **options: Any
) -> Iterator[tuple[FakeServer, Giver]]:
    """A server behind a proxy, and somebody who gives statements up."""
    with FakeServer(late_cancels=late) as server:
        script(server)
        giver = shell(**server.connect_kwargs(**options))
        try:
            yield server, giver
        finally:
            giver.close()


def requests(server: FakeServer) -> int:
    """How many CancelRequests have come."""
    return sum(isinstance(message, CancelRequest) for message in server.log.frontend())


@SHELLS
@EVERY_WAY
def test_the_fence_is_struck_where_the_proxy_hung_up_early(way: str, shell: type[Giver]) -> None:
    with behind(LateCancels(turns=1), shell) as (server, giver):
        getattr(giver, way)()
        assert [giver.ask() for _ in range(3)] == ["new"] * 3
        assert (requests(server), server.release_cancels()) == (1, 0)


@SHELLS
@EVERY_WAY
def test_the_fence_is_not_enough_where_nobody_saw_it_arrive(way: str, shell: type[Giver]) -> None:
    """The proxy has not hung up within ``cancel_timeout``: the connection says it is broken."""
    with behind(LateCancels(hangs_up=False), shell, cancel_timeout=0.15) as (server, giver):
        getattr(giver, way)()
        for _ in range(2):
            with pytest.raises(rs_driver.OperationalError) as caught:
                giver.ask()
            assert caught.value.is_disconnect
        assert giver.connection.broken
        assert requests(server) == 1


@SHELLS
def test_one_that_never_left_costs_nothing(shell: type[Giver]) -> None:
    """The server takes no second connection: it says so before there is TLS."""
    with FakeServer(tls=True, max_connections=1) as server:
        script(server)
        giver = shell(**server.connect_kwargs())
        giver.cancel()
        assert [giver.ask() for _ in range(3)] == ["new"] * 3
        giver.close()
        assert requests(server) == 0


@SHELLS
def test_one_that_comes_while_the_answer_is_read_strikes_what_it_was_meant_for(
    shell: type[Giver],
) -> None:
    with behind(LateCancels(), shell) as (server, giver):
        release = threading.Timer((SHORT + LONG) / 2, server.release_cancels)
        release.start()
        giver.time_out()
        assert [giver.ask() for _ in range(3)] == ["new"] * 3
        release.join()
        assert (requests(server), server.release_cancels()) == (1, 0)


@SHELLS
@EVERY_WAY
def test_one_that_comes_after_the_fence_is_told_as_what_it_is(way: str, shell: type[Giver]) -> None:
    """The next statement is cancelled; it gets no other's row, and the connection goes on."""
    with behind(LateCancels(), shell) as (server, giver):
        getattr(giver, way)()
        assert giver.ask() == "new"
        release = threading.Timer(SHORT, server.release_cancels)
        release.start()
        with pytest.raises(rs_driver.QueryCanceled) as caught:
            giver.ask(SLOW)
        release.join()
        assert not caught.value.is_disconnect
        assert [giver.ask() for _ in range(3)] == ["new"] * 3
        assert not giver.connection.broken
