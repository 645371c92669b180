from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Literal

import pytest

from rs_driver import oids
from rs_driver.domain.classify import classify
from rs_driver.domain.operations import prepared
from rs_driver.domain.result import Outcome
from rs_driver.domain.statements import MAX_CLOSES, StatementCache
from rs_driver.domain.wants import Want
from rs_driver.errors import (
    Error,
    IntegrityError,
    InternalError,
    LocalProtocolError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    RemoteProtocolError,
)
from rs_driver.ports.codec import BINARY, TEXT, Parameter
from rs_driver.ports.profile import ServerProfile
from rs_driver.wire.control import ErrorResponse
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.query import Bind, Close, Describe, Execute, Parse, Query, Sync
from rs_driver.wire.results import (
    BindComplete,
    CloseComplete,
    CommandComplete,
    NoData,
    ParameterDescription,
    ParseComplete,
    RowDescription,
)
from support import answers
from support.answers import (
    BEGIN,
    BEGUN,
    FAILED,
    IDLE,
    INSIDE,
    NULL,
    in_binary,
    int4,
    int8,
    numeric,
    ran,
    row,
    stale,
    string,
)
from support.dialogue import Dialogue, Words, described, failure
from support.states import connection_state

GUARDED = ServerProfile(
    kind="postgres", text_oid=0, bytes_oid=17, plan_guard=True, max_statement_bytes=None
)
UNGUARDED = ServerProfile()
NO_PIPELINING = ServerProfile(kind="postgres", text_oid=0, plan_guard=True, pipelined_begin=False)
both = pytest.mark.parametrize("profile", [GUARDED, UNGUARDED], ids=["guarded", "unguarded"])

SELECT = "select a, b from t where a = $1"
INSERT = "insert into t values ($1)"
TYPES = (oids.INT4, oids.SUPER)
FORMATS = (BINARY, TEXT)
VALUE = row(b"\0\0\0\7", b"x")

PARSE, DESCRIBE, PORTAL = (
    *(Parse("", SELECT, (oids.INT4,)), Describe(b"S", ""), Describe(b"P", "")),
)
SYNC, EXECUTE = Sync(), Execute("")
NAME = "rs_driver_1"
NAMED = (Parse(NAME, SELECT, (oids.INT4,)), Describe(b"S", NAME))


def bind(value: int = 7, name: str = "", formats: Sequence[int] = FORMATS) -> Bind:
    return Bind("", name, (BINARY,), (value.to_bytes(4, "big"),), tuple(formats))


NEW: tuple[Words, ...] = answers.prepared(*TYPES, takes=(oids.INT4,))
DESCRIBED_AND_RAN: tuple[Words, ...] = ran("SELECT", VALUE, portal=in_binary(*TYPES))
AGAIN: tuple[Words, ...] = (*NEW, *ran("SELECT", VALUE))
INSERTED = ran("INSERT 0 1")


class Talk(Dialogue):
    """A dialogue with a connection's state. ``status``: of its transaction."""

    def __init__(
        self,
        profile: ServerProfile = GUARDED,
        *,
        threshold: int = 2,
        max_statements: int = 1000,
        status: str = "I",
        results: Literal["auto", "text", "binary"] = "auto",
    ) -> None:
        super().__init__()
        self.core.transaction_status = status
        self.state = connection_state(self.core, profile=profile)
        self.state.statements = StatementCache(max_statements, threshold)
        self.state.result_format = results

    @property
    def cache(self) -> StatementCache:
        return self.state.statements

    def go(
        self, sql: str = SELECT, *parameters: Parameter, begin: bool = False, turns: int = 0
    ) -> Outcome:
        """Run a statement, in so many turns if that is given."""
        self.wants.clear()
        operation = prepared.run(
            self.state, self.state.codecs, sql, parameters, classify(sql), begin=begin
        )
        outcome = self.run(operation)
        assert not turns or self.wants == [Want.READ] * turns
        return outcome

    def refused(self, sql: str = SELECT, *parameters: Parameter, begin: bool = False) -> Error:
        """Run a statement that fails; the connection is in step after it."""
        with pytest.raises(Error) as caught:
            self.go(sql, *parameters, begin=begin)
        assert (self.core.busy, self.core.broken) == (None, None)
        return caught.value

    @property
    def bound(self) -> tuple[Words, ...]:
        """What SELECT is answered where an earlier flight has described it."""
        return ran("SELECT", VALUE) if self.state.profile.plan_guard else DESCRIBED_AND_RAN

    @property
    def described(self) -> tuple[Describe, ...]:
        """What stands between Bind and Execute there."""
        return () if self.state.profile.plan_guard else (PORTAL,)

    def kinds(self) -> str:
        """The tags of what was sent: a conversation at a glance."""
        return b"".join(message.tag for message in self.messages()).decode()

    def use(self, *, ready: Words = IDLE) -> None:
        """The first use of SELECT."""
        self.say(*NEW, ready).say(*self.bound, ready)
        self.go(SELECT, int4(7))

    def use_twice(self, *, ready: Words = IDLE) -> None:
        """The first and the second: it has a name now."""
        self.use(ready=ready)
        self.say(*AGAIN, ready)
        self.go(SELECT, int4(7))
        self.messages()


# -- which flights ------------------------------------------------------------------------


@both
def test_the_first_use_takes_two_unnamed_flights(profile: ServerProfile) -> None:
    talk = Talk(profile)
    talk.say(*NEW, IDLE).say(*talk.bound, IDLE)
    outcome = talk.go(SELECT, int4(7), turns=2)
    assert talk.messages() == [
        *(PARSE, DESCRIBE, SYNC),
        *(bind(), *talk.described, EXECUTE, SYNC),
    ]
    assert outcome.fields == in_binary(*TYPES).fields
    assert (outcome.command, outcome.rowcount) == ("SELECT", 1)
    decoder = talk.state.compile(outcome.fields, talk.state.codecs)
    assert decoder.tuples(outcome.batches[0]) == [(7, "x")]
    assert len(talk.cache) == 1


@both
def test_the_second_use_names_it_in_one_flight(profile: ServerProfile) -> None:
    talk = Talk(profile)
    talk.use()
    talk.messages()
    talk.say(*AGAIN, IDLE)
    outcome = talk.go(SELECT, int4(8), turns=1)
    assert talk.messages() == [*NAMED, bind(8, NAME), EXECUTE, SYNC]
    assert outcome.fields == in_binary(*TYPES).fields
    assert outcome.rowcount == 1


