"""Rules about transactions: begin and end, by method and by SQL, and what Redshift refuses."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from rs_driver_fakeserver.strategies.model.steps import Steps


class Transactions(Steps):
    """Status I, T and E, and how a client gets from one to another."""

    @precondition(lambda self: self.status == "I")
    @rule(sql=st.sampled_from(["begin", "start transaction", "BEGIN WORK"]))
    def begin(self, sql: str) -> None:
        """A transaction block, however the client begins its own."""
        self._between_steps = False
        self.run(sql)
        self.settle("T")

    @rule()
    def end_by_commit(self) -> None:
        """COMMIT; what had failed is rolled back, which a client may call an error."""
        error = self.raised(self.commit)
        if error is not None and self.status != "E":
            raise error
        self.settle("I" if error is None else "IE")

    @rule()
    def end_by_rollback(self) -> None:
        """ROLLBACK, which is always possible."""
        self._between_steps = False
        self.rollback()
        self.settle("I")

    @precondition(lambda self: self.status != "I")
    @rule(sql=st.sampled_from(["commit", "end", "rollback", "ROLLBACK WORK"]))
    def end_by_sql(self, sql: str) -> None:
        """The same as a statement."""
        error = self.raised(lambda: self.run(sql))
        if error is not None and self.status != "E":
            raise error
        self.settle("I" if error is None else "IE")

    @precondition(lambda self: self.status == "I")
    @rule(data=st.data())
    def change_mode(self, data: st.DataObject) -> None:
        """Autocommit on or off, between two transactions."""
        wanted = data.draw(st.sampled_from(list(self.autocommit_modes)))
        if wanted != self.autocommit:
            self._between_steps = False
            self.set_autocommit(wanted)
            self.autocommit = wanted
            self.settle("I")

    @precondition(lambda self: self.kind == "redshift")
    @rule(sql=st.sampled_from(["savepoint a", "SAVEPOINT a", "release savepoint a"]))
    def refused_savepoint(self, sql: str) -> None:
        """Redshift has none: an error like any other, which fails the transaction."""
        self.fails(sql, "0A000")
