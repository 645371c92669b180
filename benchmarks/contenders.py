"""The drivers, each by its best idiom: a function that runs a case once.

redshift_connector does not connect to PostgreSQL by itself: it sends startup parameters that
PostgreSQL refuses and cannot read Debian's version number. Both are mended before it connects,
neither costs time afterwards.
"""

from __future__ import annotations

import socket
import struct
import types
from collections.abc import Callable
from importlib import import_module
from typing import Any

from cases import Case

Where = dict[str, Any]
Run = Callable[[Case], int]
"""Runs a case, and says how many rows came."""


def contender(name: str, where: Where) -> Run:
    """A connection of its own, and what it does."""
    return {
        "ours": _ours,
        "ours+pyarrow": _ours_with_pyarrow,
        "ours-numpy": _ours_without_numpy,
        "redshift_connector": _redshift_connector,
        "psycopg": _psycopg,
        "adbc": _adbc,
        "socket": _socket,
    }[name](where)


def _dbapi(cursor: Any) -> Run:
    def run(case: Case) -> int:
        if case.shape == "small":
            return _small(cursor, case)
        cursor.execute(case.query)
        if case.shape == "loop":
            count = 0
            for _ in cursor:
                count += 1
            return count
        return len(cursor.fetchall())

    return run


def _small(cursor: Any, case: Case) -> int:
    count = 0
    for number in range(1, case.rows + 1):
        cursor.execute(case.query.replace("{number}", str(number)), (number, number + 9))
        count += bool(cursor.fetchall())
    return count


def _ours(where: Where, **options: Any) -> Run:
    import rs_driver

    cursor = rs_driver.connect(**where, sslmode="disable", **options).cursor()
    tuples = _dbapi(cursor)

    def run(case: Case) -> int:
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


def _redshift_connector(where: Where) -> Run:
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
    core.version = types.SimpleNamespace(
        parse=lambda text: version.parse(text.split()[0]), Version=version.Version
    )
    vars(core)["_logger"] = Silent()
    try:
        cursor = redshift_connector.connect(**{"password": "", **where}, ssl=False).cursor()
    finally:
        vars(core)["_logger"] = logger
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


def _psycopg(where: Where) -> Run:
    import psycopg

    arguments = {**where, "dbname": where["database"], "sslmode": "disable"}
    del arguments["database"]
    return _dbapi(psycopg.connect(**arguments).cursor(binary=True))


def _adbc(where: Where) -> Run:
    import adbc_driver_postgresql.dbapi as adbc

    uri = "postgresql://{user}@{host}:{port}/{database}?sslmode=disable".format(**where)
    cursor = adbc.connect(uri).cursor()

    def run(case: Case) -> int:
        cursor.execute(case.query)
        return len(cursor.fetch_df() if case.shape == "pandas" else cursor.fetch_arrow_table())

    return run


def _socket(where: Where) -> Run:
    """Reads what the server sends, in binary, and does nothing with it."""
    connection = socket.create_connection((where["host"], where["port"]))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    buffer = bytearray(256 * 1024)

    def drain() -> None:
        count = 0
        while buffer[max(count - 6, 0) : max(count - 1, 0)] != b"Z\0\0\0\5":
            count = connection.recv_into(buffer)

    def message(tag: bytes, body: bytes) -> bytes:
        return tag + struct.pack("!i", len(body) + 4) + body

    names = "user\0{user}\0database\0{database}\0\0".format(**where).encode()
    connection.sendall(message(b"", struct.pack("!i", 196608) + names))
    drain()

    def run(case: Case) -> int:
        bind = b"\0\0" + struct.pack("!hhhh", 0, 0, 1, 1)
        connection.sendall(
            message(b"P", b"\0" + case.query.encode() + b"\0\0\0")
            + message(b"B", bind)
            + message(b"E", bytes(5))
            + message(b"S", b"")
        )
        buffer[:] = bytes(len(buffer))
        drain()
        return case.rows

    return run