def test_from_the_third_use_on_bind_and_execute_suffice_where_plans_are_guarded() -> None:
    talk = Talk(GUARDED)
    talk.use_twice()
    for value in (9, 10, 11):
        talk.say(*ran("SELECT", VALUE, VALUE), IDLE)
        outcome = talk.go(SELECT, int4(value), turns=1)
        assert talk.messages() == [bind(value, NAME), EXECUTE, SYNC]
        assert outcome.fields == in_binary(*TYPES).fields
        assert (outcome.rowcount, outcome.command) == (2, "SELECT")


def test_from_the_third_use_on_the_portal_is_described_where_they_are_not() -> None:
    talk = Talk(UNGUARDED)
    talk.use_twice()
    for value in (9, 10, 11):
        talk.say(*DESCRIBED_AND_RAN, IDLE)
        talk.go(SELECT, int4(value), turns=1)
        assert talk.messages() == [bind(value, NAME), PORTAL, EXECUTE, SYNC]
    assert len(talk.cache) == 1


@pytest.mark.parametrize("threshold", [0, 1])
def test_a_name_at_once(threshold: int) -> None:
    talk = Talk(threshold=threshold)
    talk.use()
    assert talk.messages() == [
        *(Parse(NAME, SELECT, (oids.INT4,)), Describe(b"S", NAME), SYNC),
        *(bind(7, NAME), EXECUTE, SYNC),
    ]
    talk.say(*ran("SELECT", VALUE), IDLE)
    talk.go(SELECT, int4(8), turns=1)
    assert talk.messages() == [bind(8, NAME), EXECUTE, SYNC]


@both
def test_a_name_at_the_third_use(profile: ServerProfile) -> None:
    talk = Talk(profile, threshold=3)
    talk.use()
    for first in (PARSE, NAMED[0]):
        talk.messages()
        talk.say(*AGAIN, IDLE)
        talk.go(SELECT, int4(7), turns=1)
        assert talk.messages()[0] == first


@both
def test_no_name_ever(profile: ServerProfile) -> None:
    talk = Talk(profile, threshold=2**31)
    talk.use()
    talk.messages()
    for value in (8, 9, 10):
        talk.say(*AGAIN, IDLE)
        talk.go(SELECT, int4(value), turns=1)
        assert talk.messages() == [PARSE, DESCRIBE, bind(value), EXECUTE, SYNC]
    assert len(talk.cache) == 1


@pytest.mark.parametrize("threshold", [0, 2])
def test_without_a_cache_every_use_is_the_first(threshold: int) -> None:
    talk = Talk(max_statements=0, threshold=threshold)
    for _ in range(3):
        talk.use()
        assert talk.messages() == [PARSE, DESCRIBE, SYNC, bind(), EXECUTE, SYNC]
    assert len(talk.cache) == 0


@pytest.mark.parametrize(("results", "asked"), [("auto", TEXT), ("binary", BINARY)])
def test_what_takes_longer_to_read_in_binary_is_asked_for_in_text(
    results: Literal["auto", "binary"], asked: int
) -> None:
    talk = Talk(GUARDED, results=results)
    seven = row({TEXT: b"7", BINARY: bytes.fromhex("0001 0000 0000 0000 0007")}[asked])
    talk.say(*answers.prepared(oids.NUMERIC, takes=(oids.INT4,)), IDLE)
    talk.say(*ran("SELECT", seven), IDLE)
    outcome = talk.go(SELECT, int4(7), turns=2)
    assert talk.messages()[3:] == [bind(formats=(asked,)), EXECUTE, SYNC]
    decoder = talk.state.compile(outcome.fields or (), talk.state.codecs)
    assert decoder.tuples(outcome.batches[0]) == [(Decimal(7),)]


@both
def test_text_results_take_one_flight_at_each_use(profile: ServerProfile) -> None:
    talk = Talk(profile, results="text")
    text = row(b"7", b"x")
    talk.say(*NEW, *ran("SELECT", text), IDLE)
    outcome = talk.go(SELECT, int4(7), turns=1)
    assert outcome.fields == described(*TYPES).fields
    assert talk.messages() == [PARSE, DESCRIBE, bind(formats=()), EXECUTE, SYNC]
    bound = bind(7, NAME, (TEXT, TEXT))
    talk.say(*NEW, *ran("SELECT", text), IDLE)
    assert talk.go(SELECT, int4(7), turns=1).fields == described(*TYPES).fields
    assert talk.messages() == [*NAMED, bound, EXECUTE, SYNC]
    portal = () if profile.plan_guard else (described(*TYPES),)
    talk.say(BindComplete(), *portal, text, CommandComplete("SELECT"), IDLE)
    assert talk.go(SELECT, int4(7), turns=1).fields == described(*TYPES).fields
    expected = [bound, EXECUTE, SYNC] if profile.plan_guard else [bound, PORTAL, EXECUTE, SYNC]
    assert talk.messages() == expected


@both
def test_dml_with_parameters_takes_one_flight_at_each_use(profile: ServerProfile) -> None:
    talk = Talk(profile)
    talk.say(*answers.prepared(takes=(oids.INT4,)), *INSERTED, IDLE)
    outcome = talk.go(INSERT, int4(7), turns=1)
    assert (outcome.fields, outcome.rowcount) == (None, 1)
    assert talk.messages() == [
        *(Parse("", INSERT, (oids.INT4,)), DESCRIBE, bind(formats=()), EXECUTE, SYNC),
    ]
    talk.say(*answers.prepared(takes=(oids.INT4,)), *INSERTED, IDLE)
    assert talk.go(INSERT, int4(8), turns=1).rowcount == 1
    assert talk.messages() == [
        *(Parse(NAME, INSERT, (oids.INT4,)), Describe(b"S", NAME)),
        *(bind(8, NAME, ()), EXECUTE, SYNC),
    ]
    portal = () if profile.plan_guard else (NoData(),)
    talk.say(BindComplete(), *portal, CommandComplete("INSERT 0 1"), IDLE)
    outcome = talk.go(INSERT, int4(9), turns=1)
    assert (outcome.fields, outcome.rowcount) == (None, 1)
    bound = bind(9, NAME, ())
    expected = [bound, EXECUTE, SYNC] if profile.plan_guard else [bound, PORTAL, EXECUTE, SYNC]
    assert talk.messages() == expected


def returning(talk: Talk, binary: bool) -> Outcome:
    """The third use of an INSERT that gives its row."""
    sql = INSERT + " returning a"
    for name in ("", NAME):
        talk.say(*answers.prepared(oids.INT4, takes=(23,)), *ran("INSERT 0 1", row(b"7")), IDLE)
        outcome = talk.go(sql, int4(7), turns=1)
        assert outcome.fields == described(oids.INT4).fields
        assert bind(7, name, ()) in talk.messages()
    data, portal = (b"\0\0\0\7", ()) if binary else (b"7", (described(oids.INT4),))
    talk.say(BindComplete(), *portal, row(data), CommandComplete("INSERT 0 1"), IDLE)
    return talk.go(sql, int4(7), turns=1)


