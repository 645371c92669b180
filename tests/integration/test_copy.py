"""COPY from and to the client against a real PostgreSQL, sync and async."""

from __future__ import annotations

import asyncio
import csv
import gzip
import io
import tempfile
import tracemalloc
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import rs_driver
from rs_driver.domain.operations.simple_query import simple_query
from support.postgres import PostgresServer

pytestmark = pytest.mark.postgres

MEGABYTE = 1 << 20
LINE = b"%06d\t" + b"x" * 9992 + b"\n"
LINES = 10_000
ENDLESS = 1_000_000
"""As many lines as nobody waits for: what lies in buffers on the way does not count."""
"""Of ten thousand bytes each: 100 MB."""

FEW = b"1\tone\n2\tzw\xc3\xb6lf\n3\t\\N\n"
TABLE = "create temp table t (n int primary key, s text)"


class Mine(Exception):
    """Raised by the user's code."""


class SyncSession:
    """A connection in autocommit; ``copy`` gives the row count of every statement."""

    def __init__(self, server: PostgresServer, **options: Any) -> None:
        arguments = server.connect_kwargs(autocommit=True, read_timeout=60, **options)
        self.connection: Any = rs_driver.connect(**arguments)

    def copy(self, sql: str, stream: object = None) -> list[int]:
        operation = simple_query(self.connection.state.core, sql, stream)
        return [outcome.rowcount for outcome in self.connection.run_operation(operation)]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            found: list[tuple[Any, ...]] = cursor.execute(sql).fetchall()
            return found

    def close(self) -> None:
        self.connection.close()


class AsyncSession:
    """The same with asyncio."""

    def __init__(self, server: PostgresServer, **options: Any) -> None:
        self._loop = asyncio.new_event_loop()
        arguments = server.connect_kwargs(autocommit=True, read_timeout=60, **options)
        self.connection: Any = self._run(rs_driver.AsyncConnection.connect(**arguments))

    def _run(self, doing: Any) -> Any:
        return self._loop.run_until_complete(doing)

    def copy(self, sql: str, stream: object = None) -> list[int]:
        operation = simple_query(self.connection.state.core, sql, stream)
        outcomes = self._run(self.connection.run_operation(operation))
        return [outcome.rowcount for outcome in outcomes]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        async def ask() -> list[tuple[Any, ...]]:
            async with self.connection.cursor() as cursor:
                await cursor.execute(sql)
                found: list[tuple[Any, ...]] = await cursor.fetchall()
                return found

        found: list[tuple[Any, ...]] = self._run(ask())
        return found

    def close(self) -> None:
        self._run(self.connection.close())
        self._run(self._loop.shutdown_asyncgens())
        self._loop.close()


Session = SyncSession | AsyncSession
SESSIONS: dict[str, type[Session]] = {"sync": SyncSession, "async": AsyncSession}


@pytest.fixture(params=list(SESSIONS))
def session(request: pytest.FixtureRequest, postgres: PostgresServer) -> Iterator[Session]:
    """Over TLS, with a table ``t``."""
    found: Session = SESSIONS[request.param](postgres)
    found.copy(TABLE)
    yield found
    found.close()


def check_right(session: Session) -> None:
    core = session.connection.state.core
    assert (core.busy, core.broken, core.transaction_status) == (None, None, "I")
    assert session.rows("select 'next'") == [("next",)]


async def slowly(items: list[Any]) -> AsyncIterator[Any]:
    for item in items:
        await asyncio.sleep(0)
        yield item


class AsyncFile:
    """A file whose methods are coroutine functions."""

    def __init__(self, data: bytes = b"") -> None:
        self.file = io.BytesIO(data)

    async def read(self, size: int) -> bytes:
        await asyncio.sleep(0)
        return self.file.read(size)

    async def write(self, data: bytes) -> int:
        await asyncio.sleep(0)
        return self.file.write(data)


# -- every kind of stream, every format -------------------------------------------------------

SOURCES: dict[str, Callable[[bytes], Any]] = {
    "bytes": bytes,
    "bytearray": bytearray,
    "list of bytes": lambda data: data.splitlines(keepends=True),
    "list of str": lambda data: data.decode().splitlines(keepends=True),
    "bytes cut anywhere": lambda data: (data[at : at + 3] for at in range(0, len(data), 3)),
    "binary file": io.BytesIO,
    "text file": lambda data: io.StringIO(data.decode()),
}
ASYNC_SOURCES: dict[str, Callable[[bytes], Any]] = {
    "async generator": lambda data: slowly([data[:5], data[5:].decode()]),
    "async file": AsyncFile,
}


def check_few(session: Session) -> None:
    assert session.rows("select * from t order by n") == [(1, "one"), (2, "zwölf"), (3, None)]


@pytest.mark.parametrize("kind", SOURCES)
def test_from_every_kind_of_stream(session: Session, kind: str) -> None:
    assert session.copy("copy t from stdin", SOURCES[kind](FEW)) == [3]
    check_few(session)


