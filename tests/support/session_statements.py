"""Rules about statements, cursors and their rows."""

from __future__ import annotations

from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import rule

from support.held_cursors import Held
from support.numbered import FAILING, FAILURE, INSERT, PARAMETRISED, UNKNOWN
from support.session_base import SessionBase

MOST_CURSORS = 4
which = st.integers(0, MOST_CURSORS - 1)
sizes = st.one_of(
    st.tuples(st.integers(0, 3), st.just(0)),
    st.tuples(st.sampled_from([1, 7, 40, 120]), st.sampled_from([0, 10, 300])),
    st.tuples(st.sampled_from([300]), st.sampled_from([1, 5000])),
)


class Statements(SessionBase):
    """No rule has a precondition and no draw hangs on what happened before, so that a history
    is the same values over TCP, too, where not all is repeatable."""

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

    @rule(number=which, call=st.integers(1, 4))
    def ask_after_a_cancel(self, number: int, call: int) -> None:
        """A cancel begins while one query runs, and must not strike the next one."""
        held = self.some(number)
        self.trap.set("wait", call, False, self.client.mischief("cancel", lambda: self.connection))
        for function in ("numbers", "slow_numbers"):
            question = self.next_question()
            self.run(held, partial(held.cursor.execute, question.sql(function)), question)
            self.trap.armed = False

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
