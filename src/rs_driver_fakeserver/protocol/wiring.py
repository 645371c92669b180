"""The parts of one session, put together."""

from __future__ import annotations

from typing import NamedTuple

from rs_driver_fakeserver.client import Client
from rs_driver_fakeserver.protocol.extended import Extended
from rs_driver_fakeserver.protocol.portals import Portals
from rs_driver_fakeserver.protocol.prepared import Statements
from rs_driver_fakeserver.protocol.simple import Simple
from rs_driver_fakeserver.rules.many_rows import ByRow
from rs_driver_fakeserver.sql.answerers import Answerers
from rs_driver_fakeserver.sql.channels import Channels
from rs_driver_fakeserver.sql.commands import Commands
from rs_driver_fakeserver.sql.copies import Copies
from rs_driver_fakeserver.sql.cursors import Cursors, Session
from rs_driver_fakeserver.sql.epoch import Watch
from rs_driver_fakeserver.sql.families import Families
from rs_driver_fakeserver.sql.prepare import SqlPrepare
from rs_driver_fakeserver.sql.prepared_xacts import PreparedXacts
from rs_driver_fakeserver.sql.runner import Runner
from rs_driver_fakeserver.sql.savepoints import Savepoints
from rs_driver_fakeserver.sql.seat import Seat
from rs_driver_fakeserver.sql.set_config import SetConfig
from rs_driver_fakeserver.sql.transaction import Transaction
from rs_driver_fakeserver.sql.two_phase import Parts, TwoPhase


class Wired(NamedTuple):
    """What a conversation works with."""

    simple: Simple
    extended: Extended
    transaction: Transaction
    channels: Channels


def wired(client: Client) -> Wired:
    """The parts for a client that has logged in."""
    script = ByRow(
        client.instance.script,
        client.notify,
        user=client.user,
        database=client.database,
        connection=client.outbox.log.number,
        report=client.report,
    )
    watch, seat, channels = Watch(client.instance.changes), Seat(client), Channels(client)
    transaction = Transaction([seat, client.settings, watch, channels])
    portals = Portals(client, transaction)
    transaction.add(portals)  # held cursors need the engine's transaction, so they come first
    statements = Statements(client.outbox.log.prepared)
    answerers = Answerers(client, transaction, script, Commands(client, statements), watch)
    families = Families(
        (
            Cursors(Session(client, transaction, portals, answerers)),
            TwoPhase(Parts(client, transaction, seat, portals, channels, answerers)),
            PreparedXacts(client),
            Savepoints(client, transaction),
            channels,
            Copies(client),
            SetConfig(client),
        )
    )
    inner = Runner(client, transaction, script, answerers, families, watch)
    runner = SqlPrepare(client, statements, inner, transaction)
    return Wired(
        Simple(client, runner, transaction),
        Extended(client, statements, portals, runner, transaction),
        transaction,
        channels,
    )
