"""An engine that executes SQL with DuckDB, in memory, in this process.

One ``DuckDbEngine`` is one database, which lives as long as the engine; each session is a
cursor of its own on it, with its own transactions and temporary tables. SQL cannot reach
outside: files, extensions and other databases are switched off and the configuration is
locked before the first session opens.

It is DuckDB with Redshift's manners where they are cheap and sound: integer division
(``7/2`` is 3), an error for a division by zero (from DuckDB 2.0 on; older ones give
NULL), identifiers folded to lower case, NULLs sorted as if larger than everything,
Redshift's type names, column names and SQLSTATEs, some of its functions, DISTKEY and the
like accepted. It is not a Redshift: no system tables, no COPY, DuckDB's functions and
arithmetic (``avg`` of integers is a float8), lengths of varchar columns neither kept nor
enforced.

A column whose type hangs on a NUMERIC parameter (``select $1``) is a numeric(38,10), so
Decimal("1.50") comes back as 1.5000000000 and more than 28 digits before the point are
refused (22003). A client is told the columns before it sends the values, and in binary
only the column's scale says where the point is, so a scale of the value's own would be
read wrong; SQL that says ``$1::numeric(38,2)`` has the scale that it wants.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from rs_driver_fakeserver.engine.duckdb_session import DuckDbSession
from rs_driver_fakeserver.engine.errors import sql_error
from rs_driver_fakeserver.engine.redshift_functions import MACROS

__all__ = ["DuckDbEngine", "DuckDbSession"]

_CONFIG: Final[Mapping[str, str]] = MappingProxyType(
    {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "default_null_order": "nulls_last_on_asc_first_on_desc",
        "enable_external_access": "false",
        "integer_division": "true",
        "preserve_identifier_case": "false",
        # A table name that is not in the database must not find a Python variable.
        "python_enable_replacements": "false",
        "temp_directory": "",
        "threads": "1",
    }
)
_SET_UP: Final = (
    "CREATE TYPE varbyte AS BLOB",
    "CREATE TYPE super AS JSON",
    MACROS,
    "SET GLOBAL TimeZone = 'UTC'",
    "SET GLOBAL lock_configuration = true",
)


class DuckDbEngine:
    """One in-memory database for any number of sessions.

    ``redshift``: whose types the columns have, else PostgreSQL's: lists are arrays, say.
    Raises ImportError where DuckDB is not installed. Close it: an open database is
    reported by DuckDB when the process ends.
    """

    def __init__(self, *, redshift: bool = True) -> None:
        self._duckdb = _load_duckdb()
        self._redshift = redshift
        self._lock = threading.Lock()
        self._connection = self._duckdb.connect(":memory:", config=dict(_CONFIG))
        for statement in _SET_UP:
            self._connection.execute(statement)
        # A NULL takes its type from its surroundings, which is what a parameter of
        # unknown type should do; but DuckDB before 2.0 says INTEGER where there are none.
        null = self._connection.execute("DESCRIBE SELECT $1", [None]).fetchall()[0][1]
        self._text_sample = "" if null == "INTEGER" else None

    def open_session(self, user: str, database: str) -> DuckDbSession:  # noqa: ARG002
        """A session of its own; every user and every database name meet the same tables."""
        with self._lock:
            try:
                cursor = self._connection.cursor()
            except self._duckdb.Error as error:
                raise sql_error(error) from error
        return DuckDbSession(self._duckdb, cursor, self._text_sample, redshift=self._redshift)

    def close(self) -> None:
        """Drop the database. Closing twice is closing once."""
        with self._lock:
            self._connection.close()


def _load_duckdb() -> Any:
    try:
        import duckdb
    except ImportError as error:
        raise ImportError(
            "the embedded SQL engine needs DuckDB; install the extra 'engine': "
            "pip install 'rs_driver[engine]'"
        ) from error
    return duckdb
