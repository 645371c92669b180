"""The drivers, each by its best idiom: a function that runs a case once.

redshift_connector does not connect to PostgreSQL by itself: it sends startup parameters that
PostgreSQL refuses and cannot read Debian's version number. Both are mended before it connects,
neither costs time afterwards.
"""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import count
from typing import Any
from urllib.parse import quote

from cases import Case

Where = dict[str, Any]
"""How to connect: what ``rs_driver.connect`` takes."""
Run = Callable[[Case], int]
"""Runs a case, and says how many rows came."""

MANY = "create temp table many (a int, b varchar(50), c float8)"


def contender(name: str, where: Where) -> Run:
    """A connection of its own, and what it does."""
    return {
        "ours": _ours,
        "ours+pyarrow": _ours_with_pyarrow,
        "ours-numpy": _ours_without_numpy,
        "ours+async": _ours_async,
        "ours+tls": _ours_tls,
        "redshift_connector": _redshift_connector,
        "psycopg": _psycopg,
        "adbc": _adbc,
        "socket": _socket,
    }[name](where)


def connector(name: str, where: Where) -> Callable[[], Any]:
    """What connects."""
    return {
        "ours": _connect_ours,
        "redshift_connector": _connect_redshift_connector,
        "psycopg": _connect_psycopg,
        "socket": _connect_socket,
    }[name](where)


def connecting(name: str, where: Where) -> Run:
    """Connects and closes."""
    connect = connector(name, where)

    def run(case: Case) -> int:
        for _ in range(case.rows):
            connect().close()
        return case.rows

    return run


MODULES = {
    "ours": ("rs_driver",),
    "redshift_connector": ("redshift_connector",),
    "psycopg": ("psycopg",),
    "stdlib": ("socket", "ssl", "datetime", "decimal", "typing", "logging"),
}


IMPORT = """
import time
wall, cpu = time.perf_counter(), time.process_time()
import {modules}
print([time.perf_counter() - wall, time.process_time() - cpu, 0])
"""


def importing(name: str) -> list[float]:
    """How long a new interpreter takes to import the driver, or what any would import."""
    code = IMPORT.format(modules=", ".join(MODULES[name]))
    command = [sys.executable, "-c", code]
    found: list[float] = json.loads(subprocess.check_output(command, text=True))
    return found


def _dbapi(cursor: Any) -> Run:
    serial = count(1)  # what is new must be new in the second run, too

    def run(case: Case) -> int:
        if case.shape == "small":
            return _small(cursor, case, serial)
        if case.shape == "many":
            return _many(cursor, case)
        if case.shape == "turns":
            cursor.execute(case.query, (7,))
            return 1
        cursor.execute(case.query)
        if case.shape in ("loop", "stream", "growth"):
            return sum(1 for _ in cursor)
        return len(cursor.fetchall())

    return run


def _small(cursor: Any, case: Case, serial: Iterator[int]) -> int:
    found = 0
    for number in range(1, case.rows + 1):
        query = case.query.replace("{number}", str(next(serial)))
        cursor.execute(query, (number, number + 9))
        found += bool(cursor.fetchall())
    return found


def _many(cursor: Any, case: Case) -> int:
    cursor.execute("delete from many")
    cursor.executemany(case.query, [(n, f"row number {n}", n * 1.5) for n in range(case.rows)])
    cursor.execute("select count(*) from many")
    return int(cursor.fetchone()[0])


def _tables(cursor: Any, connection: Any) -> None:
    """The session's own."""
    cursor.execute(MANY)
    connection.commit()


def _connect_ours(where: Where) -> Callable[[], Any]:
    """Our own server, which asks for no password, is known to be no Redshift: as for the
    incumbent, whose startup parameters it would refuse."""
    import rs_driver

    options = where if "password" in where else {**where, "server": "postgres"}
    return lambda: rs_driver.connect(**options)


def _ours(where: Where, **options: Any) -> Run:
    import rs_driver

    connection = rs_driver.connect(**where, **options)
    cursor = connection.cursor()
    _tables(cursor, connection)
    tuples = _dbapi(cursor)

    def run(case: Case) -> int:
        if case.shape in ("stream", "growth"):
            return _dbapi(connection.cursor(stream=True))(case)
        if case.shape in ("arrow", "pandas"):
            cursor.execute(case.query)
            frame = "fetch_arrow_table" if case.shape == "arrow" else "fetch_dataframe"
            return len(getattr(cursor, frame)())
        return tuples(case)

    return run


def _ours_with_pyarrow(where: Where) -> Run:
    import_module("pyarrow")  # text is cut out by it where it is loaded

    return _ours(where)


def _ours_without_numpy(where: Where) -> Run:
    return _ours(where, rows="struct")


def _ours_tls(where: Where) -> Run:
    return _ours_with_pyarrow({**where, "sslmode": "require"})


