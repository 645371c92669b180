"""PREPARE TRANSACTION, COMMIT PREPARED, ROLLBACK PREPARED, and the list of what is prepared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from rs_driver_fakeserver.client import Client
from rs_driver_fakeserver.engine.port import Result, SqlError
from rs_driver_fakeserver.prepared_transactions import PreparedTransaction
from rs_driver_fakeserver.protocol.portals import Portals
from rs_driver_fakeserver.sql.answerers import Answerers
from rs_driver_fakeserver.sql.channels import Channels
from rs_driver_fakeserver.sql.families import Command, Plain
from rs_driver_fakeserver.sql.seat import Seat
from rs_driver_fakeserver.sql.transaction import Transaction
from rs_driver_fakeserver.sql.words import Phrase

_LONGEST = 199
"""Bytes in an identifier."""
End = Literal["COMMIT", "ROLLBACK"]


class Parts(NamedTuple):
    """What a session's two-phase commit works on."""

    client: Client
    transaction: Transaction
    seat: Seat
    portals: Portals
    channels: Channels
    answerers: Answerers


class TwoPhase:
    """The family of these statements."""

    first = frozenset({"prepare", "commit", "rollback"})

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def parse(self, sql: str) -> Command | None:
        client = self._parts.client
        if client.dialect.redshift and not client.config.two_phase:
            return None  # see ``refusals``
        phrase = Phrase(sql, backslashes=client.dialect.redshift)
        verb = phrase.expect(*self.first)
        if not phrase.accept("transaction" if verb == "prepare" else "prepared"):
            return None
        if verb == "prepare" and phrase.peek() in ("as", "("):
            return None  # a statement of this name
        if verb == "rollback" and phrase.peek() == "to":
            return None
        gid = phrase.string()
        phrase.end()
        if verb == "prepare":
            return Prepare(self._parts, gid)
        return Finish(self._parts, "COMMIT" if verb == "commit" else "ROLLBACK", gid)


class Prepare(Plain):
    """PREPARE TRANSACTION; also in a failed transaction, which it rolls back."""

    joins = False

    def __init__(self, parts: Parts, gid: str) -> None:
        self._parts = parts
        self._gid = gid

    def execute(self, parameters: Sequence[object], parameter_oids: Sequence[int]) -> Result:  # noqa: ARG002
        client, transaction = self._parts.client, self._parts.transaction
        if transaction.status == "I":
            client.warn("25P01", "there is no transaction in progress")
            transaction.commit()
            return Result(None, (), "ROLLBACK")
        if transaction.status == "E":
            transaction.rollback()
            return Result(None, (), "ROLLBACK")
        transaction.park(self._park)
        return Result(None, (), "PREPARE TRANSACTION")

    def _park(self) -> None:
        client = self._parts.client
        if self._parts.answerers.made_temporary:
            raise _cannot("operated on temporary objects")
        if self._parts.portals.holds:
            raise _cannot("created a cursor WITH HOLD")
        if not client.config.two_phase:
            raise SqlError(
                "55000",
                "prepared transactions are disabled",
                hint="Set max_prepared_transactions to a nonzero value.",
            )
        if len(self._gid.encode()) > _LONGEST:
            raise SqlError("22023", f'transaction identifier "{self._gid}" is too long')
        if self._parts.channels.pending:
            raise _cannot("executed LISTEN, UNLISTEN, or NOTIFY")
        client.instance.prepared.add(self._gid, client.user, client.database, self._parts.seat.take)


def _cannot(what: str) -> SqlError:
    return SqlError("0A000", f"cannot PREPARE a transaction that has {what}")


class Finish(Plain):
    """COMMIT PREPARED and ROLLBACK PREPARED."""

    joins = False

    def __init__(self, parts: Parts, end: End, gid: str) -> None:
        self._client = parts.client
        self._end = end
        self._gid = gid

    def execute(self, parameters: Sequence[object], parameter_oids: Sequence[int]) -> Result:  # noqa: ARG002
        instance = self._client.instance
        found = instance.prepared.take(self._gid, self._check)
        if found.session is not None:
            try:
                (found.session.commit if self._end == "COMMIT" else found.session.rollback)()
            finally:
                found.session.close()
                instance.changes.add()  # its DDL, if it had some, comes true
        return Result(None, (), f"{self._end} PREPARED")

    def _check(self, found: PreparedTransaction) -> None:
        superuser = self._client.settings.get("is_superuser") == "on"
        if found.owner != self._client.user and not superuser:
            raise SqlError(
                "42501",
                "permission denied to finish prepared transaction",
                hint="Must be superuser or the user that prepared the transaction.",
            )
        if found.database != self._client.database:
            raise SqlError(
                "0A000",
                "prepared transaction belongs to another database",
                hint="Connect to the database where the transaction was prepared to finish it.",
            )
