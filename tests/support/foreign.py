"""Clients that are not ours, all driven the same way; those that are not installed say so.

Each class has ``ways``, the ways in which it can ask (simple or extended protocol, values in
text or binary), and ``ask``, which logs in, asks, fails, goes on and leaves.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
import ssl
import subprocess
from collections.abc import Sequence
from typing import Any, Protocol

import pytest

from rs_driver_fakeserver.server import FakeServer

SIMPLE, TEXT, BINARY = "simple", "extended text", "extended binary"
EVERYTHING = "select * from everything"
FAILING = "select 1/0"
Rows = Sequence[tuple[object, ...]]


class ForeignClient(Protocol):
    """One client library or program."""

    @property
    def name(self) -> str: ...
    @property
    def ways(self) -> tuple[str, ...]: ...
    @property
    def without(self) -> frozenset[str]:
        """Methods of login that it does not know."""

    def missing(self) -> bool:
        """Whether it is not installed."""

    def ask(self, server: FakeServer, way: str) -> Rows:
        """The rows of ``EVERYTHING``; ``FAILING`` failed in between, with 22012."""


class _Library:
    name: str
    without: frozenset[str] = frozenset({"digest"})

    def missing(self) -> bool:
        return importlib.util.find_spec(self.name.partition(".")[0]) is None


class Psycopg(_Library):
    name = "psycopg"
    ways = (SIMPLE, TEXT, BINARY)

    def ask(self, server: FakeServer, way: str) -> Rows:
        import psycopg

        with psycopg.connect(**libpq_keywords(server), autocommit=True) as connection:
            cursor = connection.cursor(binary=way == BINARY)
            prepare = None if way == SIMPLE else True
            with pytest.raises(psycopg.errors.DivisionByZero):
                cursor.execute(FAILING, prepare=prepare)
            return cursor.execute(EVERYTHING, prepare=prepare).fetchall()


class Psycopg2(_Library):
    name = "psycopg2"
    ways = (SIMPLE,)

    def ask(self, server: FakeServer, way: str) -> Rows:
        import psycopg2

        connection = psycopg2.connect(**libpq_keywords(server))
        try:
            with connection.cursor() as cursor:
                with pytest.raises(psycopg2.DatabaseError, match="division by zero") as caught:
                    cursor.execute(FAILING)
                assert caught.value.pgcode == "22012"
                connection.rollback()
                cursor.execute(EVERYTHING)
                return list(cursor.fetchall())
        finally:
            connection.close()


class Pg8000(_Library):
    name = "pg8000"
    ways = (SIMPLE, TEXT)

    def ask(self, server: FakeServer, way: str) -> Rows:
        import pg8000.native

        where, context = bare_keywords(server)
        connection = pg8000.native.Connection(**where, ssl_context=context or False)
        try:
            with pytest.raises(pg8000.native.DatabaseError, match="22012"):
                connection.run(FAILING)
            if way == SIMPLE:
                rows = connection.run(EVERYTHING)
            else:
                rows = connection.prepare(EVERYTHING).run()
            return [tuple(row) for row in rows]
        finally:
            connection.close()


class Asyncpg(_Library):
    name = "asyncpg"
    ways = (BINARY,)

    def ask(self, server: FakeServer, way: str) -> Rows:
        return asyncio.run(self._ask(server))

    async def _ask(self, server: FakeServer) -> Rows:
        import asyncpg

        where, context = bare_keywords(server)
        connection = await asyncpg.connect(**where, ssl=context or False)
        try:
            with pytest.raises(asyncpg.DivisionByZeroError):
                await connection.execute(FAILING)
            return [tuple(row) for row in await connection.fetch(EVERYTHING)]
        finally:
            await connection.close()


class RedshiftConnector(_Library):
    """AWS's own, unpatched. Its SCRAM offers no mechanism to current versions of scramp."""

    name = "redshift_connector"
    ways = (TEXT, BINARY)
    without = frozenset({"scram"})

    def ask(self, server: FakeServer, way: str) -> Rows:
        import redshift_connector

        where, context = bare_keywords(server)
        where = {"password": "", **where}
        roots = server.connect_kwargs().get("sslrootcert")
        with pytest.MonkeyPatch.context() as patch:
            if context:
                patch.setenv("SSL_CERT_FILE", str(roots))
            connection = redshift_connector.connect(
                **where, ssl=bool(context), client_protocol_version=2 if way == BINARY else 0
            )
        try:
            cursor = connection.cursor()
            with pytest.raises(redshift_connector.Error, match="22012"):
                cursor.execute(FAILING)
            connection.rollback()
            cursor.execute(EVERYTHING)
            return [tuple(row) for row in cursor.fetchall()]
        finally:
            connection.close()


class Psql:
    """The program; its rows are texts."""

    name = "psql"
    ways = (SIMPLE,)
    without = frozenset({"digest"})

    def missing(self) -> bool:
        return shutil.which("psql") is None

    def ask(self, server: FakeServer, way: str) -> Rows:
        done = psql(server, FAILING, EVERYTHING)
        assert "22012: division by zero" in done.stderr
        return [tuple(line.split("|")) for line in done.stdout.splitlines()]


def psql(server: FakeServer, *commands: str) -> subprocess.CompletedProcess[str]:
    """Run psql, unaligned and without headings."""
    names = {"dbname": "PGDATABASE"}
    where = {names.get(k, f"PG{k.upper()}"): str(v) for k, v in libpq_keywords(server).items()}
    arguments = [part for command in commands for part in ("-c", command)]
    return subprocess.run(
        ["psql", "--no-psqlrc", "-A", "-t", "-v", "VERBOSITY=verbose", *arguments],
        env={**os.environ, **where, "PGCONNECT_TIMEOUT": "10"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def libpq_keywords(server: FakeServer, **other: str) -> dict[str, Any]:
    """What libpq calls the arguments."""
    kwargs: dict[str, Any] = {**server.connect_kwargs(), **other}
    kwargs["dbname"] = kwargs.pop("database")
    return kwargs


def bare_keywords(server: FakeServer) -> tuple[dict[str, Any], ssl.SSLContext | None]:
    """The arguments without those about TLS, which become a context."""
    kwargs = server.connect_kwargs()
    root, mode = kwargs.pop("sslrootcert", None), kwargs.pop("sslmode")
    context = ssl.create_default_context(cafile=str(root)) if mode == "verify-full" else None
    return kwargs, context


CLIENTS: tuple[ForeignClient, ...] = (
    Psql(),
    Psycopg(),
    Psycopg2(),
    Pg8000(),
    Asyncpg(),
    RedshiftConnector(),
)