def test_returning_gives_text_until_its_plan_is_guarded() -> None:
    talk = Talk(GUARDED)
    assert returning(talk, binary=True).fields == in_binary(oids.INT4).fields
    assert talk.messages() == [bind(7, NAME, [BINARY]), EXECUTE, SYNC]


def test_returning_gives_text_where_no_plan_is_guarded() -> None:
    talk = Talk(UNGUARDED)
    assert returning(talk, binary=False).fields == described(oids.INT4).fields
    assert talk.messages() == [bind(7, NAME, ()), PORTAL, EXECUTE, SYNC]


@both
@pytest.mark.parametrize(
    ("sql", "formats"),
    [
        *(("values (1)", (BINARY,)), ("table t", (BINARY,))),
        *(("with a as (select 1) table a", (BINARY,)), ("(select 1)", (BINARY,))),
        ("with a as (insert into t values (1) returning *) table a", ()),
        ("with a as (DELETE from t returning *) table a", ()),
        *(("call p()", ()), ("execute p", ()), ("fetch c", ())),
    ],
)
def test_what_cannot_be_run_again_gives_text_in_case_its_columns_are_others(
    sql: str, formats: tuple[int, ...], profile: ServerProfile
) -> None:
    talk = Talk(profile)
    value = row(b"\0\0\0\7")
    guarded = profile.plan_guard and not classify(sql).borrows_rows
    portal = None if guarded else in_binary(oids.INT4)
    talk.say(*answers.prepared(oids.INT4), IDLE).say(*ran("X", value, portal=portal), IDLE)
    assert talk.go(sql, turns=2).fields == in_binary(oids.INT4).fields
    talk.messages()
    talk.say(*answers.prepared(oids.INT4), *ran("X", value if formats else row(b"7")), IDLE)
    outcome = talk.go(sql, turns=1)
    assert Bind("", NAME, (), (), formats) in talk.messages()
    assert outcome.fields == (in_binary if formats else described)(oids.INT4).fields


def test_a_statement_that_gives_no_rows_after_all() -> None:
    talk = Talk().say(*answers.prepared(), IDLE).say(*ran("CALL", portal=NoData()), IDLE)
    outcome = talk.go("call p()", turns=2)
    assert (outcome.fields, outcome.command, outcome.rowcount) == (None, "CALL", -1)


def test_rows_without_columns() -> None:
    talk = Talk()
    talk.say(ParseComplete(), ParameterDescription(()), RowDescription(()), IDLE)
    talk.say(*ran("SELECT 2", row(), row()), IDLE)
    assert (outcome := talk.go("select", turns=2)).fields == ()
    assert outcome.rowcount == 2


# -- statements whose rows are another thing's --------------------------------------------


@pytest.mark.parametrize(
    "sql", ["fetch 1 from c", "call p()", "execute p", "explain select 1", "show x"]
)
def test_rows_that_no_plan_guards_are_always_described(sql: str) -> None:
    talk = Talk(GUARDED)
    first = ran("X", row(b"\0\0\0\1"), portal=in_binary(oids.INT4))
    talk.say(*answers.prepared(oids.INT4), IDLE).say(*first, IDLE)
    talk.go(sql, turns=2)
    assert talk.kinds() == "PDSBDES"
    talk.say(*answers.prepared(oids.INT4), *ran("X", row(b"1")), IDLE)
    talk.go(sql, turns=1)
    talk.messages()
    for _ in range(2):
        talk.say(BindComplete(), described(oids.INT4), row(b"1"), CommandComplete("X"), IDLE)
        assert talk.go(sql, turns=1).fields == described(oids.INT4).fields
        assert talk.messages() == [Bind("", NAME, (), (), ()), PORTAL, EXECUTE, SYNC]
    assert len(talk.cache) == 1
    text = described(oids.VARCHAR, oids.VARCHAR)
    talk.say(BindComplete(), text, row(b"a", b"b"), CommandComplete("X"), IDLE)
    outcome = talk.go(sql, turns=1)
    assert outcome.fields == text.fields
    assert outcome.rowcount == 1
    assert len(talk.cache) == 0


# -- BEGIN --------------------------------------------------------------------------------


def test_begin_rides_in_the_first_flight_of_two() -> None:
    talk = Talk().say(*BEGUN, *NEW, INSIDE).say(*ran("SELECT", VALUE), INSIDE)
    outcome = talk.go(SELECT, int4(7), begin=True, turns=2)
    assert talk.messages() == [*BEGIN, PARSE, DESCRIBE, SYNC, bind(), EXECUTE, SYNC]
    assert outcome.command == "SELECT"
    assert talk.core.transaction_status == "T"


def test_begin_rides_with_a_statement_that_is_known() -> None:
    talk = Talk()
    talk.use()
    talk.messages()
    talk.say(*BEGUN, *AGAIN, INSIDE)
    assert talk.go(SELECT, int4(7), begin=True, turns=1).rowcount == 1
    assert talk.messages() == [*BEGIN, *NAMED, bind(7, NAME), EXECUTE, SYNC]


def test_begin_rides_with_a_statement_that_has_a_name() -> None:
    talk = Talk()
    talk.use_twice()
    talk.say(*BEGUN, *ran("SELECT", VALUE), INSIDE)
    outcome = talk.go(SELECT, int4(7), begin=True, turns=1)
    assert talk.messages() == [*BEGIN, bind(7, NAME), EXECUTE, SYNC]
    assert (outcome.command, outcome.rowcount) == ("SELECT", 1)


def test_begin_rides_with_what_goes_at_once() -> None:
    talk = Talk().say(*BEGUN, *answers.prepared(takes=(oids.INT4,)), *INSERTED, INSIDE)
    outcome = talk.go(INSERT, int4(7), begin=True, turns=1)
    assert talk.kinds() == "PBEPDBES"
    assert outcome.command == "INSERT 0 1"


def test_begin_in_a_flight_of_its_own_where_the_server_wants_that() -> None:
    talk = Talk(NO_PIPELINING)
    talk.say(CommandComplete("BEGIN"), INSIDE).say(*NEW, INSIDE).say(*ran("SELECT", VALUE), INSIDE)
    talk.go(SELECT, int4(7), begin=True, turns=3)
    assert talk.messages() == [Query("BEGIN"), PARSE, DESCRIBE, SYNC, bind(), EXECUTE, SYNC]
    talk.core.transaction_status = "I"
    talk.say(CommandComplete("BEGIN"), INSIDE)
    talk.say(*AGAIN, INSIDE)
    talk.go(SELECT, int4(7), begin=True, turns=2)
    assert talk.kinds() == "QPDBES"


