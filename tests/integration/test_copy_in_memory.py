"""COPY through both shells, with a server in memory: whose exception leaves, and in what
state the connection is after it. What the data are is for ``test_copy``."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import rs_driver
from rs_driver.domain.copy_stream import CHUNK
from rs_driver.domain.operations.simple_query import simple_query
from rs_driver.domain.result import Outcome
from rs_driver.errors import Error
from support.copying import CopyServer
from support.shelled import AsyncShell, Shell, SyncShell
from support.transports import Trip

SHELLS = [SyncShell, AsyncShell]
LOAD, UNLOAD = "copy from stdin", "copy to stdout"


class Mine(Exception):
    """Raised by the user's code."""


@contextmanager
def connected(make: type[Shell], server: CopyServer, trip: Trip | None = None) -> Iterator[Shell]:
    shell = make()
    try:
        shell.connect(server, trip or Trip())
        yield shell
    finally:
        shell.close()
        shell.finish()


def copy(shell: Shell, sql: str, stream: object = None) -> list[Outcome]:
    """As ``execute`` does it, without the cursor."""
    operation = simple_query(shell.opened.state.core, sql, stream)
    given: Any = shell.opened.run_operation(operation)
    if isinstance(shell, AsyncShell):
        given = shell.run(given)
    found: list[Outcome] = given
    return found


def check_right(shell: Shell) -> None:
    """The connection is in step: the next answer is that to the next question."""
    core = shell.opened.state.core
    assert (core.busy, core.broken, core.touching) == (None, None, False)
    (outcome,) = copy(shell, "select")
    assert b"new" in outcome.batches[0].buffer


