"""ServerModel: all the rules together."""

from __future__ import annotations

from rs_driver_fakeserver.strategies.model.portals import Portals
from rs_driver_fakeserver.strategies.model.prepared import Prepared
from rs_driver_fakeserver.strategies.model.transactions import Transactions
from rs_driver_fakeserver.strategies.model.two_phase import TwoPhase


class ServerModel(Transactions, Prepared, Portals, TwoPhase):
    """A model of a server, for a test of a client: subclass it and say how to connect.

        class MyClient(ServerModel):
            def connect(self, server):
                return my_driver.connect(**server.connect_kwargs())

        TestMyClient = MyClient.TestCase

    Hypothesis runs statements in any order, on one connection to a ``FakeServer`` that is
    scripted on the way, and shrinks what fails to the shortest history. After each step the
    rows must be those of the server, the error have its SQLSTATE, the transaction status be
    what the history makes it (25P02 after an error in a transaction), and at the end no
    problem be left that the server has seen: SQL that nobody scripted, a broken protocol, a
    connection left open.

    What differs from client to client is in the attributes and methods of
    ``model.client.ModelledClient``: ``kind``, ``types``, ``paramstyle``,
    ``autocommit_modes``, ``two_phase``, ``interleaves``, ``server_options``; ``run``,
    ``names``, ``commit``, ``rollback``, ``set_autocommit``, ``sqlstate``, ``transaction_status``,
    ``close``, ``make_server``. A rule that does not fit is left out by its name:
    ``deallocate_all = None``; more rules may be added. ``TestCase.settings`` says how many
    histories there are, and how long they get.
    """
