"""Correct clients under the strict checks, every kind of problem an error: ours and others."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

import asyncpg
import pg8000.dbapi
import psycopg
import pytest

from rs_driver.domain.operations.simple_query import simple_query
from rs_driver.errors import Error, NotSupportedError
from rs_driver_fakeserver import FakeServer
from rs_driver_fakeserver.auth.methods import Auth
from rs_driver_fakeserver.certificates.authority import CertificateAuthority
from rs_driver_fakeserver.engine.port import SqlError
from support.copying import CopyServer
from support.foreign import Psql, bare_keywords, libpq_keywords, psql
from support.inspected import Inspected
from support.shelled import AsyncShell, Shell, SyncShell
from support.transports import Trip

SHELLS: list[type[Shell]] = [SyncShell, AsyncShell]
USERS = {"alice": "Secret1!"}
METHODS = {
    "trust": Auth.trust(),
    "cleartext": Auth.cleartext(USERS),
    "md5": Auth.md5(USERS),
    "scram": Auth.scram(USERS),
}
SELECT = "select * from t"
MANY = [(n,) for n in range(2500)]


def scripted(**options: Any) -> FakeServer:
    """Nothing may be wrong with its clients."""
    server = FakeServer(policy="fail", **options)
    server.when(SELECT).returns({"a": "int4", "b": "varchar(9)"}, [(n, f"{n}") for n in range(9)])
    server.when("select lower($1)", params=["Ann"]).returns({"n": "varchar(3)"}, [("ann",)])
    server.when("select 1/0").raises("22012", "division by zero")
    server.when("selec").raises("42601", "syntax error")
    server.when("insert into t values ($1)").completes("INSERT 0 1")
    server.when("select many").returns({"n": "int4"}, MANY)
    server.when("copy t from stdin").copies_in()
    server.when("copy u from stdin").copies_in(fails_after=SqlError("22P04", "bad data"))
    server.when("copy t to stdout").copies_out("1\n2\n")
    return server


@pytest.fixture(params=["redshift", "postgres"])
def server(request: pytest.FixtureRequest) -> Iterator[FakeServer]:
    with scripted(server=request.param) as server:
        yield server


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest) -> Iterator[Shell]:
    made: Shell = request.param()
    yield made
    made.finish()


def call(shell: Shell, method: str, *arguments: Any) -> Any:
    """A method of the connection, awaited where that is needed."""
    given = getattr(shell.opened, method)(*arguments)
    return shell.run(given) if isinstance(shell, AsyncShell) else given


class TestOurs:
    @pytest.mark.parametrize("cache", [0, 2, 100])
    def test_statements(self, server: FakeServer, shell: Shell, cache: int) -> None:
        shell.connect(server.memory(), Trip(), max_prepared_statements=cache)
        for _ in range(4):
            assert len(shell.ask(SELECT)) == 9
            assert shell.ask("select lower(%s)", ["Ann"]) == [("ann",)]
            for sql in ("select 1/0", "selec"):
                with pytest.raises(Error):
                    shell.ask(sql)
                call(shell, "rollback")
        assert len(shell.ask("select many")) == 2500
        shell.commit()
        shell.close()

    def test_executemany(self, server: FakeServer, shell: Shell) -> None:
        shell.connect(server.memory(), Trip())
        shell.many("insert into t values (%s)", MANY)
        shell.many("insert into t values (%s)", [(None,), (1,), ("x",)])
        shell.commit()
        shell.close()

    def test_an_executemany_that_fails(self, shell: Shell) -> None:
        with scripted() as server:
            server.when("update t set a = $1").raises("23505", "there is one")
            shell.connect(server.memory(), Trip())
            for _ in range(3):
                with pytest.raises(Error):
                    shell.many("update t set a = %s", MANY)
                call(shell, "rollback")
            assert len(shell.ask(SELECT)) == 9
            shell.close()

    def test_two_phases(self, server: FakeServer, shell: Shell) -> None:
        shell.connect(server.memory(), Trip())
        for end in ("tpc_commit", "tpc_rollback"):
            call(shell, "tpc_begin", shell.opened.xid(1, "global", "branch"))
            shell.ask("insert into t values (%s)", [1])
            with pytest.raises(NotSupportedError):
                call(shell, "tpc_prepare")
            call(shell, end)
        shell.close()

    @pytest.mark.parametrize("rows", [3, 20_000])
    def test_copy(self, server: FakeServer, shell: Shell, rows: int) -> None:
        shell.connect(server.memory(), Trip())
        for sql in ("copy t from stdin", "copy u from stdin", "copy t to stdout"):
            copy_and_maybe_fail(shell, sql, rows)
        assert len(shell.ask(SELECT)) == 9
        shell.close()

    def test_a_copy_that_fails_on_the_way(self, shell: Shell) -> None:
        inspected = Inspected(CopyServer(fails_after=50_000))
        shell.connect(inspected, Trip())
        copy_and_maybe_fail(shell, "copy from stdin", 20_000)
        copy_and_maybe_fail(shell, "copy from stdin", 3)
        shell.close()
        assert inspected.found == []
        assert inspected.messages > 6


def copy_and_maybe_fail(shell: Shell, sql: str, rows: int) -> None:
    operation = simple_query(shell.opened.state.core, sql, Lines(rows))
    with contextlib.suppress(Error):
        call(shell, "run_operation", operation)


class Lines:
    """A stream to load and to unload into."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __iter__(self) -> Iterator[bytes]:
        return iter([b"abcd\n"] * self._count)

    def write(self, data: bytes) -> None:
        """Whatever comes."""