def lines_then(error: BaseException, count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield b"x" * (CHUNK + 1)
    raise error


# -- both shells ----------------------------------------------------------------------------


@pytest.mark.parametrize("make", SHELLS)
def test_both_ways(make: type[Shell]) -> None:
    server = CopyServer(data=[b"1\n", b"2\n"])
    taken: list[bytes] = []

    class Stream:
        def __iter__(self) -> Iterator[bytes]:
            return iter([b"a\n", b"b\n"])

        def write(self, data: bytes) -> None:
            taken.append(data)

    with connected(make, server) as shell:
        outcomes = copy(shell, f"select; {LOAD}; {UNLOAD}; vacuum", Stream())
        assert [outcome.rowcount for outcome in outcomes] == [1, 1, 1, -1]
        check_right(shell)
    assert server.loaded == b"a\nb\n"
    assert b"".join(taken) == b"1\n2\n"


@pytest.mark.parametrize("make", SHELLS)
@pytest.mark.parametrize("count", [0, 1, 5])
def test_the_streams_exception_leaves_as_it_is(make: type[Shell], count: int) -> None:
    server = CopyServer()
    cause = ValueError("why")
    mine = Mine("a secret")
    mine.__cause__ = cause
    with connected(make, server) as shell:
        with pytest.raises(Mine) as caught:
            copy(shell, LOAD, lines_then(mine, count))
        assert caught.value is mine
        assert mine.__cause__ is cause
        check_right(shell)
    assert (server.loaded, server.reasons) == (b"", ["Mine"])


@pytest.mark.parametrize("make", SHELLS)
def test_an_exception_out_of_write(make: type[Shell]) -> None:
    mine = Mine("no room")

    class Full:
        def write(self, data: bytes) -> None:
            raise mine

    with connected(make, CopyServer(data=[b"x" * 1000] * 500)) as shell:
        with pytest.raises(Mine) as caught:
            copy(shell, UNLOAD, Full())
        assert caught.value is mine
        check_right(shell)


@pytest.mark.parametrize("make", SHELLS)
def test_a_stop_iteration_is_a_runtime_error_as_ever(make: type[Shell]) -> None:
    class Stops:
        def read(self, size: int) -> bytes:
            raise StopIteration("mine")

    with connected(make, CopyServer()) as shell:
        with pytest.raises(RuntimeError, match="generator raised StopIteration") as caught:
            copy(shell, LOAD, Stops())
        assert isinstance(caught.value.__cause__, StopIteration)
        check_right(shell)


@pytest.mark.parametrize("make", SHELLS)
def test_the_exception_of_an_operation_before_is_nobodys_any_more(make: type[Shell]) -> None:
    """What comes out of the driver is PEP 249's, though it is the same object."""
    mine = Mine()

    def failing() -> Generator[Any, Any, bytes]:
        yield from ()
        raise mine

    with connected(make, CopyServer()) as shell:
        with pytest.raises(Mine):
            copy(shell, LOAD, failing())
        with pytest.raises(rs_driver.InterfaceError, match="inside of an operation"):
            given: Any = shell.opened.run_operation(failing())
            shell.run(given) if isinstance(shell, AsyncShell) else None
        check_right(shell)


@pytest.mark.parametrize("make", SHELLS)
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_what_is_no_exception_breaks_the_connection(
    make: type[Shell], error: type[BaseException]
) -> None:
    server = CopyServer()
    with connected(make, server) as shell:
        with pytest.raises(error):
            copy(shell, LOAD, lines_then(error(), 3))
        assert shell.opened.broken
        assert shell.opened.closed
        assert shell.transports[0].closed
        with pytest.raises(rs_driver.OperationalError, match=f"{error.__name__} interrupted") as e:
            copy(shell, "select")
        assert e.value.is_disconnect
    assert (server.loaded, server.reasons) == (b"", [])


@pytest.mark.parametrize("make", SHELLS)
def test_a_server_that_has_failed_is_not_sent_the_rest(make: type[Shell]) -> None:
    asked = []

    def lines() -> Iterator[bytes]:
        for number in range(1000):
            asked.append(number)
            yield b"x" * (CHUNK + 1)

    with connected(make, CopyServer(fails_after=10 * CHUNK)) as shell:
        with pytest.raises(rs_driver.DataError, match="that is no number"):
            copy(shell, LOAD, lines())
        assert len(asked) < 12
        check_right(shell)


@pytest.mark.parametrize("make", SHELLS)
def test_without_a_stream(make: type[Shell]) -> None:
    with connected(make, CopyServer(data=[b"1\n"])) as shell:
        for sql in (LOAD, UNLOAD):
            with pytest.raises(rs_driver.ProgrammingError, match="stream="):
                copy(shell, sql)
            check_right(shell)


@pytest.mark.parametrize("make", SHELLS)
def test_interrupted_at_every_place(make: type[Shell]) -> None:
    """Afterwards the connection is right, or it says that it is broken."""

    class Stream(list[bytes]):
        def write(self, data: bytes) -> None:
            pass

    def work(shell: Shell) -> None:
        copy(shell, f"{LOAD}; {UNLOAD}; select", Stream([b"x" * CHUNK] * 4))

    server = CopyServer(data=[b"x" * 10_000] * 60)
    counting = Trip()
    with connected(make, server, counting) as shell:
        counting.arm()
        work(shell)
        calls = counting.calls.copy()
    trips = [
        Trip(place, call, after)
        for place, count in calls.items()
        for call in range(1, count + 1)
        for after in (False, True)
    ]
    assert len(trips) > 10
    broken = 0
    for trip in trips:
        with connected(make, server, trip) as shell:
            trip.arm()
            with pytest.raises(KeyboardInterrupt):
                work(shell)
            if not shell.opened.broken:
                check_right(shell)
                continue
            broken += 1
            with pytest.raises(Error):
                copy(shell, "select")
    assert broken > 10


# -- each shell -------------------------------------------------------------------------------


async def counted(count: int) -> AsyncIterator[bytes]:
    for number in range(count):
        await asyncio.sleep(0)
        yield b"%d\n" % number


class AsyncFile:
    """Reads and writes by coroutine functions."""

    def __init__(self, *chunks: bytes, error: Exception | None = None) -> None:
        self._chunks = list(chunks)
        self._error = error
        self.written: list[Any] = []

    async def read(self, size: int) -> bytes:
        await asyncio.sleep(0)
        if self._error is not None:
            raise self._error
        return self._chunks.pop(0) if self._chunks else b""

    async def write(self, data: Any) -> None:
        await asyncio.sleep(0)
        if self._error is not None:
            raise self._error
        self.written.append(data)


class Future:
    """Something to await that is no coroutine."""

    def __await__(self) -> Iterator[None]:
        return iter(())


@pytest.mark.parametrize("stream", [counted(3), AsyncFile(b"1\n")])
def test_an_asynchronous_stream_needs_asyncio(stream: object) -> None:
    server = CopyServer(data=[b"1\n"])
    with connected(SyncShell, server) as shell:
        with pytest.raises(rs_driver.InterfaceError, match="needs an AsyncConnection"):
            copy(shell, LOAD, stream)
        check_right(shell)
    assert server.loaded == b""


def test_something_to_await_needs_asyncio() -> None:
    class Stream:
        def write(self, data: bytes) -> Future:
            return Future()

    with connected(SyncShell, CopyServer(data=[b"1\n"])) as shell:
        with pytest.raises(rs_driver.InterfaceError, match="needs an AsyncConnection"):
            copy(shell, UNLOAD, Stream())
        check_right(shell)


@pytest.mark.parametrize(
    "stream", [counted(1000), AsyncFile(*(b"%d\n" % number for number in range(1000)))]
)
def test_asynchronous_streams_are_awaited(stream: object) -> None:
    server = CopyServer()
    with connected(AsyncShell, server) as shell:
        copy(shell, LOAD, stream)
        check_right(shell)
    assert server.loaded == b"".join(b"%d\n" % number for number in range(1000))


def test_an_asynchronous_write_is_awaited() -> None:
    stream = AsyncFile()
    with connected(AsyncShell, CopyServer(data=[b"1\n", b"2\n"])) as shell:
        copy(shell, UNLOAD, stream)
    assert b"".join(stream.written) == b"1\n2\n"


@pytest.mark.parametrize("sql", [LOAD, UNLOAD])
def test_an_exception_that_was_awaited(sql: str) -> None:
    mine = Mine()
    with connected(AsyncShell, CopyServer(data=[b"1\n"])) as shell:
        with pytest.raises(Mine) as caught:
            copy(shell, sql, AsyncFile(error=mine))
        assert caught.value is mine
        check_right(shell)


def test_what_a_plain_function_gives_may_be_awaited() -> None:
    inner = AsyncFile(b"1\n")

    class Stream:
        def read(self, size: int) -> Any:
            return inner.read(size)

    server = CopyServer()
    with connected(AsyncShell, server) as shell:
        copy(shell, LOAD, Stream())
    assert server.loaded == b"1\n"


def test_what_may_block_runs_beside_the_loop_with_its_context() -> None:
    """The loop goes on while the stream blocks."""
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="")
    turn, seen = threading.Event(), []

    async def main(connection: rs_driver.AsyncConnection) -> None:
        variable.set("mine")
        loop, asked = asyncio.get_running_loop(), asyncio.Event()

        class Stream:
            def read(self, size: int) -> bytes:
                seen.append((variable.get(), threading.current_thread().daemon))
                loop.call_soon_threadsafe(asked.set)
                return b"1\n" if len(seen) == 1 and turn.wait(60) else b""

        operation = simple_query(connection.state.core, LOAD, Stream())
        task = asyncio.create_task(connection.run_operation(operation))
        await asked.wait()
        turn.set()
        await task

    server = CopyServer()
    with connected(AsyncShell, server) as shell:
        assert isinstance(shell, AsyncShell)
        shell.run(main(shell.opened))
    assert server.loaded == b"1\n"
    assert seen == [("mine", True)] * 2


