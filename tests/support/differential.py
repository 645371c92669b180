"""Conversations that PostgreSQL and the fake have to hold in the same way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rs_driver.wire.control import (
    ErrorResponse,
    NoticeResponse,
    NotificationResponse,
    ParameterStatus,
    ReadyForQuery,
)
from rs_driver.wire.copy import CopyData, CopyDone, CopyFail, CopyInResponse, CopyOutResponse
from rs_driver.wire.messages import BackendMessage, FrontendMessage
from rs_driver.wire.query import Bind, Close, Describe, Execute, Flush, Parse, Query, Sync
from rs_driver.wire.results import CommandComplete

Said = FrontendMessage | bytes


@dataclass(frozen=True)
class Flight:
    """What a client sends at once. ``due``: how many ReadyForQuery answer it.

    ``deviation``: the reason why Redshift answers otherwise, a key of ``DEVIATIONS``;
    then as many ReadyForQuery as ``due_there`` come.
    """

    said: tuple[Said, ...]
    due: int = 1
    deviation: str | None = None
    due_there: int = 1


def q(sql: str, deviation: str | None = None) -> Flight:
    """One simple query."""
    return Flight((Query(sql),), deviation=deviation)


def f(*said: Said, due: int = 1, deviation: str | None = None, due_there: int = 1) -> Flight:
    return Flight(said, due, deviation, due_there)


@dataclass(frozen=True)
class Script:
    """Flights one after the other. ``rules``: SQL that the fake needs a rule for, with one
    column of integers; where there are some, it has no engine."""

    flights: Sequence[Flight]
    rules: Mapping[str, Sequence[int]] = field(default_factory=dict)


def digest(messages: Sequence[BackendMessage], *, redshift: bool = False) -> list[object]:
    """What has to be the same: kinds of messages, SQLSTATEs, tags, transaction status.

    ``redshift``: tags without the counts that Redshift does not send.
    """
    found: list[object] = []
    for message in messages:
        name = type(message).__name__
        match message:
            case ParameterStatus():
                continue
            case ErrorResponse(fields) | NoticeResponse(fields):
                found.append((name, fields["S"], fields["C"]))
            case CommandComplete(tag):
                first = tag.split()[0]
                bare = redshift and first in ("SELECT", "FETCH")
                found.append((name, first if bare else tag))
            case ReadyForQuery(status):
                found.append((name, status))
            case NotificationResponse():
                found.append((name, message.channel, message.payload))
            case CopyInResponse() | CopyOutResponse() | CopyData():
                found.append(message)
            case _:
                found.append(name)
    return found


S, F = Sync(), Flush()
ONE = "select 1 as n"
THREE = "select n from (values (1), (2), (3)) as v (n)"
RUN: tuple[Said, ...] = (Bind("", "", (), (), ()), Describe(b"P", ""), Execute("", 0))


def parsed(sql: str) -> tuple[Said, ...]:
    """An extended query up to its Execute."""
    return (Parse("", sql, ()), *RUN)


def copied(sql: str, *said: Said) -> Flight:
    """A COPY FROM STDIN, on Redshift nothing."""
    return f(Query(sql), *said, deviation="copy in")


COPY_IN = "copy pairs from stdin"
SCRIPTS: dict[str, Script] = {
    "empty": Script([q(""), q(" ; -- nothing"), f(Parse("", "", ()), *RUN, S)]),
    "several statements": Script(
        [
            q(f"{ONE}; {ONE}"),
            q(f"{ONE}; select nope; {ONE}"),
            q("create temp table t (a int); insert into t values (1); select nope"),
            q("select a from t"),
            q(f"begin; {ONE}"),
            q(f"{ONE}; select nope"),
            q(ONE),
            q("commit; commit"),
            q("begin; begin; rollback; rollback"),
        ]
    ),
    "errors in a pipeline": Script(
        [
            f(*parsed("selec"), *parsed(ONE), S),
            f(*parsed(ONE), Bind("", "nope", (), (), ()), *parsed(ONE), S),
            f(
                Parse("p", "select $1 + v.n as n from (values (2147483647), (1)) as v (n)", (23,)),
                S,
            ),
            f(Bind("", "p", (), (b"x",), ()), Execute("", 0), S),
            f(Bind("", "p", (), (), ()), Execute("", 0), S),
            f(Bind("", "p", (), (b"1",), ()), Execute("", 0), Execute("", 0), S),
            f(Execute("nope", 0), Describe(b"S", "nope"), Close(b"S", "p"), S),
            f(Describe(b"S", "p"), Close(b"S", "p"), Describe(b"S", "p"), S),
            f(*parsed("create temp table u (a int)"), *parsed("selec"), S),
            q("select a from u"),
            f(Parse("", f"{ONE}; {ONE}", ()), S),
            f(*parsed("begin"), S, *parsed("selec"), S, *parsed(ONE), S, due=3),
            f(*parsed("rollback"), S),
        ]
    ),
    "portals": Script(
        [
            f(*parsed(THREE)[:2], Execute("", 2), Execute("", 2), S, deviation="unnamed portals"),
            f(Parse("", THREE, ()), Bind("p", "", (), (), ()), Execute("p", 2), Execute("p", 2), S),
            q("begin"),
            f(Parse("s", THREE, ()), Bind("p", "s", (), (), ()), Execute("p", 3), S),
            f(Execute("p", 1), Execute("p", 1), Close(b"P", "p"), Execute("p", 1), S),
            q("rollback"),
            q("begin"),
            f(Bind("p", "s", (), (), ()), Execute("p", 2), S),
            f(*parsed(ONE), S, deviation="suspended portals"),
            q("rollback"),
            q("begin"),
            f(Bind("p", "s", (), (), ()), Execute("p", 1), S),
            q(ONE, "suspended portals"),
            q("rollback"),
            q("begin"),
            f(Bind("p", "s", (), (), ()), Bind("q", "s", (), (), ()), Execute("p", 1), S),
            f(Execute("q", 1), S, deviation="suspended portals"),
            q("rollback"),
            q("begin"),
            f(Bind("p", "s", (), (), ()), Bind("p", "s", (), (), ()), S),
            q("rollback"),
        ]
    ),
    "cursors": Script(
        [
            q(f"declare c cursor for {ONE}"),
            q("fetch c"),
            q("close c"),
            q("declare c cursor for selec"),
            q("declare c cursor for insert into t values (1)"),
            q("declare c cursor for select * from nope"),
            q("begin"),
            q(f"declare c cursor for {THREE}"),
            q("fetch next from c"),
            f(Parse("f", "fetch 1 from c", ()), Describe(b"S", "f"), S),
            f(Bind("", "f", (), (), (1,)), Describe(b"P", ""), Execute("", 0), S),
            q("fetch forward all from c"),
            q("fetch c"),
            q(f"declare c cursor for {THREE}"),
            q("rollback"),
            q("fetch c"),
            q("begin"),
            f(Parse("", "declare c cursor for select $1::int4 as n", ()), Describe(b"S", ""), S),
            f(Bind("", "", (), (b"7",), ()), Execute("", 0), S),
            q("fetch 2 c; close c; fetch c"),
            q("rollback"),
            q(f"begin; declare c scroll cursor for {THREE}; fetch 2 c"),
            q("fetch prior c", "scrolling"),
            q("rollback"),
            q(f"begin; declare c cursor for {THREE}; declare d cursor for {THREE}; fetch c"),
            q("fetch d", "one cursor"),
            q("rollback"),
            q(f"begin; declare c cursor with hold for {ONE}; commit"),
            q("fetch c", "held cursors"),
            q("close c"),
            q("close all", "close all"),
            q(f"{ONE}; declare c cursor for {ONE}; fetch c", "declaring alone"),
            q("fetch"),
            q("fetch 1 2"),
        ]
    ),
    "copy": Script(
        [
            q("create temp table pairs (a int, b text)"),
            copied(COPY_IN, CopyData(b"1\ta\n2\t"), CopyData(b"b\n"), F, CopyDone()),
            copied(COPY_IN, CopyData(b"3\tc\n"), CopyFail("enough")),
            copied(COPY_IN, CopyData(b"x\tc\n"), CopyData(b"4\td\n"), CopyDone()),
            copied(COPY_IN, CopyData(b"5\n"), CopyDone()),
            copied(COPY_IN, CopyData(b"5\te\tf\n"), CopyDone()),
            copied(COPY_IN, CopyData(b"\xff\tz\n"), CopyDone()),
            copied(COPY_IN, CopyData(b"6\t\\N\n\\.\nmore\n"), CopyDone()),
            copied(f"{COPY_IN} csv", CopyData(b'7,"x\ny""z"\n8,\n9,""'), CopyDone()),
            f(
                *(*parsed(COPY_IN), CopyData(b"10\tj\n"), CopyDone(), S),
                deviation="copy in",
            ),
            f(*parsed(COPY_IN), CopyFail("enough"), Query(ONE), S, deviation="copy in"),
            f(*parsed(COPY_IN), S, CopyDone(), S, deviation="copy in", due_there=2),
            copied(f"{COPY_IN}; {ONE}", CopyDone()),
            q("begin"),
            copied(COPY_IN, CopyFail("enough")),
            q(ONE),
            q("rollback"),
            f(CopyData(b"x"), CopyDone(), CopyFail("late"), Query(ONE)),
            q("copy pairs to stdout", "copy out"),
            q("copy pairs (b) to stdout (format csv, header)", "copy out"),
            q(f"copy ({ONE}) to stdout", "copy out"),
            f(*parsed("copy pairs to stdout"), S, deviation="copy out"),
            q("copy nope from stdin", "copy in"),
            q("copy pairs (a, z) from stdin", "copy in"),
            copied(COPY_IN, b"f\0\0\0\4"),
            copied(COPY_IN, Query(ONE)),
        ]
    ),
    "savepoints": Script(
        [
            q("savepoint a", "savepoints"),
            q("rollback to a", "savepoints"),
            q("begin"),
            q("savepoint a; savepoint b", "savepoints"),
            q("selec", "savepoints"),
            q("rollback to b", "savepoints"),
            q(f"{ONE}; release b; release a", "savepoints"),
            q("release a", "savepoints"),
            q("rollback to a", "savepoints"),
            q("rollback"),
        ],
        {ONE: [1]},
    ),
    "notifications": Script(
        [
            q("listen a", "notifications"),
            q("notify a, 'x'; notify a, 'x'; notify a", "notifications"),
            q("begin"),
            q("notify a, 'late'", "notifications"),
            q("commit", "notifications"),
            q("begin"),
            q("notify a", "notifications"),
            q("rollback"),
            q("unlisten *", "notifications"),
            q("notify a", "notifications"),
        ]
    ),
    "two phases": Script(
        [
            q("prepare transaction 'a'", "two phases"),
            q("begin"),
            q("prepare transaction 'a'", "two phases"),
            q("rollback", "two phases"),
            q("begin; prepare transaction 'a'", "two phases"),
            q("rollback", "two phases"),
            q("begin"),
            q("commit prepared 'a'", "two phases"),
            q("prepare transaction 'b'", "two phases"),
            q("rollback", "two phases"),
            f(*parsed("commit prepared 'a'"), S, deviation="two phases"),
            q("commit prepared 'a'", "two phases"),
            q("begin"),
            q(f"prepare transaction '{'x' * 200}'", "two phases"),
            q("rollback", "two phases"),
            q("begin; create temp table w (a int)"),
            q("prepare transaction 'a'", "two phases"),
            q("rollback", "two phases"),
            q("rollback prepared"),
        ]
    ),
    "alone": Script(
        [
            q("begin"),
            q("vacuum"),
            q("rollback"),
            q(f"{ONE}; vacuum"),
            f(*parsed(ONE), *parsed("create database d"), S),
            f(*parsed("begin"), *parsed("drop database d"), S),
            q("rollback; begin; discard all"),
            q("rollback"),
        ]
    ),
    "notices": Script(
        [
            q("commit"),
            q("begin; begin"),
            f(*parsed("begin"), *parsed("rollback"), *parsed("rollback"), S),
        ]
    ),
    "tags": Script(
        [
            q("create temp table tagged (a int)"),
            q("insert into tagged values (1), (2)"),
            q("update tagged set a = a + 1"),
            q("delete from tagged"),
            q("truncate tagged"),
            q("alter table tagged add column b int"),
            q("create temp view seen as select 1 as n"),
            q("create temp table copied as select 1 as n"),
            q("values (1)"),
            q("analyze tagged"),
            q("drop view seen"),
            q("drop table tagged"),
            q("set application_name to 'x'"),
            q("show application_name"),
            q("reset application_name"),
            q("prepare one as select 1 as n"),
            q("execute one"),
            q("deallocate one"),
            q("discard all"),
        ]
    ),
    "settings": Script(
        [
            q("set nonsense to 1", "unknown settings"),
            q("set server_version to '1'"),
            q("show nope", "unknown settings"),
        ]
    ),
    "malformed": Script(
        [
            f(b"Q\0\0\0\6ab"),
            f(b"P\0\0\0\6ab", S),
            f(b"B\0\0\0\6ab", S),
            f(b"D\0\0\0\6X\0", S),
            f(b"E\0\0\0\5p", S),
            f(b"S\0\0\0\6ab"),
            f(b"y\0\0\0\4"),
        ]
    ),
}
UNEXCUSED = ("selected rows", "fetched rows")
"""Deviations that ``digest`` takes care of."""
