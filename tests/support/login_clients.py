"""Drivers that log in and leave again: ours in both shells, and others as witnesses.

Each takes what ``FakeServer.connect_kwargs()`` gives and raises what its driver raises.
"""

from __future__ import annotations

import asyncio
import gc
import ssl
import warnings
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import asyncpg
import pg8000.dbapi
import psycopg

import rs_driver

Options = dict[str, Any]
Client = Callable[[Options], None]

_TIMEOUT = 5


def rs_sync(options: Options) -> None:
    """rs_driver."""
    with warnings.catch_warnings():
        # That sslmode=require verifies nothing, which these tests know.
        warnings.simplefilter("ignore", rs_driver.Warning)
        rs_driver.connect(**{"connect_timeout": _TIMEOUT, **options}).close()


def rs_async(options: Options) -> None:
    """rs_driver in asyncio."""

    async def run() -> None:
        given = {"connect_timeout": _TIMEOUT, **options}
        connection = await rs_driver.AsyncConnection.connect(**given)
        await connection.close()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rs_driver.Warning)
        asyncio.run(run())


def _tidily(connect: Callable[[], None]) -> None:
    """Collect what a driver leaves open when a login fails, before pytest finds it.

    For that the exception must not hold on to the frames in which it was raised.
    """
    try:
        connect()
    except Exception as error:  # noqa: BLE001  (whatever the driver raises; the test looks at it)
        failed = error.with_traceback(None)
        failed.__cause__ = failed.__context__ = None
    else:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
    raise failed


def with_psycopg(options: Options) -> None:
    """psycopg, which is libpq."""
    given = {"connect_timeout": _TIMEOUT, "gssencmode": "disable", **options}
    given["dbname"] = given.pop("database")
    _tidily(lambda: psycopg.connect(**given).close())


def with_asyncpg(options: Options) -> None:
    """asyncpg, told what to do in a DSN, as it takes sslrootcert nowhere else."""
    given = {"connect_timeout": _TIMEOUT, **options}
    timeout = given.pop("connect_timeout")
    words = {k: given[k] for k in ("sslmode", "sslrootcert") if k in given}
    query = "&".join(f"{name}={quote(str(word), safe='')}" for name, word in words.items())
    user = f"{quote(given['user'], safe='')}:{quote(given.get('password', ''), safe='')}"
    dsn = f"postgresql://{user}@{given['host']}:{given['port']}/{given['database']}?{query}"

    async def run() -> None:
        connection = await asyncpg.connect(dsn, timeout=timeout)
        await connection.close()

    _tidily(lambda: asyncio.run(run()))


def with_pg8000(options: Options) -> None:
    """pg8000, which has no sslmode: it verifies what it gets a root for."""
    given = dict(options)
    root = given.pop("sslrootcert", None)
    secure = given.pop("sslmode") != "disable"
    context = ssl.create_default_context(cafile=root) if secure else False
    given["timeout"] = given.pop("connect_timeout", _TIMEOUT)
    _tidily(lambda: pg8000.dbapi.connect(**given, ssl_context=context).close())


OURS: dict[str, Client] = {"sync": rs_sync, "async": rs_async}
OTHERS: dict[str, Client] = {
    "psycopg": with_psycopg,
    "asyncpg": with_asyncpg,
    "pg8000": with_pg8000,
}
