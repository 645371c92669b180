"""The simple query protocol: one message with any number of statements, results in text."""

from __future__ import annotations

import contextlib
from collections.abc import Generator

from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.query import Query
from rs_driver.wire.results import CommandComplete, EmptyQueryResponse
from rs_driver_fakeserver.client import Client
from rs_driver_fakeserver.engine.port import Result, SqlError
from rs_driver_fakeserver.protocol.copy import copy
from rs_driver_fakeserver.protocol.pause import pause
from rs_driver_fakeserver.protocol.prepared import Describer
from rs_driver_fakeserver.protocol.results import Cursor, shape
from rs_driver_fakeserver.protocol.wants import Talk, Want
from rs_driver_fakeserver.sql.text import split
from rs_driver_fakeserver.sql.transaction import Transaction
from rs_driver_fakeserver.values.encode import TEXT


class Simple:
    """Answers Query, up to what the caller says then: an error or readiness."""

    def __init__(self, client: Client, runner: Describer, transaction: Transaction) -> None:
        self._client = client
        self._runner = runner
        self._transaction = transaction

    def query(self, message: Query) -> Talk:
        """Run the statements in order; SqlError for the first that fails.

        Outside a transaction block they are one transaction together.
        """
        statements = split(message.sql, backslashes=self._client.dialect.redshift)
        if not statements:
            self._client.outbox.send(EmptyQueryResponse())
        self._transaction.grouped = len(statements) > 1
        try:
            for sql in statements:
                yield from self._run(sql)
        finally:
            self._transaction.grouped = False
        self._transaction.end_group()

    def _result(self, sql: str) -> Generator[Want, FrontendMessage, Result]:
        """Run a statement, after its delay."""
        try:
            yield from pause(self._client, self._runner.delay(sql, ()))
            return self._runner.execute(sql, (), alone=not self._transaction.grouped)
        except SqlError as error:
            if error.sqlstate == "57014":
                self._announce(sql)
            raise
        finally:
            self._runner.give_up()  # if it did not get there

    def _announce(self, sql: str) -> None:
        """Tell the columns of a statement that was cancelled as it ran."""
        client = self._client
        if client.engine is None and not self._runner.scripted(sql):
            return
        with contextlib.suppress(SqlError):
            found = self._runner.describe(sql, ()).columns
            if found is not None:
                described = shape(found, client.dialect)
                formats = described.formats((TEXT,))
                client.outbox.send(described.row_description(formats, client.dialect))

    def _run(self, sql: str) -> Talk:
        client = self._client
        result = yield from self._result(sql)
        if result.copy is not None:
            tag = yield from copy(client, result.copy)
            client.outbox.send(CommandComplete(tag))
            return
        formats: tuple[int, ...] = ()
        if result.columns is not None:
            described = shape(result.columns, client.dialect)
            formats = described.formats((TEXT,))
            client.outbox.send(described.row_description(formats, client.dialect))
        cursor = Cursor(result, formats, client)
        client.outbox.send(CommandComplete(cursor.tag(cursor.send())))