def test_a_cancelled_task_leaves_at_once() -> None:
    async def forever() -> AsyncIterator[bytes]:
        yield b"x" * (CHUNK + 1)
        await asyncio.Event().wait()

    async def main(connection: rs_driver.AsyncConnection) -> None:
        operation = simple_query(connection.state.core, LOAD, forever())
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(connection.run_operation(operation), 0.05)

    with connected(AsyncShell, CopyServer()) as shell:
        assert isinstance(shell, AsyncShell)
        shell.run(main(shell.opened))
        assert shell.opened.broken
        assert shell.transports[0].closed


# -- a stream that uses the connection itself ---------------------------------------------------


def asks(connection: rs_driver.Connection) -> Iterator[bytes]:
    connection.run_operation(simple_query(connection.state.core, "select"))
    yield b"1\n"


async def asks_async(connection: rs_driver.AsyncConnection) -> AsyncIterator[bytes]:
    task = asyncio.current_task()
    assert task is not None
    alarm = asyncio.get_running_loop().call_later(30, task.cancel)
    await connection.run_operation(simple_query(connection.state.core, "select"))
    alarm.cancel()
    yield b"1\n"


def closes(connection: rs_driver.Connection) -> Iterator[bytes]:
    connection.close()
    yield b"1\n"


async def closes_async(connection: rs_driver.AsyncConnection) -> AsyncIterator[bytes]:
    await connection.close()
    yield b"1\n"


@pytest.mark.parametrize(("make", "stream"), [(SyncShell, asks), (AsyncShell, asks_async)])
def test_the_stream_cannot_use_the_connection(make: type[Shell], stream: Any) -> None:
    """In asyncio it would wait for itself, for ever."""
    with connected(make, CopyServer()) as shell:
        with pytest.raises(rs_driver.InterfaceError, match="in the middle of an operation"):
            copy(shell, LOAD, stream(shell.opened))
        check_right(shell)


@pytest.mark.parametrize(("make", "stream"), [(SyncShell, closes), (AsyncShell, closes_async)])
def test_the_stream_closes_the_connection(make: type[Shell], stream: Any) -> None:
    server = CopyServer()
    with connected(make, server) as shell:
        with pytest.raises(rs_driver.OperationalError, match="was closed during an operation"):
            copy(shell, LOAD, stream(shell.opened))
        assert shell.opened.closed
        assert shell.transports[0].closed
    assert server.loaded == b""
