"""What all rules share: a server, a status that must come about, rows that must arrive."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant

from rs_driver.wire.control import ReadyForQuery
from rs_driver_fakeserver.strategies.model.client import Answer, ModelledClient
from rs_driver_fakeserver.strategies.result_sets import ResultSet, result_sets
from rs_driver_fakeserver.strategies.stored import same

FAILED_TRANSACTION = "25P02"


class Steps(ModelledClient):
    """One connection to one server; ``status`` is the server's: I, T or E."""

    def __init__(self) -> None:
        super().__init__()
        self.server = self.make_server()
        self.status = "I"
        self.autocommit = False
        self._between_steps = True

    @initialize(data=st.data())
    def open_connection(self, data: st.DataObject) -> None:
        """The client connects, in one of its modes."""
        self._between_steps = False
        self.autocommit = data.draw(st.sampled_from(list(self.autocommit_modes)))
        self.connection = self.connect(self.server)
        if len(self.autocommit_modes) > 1:
            self.set_autocommit(self.autocommit)
        self.settle("I")

    def new_result(self, data: st.DataObject) -> ResultSet:
        """A result of the types that the client is tried with."""
        return data.draw(result_sets(server=self.kind, types=self.types, max_columns=3, max_rows=4))

    # -- what must come about -------------------------------------------------------------

    def succeeds(self, sql: str, parameters: Sequence[object] = ()) -> Answer:
        """Run what the server answers with a result; it may open a transaction."""
        self._between_steps = False
        answer = self.run(sql, parameters)
        self.settle("I" if self.autocommit and self.status == "I" else "T")
        return answer

    def gives(self, result: ResultSet, sql: str, parameters: Sequence[object] = ()) -> None:
        """Run what the server answers with these rows. In a failed transaction it fails."""
        if self.status == "E":
            self.fails(sql, FAILED_TRANSACTION, parameters=parameters)
            return
        answer = self.succeeds(sql, parameters)
        names = self.names(result.names)
        self.check(answer.names == names, f"{sql}: the columns are {answer.names}, not {names}")
        self.check_rows(result, answer.rows, sql)

    def completes(self, sql: str) -> Answer | None:
        """Run what the server answers without rows; None in a failed transaction."""
        if self.status == "E":
            self.fails(sql, FAILED_TRANSACTION)
            return None
        answer = self.succeeds(sql)
        self.check(answer.rows is None, f"{sql}: there are rows: {answer.rows}")
        return answer

    def fails(self, sql: str, *sqlstates: str, parameters: Sequence[object] = ()) -> None:
        """Run what the server answers with an error, of one of these SQLSTATEs."""
        if self.status == "E":
            sqlstates = (FAILED_TRANSACTION,)
        error = self.raised(lambda: self.run(sql, parameters))
        if error is None:
            raise AssertionError(f"{sql}: there was no error, though the server said one")
        found = self.sqlstate(error)
        if found not in sqlstates:
            raise AssertionError(f"{sql}: the SQLSTATE is {found}, not {sqlstates}") from error
        if self.status == "I":
            # Whether BEGIN was sent before the statement that failed is up to the client.
            self.settle("I" if self.autocommit else "IE")
        else:
            self.settle("E")

    def raised(self, call: Callable[[], object]) -> Exception | None:
        """The client's error, None if there is none."""
        self._between_steps = False
        try:
            call()
        except Exception as error:  # noqa: BLE001  (a client's errors can be of any class)
            return error
        return None

    def check_rows(
        self, result: ResultSet, rows: Sequence[Sequence[object]] | None, sql: str
    ) -> None:
        """AssertionError unless these are the result's rows, as a client reads them."""
        meant = result.stored(server=self.kind)
        if rows is None or not same(meant, tuple(map(tuple, rows))):
            raise AssertionError(f"{sql}: the rows are {rows}, not {meant}")

    def check(self, sound: bool, otherwise: str) -> None:
        """AssertionError, saying what is the case, unless it is ``sound``."""
        if not sound:
            raise AssertionError(otherwise)

    # -- where the connection stands -------------------------------------------------------

    def settle(self, expected: Collection[str]) -> None:
        """The step is over, and the server in one of these states: so must the client be."""
        found = self.server_status()
        self.check(found in expected, f"the server's status is {found}, not one of {expected!r}")
        known = self.transaction_status()
        self.check(known in (None, found), f"the client's status is {known}, the server's {found}")
        self.status = found
        self._between_steps = True

    def server_status(self) -> str:
        """What the last ReadyForQuery said."""
        for entry in reversed(self.server.log.entries):
            if isinstance(entry.message, ReadyForQuery):
                return entry.message.status
        return "I"

    @invariant()
    def nothing_is_wrong(self) -> None:
        """The server saw no broken protocol, and nothing that nobody had scripted."""
        policy = self.server.policy
        found = [one for one in self.server.problems if policy[one.kind] == "fail"]
        if found:
            self._between_steps = False
            raise AssertionError("; ".join(map(str, found)) + "\n" + self.server.log.tail())

    def teardown(self) -> None:
        """Hang up; what a step has not complained of, the server may."""
        try:
            sound = self._between_steps
            error = None if self.connection is None else self.raised(self.close)
            if sound:
                if error is not None:
                    raise error
                self.server.verify()
        finally:
            self.server.close()