def talk(connection: psycopg.Connection[Any]) -> None:
    """What a program does with psycopg."""
    with connection.pipeline() as pipeline:
        cursors = [connection.execute(SELECT, prepare=True) for _ in range(9)]
        pipeline.sync()
        many = connection.execute("select many")
        assert [len(cursor.fetchall()) for cursor in cursors] == [9] * 9
        assert many.fetchall() == MANY
    connection.commit()
    with pytest.raises(psycopg.Error), connection.pipeline() as pipeline:
        connection.execute("selec", prepare=True)
        pipeline.sync()
        connection.execute("selec", prepare=True)
        connection.execute(SELECT)
    connection.rollback()
    cursor = connection.cursor(binary=True)
    cursor.executemany("insert into t values (%s)", MANY[:50])
    for sql in ("select 1/0", "selec"):
        with pytest.raises(psycopg.Error):
            connection.execute(sql, prepare=True)
        connection.rollback()
    for table in "tu":
        with (
            contextlib.suppress(psycopg.errors.BadCopyFileFormat),
            connection.transaction(),
            cursor.copy(f"copy {table} from stdin") as copy,
        ):
            copy.write(b"1\n2\n")
    with cursor.copy("copy t to stdout") as copy:
        assert len(list(copy)) == 2


class TestOthers:
    @pytest.mark.parametrize("tls", [False, True])
    @pytest.mark.parametrize("method", METHODS)
    def test_logins(self, method: str, tls: bool) -> None:
        authority: Any = CertificateAuthority.create() if tls else False
        with scripted(auth=METHODS[method], tls=authority) as server:
            psycopg.connect(**libpq_keywords(server)).close()
            keywords, context = bare_keywords(server)
            pg8000.dbapi.connect(**keywords, ssl_context=context or False).close()
            asyncio.run(_connect_with_asyncpg(server))

    def test_psycopg(self, server: FakeServer) -> None:
        with psycopg.connect(**libpq_keywords(server)) as connection:
            talk(connection)

    def test_pg8000(self, server: FakeServer) -> None:
        keywords, _ = bare_keywords(server)
        connection = pg8000.dbapi.connect(**keywords)
        cursor = connection.cursor()
        for _ in range(3):
            cursor.execute(SELECT)
            assert len(cursor.fetchall()) == 9
            cursor.executemany("insert into t values (%s)", MANY[:9])
            with pytest.raises(pg8000.dbapi.DatabaseError):
                cursor.execute("select 1/0")
            connection.rollback()
        connection.close()

    def test_asyncpg(self, server: FakeServer) -> None:
        async def run() -> None:
            keywords, _ = bare_keywords(server)
            connection = await asyncpg.connect(**keywords, ssl=False)
            for _ in range(3):
                assert len(await connection.fetch(SELECT)) == 9
                statement = await connection.prepare("select many")
                async with connection.transaction():
                    rows = [row async for row in statement.cursor(prefetch=1000)]
                assert len(rows) == 2500
                await connection.executemany("insert into t values ($1)", [("1",), ("2",)])
                for sql in ("select 1/0", "selec"):
                    with pytest.raises(asyncpg.PostgresError):
                        await connection.fetch(sql)
                del statement
            await connection.close()

        asyncio.run(run())

    @pytest.mark.skipif(Psql().missing(), reason="psql is not on the PATH")
    def test_psql(self, server: FakeServer) -> None:
        done = psql(server, "begin", SELECT, "select 1/0", "rollback", "select many")
        assert len(done.stdout.splitlines()) == 2 + 9 + 2500


async def _connect_with_asyncpg(server: FakeServer) -> None:
    keywords, context = bare_keywords(server)
    connection = await asyncpg.connect(**keywords, ssl=context or False)
    await connection.close()


def test_who_was_hung_up_on_owes_no_farewell() -> None:
    with scripted() as server:
        connection = psycopg.connect(**libpq_keywords(server))
        server.hang_up()
        connection.close()
        assert server.problems == ()