def _ours_async(where: Where) -> Run:
    import asyncio

    import rs_driver

    import_module("pyarrow")
    loop = asyncio.new_event_loop()
    connection = loop.run_until_complete(rs_driver.AsyncConnection.connect(**where))
    cursor = connection.cursor()

    async def fetch(case: Case) -> int:
        if case.shape != "small":
            await cursor.execute(case.query)
            return len(await cursor.fetchall())
        found = 0
        for number in range(1, case.rows + 1):
            await cursor.execute(case.query, (number, number + 9))
            found += bool(await cursor.fetchall())
        return found

    return lambda case: loop.run_until_complete(fetch(case))


def _connect_redshift_connector(where: Where) -> Callable[[], Any]:
    import redshift_connector

    core: Any = import_module("redshift_connector.core")

    class Silent:
        """In place of its logger, while it connects; takes the startup parameters' dict."""

        def debug(self, message: object, *_: object) -> None:
            if isinstance(message, dict):
                for name in message.keys() - {"user", "database"}:
                    del message[name]

        def __getattr__(self, name: str) -> Any:
            return lambda *_, **__: None

    version, logger = core.version, vars(core)["_logger"]
    arguments = {"password": "", **where}
    arguments["ssl"] = arguments.pop("sslmode") != "disable"

    def connect() -> Any:
        if arguments["ssl"]:
            return redshift_connector.connect(**arguments)  # to a Redshift: as it is
        core.version = types.SimpleNamespace(
            parse=lambda text: version.parse(text.split()[0]), Version=version.Version
        )
        vars(core)["_logger"] = Silent()
        try:
            return redshift_connector.connect(**arguments)
        finally:
            vars(core)["_logger"] = logger

    return connect


def _redshift_connector(where: Where) -> Run:
    connection = _connect_redshift_connector(where)()
    cursor = connection.cursor()
    _tables(cursor, connection)
    tuples = _dbapi(cursor)

    def run(case: Case) -> int:
        if case.shape == "pandas":
            return len(cursor.execute(case.query).fetch_dataframe())
        if case.shape == "arrow":
            import pyarrow as pa

            rows = cursor.execute(case.query).fetchall()
            names = [column[0] for column in cursor.description]
            columns = list(map(pa.array, zip(*rows, strict=True)))
            return int(pa.table(columns, names=names).num_rows)
        return tuples(case)

    return run


def _connect_psycopg(where: Where) -> Callable[[], Any]:
    import psycopg

    arguments = {**where, "dbname": where["database"]}
    del arguments["database"]
    return lambda: psycopg.connect(**arguments)


def _psycopg(where: Where) -> Run:
    connection = _connect_psycopg(where)()
    cursor = connection.cursor(binary=True)
    _tables(cursor, connection)
    tuples = _dbapi(cursor)

    def run(case: Case) -> int:
        if case.shape not in ("stream", "growth"):
            return tuples(case)
        with connection.cursor("stream", binary=True) as server_side:
            server_side.itersize = 10_000
            return _dbapi(server_side)(case)

    return run


def _adbc(where: Where) -> Run:
    import adbc_driver_postgresql.dbapi as adbc

    names = {"password": "", **{name: quote(str(value)) for name, value in where.items()}}
    uri = "postgresql://{user}:{password}@{host}:{port}/{database}?sslmode={sslmode}"
    uri = uri.format(**names)
    cursor = adbc.connect(uri).cursor()

    def run(case: Case) -> int:
        cursor.execute(case.query)
        return len(cursor.fetch_df() if case.shape == "pandas" else cursor.fetch_arrow_table())

    return run


def _message(tag: bytes, body: bytes) -> bytes:
    return tag + struct.pack("!i", len(body) + 4) + body


def _drain(connection: socket.socket, buffer: bytearray) -> None:
    """Read up to a ReadyForQuery, as far as one can be told by the last bytes."""
    buffer[:] = bytes(len(buffer))
    count = 0
    while buffer[max(count - 6, 0) : max(count - 1, 0)] != b"Z\0\0\0\5":
        count = connection.recv_into(buffer)


def _connect_socket(where: Where) -> Callable[[], socket.socket]:
    names = "user\0{user}\0database\0{database}\0\0".format(**where).encode()
    startup = _message(b"", struct.pack("!i", 196608) + names)
    buffer = bytearray(4096)

    def connect() -> socket.socket:
        connection = socket.create_connection((where["host"], where["port"]))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(startup)
        _drain(connection, buffer)
        return connection

    return connect


def _socket(where: Where) -> Run:
    """Reads what the server sends, in binary, and does nothing with it."""
    connection = _connect_socket(where)()
    buffer = bytearray(256 * 1024)

    def run(case: Case) -> int:
        bind = b"\0\0" + struct.pack("!hhhh", 0, 0, 1, 1)
        connection.sendall(
            _message(b"P", b"\0" + case.query.encode() + b"\0\0\0")
            + _message(b"B", bind)
            + _message(b"E", bytes(5))
            + _message(b"S", b"")
        )
        _drain(connection, buffer)
        return case.rows

    return run
