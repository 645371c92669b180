"""A model of what a server keeps for a session: prepared statements, a transaction, tables.

Small, and independent of the driver's idea of it. It knows no SQL but these texts:

* ``select * from t0 ...`` gives the columns that the table has now, ``insert ...`` none,
  ``fetch ... from c`` those of the cursor. ``$1`` is compared with an int8, ``$2`` with a
  varchar, ``$3`` with a numeric, until the table is altered: then they change about.
* ``begin``, ``commit``, ``rollback``; ``alter t0``, which gives the table other columns;
  ``declare t0``, which lets the cursor read that table, or ``e``, whose one column is of a
  type that no codec reads in binary; ``deallocate all``.
* ``select wipe`` and ``select reopen`` do the last two, and nobody can tell it by their tags.

A **guarded** server says so when a statement's columns are not what they were (but those of
a cursor); the other one gives the new ones, as it does within a transaction when somebody
else alters a table. What the driver must never do is an AssertionError: prepare under a name
that is taken, bind one that the server never had or was told to close, send values that are
none of the type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from rs_driver import oids
from rs_driver.wire.buffer import ReceiveBuffer
from rs_driver.wire.control import ErrorResponse, ReadyForQuery
from rs_driver.wire.framing import MAX_LENGTH
from rs_driver.wire.messages import BackendMessage, FrontendMessage
from rs_driver.wire.query import Bind, Close, Describe, Execute, Parse, Query, Sync
from rs_driver.wire.registry import decode_frontend
from rs_driver.wire.results import (
    BindComplete,
    CloseComplete,
    CommandComplete,
    DataRow,
    FieldDescription,
    NoData,
    ParameterDescription,
    ParseComplete,
    RowDescription,
)

Columns = tuple[int, ...]
ENUM = 99999
"""A type of the user's own."""
SHAPES: tuple[Columns, ...] = (
    *((oids.INT4,), (oids.VARCHAR,), (oids.INT8,), (oids.INT4, oids.VARCHAR), (ENUM,)),
    *((oids.VARCHAR, oids.INT8, oids.INT4), (ENUM, oids.BOOL), (oids.INT8, oids.BOOL)),
)
"""The columns that a table has one after the other."""
TABLES = ("t0", "t1")
VALUES: dict[int, tuple[Any, bytes, bytes]] = {
    oids.INT4: (7, b"7", b"\0\0\0\7"),
    oids.INT8: (2**40, b"1099511627776", (2**40).to_bytes(8, "big")),
    oids.VARCHAR: ("abcd", b"abcd", b"abcd"),
    oids.BOOL: (True, b"t", b"\1"),
    ENUM: ("happy", b"happy", b"happy"),
}
"""What every column of a type holds: for Python, as text, in binary."""
PARAMETERS = (oids.INT8, oids.VARCHAR, oids.NUMERIC)
ROUTINES = {"0A000": "RevalidateCachedQuery", "08P01": "PortalSetResultFormat"}
ROWS = 2
_WIDTHS = {oids.INT4: 4, oids.INT8: 8}


class RefusedError(Exception):
    """An ErrorResponse with the SQLSTATE ``args[0]``."""


@dataclass
class Statement:
    """``columns``: as it was prepared, None for no rows. ``takes``: the parameters' types, as
    declared, else as the server has chosen."""

    sql: str
    takes: tuple[int, ...]
    columns: Columns | None


@dataclass
class Data:
    """What ROLLBACK brings back: the number of each table's shape."""

    shapes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TABLES, 0))

    def copy(self) -> Data:
        return Data(dict(self.shapes))