@pytest.mark.parametrize("kind", ASYNC_SOURCES)
def test_from_asynchronous_streams(postgres: PostgresServer, kind: str) -> None:
    with closing(AsyncSession(postgres)) as session:
        session.copy(TABLE)
        assert session.copy("copy t from stdin", ASYNC_SOURCES[kind](FEW)) == [3]
        check_few(session)
        stream = AsyncFile()
        assert session.copy("copy t to stdout", stream) == [3]
        assert stream.file.getvalue() == FEW


def test_to_files(session: Session, tmp_path: Path) -> None:
    session.copy("copy t from stdin", FEW)
    binary, text = io.BytesIO(), io.StringIO()
    assert session.copy("copy t to stdout", binary) == [3]
    assert session.copy("copy t to stdout", text) == [3]
    assert binary.getvalue() == FEW
    assert text.getvalue() == FEW.decode()
    with (tmp_path / "t").open("wb", buffering=0) as raw:
        session.copy("copy t to stdout", raw)
    assert (tmp_path / "t").read_bytes() == FEW
    with gzip.open(tmp_path / "t.gz", "wt", encoding="utf-8", newline="") as packed:
        session.copy("copy t to stdout", packed)
    assert gzip.decompress((tmp_path / "t.gz").read_bytes()) == FEW


def test_csv_as_python_writes_and_reads_it(session: Session) -> None:
    rows = [("1", 'quo"ted, and'), ("2", "two\nlines"), ("3", "zwölf €")]
    file = io.StringIO(newline="")
    csv.writer(file).writerows([("n", "s"), *rows])
    file.seek(0)
    assert session.copy("copy t from stdin (format csv, header)", file) == [3]
    assert session.rows("select n::text, s from t order by n") == rows
    back = io.StringIO(newline="")
    assert session.copy("copy t to stdout (format csv, header)", back) == [3]
    back.seek(0)
    assert [tuple(row) for row in csv.reader(back)] == [("n", "s"), *rows]


def test_binary_from_one_table_to_another(session: Session) -> None:
    session.copy("copy t from stdin", FEW)
    session.copy("create temp table other (like t)")
    with tempfile.TemporaryFile() as file:
        assert session.copy("copy t to stdout (format binary)", file) == [3]
        file.seek(0)
        assert session.copy("copy other from stdin (format binary)", file) == [3]
    assert session.rows("select * from other except select * from t") == []
    with pytest.raises(rs_driver.DataError, match="binary stream"):
        session.copy("copy t to stdout (format binary)", io.StringIO())
    check_right(session)


def test_a_query_gives_its_rows(session: Session) -> None:
    stream = io.BytesIO()
    sql = "copy (select i, repeat('x', i) from generate_series(0, 3) i) to stdout csv"
    assert session.copy(sql, stream) == [4]
    assert stream.getvalue() == b'0,""\n1,x\n2,xx\n3,xxx\n'


def test_among_other_statements(session: Session) -> None:
    with tempfile.TemporaryFile() as stream:
        stream.write(FEW)
        stream.seek(0)
        sql = "select 1; copy t from stdin; copy t from stdin; select * from t; copy t to stdout"
        assert session.copy(sql, stream) == [1, 3, 0, 3, 3]
        stream.seek(0)
        assert stream.read() == FEW * 2
    check_right(session)


# -- a hundred megabytes ----------------------------------------------------------------------


