"""A client's session on the DuckDB engine: describe, execute, transactions."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

from rs_driver import oids
from rs_driver_fakeserver.engine import types
from rs_driver_fakeserver.engine.binding import bound
from rs_driver_fakeserver.engine.errors import sql_error
from rs_driver_fakeserver.engine.names import redshift_names
from rs_driver_fakeserver.engine.port import Column, Description, Result, SqlError
from rs_driver_fakeserver.engine.samples import sample
from rs_driver_fakeserver.engine.statements import Statement, classify, command_tag

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation
    from duckdb import Statement as Parsed

__all__ = ["DuckDbSession"]

_K = TypeVar("_K")
_T = TypeVar("_T")
_REMEMBERED: Final = 100
_UNSPECIFIED: Final = frozenset((0, oids.UNKNOWN))
# A name for PREPARE that no client would choose.
_PROBE: Final = '"rs_driver_fakeserver describe"'


class DuckDbSession:
    """One client: a DuckDB cursor. ``EngineSession`` has the contract.

    ``text_sample`` stands for a parameter of unknown type when types are worked out.
    ``redshift``: whose types the columns have, else PostgreSQL's.
    """

    def __init__(
        self,
        duckdb: Any,
        cursor: DuckDBPyConnection,
        text_sample: str | None,
        *,
        redshift: bool = True,
    ) -> None:
        self._duckdb = duckdb
        self._cursor = cursor
        self._text_sample = text_sample
        self._redshift = redshift
        self._lock = threading.Lock()
        self._cancellable = False
        self._statements: OrderedDict[str, Statement] = OrderedDict()
        # By text and OIDs: the DuckDB types of the columns in the last description, which
        # execute keeps to.
        self._described: OrderedDict[tuple[str, tuple[int, ...]], Sequence[str]] = OrderedDict()

    def describe(self, sql: str, parameter_oids: Sequence[int]) -> Description:
        with self._until_cancelled():
            return self._describe(sql, parameter_oids)

    def execute(
        self, sql: str, parameters: Sequence[object], parameter_oids: Sequence[int] = ()
    ) -> Result:
        with self._until_cancelled():
            return self._execute(sql, parameters, tuple(parameter_oids))

    @contextmanager
    def _until_cancelled(self) -> Iterator[None]:
        """What runs herein may be interrupted; what ends a transaction may not."""
        with self._lock:
            self._cancellable = True
        try:
            yield
        finally:
            with self._lock:
                self._cancellable = False

    def cancel(self) -> None:
        with self._lock:
            if self._cancellable:
                self._cursor.interrupt()

    def _describe(self, sql: str, parameter_oids: Sequence[int]) -> Description:
        statement = self._classify(sql)
        if statement is None:
            return Description((), None)
        parameters = self._parameter_oids(statement, parameter_oids)
        if statement.writes:
            self._run(f"PREPARE {_PROBE} AS {statement.text}")
            self._run(f"DEALLOCATE {_PROBE}")
        if statement.row_query is None:
            return Description(parameters, None)
        names, types_ = self._describe_rows(statement.row_query, parameter_oids)
        if statement.parameters:
            _remember(self._described, (sql, parameters), types_)
        return Description(parameters, self._columns(statement.row_query, names, types_))

    def _execute(
        self, sql: str, parameters: Sequence[object], parameter_oids: tuple[int, ...]
    ) -> Result:
        statement = self._classify(sql)
        if statement is None:
            return Result(None, (), "")
        values = self._bound(statement, parameters, parameter_oids)
        if statement.row_query is not None:
            described = self._described_before(sql, statement.row_query, parameter_oids)
            return self._execute_query(statement, statement.row_query, values, described)
        counted = self._run(statement.parsed, values)
        count = int(counted[0][0]) if counted else None
        return Result(None, (), command_tag(statement, count))

    def _described_before(self, sql: str, query: str, oids_: tuple[int, ...]) -> Sequence[str]:
        """The columns' DuckDB types as a client was told them; none where nothing depends on it."""
        if not oids_:
            return ()
        known = self._described.get((sql, oids_))
        return self._describe_rows(query, oids_)[1] if known is None else known

    def begin(self) -> None:
        self._run("BEGIN TRANSACTION")

    def commit(self) -> None:
        self._run("COMMIT")

    def rollback(self) -> None:
        try:
            self._run("ROLLBACK")
        except SqlError as error:
            if error.sqlstate != "25P01":  # DuckDB has rolled back by itself already
                raise

    def close(self) -> None:
        self._statements.clear()
        self._cursor.close()

    def _classify(self, sql: str) -> Statement | None:
        if known := self._statements.get(sql):
            return known
        try:
            found = classify(sql, self._cursor.extract_statements, self._duckdb.tokenize)
        except self._duckdb.Error as error:
            raise sql_error(error) from error
        if found is not None:
            _remember(self._statements, sql, found)
        return found

    def _run(self, sql: str | Parsed, parameters: dict[str, object] | None = None) -> list[Any]:
        try:
            return self._cursor.execute(sql, parameters or None).fetchall()
        except self._duckdb.Error as error:
            raise sql_error(error) from error

    def _parameter_oids(self, statement: Statement, given: Sequence[int]) -> tuple[int, ...]:
        """``given`` for every parameter, with the open ones filled in."""
        count = max(statement.parameters, default=0)
        found = [*given, *[0] * (count - len(given))][: max(count, len(given))]
        if _UNSPECIFIED.isdisjoint(found):
            return tuple(found)
        inferred = self._inferred(statement)
        return tuple(
            inferred.get(number, oids.VARCHAR) if oid in _UNSPECIFIED else oid
            for number, oid in enumerate(found, 1)
        )

    def _inferred(self, statement: Statement) -> dict[int, int]:
        """OIDs by the parameters' surroundings (``id = $1``), where DuckDB knows.

        DuckDB has no public way to ask that, so this is a hint from its private one: if
        it is not there, or fails, the parameters are text, which DuckDB casts as needed.
        """
        bind: Callable[[str], Sequence[Any]] | None = getattr(self._cursor, "_bind", None)
        if bind is None:
            return {}
        try:
            hints = bind(statement.text)[2]
            return {
                int(number): types.oid_of(str(type_), redshift=self._redshift)
                for number, type_ in hints
                if str(type_) != "UNKNOWN"
            }
        except Exception:  # noqa: BLE001 - private, so it may change into anything
            return {}

    def _describe_rows(
        self, query: str, parameter_oids: Sequence[int]
    ) -> tuple[list[str], list[str]]:
        """The names and the DuckDB types of a query's columns."""
        statement = self._classify(query)
        oid = dict(enumerate(parameter_oids, 1))
        samples = {
            str(number): sample(self._duckdb.Value, oid.get(number, 0), self._text_sample)
            for number in (statement.parameters if statement is not None else ())
        }
        rows = self._run(f"DESCRIBE {query}", samples)
        return [row[0] for row in rows], [row[1] for row in rows]

    def _bound(
        self, statement: Statement, parameters: Sequence[object], parameter_oids: Sequence[int]
    ) -> dict[str, object]:
        """The parameters that occur in the statement, by their number, as DuckDB wants them."""
        needed = max(statement.parameters, default=0)
        if len(parameters) < needed:
            raise SqlError(
                "08P01",
                f"the statement needs {needed} parameters, {len(parameters)} were given",
            )
        oid = dict(enumerate(parameter_oids, 1))
        try:
            return {
                str(number): bound(self._duckdb.Value, parameters[number - 1], oid.get(number, 0))
                for number in statement.parameters
            }
        except self._duckdb.Error as error:
            raise sql_error(error) from error

    def _mapping(self, duckdb_type: str) -> types.Mapping:
        return types.mapping(duckdb_type, redshift=self._redshift)

    def _columns(
        self, query: str, names: Sequence[str], duckdb_types: Sequence[str]
    ) -> tuple[Column, ...]:
        type_names = [self._mapping(type_).name for type_ in duckdb_types]
        named = redshift_names(names, type_names, lambda: self._tree(query))
        return tuple(map(Column, named, type_names))

    def _tree(self, query: str) -> dict[str, Any] | None:
        """DuckDB's parse tree of a SELECT; None for what it cannot write as JSON."""
        found = json.loads(self._run("SELECT json_serialize_sql($1)", {"1": query})[0][0])
        return None if found["error"] else found["statements"][0]["node"]

    def _execute_query(
        self, statement: Statement, query: str, values: dict[str, object], described: Sequence[str]
    ) -> Result:
        try:
            # A SELECT runs when its rows are fetched, any other statement here and now.
            relation = self._cursor.sql(statement.parsed, params=values or None)
            found = [str(type_) for type_ in relation.types]
            columns, rows = self._fetched(relation, found, described or found, query)
        except self._duckdb.Error as error:
            raise sql_error(error) from error
        if statement.kind == "EXPLAIN":
            columns = (Column("QUERY PLAN"),)
            rows = [(line,) for row in rows for line in str(row[-1]).splitlines()]
        return Result(columns, rows, command_tag(statement, len(rows)))

    def _fetched(
        self, relation: DuckDBPyRelation, found: list[str], described: Sequence[str], query: str
    ) -> tuple[tuple[Column, ...], list[tuple[Any, ...]]]:
        if len(found) == len(described):
            types_ = list(map(types.settled, found, described))
        else:
            types_ = found
        columns = self._columns(query, relation.columns, types_)
        mappings = list(map(self._mapping, types_))
        fetch = [
            mapping.fetch.format(f"#{at}" if old == new else f"CAST(#{at} AS {new})")
            for at, (mapping, old, new) in enumerate(zip(mappings, found, types_, strict=True), 1)
        ]
        if fetch != [f"#{at}" for at in range(1, len(fetch) + 1)]:
            relation = relation.project(", ".join(fetch))
        return columns, _decoded(relation.fetchall(), mappings)


def _remember(memory: OrderedDict[_K, _T], key: _K, value: _T) -> None:
    """Keep ``value``, and let go of the oldest where there are too many."""
    memory.pop(key, None)
    memory[key] = value
    if len(memory) > _REMEMBERED:
        memory.popitem(last=False)


def _decoded(
    rows: list[tuple[Any, ...]], mappings: Sequence[types.Mapping]
) -> list[tuple[Any, ...]]:
    decoders = [mapping.decode for mapping in mappings]
    if not any(decoders):
        return rows
    return [
        tuple(
            value if decode is None else decode(value)
            for value, decode in zip(row, decoders, strict=True)
        )
        for row in rows
    ]