class StatementServer:
    """``fault``: how many messages it still heeds before one fails with ``code``; None for ever.

    ``names``: the named statements. ``wiped``: those that were deallocated, which the driver
    need not know. ``meant``: the rows of the last result, as Python should see them.
    ``begun``: how many transactions. ``bound``: how many statements, BEGIN apart.
    """

    def __init__(self, *, guarded: bool) -> None:
        self.names: dict[str, Statement] = {}
        self.wiped: set[str] = set()
        self.status = "I"
        self.fault: int | None = None
        self.code = "XX000"
        self.begun = 0
        self.bound = 0
        self.failed = False
        self.meant: list[tuple[Any, ...]] = []
        self._guarded = guarded
        self._data = Data()
        self._before = Data()
        self._cursor = "t0"
        self._unnamed: Statement | None = None
        self._portal: tuple[Statement, Columns | None, tuple[int, ...]] | None = None
        self._skipping = False
        self._buffer = ReceiveBuffer(4096)

    def alter_elsewhere(self, table: str) -> None:
        """Another session alters a table, and commits."""
        for data in (self._data, self._before):
            data.shapes[table] += 1

    # -- messages -----------------------------------------------------------------------

    def feed(self, data: bytes) -> bytes:
        """Take whole messages; the answer."""
        answer = b""
        while data:
            room = self._buffer.get_buffer()
            count = min(len(room), len(data))
            room[:count] = data[:count]
            self._buffer.received(count)
            data = data[count:]
            while frame := self._buffer.frame(MAX_LENGTH):
                message = decode_frontend(frame.tag, self._buffer.body(frame))
                self._buffer.consume(frame)
                answer += b"".join(word.encode() for word in self._hear(message))
        return answer

    def _hear(self, message: FrontendMessage) -> Iterator[BackendMessage]:
        if self._skipping and not isinstance(message, Sync):
            return
        try:
            self._stumble()
            yield from list(self._answer(message))
        except RefusedError as error:
            code = str(error)
            yield ErrorResponse({"C": code, "M": "refused", "R": ROUTINES.get(code, "Model")})
            self._fail(message)
            self._skipping = True
        if isinstance(message, (Sync, Query)):
            self._skipping = False
            if self.status == "I":
                self._before = self._data.copy()
            yield ReadyForQuery(self.status)

    def _stumble(self) -> None:
        if self.fault is None:
            return
        self.fault -= 1
        if self.fault < 0:
            self.fault = None
            self.failed = True
            raise RefusedError(self.code)

    def _fail(self, message: FrontendMessage) -> None:
        """What was done since the transaction began, be it one of the protocol's own, is
        undone. A commit that fails is the transaction's end."""
        self._data = self._before.copy()
        if isinstance(message, Query) and message.sql.lower() == "commit":
            self.status = "I"
        elif self.status == "T":
            self.status = "E"

    def _answer(self, message: FrontendMessage) -> Iterator[BackendMessage]:
        if isinstance(message, Query):
            self._check_alive(message.sql)
            yield CommandComplete(self._perform(message.sql))
        elif isinstance(message, Parse):
            yield self._parse(message)
        elif isinstance(message, Describe):
            yield from self._describe(message)
        elif isinstance(message, Bind):
            yield self._bind(message)
        elif isinstance(message, Execute):
            yield from self._execute()
        elif isinstance(message, Close):
            self.names.pop(message.name, None)
            self.wiped.discard(message.name)
            yield CloseComplete()
        else:
            assert isinstance(message, Sync)

    def _check_alive(self, sql: str) -> None:
        if self.status == "E" and sql.lower() not in ("rollback", "commit"):
            raise RefusedError("25P02")

    def _parse(self, message: Parse) -> BackendMessage:
        self._check_alive(message.sql)
        count = len(set(re.findall(r"\$\d", message.sql)))
        assert count == len(message.parameter_oids)
        columns = self._columns(message.sql)
        statement = Statement(message.sql, self._takes(message), columns)
        if message.statement:
            assert message.statement not in self.names, "the name is taken"
            self.names[message.statement] = statement
        else:
            self._unnamed = statement
        return ParseComplete()

    def _takes(self, message: Parse) -> tuple[int, ...]:
        found = re.search(r" (t\d)", message.sql)
        shape = self._data.shapes[found.group(1)] if found else 0
        return tuple(
            PARAMETERS[(at + shape) % len(PARAMETERS)] if oid in (0, oids.UNKNOWN) else oid
            for at, oid in enumerate(message.parameter_oids)
        )

    def _describe(self, message: Describe) -> Iterator[BackendMessage]:
        if message.kind == b"P":
            assert self._portal is not None
            _, columns, formats = self._portal
            yield _description(columns, formats)
        else:
            statement = self._known(message.name)
            yield ParameterDescription(statement.takes)
            yield _description(statement.columns, (0,))

    def _known(self, name: str) -> Statement:
        statement = self.names.get(name) if name else self._unnamed
        if statement is None:
            assert name in self.wiped, f"there never was a statement {name!r}, or it was closed"
            raise RefusedError("26000")
        return statement

    def _bind(self, message: Bind) -> BackendMessage:
        statement = self._known(message.statement)
        self._check_alive(statement.sql)
        _check_values(statement.takes, message)
        now = self._columns(statement.sql)
        if now != statement.columns and self._guarded and not statement.sql.startswith("fetch"):
            raise RefusedError("0A000")
        formats = message.result_formats
        if len(formats) > 1 and len(formats) != len(now or ()):
            raise RefusedError("08P01")
        self._portal = (statement, now, formats or (0,))
        self.bound += statement.sql != "BEGIN"
        return BindComplete()

    def _execute(self) -> Iterator[BackendMessage]:
        assert self._portal is not None
        statement, columns, formats = self._portal
        tag = self._perform(statement.sql)
        if columns is not None:
            formats = formats if len(formats) > 1 else formats * len(columns)
            pairs = list(zip(columns, formats, strict=True))
            row = tuple(VALUES[column][1 + fmt] for column, fmt in pairs)
            self.meant = [tuple(VALUES[column][0] for column in columns)] * ROWS
            yield from [DataRow(row)] * ROWS
        yield CommandComplete(tag)

    # -- what the texts do --------------------------------------------------------------

    def _columns(self, sql: str) -> Columns | None:
        """What a statement gives now."""
        if sql in ("select wipe", "select reopen"):
            return (oids.INT4,)
        found = re.match(r"select \* from (t\d)", sql)
        if found is None and not sql.startswith("fetch"):
            return None
        table = found.group(1) if found else self._cursor
        if table == "e":
            return (ENUM,)
        return SHAPES[self._data.shapes[table] % len(SHAPES)]

    def _perform(self, sql: str) -> str:
        """Do what ``sql`` says; its command tag."""
        word, _, rest = sql.lower().partition(" ")
        if word == "begin":
            self.begun += self.status == "I"
            self.status = "T"
        elif word in ("commit", "rollback"):
            word = "rollback" if self.status == "E" else word
            self._data = (self._before if word == "rollback" else self._data).copy()
            self.status = "I"
        elif word == "alter":
            self._data.shapes[rest] += 1
            return "ALTER TABLE"
        elif word == "declare" or rest == "reopen":
            self._cursor = rest if word == "declare" else "t1" if self._cursor == "t0" else "t0"
            word = "DECLARE CURSOR" if word == "declare" else word
        elif word == "deallocate" or rest == "wipe":
            self.wiped |= self.names.keys()
            self.names.clear()
        return f"INSERT 0 {ROWS}" if word == "insert" else word.upper()


def _description(columns: Columns | None, formats: tuple[int, ...]) -> BackendMessage:
    if columns is None:
        return NoData()
    formats = formats if len(formats) > 1 else formats * len(columns)
    pairs = enumerate(zip(columns, formats, strict=True))
    return RowDescription(
        tuple(FieldDescription(f"c{at}", type_oid=oid, format=fmt) for at, (oid, fmt) in pairs)
    )


def _check_values(types: tuple[int, ...], message: Bind) -> None:
    assert len(types) == len(message.parameters) == len(message.parameter_formats)
    triples = zip(types, message.parameter_formats, message.parameters, strict=True)
    for oid, fmt, data in triples:
        if data is None:
            continue
        if fmt == 1:
            assert len(data) == _WIDTHS[oid]
        elif oid == oids.NUMERIC:
            Decimal(data.decode())
        else:
            assert oid not in _WIDTHS or data.lstrip(b"-").isdigit()
