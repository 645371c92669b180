"""A state machine that uses a connection in every way while everything goes wrong.

No rule has a precondition and no draw hangs on what happened before, so that a history is the
same values over TCP, too, where not all is repeatable.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from rs_driver import errors
from rs_driver.errors import Error
from rs_driver.wire.control import NoticeResponse
from rs_driver_fakeserver.dialect import ServerKind
from rs_driver_fakeserver.faults import Fault, Split
from support.client_shells import Client, SyncClient
from support.held_cursors import Held
from support.numbered import (
    FAILING,
    FAILURE,
    INSERT,
    PARAMETRISED,
    UNKNOWN,
    NumberedServer,
    Question,
)
from support.session_faults import disruptive, session_faults, silent, slower
from support.traps import Trap, Way

MOST_CURSORS = 4
LOGIN = {"user": "alice", "database": "dev", "sslmode": "disable"}
IN_STEP = 40.0
"""Seconds that may be added to a timeout, all of ``cancel_timeout`` that there may be."""
_FAILED = ("the transaction had failed", "25P02")
_IN_THE_WAY = ("a streaming cursor has not been read", "max_pending_bytes")
_BROKEN_OFF = "the client went"
_ENDS = (KeyboardInterrupt, asyncio.CancelledError)

which = st.integers(0, MOST_CURSORS - 1)
sizes = st.one_of(
    st.tuples(st.integers(0, 3), st.just(0)),
    st.tuples(st.sampled_from([1, 7, 40, 120]), st.sampled_from([0, 10, 300])),
    st.tuples(st.sampled_from([300]), st.sampled_from([1, 5000])),
)
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


def check_explained(error: BaseException | None, foreseen: tuple[str, ...]) -> None:
    """AssertionError for an error in which none of these words are."""
    if error is not None:
        told = f"{type(error).__name__}: {error} {getattr(error, 'sqlstate', '')}"
        known = isinstance(error, Error) and any(word in told for word in foreseen)
        if not known:
            raise AssertionError(f"nothing explains this: {told}") from error


class Sessions(RuleBasedStateMachine):
    """``make``: the shell. ``in_memory``: no sockets, and time that is virtual.

    An error is in order where something has gone wrong: a ``faulty`` connection, a trap that
    has ``struck``, or what was to be foreseen. Everything else is a failure.
    """

    make: ClassVar[type[Client]] = SyncClient
    in_memory: ClassVar[bool] = True
    slow: ClassVar[float] = 10.0
    """Seconds that a slow statement takes."""
    patience: ClassVar[tuple[float, float]] = (30.0, 30.0)
    """``read_timeout``: of a connection that may be silent, and of others."""
    timeouts: ClassVar[tuple[float, ...]] = (0.0, 3.0, 60.0)

    def __init__(self) -> None:
        super().__init__()
        self.client = self.make()
        self.trap = Trap()
        self.connection: Any = None
        self.held: list[Held] = []
        self.faulty = False
        self.pending_bytes = 0
        self.number = 0
        self.session = 0
        self.given: Any = None
        self.shaken = False

    @initialize(
        kind=st.sampled_from(["redshift", "postgres"]),
        options=settings_of_a_connection,
        chunk=chunks,
        faults=session_faults(),
    )
    def begin(
        self, kind: ServerKind, options: dict[str, Any], chunk: int | None, faults: list[Fault]
    ) -> None:
        """A server, and a first connection to it."""
        self.server = NumberedServer(kind, self.slow)
        self.way = Way(self.server, self.trap, chunk, self.in_memory)
        self.options = options
        self.connect(faults)

    # -- connections ------------------------------------------------------------------------

    def connect(self, faults: list[Fault]) -> None:
        """A connection on which these go wrong; without them where it does not come about."""
        self.drop_all()
        self.trap.armed = False
        for schedule in ([slower(fault) if self.in_memory else fault for fault in faults], []):
            self.server.faults.clear()
            for fault in schedule:
                self.server.faults.add(fault)
            self.faulty = any(map(disruptive, schedule))
            self.way.split = any(isinstance(fault, Split) for fault in schedule)
            patience = self.patience[0 if silent(schedule) else 1]
            own = {**self.options, **LOGIN, "read_timeout": patience, "connect_timeout": patience}
            own["cancel_timeout"] = patience / 6
            if self.attempt(partial(self.client.connect, self.way, own)) is None:
                self.connection = self.given
                self.session = self.server.log.connections
                return
        raise AssertionError("without faults there is a connection")

    def ready(self) -> None:
        """A connection that can be used, a new one if need be."""
        if self.connection.closed:
            self.check_closed()
            self.connect([])

    def check_closed(self) -> None:
        """What is broken says so, whatever it is asked; rows that were read are right."""
        connection = self.connection
        refused = (errors.OperationalError, errors.InterfaceError)
        for call in (partial(connection.run, "select 1"), connection.commit, connection.rollback):
            with pytest.raises(refused):
                self.client.run(call)
        for held in self.held:
            if held.question is not None:
                self.fetch_all(held)
        assert not connection.in_transaction

    def drop_all(self) -> None:
        """The connection goes, and all of its cursors."""
        self.held = []
        if self.connection is not None:
            self.attempt(self.connection.close)
            assert self.connection.closed
            self.connection = None

    # -- what may happen --------------------------------------------------------------------

    def attempt(
        self, call: Callable[[], Any], *foreseen: str, within: float | None = None
    ) -> BaseException | None:
        """Make a call; its error, None where ``given`` is what it gave. AssertionError for one
        that nothing explains; ``foreseen``: words of those that need no explanation."""
        self.trap.rest()
        self.given = None
        connection, start = self.connection, self.way.clock.monotonic()
        cancels, recovered = self.client.cancels, self._recovers()
        failed, closed = self.status == "E", connection is None or connection.closed
        error: BaseException | None = None
        try:
            self.given = self.client.run(call)
        except (Error, *_ENDS) as caught:
            error = caught
        self.check_time(start, within)
        self.shaken = recovered and (self.shaken or self.trap.struck)
        struck = self.trap.struck or self.shaken or self.client.cancels > cancels
        if not (self.faulty or struck):
            if failed or self.status == "E":
                foreseen += _FAILED
            check_explained(error, foreseen)
            leaves = closed or call == connection.close
            assert leaves or not connection.closed, "it is closed, and nothing was wrong"
        if error is not None:
            self.doubt()
            error.with_traceback(None)  # which holds cursors
        self.check_status()
        return error

    def check_time(self, start: float, within: float | None) -> None:
        """A call lasts no longer than all of its timeouts."""
        limit = (within or self.patience[1] * 4) + IN_STEP
        spent = self.way.clock.monotonic() - start
        assert spent <= limit, f"{spent} seconds where {limit} are the most"

    def doubt(self) -> None:
        """Results that have not been read to their end may be lost."""
        for held in self.held:
            held.doubtful = held.doubtful or held.unread

    @property
    def status(self) -> str:
        """The transaction status that the server knows."""
        return "I" if self.connection is None else self.server.status(self.session)

    def _recovers(self) -> bool:
        return self.connection is not None and self.client.recovers(self.connection)

    def check_status(self) -> None:
        """Where nothing is under way, both sides know the same of the transaction."""
        connection = self.connection
        if connection is None or connection.closed or self._recovers():
            return
        if connection.state.core.busy is None:
            assert connection.in_transaction == (self.status != "I")

    def in_the_way(self, held: Held | None = None) -> tuple[str, ...]:
        """The words of an error that another cursor's rows explain."""
        others = [one for one in self.held if one is not held and one.unread]
        return _IN_THE_WAY if others else ()

    def next_question(self, size: tuple[int, int] = (1, 0)) -> Question:
        """One that nobody has asked; where bytes come one by one it is about less of them."""
        self.number += 1
        most = (40, 5) if self.way.crumbs else size
        return Question(self.number, *map(min, size, most))

    def some(self, number: int) -> Held:
        """One of the cursors that there are."""
        self.ready()
        if not self.held:
            self.held.append(Held(self.connection.cursor()))
        return self.held[number % len(self.held)]

    def run(
        self,
        held: Held,
        call: Callable[[], Any],
        *questions: Question,
        foreseen: tuple[str, ...] = (),
        within: float | None = None,
    ) -> BaseException | None:
        """Let a cursor ask; then it has the answer to that, or nothing."""
        words = (*self.in_the_way(held), *foreseen)
        held.forget()
        error = self.attempt(call, *words, within=within)
        if error is None and questions:
            held.show(questions)
        for question in questions:
            self.check_ran(question, error)
        if error is not None:
            assert held.cursor.description is None
            self.check_answers()
        return error

    def check_ran(self, question: Question, error: BaseException | None) -> None:
        """A statement runs once, at the most where it failed."""
        ran = self.server.ran[question.number]
        assert ran == 1 or (ran < 1 and error is not None) or self.faulty, f"{question}: {ran}"

    def check_answers(self) -> None:
        """After an error the connection is broken, or the next statement is right."""
        if self.connection.closed or any(one.streams and one.unread for one in self.held):
            return
        self.attempt(self.connection.rollback, *self.in_the_way())
        if not self.connection.closed:
            held, question = Held(self.connection.cursor()), self.next_question()
            words = self.in_the_way()
            if self.attempt(lambda: held.cursor.execute(question.sql()), *words) is None:
                held.show([question])
                self.fetch_all(held)

    # -- statements ---------------------------------------------------------------------------

    @rule(number=which, size=sizes, bound=st.booleans(), timeout=st.booleans())
    def ask(self, number: int, size: tuple[int, int], bound: bool, timeout: bool) -> None:
        """A query, with parameters or without."""
        held, question = self.some(number), self.next_question(size)
        text, arguments = question.sql(), None
        if bound:
            text, arguments = PARAMETRISED, question.arguments
        within = self.timeouts[-1] if timeout else None
        self.run(
            held,
            lambda: held.cursor.execute(text, arguments, timeout=within),
            question,
            within=within,
        )

    @rule(number=which, timeout=st.integers(0, 2))
    def ask_slowly(self, number: int, timeout: int) -> None:
        """A query that takes its time, perhaps more than it is given."""
        held, question, within = self.some(number), self.next_question(), self.timeouts[timeout]
        late = 0 < within < self.slow
        error = self.run(
            held,
            lambda: held.cursor.execute(question.sql("slow_numbers"), timeout=within),
            question,
            foreseen=("QueryCanceled",) if late else (),
            within=within or None,
        )
        assert error is not None or not late, "it cannot be there yet"

    @rule(number=which, first=sizes, second=sizes)
    def ask_twice(self, number: int, first: tuple[int, int], second: tuple[int, int]) -> None:
        """Two statements in one text."""
        held = self.some(number)
        one, two = self.next_question(first), self.next_question(second)
        self.run(held, lambda: held.cursor.execute(f"{one.sql()}; {two.sql()}"), one, two)

    @rule(number=which)
    def go_on(self, number: int) -> None:
        """To the next statement's result."""
        held = self.some(number)
        if held.question is not None and self.attempt(held.cursor.nextset) is None:
            assert bool(self.given) == bool(held.later)
            later, doubtful = held.later, held.doubtful
            held.forget()
            if later:
                held.show(later)
                held.doubtful = doubtful

    @rule(number=which, known=st.booleans())
    def ask_wrongly(self, number: int, known: bool) -> None:
        """A query that fails, when it runs or when it is prepared."""
        held, question = self.some(number), self.next_question()
        text, state = (FAILING, FAILURE) if known else (UNKNOWN, "42P01")
        sql = text.format(question.number)
        error = self.run(held, lambda: held.cursor.execute(sql), foreseen=(state,))
        assert error is not None, f"{sql} cannot be right"
        if getattr(error, "sqlstate", None) == FAILURE and not self.faulty:
            assert f"failing {question.number}" in str(error)

    @rule(number=which, rows=st.integers(0, 5), exact=st.booleans())
    def insert(self, number: int, rows: int, exact: bool) -> None:
        """Many rows."""
        held = self.some(number)
        given = [(self.next_question().number,) for _ in range(rows)]
        error = self.run(held, lambda: held.cursor.executemany(INSERT, given, exact_errors=exact))
        assert error is not None or held.cursor.rowcount == rows

    @rule(size=sizes)
    def ask_the_connection(self, size: tuple[int, int]) -> None:
        """``Connection.run``."""
        self.ready()
        question = self.next_question(size)
        error = self.attempt(lambda: self.connection.run(question.sql()), *self.in_the_way())
        assert error is not None or list(self.given) == question.rows()
        self.check_ran(question, error)

    # -- rows -----------------------------------------------------------------------------------

    def fetch(self, held: Held, call: Callable[[], Any], wanted: int | None) -> None:
        """Let a cursor fetch; an error where it has nothing."""
        foreseen = ["there is no result set to fetch from"] if held.question is None else []
        foreseen += [""] if held.doubtful else []
        if self.attempt(call, *foreseen) is not None:
            return
        one = wanted == 1 and not isinstance(self.given, list)
        rows = ([] if self.given is None else [self.given]) if one else self.given
        if held.take(rows, wanted):
            error = self.attempt(held.cursor.fetchone, "")
            assert error is not None, f"{held.question}: rows are missing, and there is no error"

    def fetch_all(self, held: Held) -> None:
        """All that is left."""
        self.fetch(held, held.cursor.fetchall, None)

    @rule(number=which)
    def fetchone(self, number: int) -> None:
        """A row."""
        held = self.some(number)
        self.fetch(held, held.cursor.fetchone, 1)

    @rule(number=which, count=st.sampled_from([1, 2, 5, 50]))
    def fetchmany(self, number: int, count: int) -> None:
        """Some rows."""
        held = self.some(number)
        self.fetch(held, lambda: held.cursor.fetchmany(count), count)

    @rule(number=which)
    def fetchall(self, number: int) -> None:
        """Every row that is left."""
        self.fetch_all(self.some(number))

    # -- cursors ----------------------------------------------------------------------------------

    @rule(streams=st.booleans())
    def new_cursor(self, streams: bool) -> None:
        """One more; the oldest is dropped where they are too many."""
        self.ready()
        if len(self.held) == MOST_CURSORS:
            self.drop(0)
        self.held.append(Held(self.connection.cursor(stream=streams), streams))

    @rule(number=which)
    def drop(self, number: int) -> None:
        """Nobody holds a cursor any more."""
        held = self.some(number)
        self.held.remove(held)
        self.given = None  # execute gives the cursor, too

    @rule(number=which)
    def close_cursor(self, number: int) -> None:
        """Perhaps before its end."""
        held = self.some(number)
        self.held.remove(held)
        held.forget()
        self.attempt(held.cursor.close)
        error = self.attempt(held.cursor.fetchall, "the cursor is closed")
        assert error is not None

    # -- the connection ---------------------------------------------------------------------------

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
        if hasattr(self, "server"):
            try:
                self.trap.armed = False
                self.drop_all()
                self.no_problem()
            finally:
                self.client.finish()
                self.server.policy = "ignore"
                self.server.close()
