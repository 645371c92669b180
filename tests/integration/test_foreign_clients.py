"""Clients that are not ours speak to the fake server: witnesses for the shared wire code.

What all of them do alike, by every road, is in ``test_foreign_matrix.py``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
import pg8000.dbapi
import psycopg
import pytest

from rs_driver_fakeserver.auth.methods import Auth
from rs_driver_fakeserver.auth.port import AuthMethod
from rs_driver_fakeserver.certificates.authority import CertificateAuthority
from rs_driver_fakeserver.server import FakeServer
from support.foreign import Psql, bare_keywords, libpq_keywords, psql
from support.rows_of_everything import COLUMNS, NULLS, ROW

USERS = {"alice": "Secret1!"}
METHODS: dict[str, AuthMethod] = {
    "trust": Auth.trust(),
    "cleartext": Auth.cleartext(USERS),
    "md5": Auth.md5(USERS),
    "scram": Auth.scram(USERS),
}
needs_psql = pytest.mark.skipif(Psql().missing(), reason="psql is not on the PATH")


@pytest.fixture(scope="module")
def authority() -> CertificateAuthority:
    return CertificateAuthority.create()


@pytest.fixture(params=["redshift", "postgres"])
def open_server(request: pytest.FixtureRequest) -> Iterator[FakeServer]:
    with FakeServer(server=request.param) as fake:
        yield scripted(fake)


def scripted(server: FakeServer) -> FakeServer:
    server.when("select * from everything").returns(COLUMNS, [ROW, NULLS])
    server.when("select $1", params=[7]).returns({"n": "int4"}, [(7,)])
    server.when("select lower($1)", params=["Ann"]).returns({"n": "varchar(3)"}, [("Ann",)])
    server.when("select 1/0").raises("22012", "division by zero", detail="why", hint="how")
    server.when("selec 1").raises("42601", 'syntax error at or near "selec"')
    server.when("insert into t values (1)").completes("INSERT 0 1")
    server.when("select many").returns(["n"], [(n,) for n in range(2500)])
    return server


def with_psycopg(server: FakeServer, **other: Any) -> psycopg.Connection[Any]:
    return psycopg.connect(**libpq_keywords(server), **other)


def with_pg8000(server: FakeServer) -> Any:
    kwargs, context = bare_keywords(server)
    return pg8000.dbapi.connect(**kwargs, ssl_context=context or False)


def with_asyncpg(server: FakeServer, ask: Callable[[Any], Any]) -> Any:
    kwargs, context = bare_keywords(server)

    async def run() -> Any:
        connection = await asyncpg.connect(**kwargs, ssl=context or False)
        try:
            return await ask(connection)
        finally:
            await connection.close()

    return asyncio.run(run())


@pytest.mark.parametrize("method", ["cleartext", "md5", "scram"])
@pytest.mark.parametrize("user", ["alice", "nobody"])
@pytest.mark.parametrize(("kind", "state"), [("redshift", "28000"), ("postgres", "28P01")])
def test_wrong_password_or_user(method: str, user: str, kind: Any, state: str) -> None:
    with FakeServer(auth=METHODS[method], server=kind) as server:
        kwargs = libpq_keywords(server, user=user, password="Wrong1!")
        with pytest.raises(psycopg.OperationalError) as caught:
            psycopg.connect(**kwargs)
        assert "password authentication failed" in str(caught.value)
        states = [m.fields["C"] for m in server.log.backend() if m.tag == b"E"]  # type: ignore[attr-defined]  # an ErrorResponse
        assert states == [state]
        assert "Wrong1!" not in server.log.transcript()


def test_untrusted_certificate(authority: CertificateAuthority) -> None:
    other = CertificateAuthority.create()
    with FakeServer(tls=authority) as server, FakeServer(tls=other) as stranger:
        kwargs = libpq_keywords(server)
        kwargs["port"] = stranger.port
        with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
            psycopg.connect(**kwargs)


class TestStatements:
    @pytest.mark.parametrize("binary", [False, True])
    @pytest.mark.parametrize("prepare", [False, True])
    def test_psycopg_formats(self, open_server: FakeServer, binary: bool, prepare: bool) -> None:
        with with_psycopg(open_server) as connection:
            cursor = connection.cursor(binary=binary)
            for _ in range(3):
                cursor.execute("select * from everything", prepare=prepare)
                assert cursor.fetchall() == [ROW, NULLS]
                cursor.execute("select %s", [7], prepare=prepare)
                assert cursor.fetchone() == (7,)
                cursor.execute("select lower(%s)", ["Ann"], prepare=prepare)
                assert cursor.fetchone() == ("Ann",)

    def test_psycopg_errors_and_transactions(self, open_server: FakeServer) -> None:
        with with_psycopg(open_server) as connection:
            connection.execute("insert into t values (1)")
            with pytest.raises(psycopg.errors.DivisionByZero) as caught:
                connection.execute("select 1/0")
            diag = caught.value.diag
            assert (diag.message_detail, diag.message_hint) == ("why", "how")
            assert connection.info.transaction_status.name == "INERROR"
            with pytest.raises(psycopg.errors.InFailedSqlTransaction):
                connection.execute("select * from everything")
            connection.rollback()
            assert connection.info.transaction_status.name == "IDLE"
            with pytest.raises(psycopg.errors.SyntaxError):
                connection.execute("selec 1")

    def test_psycopg_pipeline(self, open_server: FakeServer) -> None:
        with with_psycopg(open_server, autocommit=True) as connection, connection.pipeline():
            first = connection.execute("select %s", [7])
            second = connection.execute("select * from everything")
            assert first.fetchall() == [(7,)]
            assert len(second.fetchall()) == 2

    def test_psycopg_stream(self, open_server: FakeServer) -> None:
        with with_psycopg(open_server) as connection:
            numbers = [row[0] for row in connection.cursor().stream("select many")]
        assert numbers == list(range(2500))

    def test_several_statements(self, open_server: FakeServer) -> None:
        with with_psycopg(open_server, autocommit=True) as connection:
            cursor = connection.execute("insert into t values (1); select * from everything")
            assert cursor.statusmessage == "INSERT 0 1"
            assert cursor.nextset()
            assert cursor.fetchone() == ROW

    def test_pg8000(self, open_server: FakeServer) -> None:
        connection = with_pg8000(open_server)
        cursor = connection.cursor()
        cursor.execute("select %s", (7,))
        assert cursor.fetchone() == [7]
        with pytest.raises(pg8000.dbapi.DatabaseError, match="division by zero"):
            cursor.execute("select 1/0")
        connection.rollback()
        cursor.execute("insert into t values (1)")
        assert cursor.rowcount == 1
        connection.commit()
        connection.close()

    def test_asyncpg(self, open_server: FakeServer) -> None:
        async def ask(connection: Any) -> None:
            assert await connection.fetchval("select $1", 7) == 7
            statement = await connection.prepare("select * from everything")
            assert [a.type.name for a in statement.get_attributes()][:3] == ["bool", "int2", "int4"]
            assert len(await statement.fetch()) == 2
            async with connection.transaction():
                numbers = [r[0] async for r in connection.cursor("select many", prefetch=1000)]
            assert numbers == list(range(2500))
            with pytest.raises(asyncpg.DivisionByZeroError):
                async with connection.transaction():
                    await connection.execute("select 1/0")
            assert not connection.is_in_transaction()
            assert await connection.execute("insert into t values (1)") == "INSERT 0 1"

        with_asyncpg(open_server, ask)

    @needs_psql
    def test_psql(self, open_server: FakeServer) -> None:
        done = psql(open_server, "begin", "select 1/0", "select 1", "rollback", "select many")
        assert "ERROR:  22012: division by zero\nDETAIL:  why\nHINT:  how" in done.stderr
        assert "ERROR:  25P02: current transaction is aborted" in done.stderr
        lines = done.stdout.splitlines()
        assert lines[:2] == ["BEGIN", "ROLLBACK"]
        assert lines[2:] == [str(n) for n in range(2500)]

    @needs_psql
    def test_psql_asks_where_it_is(self, open_server: FakeServer) -> None:
        done = psql(open_server, "select current_database()", "show client_encoding")
        assert done.stdout.splitlines() == ["dev", "UTF8"]


class TestWhatServersAre:
    def test_the_version(self, open_server: FakeServer) -> None:
        with with_psycopg(open_server) as connection:
            row = connection.execute("select version()").fetchone()
            assert row is not None
            redshift = connection.info.parameter_status("padb_version") is not None
            assert ("Redshift" in row[0]) == redshift
            assert connection.info.server_version == (80002 if redshift else 150000)

    def test_a_database_that_does_not_exist(self) -> None:
        with (
            FakeServer(databases=["dev"]) as server,
            pytest.raises(psycopg.OperationalError, match='database "prod" does not exist'),
        ):
            psycopg.connect(**{**libpq_keywords(server), "dbname": "prod"})

    def test_postgres_refuses_redshift_keys(self) -> None:
        with (
            FakeServer(server="postgres") as server,
            pytest.raises(asyncpg.UndefinedObjectError, match="client_protocol_version"),
        ):
            asyncio.run(
                asyncpg.connect(
                    **{k: v for k, v in server.connect_kwargs().items() if k != "sslmode"},
                    server_settings={"client_protocol_version": "2"},
                )
            )

    def test_a_cancel_request_between_statements_harms_nothing(
        self, open_server: FakeServer
    ) -> None:
        with with_psycopg(open_server) as connection:
            connection.execute("select * from everything")
            connection.cancel_safe()
            assert len(connection.execute("select * from everything").fetchall()) == 2
