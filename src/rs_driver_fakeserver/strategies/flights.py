"""Sound flights: a command or a batch, and the whole of its answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hypothesis import strategies as st

from rs_driver.wire.control import ReadyForQuery
from rs_driver.wire.copy import CopyData, CopyDone, CopyInResponse, CopyOutResponse
from rs_driver.wire.messages import BackendMessage, FrontendMessage
from rs_driver.wire.query import Bind, Close, Describe, Execute, Flush, Parse, Query, Sync
from rs_driver.wire.results import (
    BindComplete,
    CloseComplete,
    CommandComplete,
    DataRow,
    EmptyQueryResponse,
    NoData,
    ParameterDescription,
    ParseComplete,
    PortalSuspended,
)
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.strategies.backend_stream import Flight
from rs_driver_fakeserver.strategies.statements import Statement, failures, statements, unasked

_MOST_STATEMENTS = 3
_INT4 = 23


@dataclass(frozen=True)
class Step:
    """One message of the client, and what it is answered. ``after``: the status then."""

    asked: FrontendMessage
    said: tuple[BackendMessage, ...]
    after: str


def flights(dialect: Dialect, status: str) -> st.SearchStrategy[Flight]:
    """One that begins in a transaction of this status."""
    simple, extended = simple_flights(dialect, status), extended_flights(dialect, status)
    return st.one_of(simple, extended).flatmap(lambda flight: _interrupted(flight, dialect))


def _interrupted(flight: Flight, dialect: Dialect) -> st.SearchStrategy[Flight]:
    """With messages that nobody asked for, between any two and at either end."""
    places = st.tuples(st.integers(0, len(flight.said)), unasked(dialect))

    def with_these(found: list[tuple[int, BackendMessage]]) -> Flight:
        said = list(flight.said)
        for at, message in sorted(found, key=lambda one: one[0], reverse=True):
            said.insert(at, message)
        return Flight(flight.asked, tuple(said), flight.status)

    return st.lists(places, max_size=3).map(with_these)


@st.composite
def simple_flights(draw: st.DrawFn, dialect: Dialect, status: str) -> Flight:
    """A Query: no statement, one, or several, up to an error; COPY in both directions."""
    texts: list[str] = []
    data: list[FrontendMessage] = []
    said: list[BackendMessage] = []
    for kind in draw(st.lists(st.sampled_from(_SIMPLE), max_size=_MOST_STATEMENTS)):
        texts.append(kind)
        if status == "E" or kind == "error":
            texts[-1] = "select 1/0"
            said.append(draw(failures(dialect, status)))
            status = "I" if status == "I" else "E"
            break
        if kind == "copy t to stdout":
            said += draw(_copy_out())
        elif kind == "copy t from stdin":
            data += [CopyData(b"1\n"), CopyDone()]
            said += [CopyInResponse(0, (0, 0)), CommandComplete("COPY 1")]
        else:
            statement = draw(statements(dialect, status, binary=False))
            texts[-1], status = statement.sql, statement.after
            said += _results(statement, dialect)
    if not said:
        said.append(EmptyQueryResponse())
    said.append(ReadyForQuery(status))
    return Flight((Query("; ".join(texts)), *data), tuple(said), status)


_SIMPLE = ("statement", "statement", "error", "copy t to stdout", "copy t from stdin")


def _results(statement: Statement, dialect: Dialect) -> Iterator[BackendMessage]:
    if statement.fields is not None:
        yield statement.description(dialect, 0)
        yield from statement.rows
    yield CommandComplete(statement.tag)


def _copy_out() -> st.SearchStrategy[list[BackendMessage]]:
    """In pieces whose borders mean nothing, empty ones among them."""
    pieces = st.lists(st.binary(max_size=20), max_size=4)
    return st.builds(
        lambda code, found: [
            CopyOutResponse(code, (code, code)),
            *map(CopyData, found),
            CopyDone(),
            CommandComplete(f"COPY {len(found)}"),
        ],
        st.integers(0, 1),
        pieces,
    )


@st.composite
def extended_flights(draw: st.DrawFn, dialect: Dialect, status: str) -> Flight:
    """Messages up to a Sync: statements one after the other, up to an error."""
    steps: list[Step] = []
    now = status
    for number in range(draw(st.integers(0, _MOST_STATEMENTS))):
        if now == "E":
            break
        steps += draw(_prepared(dialect, now, str(number)))
        now = steps[-1].after
    if status == "E":
        ending = Statement("rollback", None, (), "ROLLBACK", "I")
        steps += draw(_steps(dialect, status, ending, ""))
    failing = draw(_failing(steps))
    if failing is not None:
        steps = draw(_failed(dialect, steps, failing, status))
    now = steps[-1].after if steps else status
    asked = [step.asked for step in steps]
    if draw(st.booleans()):
        asked.append(Flush())
    said = [message for step in steps for message in step.said]
    return Flight((*asked, Sync()), (*said, ReadyForQuery(now)), now)


@st.composite
def _prepared(draw: st.DrawFn, dialect: Dialect, status: str, name: str) -> list[Step]:
    if draw(st.integers(0, 7)) == 0:
        return _empty(status)
    statement = draw(statements(dialect, status, binary=True))
    return draw(_steps(dialect, status, statement, draw(st.sampled_from(["", name]))))


def _empty(status: str) -> list[Step]:
    """No statement at all."""
    pairs: list[tuple[FrontendMessage, BackendMessage]] = [
        (Parse("", "", ()), ParseComplete()),
        (Bind("", "", (), (), ()), BindComplete()),
        (Describe(b"P", ""), NoData()),
        (Execute("", 0), EmptyQueryResponse()),
    ]
    return [Step(asked, (said,), status) for asked, said in pairs]


@st.composite
def _steps(
    draw: st.DrawFn, dialect: Dialect, status: str, statement: Statement, name: str
) -> list[Step]:
    """Parse, Describe, Bind, Execute in one of their orders; portals in parts; Close."""
    count = draw(st.integers(0, 2))
    described = draw(st.sampled_from(["S", "P", "SP"]))
    formats = (statement.format,) if statement.fields else ()
    steps = [
        Step(Parse(name, statement.sql, (_INT4,) * count), (ParseComplete(),), status),
    ]
    if "S" in described:
        told = ParameterDescription((_INT4,) * count), _columns(statement, dialect, 0)
        steps.append(Step(Describe(b"S", name), told, status))
    for _ in range(draw(st.integers(1, 2)) if statement.fields is not None else 1):
        bind = Bind(name, name, (), (b"7",) * count, formats)
        steps.append(Step(bind, (BindComplete(),), status))
        if "P" in described:
            told_portal = (_columns(statement, dialect, statement.format),)
            steps.append(Step(Describe(b"P", name), told_portal, status))
        steps += _executions(statement, name, draw(st.integers(0, 3)))
        steps.append(Step(Close(b"P", name), (CloseComplete(),), statement.after))
    if draw(st.booleans()):
        steps.append(Step(Close(b"S", name), (CloseComplete(),), statement.after))
    return steps


def _columns(statement: Statement, dialect: Dialect, code: int) -> BackendMessage:
    return NoData() if statement.fields is None else statement.description(dialect, code)


def _executions(statement: Statement, portal: str, limit: int) -> Iterator[Step]:
    """All at once, or at most ``limit`` rows at a time."""
    rows = statement.rows
    while limit and statement.fields is not None and len(rows) >= limit:
        said = (*rows[:limit], PortalSuspended())
        yield Step(Execute(portal, limit), said, statement.after)
        rows = rows[limit:]
    limit = limit if statement.fields is not None else 0
    yield Step(Execute(portal, limit), (*rows, CommandComplete(statement.tag)), statement.after)


def _failing(steps: list[Step]) -> st.SearchStrategy[int | None]:
    """Which step fails, if any; those that have rows more often than others."""
    with_rows = [at for at, step in enumerate(steps) if isinstance(step.asked, Execute)]
    choices: list[st.SearchStrategy[int | None]] = [st.none(), st.none()]
    if steps:
        choices.append(st.integers(0, len(steps) - 1))
    if with_rows:
        choices.append(st.sampled_from(with_rows))
    return st.one_of(choices)


@st.composite
def _failed(
    draw: st.DrawFn, dialect: Dialect, steps: list[Step], failing: int, status: str
) -> list[Step]:
    """An error in place of a step's answer, or after some of its rows; then silence."""
    before = steps[failing - 1].after if failing else status
    after = "I" if before == "I" else "E"
    step = steps[failing]
    rows = [message for message in step.said if isinstance(message, DataRow)]
    kept = rows[: draw(st.integers(0, len(rows)))]
    error = draw(failures(dialect, before))
    skipped = [Step(later.asked, (), after) for later in steps[failing + 1 :]]
    return [*steps[:failing], Step(step.asked, (*kept, error), after), *skipped]
