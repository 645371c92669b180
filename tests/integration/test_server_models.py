"""The model of a server, run on clients that others wrote: it must not ask too much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pg8000.dbapi
import psycopg
from hypothesis import settings

from rs_driver_fakeserver import FakeServer
from rs_driver_fakeserver.strategies import ServerModel

STATUSES = {
    psycopg.pq.TransactionStatus.IDLE: "I",
    psycopg.pq.TransactionStatus.INTRANS: "T",
    psycopg.pq.TransactionStatus.INERROR: "E",
}


class Psycopg(ServerModel):
    """psycopg 3, with two-phase commit."""

    kind = "postgres"
    two_phase = True

    def connect(self, server: FakeServer) -> Any:
        where = server.connect_kwargs()
        where["dbname"] = where.pop("database")
        return psycopg.connect(**where)

    def transaction_status(self) -> str | None:
        return STATUSES[self.connection.info.transaction_status]

    def names(self, columns: Sequence[str]) -> tuple[str, ...]:
        return tuple(name or f"column_{number}" for number, name in enumerate(columns, 1))


class Pg8000(ServerModel):
    """pg8000, whose errors have their fields in a dict."""

    kind = "postgres"

    def connect(self, server: FakeServer) -> Any:
        where = server.connect_kwargs()
        del where["sslmode"]
        return pg8000.dbapi.connect(**where)


TestPsycopg = Psycopg.TestCase
TestPsycopg.settings = settings(max_examples=15, stateful_step_count=25)
TestPg8000 = Pg8000.TestCase
TestPg8000.settings = settings(max_examples=15, stateful_step_count=25)
