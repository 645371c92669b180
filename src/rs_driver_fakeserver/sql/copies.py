"""COPY FROM STDIN and TO STDOUT over the engine, as PostgreSQL has it: by INSERT and SELECT."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rs_driver_fakeserver.client import Client
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import CopyIn, CopyOut, EngineSession, Result, SqlError
from rs_driver_fakeserver.protocol.results import Shape, shape
from rs_driver_fakeserver.sql import copy_syntax
from rs_driver_fakeserver.sql.answerers import guarded
from rs_driver_fakeserver.sql.copy_csv import CsvReader, write_csv
from rs_driver_fakeserver.sql.copy_syntax import CopyStatement
from rs_driver_fakeserver.sql.copy_text import Row, TextReader, write_text
from rs_driver_fakeserver.sql.families import Command, Plain
from rs_driver_fakeserver.values.decode import text_parameter
from rs_driver_fakeserver.values.encode_text import encoder

_TOGETHER = 500
"""Parameters of one INSERT, about."""
LONGEST = 16 * 1024 * 1024
"""Characters of a line; what is longer is refused, so that no client can fill the memory."""


class Copies:
    """The family of this statement."""

    first = frozenset({"copy"})

    def __init__(self, client: Client) -> None:
        self._client = client

    def parse(self, sql: str) -> Command | None:
        engine = self._client.engine
        if self._client.dialect.redshift or engine is None:
            return None  # see ``refusals``
        said = copy_syntax.parse(sql)
        return None if said is None else _Copy(self._client, engine, said)


class _Copy(Plain):
    def __init__(self, client: Client, engine: EngineSession, said: CopyStatement) -> None:
        self._dialect = client.dialect
        self._engine = engine
        self._said = said

    def execute(self, parameters: Sequence[object], parameter_oids: Sequence[int]) -> Result:  # noqa: ARG002
        said, engine, dialect = self._said, self._engine, self._dialect
        names = ", ".join(said.columns) or "*"
        query = said.query or f"SELECT {names} FROM {said.table}"  # noqa: S608  (quoted)
        found = guarded(lambda: engine.describe(query, ()))
        if found.columns is None:
            raise SqlError("0A000", "COPY query must have a RETURNING clause")
        shaped = shape(found.columns, dialect)
        count = len(shaped.names)
        if said.inward:
            loads = CopyIn(count, sink=lambda: Loader(engine, said, shaped))
            return Result(None, (), "COPY", loads)
        rows = guarded(lambda: engine.execute(query, ())).rows
        lines = written(rows, shaped, said, dialect)
        return Result(None, (), "COPY", CopyOut(lines, count, tag=f"COPY {len(rows)}"))


def written(
    rows: Sequence[Sequence[object]], shaped: Shape, said: CopyStatement, dialect: Dialect
) -> Iterator[bytes]:
    """The lines of a COPY TO."""
    options = said.options
    write = write_csv if options.format == "csv" else write_text
    encoders = [encoder(wire_type, dialect) for wire_type in shaped.types]
    if options.header:
        yield write(shaped.names, options).encode()
    for row in rows:
        texts = [
            None if value is None else encode(value).decode()
            for value, encode in zip(row, encoders, strict=True)
        ]
        yield write(texts, options).encode()


class Loader:
    """A ``CopySink`` that inserts what comes into a table."""

    def __init__(self, engine: EngineSession, said: CopyStatement, shaped: Shape) -> None:
        self._engine = engine
        self._said = said
        self._shape = shaped
        options = said.options
        self._reader = CsvReader(options) if options.format == "csv" else TextReader(options)
        self._header = options.header
        self._held = b""
        self._rows: list[Row] = []
        self._count = 0
        self._ended = False

    def write(self, data: bytes) -> None:
        """A piece of the data."""
        if self._ended:
            return
        self._held += data
        last = self._held.rfind(b"\n") + 1
        text = _text(self._held[:last])
        whole = self._reader.complete(text)
        if whole:
            self._take(text[:whole])
            self._held = self._held[len(text[:whole].encode()) :]
        if len(self._held) > LONGEST:
            raise SqlError("54000", f"a line of more than {LONGEST} bytes")

    def finish(self) -> int:
        """All of it came; a last line need not end in a line break."""
        if self._held and not self._ended:
            self._take(_text(self._held) + "\n")
        self._insert()
        return self._count

    def _take(self, text: str) -> None:
        for row in self._reader.rows(text):
            if self._header:
                self._header = False
            elif row is None:
                self._ended = True
                return
            else:
                self._add(row)

    def _add(self, row: Row) -> None:
        names = self._shape.names
        if len(row) < len(names):
            raise SqlError("22P04", f'missing data for column "{names[len(row)]}"')
        if len(row) > len(names):
            raise SqlError("22P04", "extra data after last expected column")
        self._rows.append(row)
        if len(self._rows) * len(names) >= _TOGETHER:
            self._insert()

    def _insert(self) -> None:
        rows, self._rows = self._rows, []
        if not rows:
            return
        oids = [wire_type.oid for wire_type in self._shape.types]
        values = [
            None if text is None else text_parameter(text, oid)
            for row in rows
            for text, oid in zip(row, oids, strict=True)
        ]
        width = len(oids)
        places = ", ".join(
            "(" + ", ".join(f"${at * width + number}" for number in range(1, width + 1)) + ")"
            for at in range(len(rows))
        )
        columns = f" ({', '.join(self._said.columns)})" if self._said.columns else ""
        sql = f"INSERT INTO {self._said.table}{columns} VALUES {places}"  # noqa: S608  (quoted)
        guarded(lambda: self._engine.execute(sql, values, oids * len(rows)))
        self._count += len(rows)


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        wrong = " ".join(f"0x{byte:02x}" for byte in data[error.start : error.start + 1])
        raise SqlError("22021", f'invalid byte sequence for encoding "UTF8": {wrong}') from None