def test_no_statement_where_begin_fails() -> None:
    talk = Talk(NO_PIPELINING).say(failure(), IDLE)
    talk.refused(SELECT, int4(7), begin=True)
    assert talk.messages() == [Query("BEGIN")]


@pytest.mark.parametrize("profile", [GUARDED, NO_PIPELINING])
@pytest.mark.parametrize("sql", ["select '\0'", "select '\ud800'"])
def test_what_cannot_be_sent_opens_no_transaction(profile: ServerProfile, sql: str) -> None:
    talk = Talk(profile)
    assert isinstance(talk.refused(sql, begin=True), LocalProtocolError)
    assert talk.sent == b""


@pytest.mark.parametrize("at", range(len(BEGUN) + 3))
def test_an_error_in_the_first_flight_leaves_a_failed_transaction(at: int) -> None:
    talk = Talk().say(*(*BEGUN, *NEW)[:at]).say(failure(), FAILED)
    error = talk.refused(SELECT, int4(7), begin=True)
    assert isinstance(error, ProgrammingError)
    assert error.query == SELECT
    assert talk.core.transaction_status == "E"
    assert len(talk.messages()) == 6
    assert len(talk.cache) == 0


# -- parameters ---------------------------------------------------------------------------


def test_null_takes_the_type_that_the_statement_has() -> None:
    talk = Talk()
    talk.use()
    talk.messages()
    talk.say(*AGAIN, IDLE)
    talk.go(SELECT, NULL, turns=1)
    assert talk.messages()[:3] == [*NAMED, Bind("", NAME, (TEXT,), (None,), FORMATS)]


def test_an_int_takes_the_type_that_the_server_has_chosen() -> None:
    talk = Talk(threshold=1)
    talk.say(*answers.prepared(*TYPES, takes=(oids.INT8,)), IDLE).say(*ran("SELECT"), IDLE)
    talk.go(SELECT, NULL, turns=2)
    assert Parse(NAME, SELECT, (oids.UNKNOWN,)) in talk.messages()
    talk.say(*ran("SELECT", VALUE), IDLE)
    talk.go(SELECT, int4(7), turns=1)
    assert talk.messages()[0] == Bind("", NAME, (BINARY,), ((7).to_bytes(8, "big"),), FORMATS)


@pytest.mark.parametrize(
    ("takes", "value", "declared", "data"),
    [
        (oids.INT4, int4(7), oids.INT4, b"\0\0\0\7"),
        (oids.INT8, int4(7), oids.INT8, (7).to_bytes(8, "big")),
        (oids.NUMERIC, int4(7), oids.NUMERIC, b"7"),
        (oids.DATE, string("2020-01-01"), oids.UNKNOWN, b"2020-01-01"),
        (oids.DATE, NULL, oids.UNKNOWN, None),
    ],
)
def test_what_is_parsed_again_says_the_type_that_the_bytes_are_of(
    takes: int, value: Parameter, declared: int, data: bytes | None
) -> None:
    """What the server chose then it might not choose now, and bytes pass for many a type."""
    talk = Talk()
    talk.say(*answers.prepared(*TYPES, takes=(takes,)), IDLE).say(*ran("SELECT"), IDLE)
    talk.go(SELECT, NULL, turns=2)
    talk.messages()
    talk.say(*answers.prepared(*TYPES, takes=(takes,)), *ran("SELECT", VALUE), IDLE)
    talk.go(SELECT, value, turns=1)
    parsed, _, bound, *_ = talk.messages()
    name = "" if data == b"2020-01-01" else NAME
    assert parsed == Parse(name, SELECT, (declared,))
    assert isinstance(bound, Bind)
    assert bound.parameters == (data,)
    assert len(talk.cache) == 1


def test_another_type_is_another_statement() -> None:
    talk = Talk()
    for value, oid in (
        *((int4(1), oids.INT4), (int8(2**40), oids.INT8), (numeric("1.5"), oids.NUMERIC)),
        *((string("x", 0), 0), (Parameter(oids.DATE, TEXT, b"2020-01-01"), oids.DATE)),
    ):
        talk.say(*answers.prepared(*TYPES, takes=(oid or 25,)), IDLE).say(*ran("SELECT"), IDLE)
        talk.go(SELECT, value, turns=2)
        assert talk.messages()[0] == Parse("", SELECT, (oid,))
    assert len(talk.cache) == 5


@pytest.mark.parametrize("takes", [(), (23, 23)])
@pytest.mark.parametrize("threshold", [1, 2])
def test_a_description_of_another_number_of_parameters_is_not_kept(
    takes: tuple[int, ...], threshold: int
) -> None:
    talk = Talk(threshold=threshold)
    talk.say(*answers.prepared(*TYPES, takes=takes), IDLE).say(*ran("SELECT", VALUE), IDLE)
    assert talk.go(SELECT, int4(7), turns=2).rowcount == 1
    assert len(talk.cache) == 0
    assert talk.cache.to_close() == ((NAME,) if threshold == 1 else ())


# -- what is out of date ------------------------------------------------------------------

WORDS = ErrorResponse({"C": "0A000", "M": "cached plan must not change result type"})
MORE_WORDS = ErrorResponse({"C": "08P01", "M": "bind message has 2 result formats but query has 3"})
STALE = [
    *(stale(), WORDS, stale("26000", "FetchPreparedStatement")),
    *(stale("08P01", "PortalSetResultFormat"), MORE_WORDS),
]
outdated = pytest.mark.parametrize("words", STALE, ids=["0A000", "words", "26000", "08P01", "more"])
ANEW = [*(PARSE, DESCRIBE, SYNC), *(bind(), EXECUTE, SYNC)]
"""The flights after it: a statement that nobody knows."""


@outdated
def test_in_autocommit_it_is_described_anew(words: ErrorResponse) -> None:
    talk = Talk()
    talk.use_twice()
    talk.say(words, IDLE).say(*NEW, IDLE).say(*ran("SELECT", VALUE), IDLE)
    assert talk.go(SELECT, int4(7), turns=3).rowcount == 1
    assert talk.messages() == [bind(7, NAME), EXECUTE, SYNC, *ANEW]
    assert len(talk.cache) == 1
    talk.say(CloseComplete(), *AGAIN, IDLE)
    talk.go(SELECT, int4(7), turns=1)
    assert talk.messages()[:2] == [Close(b"S", NAME), Parse("rs_driver_2", SELECT, (oids.INT4,))]
    assert talk.cache.to_close() == ()


