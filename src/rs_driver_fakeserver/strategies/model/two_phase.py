"""A rule about two-phase commit: PEP 249's methods, from ``tpc_begin`` to an end."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from rs_driver_fakeserver.strategies.model.queries import Queries

_FORMAT_ID = 1


class TwoPhase(Queries):
    """Only where ``two_phase`` is on, and not in autocommit: some clients have none there."""

    @precondition(lambda self: self.two_phase and self.status == "I" and not self.autocommit)
    @rule(data=st.data(), prepares=st.booleans(), commits=st.booleans())
    def two_phase_transaction(self, data: st.DataObject, prepares: bool, commits: bool) -> None:
        """Statements, a first phase or none, and one of two ends."""
        self._between_steps = False
        connection, number = self.connection, self.number()
        connection.tpc_begin(connection.xid(_FORMAT_ID, f"gtrid-{number}", "bqual"))
        self.settle("IT")
        for _ in range(data.draw(st.integers(1, 2))):
            sql, result = self.some_query(data)
            self.gives(result, sql)
        if prepares:
            self._prepare()
        self._between_steps = False
        (connection.tpc_commit if commits else connection.tpc_rollback)()
        waiting = len(self.server.prepared_transactions)
        self.check(not waiting, f"{waiting} prepared transactions are left")
        self.settle("I")

    def _prepare(self) -> None:
        """The first phase: the transaction is nobody's then."""
        self._between_steps = False
        self.connection.tpc_prepare()
        waiting = len(self.server.prepared_transactions)
        self.check(waiting == 1, f"there are {waiting} prepared transactions instead of one")
        self.settle("I")
