"""A session with a real PostgreSQL recorded, replayed without it, and compared with it."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pg8000.dbapi
import psycopg
import pytest

import rs_driver
from rs_driver_fakeserver.recording import Cassette, CassetteServer, verify
from rs_driver_fakeserver.recording.verification import Verification
from support.postgres import PostgresServer

pytestmark = pytest.mark.postgres

TABLE = "rs_driver_recorded"


@pytest.fixture
def table(postgres: PostgresServer) -> Iterator[psycopg.Connection]:
    """A table that the sessions read, and a connection that may change it."""
    with psycopg.connect(**postgres.libpq_kwargs(), autocommit=True) as connection:
        connection.execute(f"drop table if exists {TABLE}")
        connection.execute(f"create table {TABLE} (id int, name varchar(20), price numeric(9,2))")
        connection.execute(f"insert into {TABLE} values (1, 'Ann', 9.5), (2, null, 0.01)")
        yield connection
        connection.execute(f"drop table {TABLE}")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cassette.jsonl"


def recording(postgres: PostgresServer, path: Path, **options: Any) -> CassetteServer:
    return CassetteServer(path, "once", upstream=("127.0.0.1", postgres.plain_port), **options)


def login(postgres: PostgresServer, user: str = "alice") -> dict[str, Any]:
    return {"user": user, "password": postgres.logins[user], "database": postgres.database}


def checked(postgres: PostgresServer, path: Path, **options: Any) -> Verification:
    given = {**login(postgres), **options}
    return verify(Cassette.load(path), ("127.0.0.1", postgres.plain_port), **given)


def with_rs_driver(where: dict[str, Any]) -> list[Any]:
    found: list[Any] = []
    with rs_driver.connect(**where) as connection:
        cursor = connection.cursor()
        cursor.execute(f"select * from {TABLE} where id > %s order by id", (0,))
        found.append(cursor.fetchall())
        found.append([column[0] for column in cursor.description or ()])
        cursor.execute("create temp table more (a int, b text)")
        cursor.executemany("insert into more values (%s, %s)", [(n, str(n)) for n in range(20)])
        found.append(cursor.execute("select count(*), max(b) from more").fetchall())
        connection.commit()
        with pytest.raises(rs_driver.ProgrammingError) as caught:
            cursor.execute("select * from nothing_of_that_name")
        found.append(caught.value.sqlstate)
        connection.rollback()
        found.append(cursor.execute("select current_user = session_user").fetchall())
    return found


def with_psycopg(where: dict[str, Any]) -> list[Any]:
    found: list[Any] = []
    where = {**where, "dbname": where["database"]}
    del where["database"]
    with psycopg.connect(**where) as connection:
        cursor = connection.cursor()
        cursor.execute("create temp table more (a int, b text)")
        with cursor.copy("copy more from stdin") as copy:
            for number in range(2000):
                copy.write_row((number, "x" * 20))
        with cursor.copy("copy (select a from more where a < 3 order by a) to stdout") as copy:
            found.append(list(copy.rows()))
        with connection.pipeline():
            for number in range(5):
                connection.execute("insert into more values (%s, 'piped')", (number,))
        with contextlib.suppress(psycopg.Error), connection.transaction():
            cursor.execute("select 1/0")
        # Prepared on the way.
        found += [cursor.execute("select %s + 1", (n,)).fetchone() for n in range(8)]
        with pytest.raises(psycopg.errors.DataError), cursor.copy("copy more from stdin") as copy:
            copy.write("no number\tx\n")
        connection.rollback()
        found.append(cursor.execute(f"select name from {TABLE} order by id").fetchall())
    return found


def with_pg8000(where: dict[str, Any]) -> list[Any]:
    where = {key: value for key, value in where.items() if key != "sslmode"}
    connection = pg8000.dbapi.connect(**where, ssl_context=False)
    with contextlib.closing(connection):
        cursor = connection.cursor()
        cursor.execute(f"select id, price from {TABLE} where id = %s", (1,))
        return [list(row) for row in cursor.fetchall()]


def with_asyncpg(where: dict[str, Any]) -> list[Any]:
    where = {key: value for key, value in where.items() if key != "sslmode"}

    async def run() -> list[Any]:
        connection = await asyncpg.connect(**where, ssl=False)
        try:
            rows = await connection.fetch(f"select * from {TABLE} where id = $1", 2)
            async with connection.transaction():
                more = [row async for row in connection.cursor("select generate_series(1, 120)")]
            return [tuple(row) for row in rows] + [len(more)]
        finally:
            await connection.close()

    return asyncio.run(run())


CLIENTS = {
    "rs_driver": with_rs_driver,
    "psycopg": with_psycopg,
    "pg8000": with_pg8000,
    "asyncpg": with_asyncpg,
}


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("name", CLIENTS)
def test_record_replay_verify(name: str, postgres: PostgresServer, path: Path) -> None:
    client = CLIENTS[name]
    with recording(postgres, path) as server:
        said = client(server.connect_kwargs(**login(postgres)))
    content = path.read_bytes()
    for word in login(postgres).values():
        assert word.encode() not in content
        assert base64.b64encode(word.encode())[:-4] not in content
        assert word.encode().hex().encode() not in content
    # PostgreSQL's own SASL, and a password that is not even right.
    with CassetteServer(path) as server:
        assert client(server.connect_kwargs(password="another")) == said
        assert client(server.connect_kwargs(user="somebody", password="another")) == said
    found = checked(postgres, path)
    assert found.drifts == [], str(found)
    assert found.turns > 1


@pytest.mark.usefixtures("table")
def test_recording_twice_gives_the_same_file(postgres: PostgresServer, tmp_path: Path) -> None:
    """Up to what the server itself counts."""
    texts = []
    for name in ("one", "two"):
        path = tmp_path / name
        with recording(postgres, path) as server:
            with_pg8000(server.connect_kwargs(**login(postgres)))
        lines = path.read_text("utf-8").splitlines()
        texts.append([line for line in lines if "BackendKeyData" not in line])
    assert texts[0] == texts[1]


def test_drift(postgres: PostgresServer, path: Path, table: psycopg.Connection) -> None:
    with recording(postgres, path) as server:
        with_rs_driver(server.connect_kwargs(**login(postgres)))
    table.execute(f"alter table {TABLE} alter name type varchar(40), alter price type float8")
    found = checked(postgres, path)
    assert {(drift.kind, drift.column, drift.recorded, drift.live) for drift in found.drifts} == {
        ("typmod", "name", "24", "44"),
        ("type", "price", "1700", "701"),
        ("typmod", "price", "589830", "-1"),
    }
    assert f"select * from {TABLE} where id > $1 order by id" in str(found)
    table.execute(f"alter table {TABLE} rename to {TABLE}_gone")
    try:
        found = checked(postgres, path)
    finally:
        table.execute(f"alter table {TABLE}_gone rename to {TABLE}")
    assert ("sqlstate", "no error") in {(drift.kind, drift.recorded) for drift in found.drifts}
    assert "42P01" in str(found)


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("user", ["alice", "clear", "md5", "trusted"])
def test_every_login(postgres: PostgresServer, path: Path, user: str) -> None:
    def ask(where: dict[str, Any]) -> Any:
        with rs_driver.connect(**where) as connection:
            return connection.cursor().execute("select 1").fetchall()

    with recording(postgres, path) as server:
        ask(server.connect_kwargs(**login(postgres, user)))
    assert postgres.logins[user] not in path.read_text("utf-8")
    with CassetteServer(path) as server:
        assert ask(server.connect_kwargs()) == [(1,)]
    assert checked(postgres, path, **login(postgres, user)).drifts == []


def test_over_tls(postgres: PostgresServer, path: Path) -> None:
    context = ssl.create_default_context(cafile=postgres.ca_file)
    upstream = (postgres.host, postgres.port)
    with CassetteServer(path, "once", upstream=upstream, upstream_tls=context) as server:
        where = server.connect_kwargs(**login(postgres))
        where["dbname"] = where.pop("database")
        with psycopg.connect(**where) as connection:
            rows = connection.execute("select generate_series(1, 20000)").fetchall()
    assert len(rows) == 20000
    with CassetteServer(path) as server:
        where = server.connect_kwargs()
        where["dbname"] = where.pop("database")
        with psycopg.connect(**where) as connection:
            assert connection.execute("select generate_series(1, 20000)").fetchall() == rows
    found = verify(
        Cassette.load(path), upstream, **login(postgres), upstream_tls=context, data=True
    )
    assert found.drifts == []


def test_cancelling_goes_through(postgres: PostgresServer, path: Path) -> None:
    def cancelled(where: dict[str, Any], *, sooner: bool) -> None:
        where["dbname"] = where.pop("database")
        with psycopg.connect(**where) as connection:
            if sooner:
                threading.Timer(0.2, connection.cancel_safe).start()
            with pytest.raises(psycopg.errors.QueryCanceled):
                connection.execute("select pg_sleep(30)")
            connection.rollback()

    with recording(postgres, path) as server:
        cancelled(server.connect_kwargs(**login(postgres)), sooner=True)
    with CassetteServer(path) as server:
        cancelled(server.connect_kwargs(), sooner=False)


@pytest.mark.usefixtures("table")
def test_new_episodes(postgres: PostgresServer, path: Path) -> None:
    """What is known is not asked again; what follows it finds the server in the same state."""
    upstream = ("127.0.0.1", postgres.plain_port)

    def work(server: CassetteServer, *, more: bool) -> list[Any]:
        with rs_driver.connect(**server.connect_kwargs(**login(postgres))) as connection:
            cursor = connection.cursor()
            cursor.execute("create temp table t (a int)")
            cursor.execute("insert into t values (7)")
            return cursor.execute("select a + 1 from t").fetchall() if more else []

    with CassetteServer(path, "new", upstream=upstream) as server:
        work(server, more=False)
    with CassetteServer(path, "new", upstream=upstream) as server:
        assert work(server, more=True) == [(8,)]
    with CassetteServer(path) as server:
        assert work(server, more=True) == [(8,)]


def test_secrets_in_statements(postgres: PostgresServer, path: Path) -> None:
    secret, key = "Sup3r's3cret!", "AKIAIOSFODNN7EXAMPLE"

    def work(where: dict[str, Any]) -> list[str]:
        told = []
        with rs_driver.connect(**where, autocommit=True) as connection:
            cursor = connection.cursor()
            for sql in (
                "create user somebody password 'Sup3r''s3cret!'",
                f"copy {TABLE} from 's3://b' access_key_id '{key}' secret_access_key 'abcdefgh'",
            ):
                with pytest.raises(rs_driver.Error) as caught:
                    cursor.execute(sql)
                told.append(str(caught.value.sqlstate))
            quoted = cursor.execute("select %s", (secret,)).fetchall()
            assert len(quoted) == 1
        return told

    with recording(postgres, path) as server:
        said = work(server.connect_kwargs(**login(postgres)))
    content = path.read_text("utf-8")
    for word in (secret, "Sup3r", key, "abcdefgh", *login(postgres).values()):
        assert word not in content
    with CassetteServer(path) as server:
        assert work(server.connect_kwargs()) == said
    found = checked(postgres, path)
    assert {one.reason for one in found.skipped if one.turn > 1} >= {
        "redacted_secret_1 is not known",
        "redacted_key_1 is not known",
    }
    assert found.drifts == []