@outdated
def test_the_begin_that_rode_along_is_rolled_back_first(words: ErrorResponse) -> None:
    talk = Talk()
    talk.use_twice()
    talk.say(*BEGUN, words, FAILED).say(CommandComplete("ROLLBACK"), IDLE)
    talk.say(*BEGUN, *NEW, INSIDE).say(*ran("SELECT", VALUE), INSIDE)
    assert talk.go(SELECT, int4(7), begin=True, turns=4).rowcount == 1
    assert talk.messages() == [
        *(*BEGIN, bind(7, NAME), EXECUTE, SYNC),
        Query("ROLLBACK"),
        *(*BEGIN, *ANEW),
    ]
    assert talk.core.transaction_status == "T"


@outdated
def test_the_begin_of_a_flight_of_its_own_is_rolled_back_too(words: ErrorResponse) -> None:
    talk = Talk(NO_PIPELINING)
    talk.use_twice()
    talk.say(CommandComplete("BEGIN"), INSIDE).say(words, FAILED)
    talk.say(CommandComplete("ROLLBACK"), IDLE).say(CommandComplete("BEGIN"), INSIDE)
    talk.say(*NEW, INSIDE).say(*ran("SELECT", VALUE), INSIDE)
    assert talk.go(SELECT, int4(7), begin=True, turns=6).rowcount == 1
    assert talk.messages() == [
        *(Query("BEGIN"), bind(7, NAME), EXECUTE, SYNC),
        *(Query("ROLLBACK"), Query("BEGIN"), *ANEW),
    ]


@outdated
def test_inside_a_transaction_it_is_an_error_and_the_next_use_is_right(
    words: ErrorResponse,
) -> None:
    talk = Talk(status="T")
    talk.use_twice(ready=INSIDE)
    talk.say(words, FAILED)
    error = talk.refused(SELECT, int4(7))
    assert error.sqlstate == words.fields["C"]
    assert "roll back and run the transaction again" in str(error)
    assert talk.messages() == [bind(7, NAME), EXECUTE, SYNC]
    assert talk.core.transaction_status == "E"
    talk.core.transaction_status = "I"  # rolled back
    talk.say(CloseComplete(), *NEW, IDLE).say(*ran("SELECT", VALUE), IDLE)
    assert talk.go(SELECT, int4(7), turns=2).rowcount == 1
    assert talk.messages() == [Close(b"S", NAME), *ANEW]


def test_a_failed_transaction_is_not_begun_again() -> None:
    talk = Talk()
    talk.use_twice()
    talk.core.transaction_status = "E"
    talk.say(failure("25P02", "the transaction is aborted"), FAILED)
    assert isinstance(talk.refused(SELECT, int4(7)), InternalError)
    assert talk.messages() == [bind(7, NAME), EXECUTE, SYNC]


@outdated
@pytest.mark.parametrize("rows", [(), (VALUE,)])
def test_after_bind_complete_it_is_another_error(
    words: ErrorResponse, rows: tuple[Words, ...]
) -> None:
    talk = Talk()
    talk.use_twice()
    talk.say(BindComplete(), *rows, words, IDLE)
    talk.refused(SELECT, int4(7))
    assert talk.messages() == [bind(7, NAME), EXECUTE, SYNC]
    assert len(talk.cache) == 1


@pytest.mark.parametrize(
    ("code", "error"),
    [
        *(("0A000", NotSupportedError), ("08P01", OperationalError)),
        ("22P02", Error),
    ],
)
def test_other_errors_before_bind_complete_are_raised(code: str, error: type[Error]) -> None:
    talk = Talk()
    talk.use_twice()
    talk.say(stale(code, "SomethingElse"), IDLE)
    assert isinstance(talk.refused(SELECT, int4(7)), error)
    assert talk.messages() == [bind(7, NAME), EXECUTE, SYNC]
    assert len(talk.cache) == 1


def test_a_named_statement_that_has_got_a_fault_is_described_anew() -> None:
    """Such as a parameter of a type that the column does not take any more."""
    talk = Talk()
    talk.use_twice()
    talk.say(stale("42804", "transformAssignedExpr"), IDLE)
    talk.say(*NEW, IDLE).say(*ran("SELECT", VALUE), IDLE)
    assert talk.go(SELECT, int4(7), turns=3).rowcount == 1
    talk.say(CloseComplete(), *AGAIN, INSIDE)
    talk.go(SELECT, int4(7), turns=1)
    talk.messages()
    talk.say(stale("42804", "transformAssignedExpr"), FAILED)
    talk.refused(SELECT, int4(7))
    assert len(talk.cache) == 0


def test_a_str_that_is_no_text_there_is_never_bound_by_a_name() -> None:
    """The column might be a text by now, or hold times: PostgreSQL would say nothing."""
    talk = Talk()
    day = string("2020-01-01")
    talk.say(*answers.prepared(*TYPES, takes=(oids.DATE,)), IDLE).say(*talk.bound, IDLE)
    talk.go(SELECT, day, turns=2)
    for _ in range(3):
        talk.messages()
        talk.say(*answers.prepared(*TYPES, takes=(oids.DATE,)), *ran("SELECT", VALUE), IDLE)
        talk.go(SELECT, day, turns=1)
        assert talk.messages()[0] == Parse("", SELECT, (oids.UNKNOWN,))


@pytest.mark.parametrize("oid", [oids.TEXT, oids.VARCHAR])
def test_a_str_that_is_a_text_there_is(oid: int) -> None:
    talk = Talk()
    talk.say(*answers.prepared(*TYPES, takes=(oid,)), IDLE).say(*talk.bound, IDLE)
    talk.go(SELECT, string("x"), turns=2)
    talk.say(*answers.prepared(*TYPES, takes=(oid,)), *ran("SELECT", VALUE), IDLE)
    talk.go(SELECT, string("x"), turns=1)
    talk.say(*ran("SELECT", VALUE), IDLE)
    talk.go(SELECT, string("y"), turns=1)
    assert talk.kinds().endswith("BES")


def test_between_the_two_flights_of_a_new_statement() -> None:
    talk = Talk().say(*NEW, IDLE).say(stale(), IDLE)
    talk.say(*NEW, IDLE).say(*ran("SELECT", VALUE), IDLE)
    assert talk.go(SELECT, int4(7), turns=4).rowcount == 1
    assert talk.messages() == [*ANEW, *ANEW]
    assert len(talk.cache) == 1


