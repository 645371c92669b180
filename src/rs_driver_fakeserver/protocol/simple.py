"""The simple query protocol: one message with any number of statements, results in text."""

from __future__ import annotations

from rs_driver.wire.query import Query
from rs_driver.wire.results import CommandComplete, EmptyQueryResponse
from rs_driver_fakeserver.client import Client
from rs_driver_fakeserver.protocol.pause import pause
from rs_driver_fakeserver.protocol.prepared import Describer
from rs_driver_fakeserver.protocol.results import Cursor, shape
from rs_driver_fakeserver.protocol.wants import Talk
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
        for sql in statements:
            yield from pause(self._client, self._runner.delay(sql, ()))
            self._run(sql, alone=len(statements) == 1)
        self._transaction.end_group()

    def _run(self, sql: str, *, alone: bool) -> None:
        client = self._client
        result = self._runner.execute(sql, (), alone=alone)
        formats: tuple[int, ...] = ()
        if result.columns is not None:
            described = shape(result.columns, client.dialect)
            formats = described.formats((TEXT,))
            client.outbox.send(described.row_description(formats, client.dialect))
        cursor = Cursor(result, formats, client)
        client.outbox.send(CommandComplete(cursor.tag(cursor.send())))
