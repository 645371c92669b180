"""Both shells behind one face, so that their tests can be told once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import rs_driver
from rs_driver import _wiring
from rs_driver.adapters.transport.memory import AsyncMemoryTransport, MemoryTransport
from rs_driver.errors import Error
from rs_driver.ports.clock import Clock
from rs_driver.ports.transport import PeerOpener
from rs_driver.shells import async_link, sync_link
from rs_driver.shells.link import Route, Timeouts
from rs_driver_fakeserver import FakeServer
from support.transports import (
    AsyncSlowTransport,
    AsyncTrippingTransport,
    ManualClock,
    SlowTransport,
    Trip,
    TrippingTransport,
)

LOGIN: dict[str, Any] = {"user": "alice", "database": "dev"}

Rows = list[tuple[Any, ...]]


class SyncShell:
    """What a test does with the synchronous shell."""

    name = "sync"
    slow = SlowTransport

    def __init__(self) -> None:
        self.transports: list[TrippingTransport] = []
        self.connection: rs_driver.Connection | None = None

    def connect(self, opener: PeerOpener, trip: Trip, **options: Any) -> None:
        """Over a transport with a trip in it."""

        def connector(_deadline: float | None) -> TrippingTransport:
            self.transports.append(TrippingTransport(MemoryTransport(opener.open_peer()), trip))
            return self.transports[-1]

        self.connection = rs_driver.connect(transport=connector, **{**LOGIN, **options})

    @property
    def opened(self) -> rs_driver.Connection:
        assert self.connection is not None
        return self.connection

    def ask(self, sql: str, args: Sequence[Any] | None = None) -> Rows:
        cursor = self.opened.cursor()
        cursor.execute(sql, args)
        return cursor.fetchall() if cursor.description else []

    def many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        self.opened.cursor().executemany(sql, rows)

    recovers = False
    """Whether the connection is being brought in step again, which the sync one does at once."""

    def commit(self) -> None:
        self.opened.commit()

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()

    def finish(self) -> None:
        """Nothing else to release."""

    def log_in(
        self,
        transports: Sequence[Any],
        clock: Clock,
        connect_timeout: float | None = None,
        read_timeout: float | None = None,
        **options: Any,
    ) -> sync_link.SyncLink:
        """Open a session over the given transports, one an attempt."""
        plan = plan_of(options)
        left = list(transports)
        link, _ = sync_link.open_session(
            [Route(lambda _deadline: left.pop(0), plan.login)],
            plan.core,
            clock,
            Timeouts(connect_timeout, read_timeout),
        )
        return link


class AsyncShell:
    """The same with the asyncio shell, in an event loop of its own."""

    name = "aio"
    slow = AsyncSlowTransport

    def __init__(self) -> None:
        self.transports: list[AsyncTrippingTransport] = []
        self.connection: rs_driver.AsyncConnection | None = None
        self._loop = asyncio.new_event_loop()

    def connect(self, opener: PeerOpener, trip: Trip, **options: Any) -> None:
        async def connector(_deadline: float | None) -> AsyncTrippingTransport:
            inner = AsyncMemoryTransport(opener.open_peer())
            self.transports.append(AsyncTrippingTransport(inner, trip))
            return self.transports[-1]

        self.connection = self.run(
            rs_driver.AsyncConnection.connect(transport=connector, **{**LOGIN, **options})
        )

    def run(self, doing: Any) -> Any:
        return self._loop.run_until_complete(doing)

    @property
    def opened(self) -> rs_driver.AsyncConnection:
        assert self.connection is not None
        return self.connection

    def ask(self, sql: str, args: Sequence[Any] | None = None) -> Rows:
        async def asking() -> Rows:
            cursor = self.opened.cursor()
            await cursor.execute(sql, args)
            return await cursor.fetchall() if cursor.description else []

        found: Rows = self.run(asking())
        return found

    def many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        self.run(self.opened.cursor().executemany(sql, rows))

    @property
    def recovers(self) -> bool:
        link = self.opened._link
        return link.recovering

    def commit(self) -> None:
        self.run(self.opened.commit())

    def close(self) -> None:
        if self.connection is not None:
            self.run(self.connection.close())

    def finish(self) -> None:
        """Close the loop."""
        self.run(self._loop.shutdown_default_executor())
        self._loop.close()

    def log_in(
        self,
        transports: Sequence[Any],
        clock: Clock,
        connect_timeout: float | None = None,
        read_timeout: float | None = None,
        **options: Any,
    ) -> async_link.AsyncLink:
        plan = plan_of(options)
        left = list(transports)

        async def connector(_deadline: float | None) -> Any:
            return left.pop(0)

        link, _ = self.run(
            async_link.open_session(
                [Route(connector, plan.login)],
                plan.core,
                clock,
                Timeouts(connect_timeout, read_timeout),
            )
        )
        found: async_link.AsyncLink = link
        return found


Shell = SyncShell | AsyncShell


def plan_of(options: dict[str, Any]) -> _wiring.Plan:
    """The plan of a connection whose transport does not matter."""
    return _wiring.Plan(_wiring.configure({**LOGIN, "transport": plan_of, **options}))


def script(server: FakeServer) -> None:
    """The rules for ``work`` and ``after_trip``."""
    server.when("select old").returns({"a": "int4", "b": "varchar"}, [(n, "old") for n in range(9)])
    server.when("select old where a = $1").returns({"a": "int4"}, [(1,)])
    server.when("insert into t values ($1)").completes("INSERT 0 1")
    server.when("analyze").completes()
    server.when("select new").returns({"a": "varchar"}, [("new",)])


def work(shell: Shell) -> None:
    """Statements of every kind."""
    assert len(shell.ask("select old")) == 9
    assert shell.ask("select old where a = %s", (1,)) == [(1,)]
    shell.many("insert into t values (%s)", [(1,), (2,)])
    shell.ask("analyze; select old; set query_group to 'x'")
    shell.commit()


def right_or_broken(shell: Shell) -> str:
    """Ask for something known: "right", or "broken" if the connection says so.

    AssertionError where it does neither, or is in the middle of something.
    """
    connection = shell.opened
    core = connection.state.core
    at_rest = core.busy is None and not core.touching
    assert core.broken is not None or at_rest or shell.recovers
    try:
        answer = shell.ask("select new")
    except Error as error:
        gone = error.is_disconnect and connection.broken and connection.closed
        if not (gone and all(transport.closed for transport in shell.transports)):
            raise AssertionError(
                "an error that does not say that the connection is gone"
            ) from error
        return "broken"
    assert answer == [("new",)]
    return "right"


def trips(
    make: Callable[[], Shell], opener: PeerOpener, errors: Sequence[type[BaseException]]
) -> list[Trip]:
    """A trip for every call that ``work`` makes, on both sides of it, with every error."""
    counting = Trip()
    shell = make()
    try:
        shell.connect(opener, counting)
        counting.arm()
        work(shell)
        calls = counting.calls.copy()
    finally:
        shell.close()
        shell.finish()
    return [
        Trip(place, call, after, error)
        for place, count in calls.items()
        for call in range(1, count + 1)
        for after in (False, True)
        for error in errors
    ]


def clocked(shell: Shell, stream: bytes, **pace: Any) -> tuple[Any, ManualClock]:
    """A slow transport for ``shell``, and its clock."""
    clock = ManualClock()
    return shell.slow(clock, stream, **pace), clock