def test_between_the_two_flights_of_a_named_statement() -> None:
    talk = Talk(threshold=1).say(*NEW, IDLE).say(stale(), IDLE)
    talk.say(*NEW, IDLE).say(*ran("SELECT", VALUE), IDLE)
    talk.go(SELECT, int4(7), turns=4)
    named = [message for message in talk.messages() if isinstance(message, Parse)]
    assert [message.statement for message in named] == [NAME, "rs_driver_2"]
    assert talk.cache.to_close() == (NAME,)


@both
def test_a_known_statement_that_has_no_name_yet(profile: ServerProfile) -> None:
    talk = Talk(profile)
    talk.use()
    talk.messages()
    talk.say(*NEW, MORE_WORDS, IDLE).say(*NEW, IDLE).say(*talk.bound, IDLE)
    assert talk.go(SELECT, int4(7), turns=3).rowcount == 1
    assert talk.kinds() == "PDBES" + ("PDSBES" if profile.plan_guard else "PDSBDES")
    assert talk.cache.to_close() == (NAME,)
    assert len(talk.cache) == 1


def test_a_statement_that_goes_at_once() -> None:
    talk = Talk(threshold=1)
    talk.say(*answers.prepared(takes=(oids.INT4,)), *INSERTED, IDLE)
    talk.go(INSERT, int4(7))
    talk.messages()
    talk.say(*BEGUN, stale("26000"), FAILED).say(CommandComplete("ROLLBACK"), IDLE)
    talk.say(*BEGUN, *answers.prepared(takes=(oids.INT4,)), *INSERTED, INSIDE)
    assert talk.go(INSERT, int4(7), begin=True, turns=3).rowcount == 1
    assert talk.kinds() == "PBEBES" + "Q" + "PBEPDBES"


@pytest.mark.parametrize("known", [True, False])
def test_twice_is_once_too_often(known: bool) -> None:
    talk = Talk()
    if known:
        talk.use_twice()
        talk.say(stale(), IDLE)
    else:
        talk.say(*NEW, IDLE).say(stale(), IDLE)
    talk.say(*NEW, IDLE).say(stale("0A000"), IDLE)
    error = talk.refused(SELECT, int4(7))
    assert error.sqlstate == "0A000"
    assert talk.kinds() == ("BES" if known else "PDSBES") + "PDSBES"
    assert len(talk.cache) == 0


def test_twice_with_a_begin_leaves_a_failed_transaction() -> None:
    talk = Talk()
    talk.use_twice()
    talk.say(*BEGUN, stale(), FAILED).say(CommandComplete("ROLLBACK"), IDLE)
    talk.say(*BEGUN, *NEW, INSIDE).say(stale(), FAILED)
    talk.refused(SELECT, int4(7), begin=True)
    assert talk.core.transaction_status == "E"
    assert len(talk.cache) == 0


def test_an_error_when_it_begins_again() -> None:
    talk = Talk()
    talk.use_twice()
    talk.say(*BEGUN, stale(), FAILED).say(CommandComplete("ROLLBACK"), IDLE)
    talk.say(*BEGUN, failure("42703", "no such column"), FAILED)
    error = talk.refused(SELECT, int4(7), begin=True)
    assert error.sqlstate == "42703"


def test_a_portal_that_is_described_otherwise_counts_and_is_learnt_next_time() -> None:
    talk = Talk(UNGUARDED)
    talk.use_twice()
    now = described(oids.VARCHAR, oids.INT8, oids.VARCHAR)
    talk.say(BindComplete(), now, row(b"a", b"1", b"c"), CommandComplete("SELECT"), IDLE)
    outcome = talk.go(SELECT, int4(7), turns=1)
    assert outcome.fields == now.fields
    assert outcome.rowcount == 1
    assert len(talk.cache) == 0
    talk.messages()
    talk.say(CloseComplete(), *NEW, IDLE).say(*talk.bound, IDLE)
    talk.go(SELECT, int4(7), turns=2)
    assert talk.messages() == [
        *(Close(b"S", NAME), PARSE, DESCRIBE, SYNC),
        *(bind(), PORTAL, EXECUTE, SYNC),
    ]


@pytest.mark.parametrize("threshold", [1, 2])
def test_what_is_described_otherwise_between_the_flights_of_a_new_statement(
    threshold: int,
) -> None:
    """Another session's ALTER in that moment: a server without guard goes on, and the rows
    would pass for those of the first description."""
    talk = Talk(UNGUARDED, threshold=threshold).say(*NEW, IDLE)
    altered = described(oids.FLOAT4, oids.SUPER).fields
    now = RowDescription((replace(altered[0], format=BINARY), altered[1]))
    value = row(struct.pack("!f", 1.5), b"x")
    talk.say(*ran("SELECT", value, portal=now), IDLE)
    outcome = talk.go(SELECT, int4(7), turns=2)
    assert outcome.fields == now.fields
    decoder = talk.state.compile(outcome.fields, talk.state.codecs)
    assert decoder.tuples(outcome.batches[0]) == [(1.5, "x")]
    assert len(talk.cache) == 0
    assert talk.cache.to_close() == ((NAME,) if threshold == 1 else ())


def test_what_gives_no_rows_any_more_between_the_flights_of_a_new_statement() -> None:
    talk = Talk(UNGUARDED).say(*NEW, IDLE).say(*ran("SELECT", portal=NoData()), IDLE)
    assert talk.go(SELECT, int4(7), turns=2).fields is None
    assert len(talk.cache) == 0


@both
def test_a_known_statement_that_is_parsed_again_is_described_again(profile: ServerProfile) -> None:
    """Its columns are what they are now: two again, which the server took the formats for."""
    talk = Talk(profile)
    talk.use()
    now = (oids.VARCHAR, oids.INT4)
    values = row(b"a", b"7")
    talk.say(*answers.prepared(*now, takes=(oids.INT4,)), *ran("SELECT", values), IDLE)
    outcome = talk.go(SELECT, int4(7), turns=1)
    assert outcome.fields is not None
    asked = [(oids.VARCHAR, BINARY), (oids.INT4, TEXT)]
    assert [(field.type_oid, field.format) for field in outcome.fields] == asked
    decoder = talk.state.compile(outcome.fields, talk.state.codecs)
    assert decoder.tuples(outcome.batches[0]) == [("a", 7)]
    talk.messages()
    known = () if profile.plan_guard else (described(*now),)
    talk.say(BindComplete(), *known, row(b"a", b"\0\0\0\7"), CommandComplete("SELECT"), IDLE)
    talk.go(SELECT, int4(7), turns=1)
    assert talk.messages()[0] == bind(7, NAME, (BINARY, BINARY))


