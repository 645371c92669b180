"""An engine that gives a parameter back: what a server that understands it makes of it."""

from __future__ import annotations

from collections.abc import Sequence

from rs_driver_fakeserver.dialect import ServerKind
from rs_driver_fakeserver.engine.port import Column, Description, Result, SqlError
from rs_driver_fakeserver.values.types import name_of, resolve

Rows = Sequence[Sequence[object]]


def type_name(oid: int, given: str | None, kind: ServerKind) -> str | None:
    """How a fake server of ``kind`` calls a type, ``given`` by preference; None if it has not
    got it."""
    name = given or name_of(oid)
    if name is None:
        return None
    try:
        resolve(name, redshift=kind == "redshift")
    except SqlError:
        return None
    return name


class EchoEngine:
    """Answers every statement with a column of type ``type_name``, as SQL writes it.

    Its one value is the statement's parameter, unless there are ``rows``.
    """

    def __init__(self, type_name: str, rows: Rows | None = None) -> None:
        self._column = Column("value", type_name)
        self._rows = rows

    def open_session(self, user: str, database: str) -> _EchoSession:  # noqa: ARG002  (the port)
        """See the port."""
        return _EchoSession(self._column, self._rows)

    def close(self) -> None:
        """See the port."""


class _EchoSession:
    def __init__(self, column: Column, rows: Rows | None) -> None:
        self._columns = (column,)
        self._rows = rows

    def describe(self, sql: str, parameter_oids: Sequence[int]) -> Description:  # noqa: ARG002  (the port)
        return Description(tuple(parameter_oids), self._columns)

    def execute(
        self,
        sql: str,  # noqa: ARG002  (the port)
        parameters: Sequence[object],
        parameter_oids: Sequence[int] = (),  # noqa: ARG002  (the port)
    ) -> Result:
        rows = [parameters[:1]] if self._rows is None else self._rows
        return Result(self._columns, rows, "SELECT")

    def begin(self) -> None:
        """See the port."""

    def commit(self) -> None:
        """See the port."""

    def rollback(self) -> None:
        """See the port."""

    def cancel(self) -> None:
        """See the port."""

    def close(self) -> None:
        """See the port."""
