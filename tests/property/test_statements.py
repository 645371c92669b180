"""Whatever happens to a session, prepared statements stay right, and the server clean.

Random histories of a connection run against a model of the server's half
(``support.statement_server``), which refuses names that are taken and names that it does
not know. After each step: the connection is in step, the rows are those of the tables as
they are, the server keeps no name that the driver has lost sight of, and few in all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Union

from hypothesis import example, given, settings
from hypothesis import strategies as st

from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.operations.execute import Call, execute
from rs_driver.domain.operations.executemany import executemany
from rs_driver.domain.operations.transaction import commit, rollback
from rs_driver.domain.result import Outcome
from rs_driver.domain.statements import StatementCache
from rs_driver.domain.wants import Operation, Wants
from rs_driver.errors import Error
from rs_driver.ports.profile import ServerProfile
from support.dialogue import Dialogue, hear, take_sent
from support.statement_server import TABLES, StatementServer
from support.states import connection_state

QUERIES = (
    "select * from t0",
    "select * from t0 where a = ?",
    "select * from t1 where a = ? and b = ?",
    "select * from t1 where a = ? and b = ? and c = ?",
    "insert into t0 values (?, ?)",
    "fetch 2 from c",
)
COMMANDS = (
    *("alter t0", "alter t1", "declare t0", "declare t1", "declare e", "deallocate all"),
    *("begin", "commit", "rollback", "insert into t0"),
)
ENDS = ("commit", "rollback")
UNSEEN = ("select wipe", "select reopen")
ARGUMENTS = (
    (None, 1, 2**40),
    (None, "12"),
    (None, Decimal("1.5"), 1, 2**70),
)
STALE = ("0A000", "08P01", "26000")


Fault = Union[tuple[int, str], None]


@dataclass(frozen=True)
class Run:
    """``fault``: which of the messages fails, counted from 0, and how; None for none of them.
    ``many``: by executemany. ``meanwhile``: the table that another session alters when the first
    flight is answered."""

    sql: str
    arguments: tuple[Any, ...] = (None, None, None)
    fault: Fault = None
    many: bool = False
    meanwhile: str | None = None


@dataclass(frozen=True)
class Elsewhere:
    """Another session alters a table."""

    table: str


@dataclass(frozen=True)
class End:
    """``commit`` or ``rollback`` of the connection."""

    committing: bool
    fault: Fault = None


Step = Union[Run, Elsewhere, End]

struck = st.tuples(st.integers(0, 8), st.sampled_from(["XX000", *STALE]))
faults: st.SearchStrategy[Fault] = st.one_of(st.none(), st.none(), st.none(), struck)
rows = st.tuples(*map(st.sampled_from, ARGUMENTS))
queries = st.builds(Run, st.sampled_from(QUERIES), rows, faults)
overtaken = st.builds(
    Run, st.sampled_from(QUERIES), rows, faults, meanwhile=st.sampled_from(TABLES)
)
own: list[st.SearchStrategy[Step]] = [
    queries,
    queries.map(lambda run: Run("select * from t0", run.arguments, run.fault)),
    st.builds(Run, st.sampled_from(COMMANDS), fault=faults),
    st.builds(Run, st.just("insert into t0 values (?, ?)"), rows, faults, st.just(value=True)),
    st.builds(End, st.booleans(), faults),
]
others: list[st.SearchStrategy[Step]] = [
    st.builds(Elsewhere, st.sampled_from(TABLES)),
    st.builds(Run, st.sampled_from(UNSEEN), fault=faults),
    overtaken,
]


def histories(steps: list[st.SearchStrategy[Step]]) -> st.SearchStrategy[list[Step]]:
    """Lists of lists, as those of Hypothesis are short."""
    chapters = st.lists(st.lists(st.one_of(steps), max_size=20), min_size=1, max_size=12)
    return chapters.map(lambda found: [step for chapter in found for step in chapter])


class Session(Dialogue):
    """A connection to the model. ``surprised``: something happened that it cannot know."""

    def __init__(
        self, *, guarded: bool, pipelined: bool, autocommit: bool, cache: StatementCache
    ) -> None:
        super().__init__()
        self.server = StatementServer(guarded=guarded)
        self.surprised = False
        self.meanwhile: str | None = None
        self.state = connection_state(
            self.core,
            profile=ServerProfile(
                kind="postgres" if guarded else "redshift",
                text_oid=0 if guarded else 705,
                plan_guard=guarded,
                pipelined_begin=pipelined,
            ),
            autocommit=autocommit,
        )
        self.state.statements = cache

    def _fulfil(self, want: Wants) -> object:
        data = take_sent(self.core)
        answer = self.server.feed(data)
        assert answer, "the driver waits for words that nobody has to say"
        hear(self.core, answer)
        if self.meanwhile is not None:
            self.alter_elsewhere(self.meanwhile)
            self.meanwhile = None
        return None

    def alter_elsewhere(self, table: str) -> None:
        self.server.alter_elsewhere(table)
        self.surprised = True

    # -- steps --------------------------------------------------------------------------

    def take(self, step: Step) -> None:
        if isinstance(step, Elsewhere):
            self.alter_elsewhere(step.table)
            return
        server = self.server
        server.fault, server.code = step.fault or (None, "")
        server.failed, server.bound = False, 0
        status, begun = server.status, server.begun
        self.surprised |= isinstance(step, Run) and step.sql in UNSEEN
        self.meanwhile = step.meanwhile if isinstance(step, Run) else None
        try:
            if isinstance(step, Run):
                self.check_rows(self.run(self.operation(step)))
                assert self.state.autocommit or step.sql in ENDS or server.status == "T"
            else:
                self.run((commit if step.committing else rollback)(self.state))
        except Error as error:
            self.check_error(step, status, error)
        self.check_in_step()
        self.check_names()
        if isinstance(step, Run) and status != "I" and step.sql not in ENDS:
            assert (server.begun, server.status == "I") == (begun, False)
        if isinstance(step, Run) and not step.many:
            assert server.bound <= 1

    def operation(self, step: Run) -> Operation[list[Outcome]]:
        arguments = step.arguments[: step.sql.count("?")]
        what: Any = [arguments, (None,) * len(arguments), arguments] if step.many else arguments
        call = Call(step.sql, what if arguments else None, "qmark", self.state.codecs)
        start: Callable[[ConnectionState, Call], Operation[list[Outcome]]]
        start = executemany if step.many else execute
        return start(self.state, call)

    # -- what holds after each ----------------------------------------------------------

    def check_rows(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            if outcome.fields is not None:
                decoder = self.state.compile(outcome.fields, self.state.codecs)
                found = [row for batch in outcome.batches for row in decoder.tuples(batch)]
                assert found == self.server.meant

    def check_error(self, step: Union[Run, End], status: str, error: Error) -> None:
        """Only what cannot be otherwise is an error."""
        if self.server.failed:
            return
        if status == "E":
            assert isinstance(step, Run) or step.committing
        elif self.surprised and "cannot be read: another session" in str(error):
            assert isinstance(step, Run)
            assert step.sql.startswith("select") or step.meanwhile is not None
        elif status == "T":
            assert self.surprised
            assert error.sqlstate in STALE
        else:
            raise AssertionError(f"{step} need not have failed") from error

    def check_in_step(self) -> None:
        core = self.core
        assert (core.busy, core.broken, core.pending) == (None, None, 0)
        assert core.transaction_status == self.server.status

    def check_names(self) -> None:
        cache = self.state.statements
        variants = [known for found in cache._variants.values() for known in found]
        assert len(cache._variants) <= len(variants) == len(cache) <= cache._entries.max_entries
        used = [known.name for known in variants if known.name]
        named = used + list(cache._to_close)
        assert len(set(named)) == len(named)
        assert self.server.names.keys() <= set(named)
        assert set(named) <= self.server.names.keys() | self.server.wiped
        assert len(named) <= 2 * cache._entries.max_entries + 2


anything = {
    "guarded": st.booleans(),
    "pipelined": st.booleans(),
    "autocommit": st.booleans(),
    "size": st.sampled_from([0, 1, 2, 3, 100]),
    "threshold": st.sampled_from([0, 1, 2, 3, 2**31]),
}


@settings(max_examples=300)
@given(history=histories(own + others), **anything)
@example(  # a cursor that is another one now
    guarded=True,
    pipelined=True,
    autocommit=True,
    size=100,
    threshold=1,
    history=[Elsewhere("t1"), Run("fetch 2 from c"), Run("select reopen"), Run("fetch 2 from c")],
)
@example(  # an ALTER between the two flights of a new statement
    guarded=False,
    pipelined=True,
    autocommit=True,
    size=100,
    threshold=2,
    history=[Run("select * from t0", meanwhile="t0")],
)
def test_any_history(history: list[Step], size: int, threshold: int, **options: bool) -> None:
    check(Session(cache=StatementCache(size, threshold), **options), history)


@settings(max_examples=200)
@given(history=histories(own), **anything)
def test_any_history_without_surprises(
    history: list[Step], size: int, threshold: int, **options: bool
) -> None:
    """What the session does itself never makes a statement stale, in a transaction or not."""
    session = Session(cache=StatementCache(size, threshold), **options)
    check(session, history)
    assert not session.surprised


def check(session: Session, history: list[Step]) -> None:
    for step in history:
        session.take(step)
    # Whatever it was: after it everything is possible.
    if session.core.transaction_status != "I":
        session.take(End(committing=False))
    for sql in QUERIES:
        for _ in range(3):
            session.take(Run(sql, (1, "12", Decimal(1))))
            session.take(End(committing=True))