def peak_of(call: Callable[[], object]) -> int:
    """How much memory a call takes at most, in bytes."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


class Counter:
    """A stream of lines, made one by one, that counts what it gets back."""

    def __init__(self) -> None:
        self.size = 0
        self.longest = 0

    def __iter__(self) -> Iterator[bytes]:
        return (LINE % number for number in range(LINES))

    def write(self, data: bytes) -> None:
        self.size += len(data)
        self.longest = max(self.longest, len(data))


def test_a_hundred_megabytes_each_way(session: Session) -> None:
    session.copy("create temp table big (n int, s text)")
    stream = Counter()
    assert peak_of(lambda: session.copy("copy big from stdin", stream)) < 4 * MEGABYTE
    sql = "select count(*), min(n), max(n), count(distinct n), sum(length(s)) from big"
    assert session.rows(sql) == [(LINES, 0, LINES - 1, LINES, 9992 * LINES)]
    assert peak_of(lambda: session.copy("copy big to stdout", stream)) < 4 * MEGABYTE
    assert stream.size == LINES * 9994 + sum(len(str(number)) for number in range(LINES))
    assert stream.longest < MEGABYTE


def test_one_long_item_is_not_copied(session: Session) -> None:
    session.copy("create temp table big (n int, s text)")
    data = b"".join([LINE % number for number in range(LINES // 4)])
    for stream in (data, [memoryview(data)]):
        call = partial(session.copy, "copy big from stdin", stream)
        assert peak_of(call) < 4 * MEGABYTE
    assert session.rows("select count(*) from big") == [(LINES // 2,)]


# -- what goes wrong --------------------------------------------------------------------------


def failing(error: BaseException, good: int) -> Iterator[bytes]:
    for number in range(100, 100 + good):
        yield b"%d\t%b\n" % (number, b"x" * 1000)
    raise error


@pytest.mark.parametrize("good", [0, 1, 10_000])
def test_the_stream_raises(session: Session, good: int) -> None:
    mine = Mine("a secret")
    session.copy("copy t from stdin", FEW)
    with pytest.raises(Mine) as caught:
        session.copy("copy t from stdin", failing(mine, good))
    assert caught.value is mine
    check_right(session)
    check_few(session)


def test_the_stream_raises_inside_a_transaction(session: Session) -> None:
    session.copy("begin; copy t from stdin", FEW)
    with pytest.raises(Mine):
        session.copy("copy t from stdin", failing(Mine(), 3))
    assert session.connection.state.core.transaction_status == "E"
    session.copy("rollback")
    assert session.rows("select * from t") == []


@pytest.mark.parametrize("item", [5, None, (1, "one")])
def test_items_of_a_wrong_class(session: Session, item: object) -> None:
    with pytest.raises(rs_driver.InterfaceError, match=f"gave {type(item).__name__}"):
        session.copy("copy t from stdin", [FEW, item])
    check_right(session)
    assert session.rows("select * from t") == []


@pytest.mark.parametrize("sslmode", ["disable", "verify-full"])
@pytest.mark.parametrize("shell", SESSIONS)
def test_the_server_finds_a_bad_line_in_the_middle(
    postgres: PostgresServer, shell: str, sslmode: str
) -> None:
    """Its error is what is raised, and the rest is not read."""
    taken = []

    def lines() -> Iterator[bytes]:
        for number in range(ENDLESS):
            taken.append(number)
            yield b"no number\tx\n" if number == 2000 else LINE % number

    with closing(SESSIONS[shell](postgres, sslmode=sslmode)) as session:
        session.copy(TABLE)
        with pytest.raises(rs_driver.DataError, match="no number") as caught:
            session.copy("copy t from stdin", lines())
        assert caught.value.sqlstate == "22P02"
        assert not caught.value.is_disconnect
        assert 2000 < len(taken) < ENDLESS
        check_right(session)
        assert session.rows("select * from t") == []


def test_a_constraint_is_violated(session: Session) -> None:
    with pytest.raises(rs_driver.IntegrityError, match="unique") as caught:
        session.copy("copy t from stdin", [FEW, FEW])
    assert caught.value.sqlstate == "23505"
    check_right(session)
    with pytest.raises(rs_driver.DataError, match="missing data"):
        session.copy("copy t from stdin", b"1\n")
    check_right(session)


@pytest.mark.parametrize("sql", ["copy missing from stdin", "copy missing to stdout"])
def test_there_is_no_such_table(session: Session, sql: str) -> None:
    stream = io.BytesIO(FEW)
    with pytest.raises(rs_driver.ProgrammingError, match="missing"):
        session.copy(sql, stream)
    assert stream.tell() == 0
    check_right(session)


def test_without_a_stream(session: Session) -> None:
    session.copy("copy t from stdin", FEW)
    for sql in ("copy t from stdin", "copy t to stdout"):
        with pytest.raises(rs_driver.ProgrammingError, match="stream="):
            session.copy(sql)
        check_right(session)
    check_few(session)


class Full:
    """A stream that has room for some bytes; then it raises."""

    def __init__(self, room: int, error: BaseException) -> None:
        self._room = room
        self._error = error

    def write(self, data: bytes) -> None:
        self._room -= len(data)
        if self._room < 0:
            raise self._error


@pytest.mark.parametrize("room", [0, 10 * MEGABYTE])
def test_write_raises(session: Session, room: int) -> None:
    mine = Mine("no room")
    sql = "copy (select repeat('x', 1000) from generate_series(1, 30000)) to stdout"

    def unload() -> None:
        with pytest.raises(Mine) as caught:
            session.copy(sql, Full(room, mine))
        assert caught.value is mine

    assert peak_of(unload) < 4 * MEGABYTE
    check_right(session)


def test_the_server_fails_in_the_middle_of_its_data(session: Session) -> None:
    stream = io.BytesIO()
    with pytest.raises(rs_driver.DataError, match="division by zero"):
        session.copy("copy (select 1 / (3 - i) from generate_series(1, 9) i) to stdout", stream)
    assert stream.getvalue() in (b"", b"0\n1\n")
    check_right(session)


class Interrupts:
    """Its methods raise KeyboardInterrupt, as a Ctrl-C in them does."""

    def read(self, size: int) -> bytes:
        raise KeyboardInterrupt

    def write(self, data: bytes) -> None:
        raise KeyboardInterrupt


@pytest.mark.parametrize("sql", ["copy t from stdin", "copy (select 1) to stdout"])
def test_an_interrupt_inside_of_the_stream(session: Session, sql: str) -> None:
    """The COPY is cancelled, and the connection goes on."""
    with pytest.raises(KeyboardInterrupt):
        session.copy(sql, Interrupts())
    assert session.rows("select 1") == [(1,)]
    assert not session.connection.broken
