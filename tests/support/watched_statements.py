"""Watched conversations that have come to a prepared statement or a portal."""

from __future__ import annotations

from rs_driver.wire.messages import BackendMessage
from rs_driver.wire.query import Bind, Describe, Execute, Parse, Query, Sync
from rs_driver.wire.results import (
    BindComplete,
    CommandComplete,
    FieldDescription,
    ParameterDescription,
    ParseComplete,
    RowDescription,
)
from support.watched import IN_TRANSACTION, READY, Watched, logged_in

COLUMNS = RowDescription((FieldDescription("a"), FieldDescription("b")))
PARAMETERS = ParameterDescription((23, 25))
SELECTED = CommandComplete("SELECT 1")


def prepared(*, columns: BackendMessage = COLUMNS) -> Watched:
    """With a statement a of two parameters, which has been described."""
    watched = logged_in().client(Parse("a", "select $1, $2", (23,))).server(ParseComplete())
    watched.client(Describe(b"S", "a")).server(PARAMETERS, columns)
    return watched.client(Sync()).server(READY)


def bind(portal: str = "", statement: str = "a", *, count: int = 2, results: int = 0) -> Bind:
    return Bind(portal, statement, (), (b"s3cr3t",) * count, (0,) * results)


def in_transaction(watched: Watched) -> Watched:
    return watched.client(Query("begin")).server(CommandComplete("BEGIN"), IN_TRANSACTION)


def bound(portal: str = "p") -> Watched:
    """With a portal in a transaction."""
    watched = in_transaction(prepared()).client(bind(portal)).server(BindComplete())
    return watched.client(Execute(portal, 1)).server(SELECTED).client(Sync()).server(IN_TRANSACTION)