@pytest.mark.parametrize("now", [(), (oids.INT4, oids.VARCHAR), (oids.INT4,) * 3])
def test_a_single_format_is_for_all_columns_that_there_are_now(now: tuple[int, ...]) -> None:
    talk = Talk()
    talk.say(*answers.prepared(oids.INT4), IDLE).say(*ran("SELECT"), IDLE)
    talk.go("select * from t", turns=2)
    data = {oids.INT4: b"\0\0\0\7", oids.VARCHAR: b"a"}
    talk.say(ParseComplete(), ParameterDescription(()), described(*now))
    talk.say(*ran("SELECT", row(*[data[oid] for oid in now])), IDLE)
    outcome = talk.go("select * from t", turns=2)
    assert outcome.fields is not None
    assert [field.format for field in outcome.fields] == [BINARY] * len(now)


@pytest.mark.parametrize("columns", [1, 3])
def test_a_server_that_takes_formats_for_other_columns_is_none(columns: int) -> None:
    """The manual: none, one for all, or one for each."""
    talk = Talk()
    talk.use()
    now = answers.prepared(*[oids.INT4] * columns, takes=(oids.INT4,))
    talk.say(*now, *ran("SELECT", row(*[b"\0\0\0\7"] * columns)), IDLE)
    with pytest.raises(RemoteProtocolError, match=f"2 formats were taken for {columns} columns"):
        talk.go(SELECT, int4(7))
    assert talk.core.broken is not None


def test_several_columns_that_are_no_rows_any_more() -> None:
    talk = Talk()
    talk.use()
    talk.say(*answers.prepared(takes=(oids.INT4,)), *ran("SELECT"), IDLE)
    assert talk.go(SELECT, int4(7), turns=1).fields is None


def test_a_known_statement_without_rows_any_more() -> None:
    talk = Talk()
    talk.say(*answers.prepared(oids.INT4), IDLE).say(*ran("SELECT"), IDLE)
    talk.go("select f()", turns=2)
    talk.say(*answers.prepared(), *ran("SELECT"), IDLE)
    assert talk.go("select f()", turns=1).fields is None


def unreadable(talk: Talk, *front: Words, portal: RowDescription | None) -> Error:
    """The next use of SELECT finds a column of a type that no codec reads in binary."""
    values = row(b"?", b"x")
    described_then = (BindComplete(), portal) if portal else (BindComplete(),)
    talk.say(*front, *described_then, values, CommandComplete("SELECT"), IDLE)
    error = talk.refused(SELECT, int4(7))
    assert isinstance(error, OperationalError)
    assert 'column "c0" cannot be read' in str(error)
    assert "run it again" in str(error)
    return error


ODD = 99999
ODD_IN_BINARY = RowDescription(
    tuple(
        replace(field, format=BINARY) if field.type_oid == ODD else field
        for field in described(ODD, oids.SUPER).fields
    )
)


def test_a_column_that_cannot_be_read_is_an_error_and_the_next_use_is_right() -> None:
    talk = Talk(UNGUARDED)
    talk.use_twice()
    unreadable(talk, portal=ODD_IN_BINARY)
    assert len(talk.cache) == 0
    talk.messages()
    now_it_is_text(talk, CloseComplete())


def test_the_same_between_the_flights_of_a_new_statement() -> None:
    talk = Talk(UNGUARDED).say(*NEW, IDLE)
    unreadable(talk, portal=ODD_IN_BINARY)
    assert len(talk.cache) == 0
    assert talk.messages() == [PARSE, DESCRIBE, SYNC, bind(), PORTAL, EXECUTE, SYNC]
    now_it_is_text(talk)


def now_it_is_text(talk: Talk, *front: Words) -> None:
    """The use after that one is right."""
    fields = described(ODD, oids.SUPER)
    talk.say(*front, *answers.prepared(ODD, oids.SUPER, takes=(23,)), IDLE)
    talk.say(*ran("SELECT", row(b"?", b"x"), portal=fields), IDLE)
    outcome = talk.go(SELECT, int4(7), turns=2)
    assert bind(7, "", (TEXT, TEXT)) in talk.messages()
    assert outcome.fields == fields.fields


@both
def test_nobody_is_told_to_run_a_procedure_again(profile: ServerProfile) -> None:
    talk = Talk(profile).say(*answers.prepared(oids.INT4), IDLE)
    portal = RowDescription(ODD_IN_BINARY.fields[:1])
    talk.say(*ran("CALL", row(b"?"), portal=portal), IDLE)
    error = talk.refused("call p()")
    assert 'column "c0" cannot be read' in str(error)
    assert "it has run, its rows are lost" in str(error)


@both
def test_the_same_for_what_is_parsed_again(profile: ServerProfile) -> None:
    talk = Talk(profile)
    talk.use()
    unreadable(talk, *answers.prepared(ODD, oids.SUPER, takes=(23,)), portal=None)
    talk.messages()
    portal = () if profile.plan_guard else (described(ODD, oids.SUPER),)
    talk.say(BindComplete(), *portal, row(b"?", b"x"), CommandComplete("SELECT"), IDLE)
    assert talk.go(SELECT, int4(7), turns=1).fields == described(ODD, oids.SUPER).fields
    assert talk.messages()[0] == bind(7, NAME, (TEXT, TEXT))


def test_an_error_counts_more_than_a_column_that_cannot_be_read() -> None:
    talk = Talk(UNGUARDED)
    talk.use_twice()
    portal = RowDescription((replace(described(ODD).fields[0], format=BINARY),))
    talk.say(BindComplete(), portal, failure("22012", "division by zero"), IDLE)
    assert talk.refused(SELECT, int4(7)).sqlstate == "22012"


@pytest.mark.parametrize("width", [0, 1, 3])
def test_rows_of_another_width_than_a_guarded_plan_has(width: int) -> None:
    talk = Talk(GUARDED)
    talk.use_twice()
    talk.say(*ran("SELECT", row(*(b"x",) * width)))
    with pytest.raises(RemoteProtocolError, match="DataRow"):
        talk.go(SELECT, int4(7))
    assert talk.core.broken is not None


def test_after_doubt_it_is_described_anew() -> None:
    talk = Talk()
    talk.use_twice()
    talk.cache.doubt()
    assert talk.sent == b""
    talk.say(*NEW, IDLE).say(*ran("SELECT", VALUE), IDLE)
    talk.go(SELECT, int4(7), turns=2)
    assert talk.messages() == ANEW
    talk.say(CloseComplete(), *AGAIN, IDLE)
    talk.go(SELECT, int4(7), turns=1)
    assert talk.messages()[0] == Close(b"S", NAME)


# -- errors -------------------------------------------------------------------------------


