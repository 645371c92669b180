"""SQL's cursors: DECLARE, FETCH, MOVE, CLOSE, over rules or the engine.

A cursor's query runs when its first row is fetched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rs_driver_fakeserver.client import Client
from rs_driver_fakeserver.engine.port import Description, Result, SqlError
from rs_driver_fakeserver.protocol.portals import Declared, Portal, Portals
from rs_driver_fakeserver.protocol.prepared import Statement
from rs_driver_fakeserver.protocol.results import shape
from rs_driver_fakeserver.sql import cursor_syntax
from rs_driver_fakeserver.sql.answerers import Answerers
from rs_driver_fakeserver.sql.cursor_syntax import CloseCursor, Declare, Fetch
from rs_driver_fakeserver.sql.epoch import Epoch
from rs_driver_fakeserver.sql.families import Command, Plain
from rs_driver_fakeserver.sql.scroll import goes_back, step
from rs_driver_fakeserver.sql.transaction import Transaction


@dataclass(frozen=True)
class Session:
    """What the cursors of one session work on."""

    client: Client
    transaction: Transaction
    portals: Portals
    answerers: Answerers


class Cursors:
    """The family of statements about cursors."""

    first = frozenset({"declare", "fetch", "move", "close"})

    def __init__(self, session: Session) -> None:
        self._session = session

    def parse(self, sql: str) -> Command:
        found = cursor_syntax.parse(sql, redshift=self._session.client.dialect.redshift)
        match found:
            case Declare():
                return _Declare(self._session, found)
            case CloseCursor():
                return _Close(self._session, found)
        return _Fetch(self._session, found)


class _Declare(Plain):
    def __init__(self, session: Session, said: Declare) -> None:
        self._session = session
        self._said = said

    def describe(self, parameter_oids: Sequence[int]) -> Description:
        found = self._session.answerers.describe(self._said.query, parameter_oids)
        return Description(found.parameter_oids, None)

    def execute(self, parameters: Sequence[object], parameter_oids: Sequence[int]) -> Result:
        session, said = self._session, self._said
        found = session.answerers.describe(said.query, parameter_oids)
        if found.columns is None:
            # A rule that is an error has no columns to begin with, so it comes here and now.
            session.answerers.execute(said.query, parameters, found.parameter_oids)
            raise SqlError("42P11", "the query of a cursor returns no rows")
        _check_block(session, said)
        if said.binary:
            raise SqlError("0A000", "the fake server has no BINARY cursors")
        described = shape(found.columns, session.client.dialect)
        values, oids = tuple(parameters), found.parameter_oids
        portal = Portal(
            Statement(said.query, tuple(parameter_oids), oids, described, Epoch(0, 0)),
            values,
            described.formats(()),
            session.transaction.number,
            described,
            lambda: session.answerers.execute(said.query, values, oids),
            Declared(said.scroll, said.hold),
        )
        session.portals.add(said.name, portal)
        return Result(None, (), "DECLARE CURSOR")


def _check_block(session: Session, said: Declare) -> None:
    """Without a transaction block a cursor would be gone before anybody could fetch from it."""
    redshift, transaction = session.client.dialect.redshift, session.transaction
    grouped = transaction.grouped and not redshift
    if transaction.status != "T" and not grouped and not said.hold:
        only = "may only" if redshift else "can only"
        raise SqlError("25P01", f"DECLARE CURSOR {only} be used in transaction blocks")


class _Fetch(Plain):
    volatile = True

    def __init__(self, session: Session, said: Fetch) -> None:
        self._session = session
        self._said = said

    def describe(self, parameter_oids: Sequence[int]) -> Description:
        portal = self._session.portals.find(self._said.name)
        if portal is None or portal.shape is None or self._said.move:
            return Description(tuple(parameter_oids), None)
        return Description(tuple(parameter_oids), portal.shape.columns)

    def delay(self, parameters: Sequence[object]) -> float:  # noqa: ARG002  (the protocol)
        portal = self._session.portals.find(self._said.name)
        if portal is None or portal.cursor is not None:
            return 0.0
        return self._session.answerers.delay(portal.statement.sql, portal.parameters)

    def execute(self, parameters: Sequence[object], parameter_oids: Sequence[int]) -> Result:  # noqa: ARG002
        session, said = self._session, self._said
        portal = session.portals.open(said.name, "cursor")
        if portal.shape is None:
            raise SqlError("55000", f'portal "{said.name}" cannot be run')
        if session.client.dialect.redshift:
            _check_redshift(session, portal, said)
        cursor = portal.opened(session.client)
        rows = cursor.result.rows
        found = step(said.direction, said.count, cursor.position, len(rows))
        if goes_back(found, cursor.position) or _from_elsewhere(session, said):
            _check_scroll(session, portal)
        cursor.position = found.position
        if said.move:
            return Result(None, (), f"MOVE {len(found.rows)}")
        return Result(cursor.result.columns, [rows[at] for at in found.rows], "FETCH")


def _from_elsewhere(session: Session, said: Fetch) -> bool:
    """Whether it counts from the end; on Redshift, from anything but the present row."""
    if session.client.dialect.redshift:
        return said.direction != "forward"
    return said.direction == "absolute" and said.count is not None and said.count < 0


def _check_scroll(session: Session, portal: Portal) -> None:
    scroll = portal.declared is not None and portal.declared.scroll is not False
    if not scroll or session.client.dialect.redshift:
        raise SqlError(
            "55000",
            "cursor can only scan forward",
            hint="Declare it with SCROLL option to enable backward scan.",
        )


def _check_redshift(session: Session, portal: Portal, said: Fetch) -> None:
    """What Redshift does not let cursors do."""
    if portal.expired:
        raise SqlError(
            "XX000", "cursors can only be used within the transaction that created them."
        )
    if portal.cursor is None and any(
        other.declared is not None and other.cursor is not None for _, other in session.portals
    ):
        raise SqlError(
            "24000",
            "opening multiple cursors from within the same client connection is not allowed.",
        )
    limit = session.client.config.fetch_limit
    if limit is not None and said.count is None:
        raise SqlError("XX000", "FETCH ALL is not supported for a single node configuration.")
    if limit is not None and (said.count or 0) > limit:
        raise SqlError(
            "XX000",
            f"Fetch size {said.count} exceeds the limit of {limit} for a single node "
            "configuration. Reduce the client fetch/cache size or upgrade to a multi node "
            "installation.",
        )


class _Close(Plain):
    def __init__(self, session: Session, said: CloseCursor) -> None:
        self._portals = session.portals
        self._name = said.name

    def execute(self, parameters: Sequence[object], parameter_oids: Sequence[int]) -> Result:  # noqa: ARG002
        if self._name is None:
            self._portals.close_all()
            return Result(None, (), "CLOSE CURSOR ALL")
        self._portals.open(self._name, "cursor")
        self._portals.close(self._name)
        return Result(None, (), "CLOSE CURSOR")
