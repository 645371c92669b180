"""A state machine that uses a connection in every way while everything goes wrong."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from rs_driver.wire.control import NoticeResponse
from rs_driver_fakeserver.dialect import ServerKind
from rs_driver_fakeserver.faults import Fault
from support.numbered import NumberedServer
from support.session_faults import session_faults
from support.session_statements import Statements
from support.traps import Way

_BROKEN_OFF = "the client went"
"""What the server says of one that an interrupt has broken off."""

settings_of_a_connection = st.fixed_dictionaries(
    {
        "autocommit": st.booleans(),
        "result_budget": st.sampled_from([16 * 2**20, 0, 100, 3000]),
        "max_pending_bytes": st.sampled_from([2**30, 0, 1000]),
        "prepare_threshold": st.sampled_from([2, 0, 5]),
        "max_prepared_statements": st.sampled_from([1000, 0, 1, 2]),
    }
)
chunks = st.sampled_from([None, 60, 500, 5000])


class Sessions(Statements):
    """And rules about the connection itself."""

    @initialize(
        kind=st.sampled_from(["redshift", "postgres"]),
        options=settings_of_a_connection,
        chunk=chunks,
        turns=st.integers(0, 9),
        faults=session_faults(),
    )
    def begin(
        self,
        kind: ServerKind,
        options: dict[str, Any],
        chunk: int | None,
        turns: int,
        faults: list[Fault],
    ) -> None:
        """A server, and a first connection to it."""
        self.server = NumberedServer(kind, self.slow)
        self.opened.callback(self.server.close)
        self.way = Way(self.server, self.trap, chunk, self.in_memory, turns)
        self.options = options
        self.connect(faults)

    @rule()
    def commit(self) -> None:
        """The end of a transaction."""
        self.ready()
        error = self.attempt(self.connection.commit, *self.in_the_way())
        assert error is not None or not self.connection.in_transaction

    @rule()
    def rollback(self) -> None:
        """The other end."""
        self.ready()
        error = self.attempt(self.connection.rollback, *self.in_the_way())
        assert error is not None or not self.connection.in_transaction

    @rule(on=st.booleans())
    def set_autocommit(self, on: bool) -> None:
        """Refused within a transaction."""
        self.ready()
        connection = self.connection
        self.attempt(lambda: setattr(connection, "autocommit", on), "autocommit cannot be changed")

    @rule()
    def cancel(self) -> None:
        """While nothing runs: only what has not been read to its end is struck."""
        self.ready()
        self.doubt()
        self.attempt(self.connection.cancel)

    @rule()
    def is_alive(self) -> None:
        """It is, if nothing is wrong."""
        self.ready()
        error = self.attempt(self.connection.is_alive)
        quiet = not (self.faulty or self.trap.struck)
        assert error is not None or self.given or not quiet

    @rule()
    def server_says(self) -> None:
        """Something that nobody has asked for."""
        self.server.push(NoticeResponse({"S": "NOTICE", "C": "00000", "M": "by the way"}))

    @rule(
        place=st.sampled_from(["wait", "recv_into", "send"]),
        call=st.integers(1, 12),
        after=st.booleans(),
        kind=st.integers(0, 3),
    )
    def lie_in_wait(self, place: str, call: int, after: bool, kind: int) -> None:
        """An exception, or a cancel, at a call of the transport that is to come."""
        kinds = self.make.kinds
        does = self.client.mischief(kinds[kind % len(kinds)], lambda: self.connection)
        self.trap.set(place, call, after, does)

    @rule(
        options=settings_of_a_connection,
        faults=session_faults(),
        hangs_up=st.booleans(),
    )
    def reconnect(self, options: dict[str, Any], faults: list[Fault], hangs_up: bool) -> None:
        """A new connection, with other things that go wrong."""
        if hangs_up:
            self.faulty = True
            self.server.hang_up()
            self.attempt(lambda: self.connection.run("select 1"), "")
        self.options = options
        self.connect(faults)

    @invariant()
    def no_problem(self) -> None:
        """The server has not seen its protocol broken."""
        if hasattr(self, "server"):
            policy = self.server.policy
            found = [
                one
                for one in self.server.problems
                if policy[one.kind] == "fail" and _BROKEN_OFF not in one.text
            ]
            assert found == []

    def teardown(self) -> None:
        """Hang up."""
        self.trap.armed = False
        try:
            self.drop_all()
            self.no_problem()
            if hasattr(self, "server"):
                self.server.policy = "ignore"  # what else there is, nobody need be warned of
        finally:
            self.client.finish()
            self.opened.close()