def test_an_error_in_the_second_flight() -> None:
    talk = Talk().say(*NEW, IDLE).say(BindComplete(), VALUE, failure("23505", "twice"), IDLE)
    error = talk.refused(SELECT, int4(7))
    assert isinstance(error, IntegrityError)
    assert error.query == SELECT
    assert len(talk.cache) == 1  # it was described all the same


def test_an_error_of_what_goes_at_once() -> None:
    talk = Talk()
    talk.say(*answers.prepared(takes=(oids.INT4,)), BindComplete(), failure("23505"), IDLE)
    assert isinstance(talk.refused(INSERT, int4(7)), IntegrityError)
    talk.messages()
    talk.say(*answers.prepared(takes=(oids.INT4,)), *INSERTED, IDLE)
    talk.go(INSERT, int4(8), turns=1)
    assert talk.messages()[0] == Parse(NAME, INSERT, (oids.INT4,))


def test_a_name_that_the_server_has_not_taken_is_not_used() -> None:
    talk = Talk()
    talk.use()
    talk.messages()
    talk.say(failure("42P01", "no such table"), IDLE)
    talk.refused(SELECT, int4(7))
    assert talk.messages() == [*NAMED, bind(7, NAME), EXECUTE, SYNC]
    assert talk.cache.to_close() == ()
    talk.say(*NEW, IDLE).say(*ran("SELECT", VALUE), IDLE)
    talk.go(SELECT, int4(7), turns=2)
    assert talk.messages() == ANEW


def test_a_name_that_was_taken_for_something_undescribed_is_closed() -> None:
    talk = Talk()
    talk.use()
    talk.say(ParseComplete(), failure("XX000", "no description"), IDLE)
    talk.refused(SELECT, int4(7))
    assert talk.cache.to_close() == (NAME,)
    assert len(talk.cache) == 0


def test_a_name_that_the_server_has_taken_is_used_though_the_statement_failed() -> None:
    talk = Talk()
    talk.use()
    talk.messages()
    talk.say(*NEW, failure("22P02", "bad value"), IDLE)
    talk.refused(SELECT, int4(7))
    talk.messages()
    talk.say(*ran("SELECT", VALUE), IDLE)
    talk.go(SELECT, int4(7), turns=1)
    assert talk.messages() == [bind(7, NAME), EXECUTE, SYNC]


@pytest.mark.parametrize("sql", [SELECT, INSERT])
def test_a_name_given_in_vain_is_closed(sql: str) -> None:
    talk = Talk(threshold=1).say(ParseComplete(), failure("42P18", "which type?"), IDLE)
    talk.refused(sql, NULL)
    assert talk.cache.to_close() == (NAME,)
    assert len(talk.cache) == 0


@pytest.mark.parametrize("sql", [SELECT, INSERT])
def test_a_name_that_was_never_taken_is_not_closed(sql: str) -> None:
    talk = Talk(threshold=1).say(failure(), IDLE)
    talk.refused(sql, NULL)
    assert talk.cache.to_close() == ()


def test_a_statement_that_is_too_long_to_be_kept() -> None:
    talk = Talk(threshold=1)
    sql = f"select '{'x' * 1_000_000}'"
    for closes in ([], [Close(b"S", NAME)]):
        talk.say(*[CloseComplete() for _ in closes], *answers.prepared(25), IDLE)
        talk.say(*ran("SELECT", row(b"x")), IDLE)
        assert talk.go(sql, turns=2).rowcount == 1
        messages: list[FrontendMessage] = talk.messages()
        assert [message for message in messages if isinstance(message, Close)] == closes
    assert len(talk.cache) == 0


# -- Close --------------------------------------------------------------------------------


def closing(count: int) -> Talk:
    """``count`` names wait to be closed."""
    talk = Talk()
    for number in range(count):
        talk.cache.abandoned(f"n{number}")
    return talk


def closed(messages: Sequence[FrontendMessage]) -> list[str]:
    return [message.name for message in messages if isinstance(message, Close)]


def test_closes_ride_in_front_a_hundred_at_a_time() -> None:
    talk = closing(MAX_CLOSES + 30)
    names = [f"n{number}" for number in range(MAX_CLOSES + 30)]
    talk.say(*[CloseComplete()] * MAX_CLOSES, *NEW, IDLE).say(*ran("SELECT", VALUE), IDLE)
    talk.go(SELECT, int4(7))
    messages = talk.messages()
    assert closed(messages) == names[:MAX_CLOSES]
    assert messages[MAX_CLOSES:] == ANEW
    talk.say(*[CloseComplete()] * 30, *AGAIN, IDLE)
    talk.go(SELECT, int4(7), turns=1)
    messages = talk.messages()
    assert closed(messages) == names[MAX_CLOSES:]
    assert all(isinstance(message, Close) for message in messages[:30])
    talk.say(*ran("SELECT", VALUE), IDLE)
    talk.go(SELECT, int4(7), turns=1)
    assert closed(talk.messages()) == []


def test_closes_come_before_begin() -> None:
    talk = closing(1)
    talk.say(CloseComplete(), *BEGUN, *answers.prepared(takes=(23,)), *INSERTED, INSIDE)
    assert talk.go(INSERT, int4(7), begin=True, turns=1).rowcount == 1
    assert talk.messages()[:4] == [Close(b"S", "n0"), *BEGIN]


@pytest.mark.parametrize("confirmed", range(4))
def test_only_confirmed_closes_are_forgotten(confirmed: int) -> None:
    talk = closing(3).say(*[CloseComplete()] * confirmed, failure(), IDLE)
    talk.refused(SELECT, int4(7))
    assert talk.cache.to_close() == ("n0", "n1", "n2")[confirmed:]


def test_closes_in_front_of_a_statement_that_is_out_of_date_ride_once() -> None:
    talk = Talk()
    talk.use_twice()
    talk.cache.abandoned("n0")
    talk.say(CloseComplete(), *BEGUN, stale(), FAILED).say(CommandComplete("ROLLBACK"), IDLE)
    talk.say(*BEGUN, *NEW, INSIDE).say(*ran("SELECT", VALUE), INSIDE)
    talk.go(SELECT, int4(7), begin=True, turns=4)
    assert closed(talk.messages()) == ["n0"]
    assert talk.cache.to_close() == (NAME,)


def test_what_falls_out_of_the_cache_is_closed_by_the_next_flight() -> None:
    talk = Talk(threshold=1, max_statements=1)
    for sql, closes in (("select 1", []), ("select 2", []), ("select 3", [NAME])):
        talk.say(*[CloseComplete() for _ in closes], *answers.prepared(25), IDLE)
        talk.say(*ran("SELECT"), IDLE)
        talk.go(sql, turns=2)
        assert closed(talk.messages()) == closes
    assert len(talk.cache) == 1
