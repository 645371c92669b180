"""rs_driver: a PEP 249 driver for Amazon Redshift.

    import rs_driver

    with rs_driver.connect(host="...", user="...", password="...", database="dev") as conn:
        with conn.cursor() as cur:
            cur.execute("select id, name from users where id = %s", (7,))
            print(cur.fetchall())

Importing this module costs little: everything but the exceptions loads on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rs_driver._version import __version__
from rs_driver.errors import (
    DatabaseError,
    DataError,
    Error,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    QueryCanceled,
    RemoteProtocolError,
    TlsError,
    Warning,  # noqa: A004  (PEP 249's name)
)

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from rs_driver.asyncapi import AsyncConnection, AsyncCursor
    from rs_driver.asyncpool import AsyncPool
    from rs_driver.codecs import Json
    from rs_driver.config.keywords import ConnectOptions
    from rs_driver.config.retry import Retry
    from rs_driver.constructors import (
        BINARY,
        DATETIME,
        NUMBER,
        ROWID,
        STRING,
        Binary,
        Date,
        DateFromTicks,
        Time,
        TimeFromTicks,
        Timestamp,
        TimestampFromTicks,
    )
    from rs_driver.dbapi import Connection, Cursor
    from rs_driver.intervals import Interval, IntervalDayToSecond, IntervalYearToMonth
    from rs_driver.pool import Pool

apilevel = "2.0"
threadsafety = 2
"""Threads may share connections, each with cursors of its own (PEP 249)."""
paramstyle = "format"
"""The style of placeholders in new cursors; settable (PEP 249)."""

__all__ = [
    "BINARY",
    "DATETIME",
    "NUMBER",
    "ROWID",
    "STRING",
    "AsyncConnection",
    "AsyncCursor",
    "AsyncPool",
    "Binary",
    "Connection",
    "Cursor",
    "DataError",
    "DatabaseError",
    "Date",
    "DateFromTicks",
    "Error",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "Interval",
    "IntervalDayToSecond",
    "IntervalYearToMonth",
    "Json",
    "NotSupportedError",
    "OperationalError",
    "Pool",
    "ProgrammingError",
    "QueryCanceled",
    "RemoteProtocolError",
    "Retry",
    "Time",
    "TimeFromTicks",
    "Timestamp",
    "TimestampFromTicks",
    "TlsError",
    "Warning",
    "__version__",
    "apilevel",
    "connect",
    "paramstyle",
    "threadsafety",
]

_HOMES = {
    "Connection": "dbapi",
    "Cursor": "dbapi",
    "Pool": "pool",
    "AsyncConnection": "asyncapi",
    "AsyncCursor": "asyncapi",
    "AsyncPool": "asyncpool",
    "Interval": "intervals",
    "IntervalDayToSecond": "intervals",
    "IntervalYearToMonth": "intervals",
    "Json": "codecs",
    "Retry": "config.retry",
}


def connect(
    user: str | None = None,
    database: str | None = None,
    password: str | None = None,
    port: int | str | None = None,
    host: str | None = None,
    **options: Unpack[ConnectOptions],
) -> Connection:
    """Connect to a server and log in.

    Every option is described in ``docs/options.md``; what is not given here comes from
    ``dsn``, a service file, the environment (``REDSHIFT_HOST`` ..., then ``PGHOST`` ...) and
    ``.pgpass``, in this order. Raises InterfaceError for options that make no sense,
    OperationalError where the server cannot be reached or refuses the login, ProgrammingError
    for a database that does not exist.
    """
    from rs_driver.dbapi import Connection

    return Connection(user, password, database, host, port, **options)


def __getattr__(name: str) -> Any:
    """The other public names, loaded on first use (PEP 562)."""
    import importlib

    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"rs_driver.{_HOMES.get(name, 'constructors')}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
