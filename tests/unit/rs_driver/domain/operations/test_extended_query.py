from __future__ import annotations

from collections.abc import Sequence

import pytest

from rs_driver import oids
from rs_driver.domain.operations.extended_query import (
    FLIGHT,
    BoundStatement,
    execute,
    execute_as_text,
    execute_batch,
)
from rs_driver.domain.wants import Want, Wants
from rs_driver.errors import (
    IntegrityError,
    LocalProtocolError,
    OperationalError,
    ProgrammingError,
    RemoteProtocolError,
)
from rs_driver.ports.codec import BINARY, TEXT, Parameter
from rs_driver.wire.control import ReadyForQuery
from rs_driver.wire.query import Bind, Describe, Execute, Parse, Sync
from rs_driver.wire.results import (
    BindComplete,
    CommandComplete,
    DataRow,
    EmptyQueryResponse,
    NoData,
    ParameterDescription,
    ParseComplete,
)
from support.dialogue import Dialogue, Words, described, failure

IDLE, INSIDE, FAILED = ReadyForQuery("I"), ReadyForQuery("T"), ReadyForQuery("E")
SQL = "select $1"
SEVEN = Parameter(oids.INT4, BINARY, b"\0\0\0\7")
NULL = Parameter(oids.UNKNOWN, TEXT, None)

BEGIN = [Parse("", "BEGIN", ()), Bind("", "", (), (), ()), Execute("")]
BEGUN: tuple[Words, ...] = (ParseComplete(), BindComplete(), CommandComplete("BEGIN"))
BIND_SEVEN = Bind("", "", (BINARY,), (b"\0\0\0\7",), ())


def binary_ints(oid: int) -> int:
    return BINARY if oid == oids.INT4 else TEXT


def in_step(dialogue: Dialogue) -> bool:
    return dialogue.core.busy is None and dialogue.core.broken is None


# -- one flight ---------------------------------------------------------------------------


def test_one_flight_with_text_results() -> None:
    dialogue = Dialogue().say(
        *(ParseComplete(), BindComplete(), described(23), DataRow((b"7",))),
        *(CommandComplete("SELECT"), IDLE),
    )
    outcome = dialogue.run(execute_as_text(dialogue.core, BoundStatement(SQL, [SEVEN])))
    assert dialogue.messages() == [
        Parse("", SQL, (oids.INT4,)),
        BIND_SEVEN,
        Describe(b"P", ""),
        Execute(""),
        Sync(),
    ]
    assert dialogue.wants == [Want.READ]
    assert outcome.fields == described(23).fields
    assert (outcome.command, outcome.rowcount) == ("SELECT", 1)


def test_begin_rides_in_the_same_flight_and_leaves_no_trace() -> None:
    dialogue = Dialogue().say(
        *(*BEGUN, ParseComplete(), BindComplete(), NoData()),
        *(CommandComplete("INSERT 0 1"), INSIDE),
    )
    statement = BoundStatement("insert", [NULL], begin=True)
    outcome = dialogue.run(execute_as_text(dialogue.core, statement))
    assert dialogue.messages() == [
        *BEGIN,
        Parse("", "insert", (oids.UNKNOWN,)),
        Bind("", "", (TEXT,), (None,), ()),
        Describe(b"P", ""),
        Execute(""),
        Sync(),
    ]
    assert (outcome.fields, outcome.command, outcome.batches) == (None, "INSERT 0 1", [])
    assert dialogue.core.transaction_status == "T"


def test_an_empty_statement() -> None:
    dialogue = Dialogue().say(ParseComplete(), BindComplete(), NoData(), EmptyQueryResponse(), IDLE)
    outcome = dialogue.run(execute_as_text(dialogue.core, BoundStatement("")))
    assert (outcome.command, outcome.rowcount, outcome.fields) == ("", -1, None)


def test_begin_is_not_the_command_of_an_empty_statement() -> None:
    dialogue = Dialogue().say(
        *(*BEGUN, ParseComplete(), BindComplete(), NoData(), EmptyQueryResponse(), INSIDE)
    )
    outcome = dialogue.run(execute_as_text(dialogue.core, BoundStatement("", begin=True)))
    assert outcome.command == ""


ANSWERS: Sequence[Words] = (
    *BEGUN,
    ParseComplete(),
    BindComplete(),
    described(23),
    DataRow((b"7",)),
    CommandComplete("SELECT"),
)


@pytest.mark.parametrize("at", range(len(ANSWERS) + 1))
def test_an_error_anywhere_is_raised_after_ready_for_query(at: int) -> None:
    dialogue = Dialogue().say(*ANSWERS[:at]).say(failure()).say(FAILED)
    with pytest.raises(ProgrammingError, match="no such thing") as caught:
        dialogue.run(execute_as_text(dialogue.core, BoundStatement(SQL, begin=True)))
    assert caught.value.query == SQL
    assert in_step(dialogue)
    assert dialogue.core.transaction_status == "E"


@pytest.mark.parametrize("at", range(len(ANSWERS) + 1))
def test_the_end_anywhere_is_a_lost_connection(at: int) -> None:
    dialogue = Dialogue().say(*ANSWERS[:at]).hang_up()
    with pytest.raises(OperationalError, match="closed the connection") as caught:
        dialogue.run(execute_as_text(dialogue.core, BoundStatement(SQL, begin=True)))
    assert caught.value.is_disconnect
    assert dialogue.core.broken is caught.value


@pytest.mark.parametrize("at", range(len(ANSWERS) + 1))
def test_fatal_words_anywhere_are_what_is_raised(at: int) -> None:
    dialogue = Dialogue().say(*ANSWERS[:at], failure("57P01", "shutdown", "FATAL")).hang_up()
    with pytest.raises(OperationalError, match="shutdown"):
        dialogue.run(execute_as_text(dialogue.core, BoundStatement(SQL, begin=True)))


def test_only_the_first_error_is_raised() -> None:
    dialogue = Dialogue().say(failure(), failure("XX000", "and another"), FAILED)
    with pytest.raises(ProgrammingError, match="no such thing"):
        dialogue.run(execute_as_text(dialogue.core, BoundStatement(SQL)))
    assert in_step(dialogue)


def test_rows_of_begin_are_refused() -> None:
    dialogue = Dialogue().say(ParseComplete(), BindComplete(), DataRow((b"1",)))
    with pytest.raises(RemoteProtocolError, match="DataRow"):
        dialogue.run(execute_as_text(dialogue.core, BoundStatement(SQL, begin=True)))


# -- two flights --------------------------------------------------------------------------


def test_described_first_then_run_with_the_formats_that_fit() -> None:
    dialogue = Dialogue()
    dialogue.say(
        *BEGUN, ParseComplete(), ParameterDescription((oids.INT4,)), described(23, 25, 23), INSIDE
    )
    dialogue.say(BindComplete(), DataRow((b"\0\0\0\7", b"x", None)))
    dialogue.say(CommandComplete("SELECT"), INSIDE)
    statement = BoundStatement(SQL, [SEVEN], begin=True)
    outcome = dialogue.run(execute(dialogue.core, statement, binary_ints))
    assert dialogue.messages() == [
        *BEGIN,
        Parse("", SQL, (oids.INT4,)),
        Describe(b"S", ""),
        Sync(),
        Bind("", "", (BINARY,), (b"\0\0\0\7",), (BINARY, TEXT, BINARY)),
        Execute(""),
        Sync(),
    ]
    assert outcome.fields is not None
    assert [field.format for field in outcome.fields] == [BINARY, TEXT, BINARY]
    assert [field.name for field in outcome.fields] == ["c0", "c1", "c2"]
    assert outcome.rowcount == 1
    assert outcome.command == "SELECT"


def test_a_statement_that_gives_no_rows_after_all() -> None:
    dialogue = Dialogue().say(ParseComplete(), ParameterDescription(()), NoData(), IDLE)
    dialogue.say(BindComplete(), CommandComplete("CALL"), IDLE)
    outcome = dialogue.run(execute(dialogue.core, BoundStatement("call p()"), binary_ints))
    assert (outcome.fields, outcome.command) == (None, "CALL")


@pytest.mark.parametrize("width", [0, 1, 3])
def test_rows_of_another_width_than_described(width: int) -> None:
    dialogue = Dialogue().say(ParseComplete(), ParameterDescription(()), described(23, 23), IDLE)
    dialogue.say(BindComplete(), DataRow((b"",) * width))
    with pytest.raises(RemoteProtocolError, match="DataRow"):
        dialogue.run(execute(dialogue.core, BoundStatement(SQL), binary_ints))
    assert dialogue.core.broken is not None


@pytest.mark.parametrize("at", range(len(BEGUN) + 3))
def test_an_error_in_the_first_flight_leaves_a_failed_transaction(at: int) -> None:
    words = (*BEGUN, ParseComplete(), ParameterDescription(()), described(23))
    dialogue = Dialogue().say(*words[:at]).say(failure(), FAILED)
    with pytest.raises(ProgrammingError):
        dialogue.run(execute(dialogue.core, BoundStatement(SQL, begin=True), binary_ints))
    assert in_step(dialogue)
    assert dialogue.core.transaction_status == "E"
    assert dialogue.messages()[-1] == Sync()


def test_an_error_in_the_second_flight() -> None:
    dialogue = Dialogue().say(ParseComplete(), ParameterDescription(()), described(23), IDLE)
    dialogue.say(BindComplete(), DataRow((b"1",)), failure("23505", "twice"), IDLE)
    with pytest.raises(IntegrityError, match="twice") as caught:
        dialogue.run(execute(dialogue.core, BoundStatement(SQL), binary_ints))
    assert caught.value.query == SQL
    assert in_step(dialogue)


def test_what_comes_unasked_between_the_flights_breaks_it() -> None:
    dialogue = Dialogue().say(
        *(ParseComplete(), ParameterDescription(()), described(23), IDLE),
        BindComplete(),
    )
    with pytest.raises(RemoteProtocolError, match="nothing was expected"):
        dialogue.run(execute(dialogue.core, BoundStatement(SQL), binary_ints))
    assert dialogue.core.broken is not None


# -- batches ------------------------------------------------------------------------------


def ints(*values: int) -> list[list[Parameter]]:
    return [[Parameter(oids.INT4, BINARY, value.to_bytes(4, "big"))] for value in values]


def bind(value: int) -> Bind:
    return Bind("", "", (BINARY,), (value.to_bytes(4, "big"),), ())


PREPARED: tuple[Words, ...] = (ParseComplete(), ParameterDescription((oids.INT4,)), NoData())
INSERT = "insert into t values ($1)"


def done(command: str = "INSERT 0 1") -> tuple[Words, ...]:
    return (BindComplete(), CommandComplete(command))


def test_a_batch_is_one_flight_under_one_sync() -> None:
    dialogue = Dialogue().say(*BEGUN, *PREPARED, *done(), *done("INSERT 0 2"), *done(), INSIDE)
    outcome = dialogue.run(execute_batch(dialogue.core, INSERT, ints(1, 2, 3), begin=True))
    assert dialogue.messages() == [
        *BEGIN,
        Parse("", INSERT, (oids.INT4,)),
        Describe(b"S", ""),
        *(bind(1), Execute(""), bind(2), Execute(""), bind(3), Execute("")),
        Sync(),
    ]
    assert dialogue.wants == [Want.READ]
    assert (outcome.command, outcome.rowcount, outcome.fields) == ("INSERT 0 4", 4, None)
    assert in_step(dialogue)


def test_a_statement_is_parsed_anew_where_the_types_change() -> None:
    rows = [[SEVEN], [SEVEN], [NULL], [SEVEN]]
    dialogue = Dialogue().say(
        *(*PREPARED, *done("UPDATE 1"), *done("UPDATE 1")),
        *(*PREPARED, *done("UPDATE 0"), *PREPARED, *done("UPDATE 5"), IDLE),
    )
    outcome = dialogue.run(execute_batch(dialogue.core, INSERT, rows, begin=False))
    parsed = [message for message in dialogue.messages() if isinstance(message, Parse)]
    assert [parse.parameter_oids for parse in parsed] == [
        *((oids.INT4,), (oids.UNKNOWN,), (oids.INT4,)),
    ]
    assert (outcome.command, outcome.rowcount) == ("UPDATE 7", 7)


def test_rows_that_a_batch_gives_are_dropped() -> None:
    dialogue = Dialogue().say(
        *(ParseComplete(), ParameterDescription(()), described(23)),
        *(BindComplete(), DataRow((b"1",)), DataRow((b"2",)), CommandComplete("SELECT")),
        *(BindComplete(), DataRow((b"3",)), CommandComplete("SELECT"), IDLE),
    )
    outcome = dialogue.run(execute_batch(dialogue.core, SQL, ints(1, 2), begin=False))
    assert (outcome.command, outcome.rowcount, outcome.batches) == ("SELECT", -1, [])


def test_a_batch_of_nothing() -> None:
    empty = (BindComplete(), EmptyQueryResponse())
    dialogue = Dialogue().say(*PREPARED, *empty, *empty, IDLE)
    outcome = dialogue.run(execute_batch(dialogue.core, "", [[], []], begin=False))
    assert (outcome.command, outcome.rowcount) == ("", -1)


@pytest.mark.parametrize("struck", range(3))
def test_an_error_says_at_which_row_it_struck(struck: int) -> None:
    dialogue = Dialogue().say(*BEGUN, *PREPARED, *done() * struck, BindComplete())
    dialogue.say(failure("23505", "twice")).say(failure("XX000", "another"), FAILED)
    with pytest.raises(IntegrityError, match="twice") as caught:
        dialogue.run(execute_batch(dialogue.core, INSERT, ints(1, 2, 3), begin=True))
    assert (caught.value.row, caught.value.query) == (struck, INSERT)
    assert in_step(dialogue)
    assert dialogue.core.transaction_status == "E"


def test_an_error_of_begin_is_no_rows_error() -> None:
    dialogue = Dialogue().say(ParseComplete(), failure(), IDLE)
    with pytest.raises(ProgrammingError) as caught:
        dialogue.run(execute_batch(dialogue.core, INSERT, ints(1), begin=True))
    assert caught.value.row is None


def test_an_error_after_the_last_row_is_no_rows_error() -> None:
    dialogue = Dialogue().say(*PREPARED, *done(), *done(), failure("23503", "deferred"), IDLE)
    with pytest.raises(IntegrityError) as caught:
        dialogue.run(execute_batch(dialogue.core, INSERT, ints(1, 2), begin=False))
    assert caught.value.row is None


@pytest.mark.parametrize("sql", ["insert '\0'", "insert '\ud800'"])
def test_a_batch_that_cannot_be_sent_leaves_the_connection_in_step(sql: str) -> None:
    dialogue = Dialogue()
    with pytest.raises(LocalProtocolError):
        dialogue.run(execute_batch(dialogue.core, sql, ints(1), begin=True))
    assert in_step(dialogue)
    assert dialogue.sent == b""


BULK = [[Parameter(oids.VARCHAR, TEXT, b"x" * (FLIGHT // 2))]] * 10


def test_a_long_batch_is_handed_over_in_pieces() -> None:
    dialogue = Dialogue().say(*PREPARED, *done() * 10, IDLE)
    outcome = dialogue.run(execute_batch(dialogue.core, INSERT, BULK, begin=False))
    assert outcome.rowcount == 10
    assert dialogue.wants == [Want.FLUSH] * 5 + [Want.READ]


class Eager(Dialogue):
    """Something arrives at every want, as from a server that answers at once."""

    def _fulfil(self, want: Wants) -> object:
        return super()._fulfil(Want.READ)


def test_answers_that_come_early_are_counted_and_an_early_error_ends_the_batch() -> None:
    core = Dialogue().core
    operation = execute_batch(core, INSERT, BULK, begin=False)
    dialogue = Eager(core).say(*PREPARED, *done()).say(*done(), failure("23505", "twice"))
    dialogue.say(INSIDE)
    with pytest.raises(IntegrityError) as caught:
        dialogue.run(operation)
    assert caught.value.row == 2
    assert in_step(dialogue)
    assert dialogue.wants == [Want.FLUSH, Want.FLUSH, Want.READ]
    binds = [message for message in dialogue.messages() if isinstance(message, Bind)]
    assert len(binds) == 4


def test_ready_for_query_before_the_batchs_end_breaks_it() -> None:
    core = Dialogue().core
    dialogue = Eager(core).say(*PREPARED, failure(), IDLE)
    with pytest.raises(RemoteProtocolError, match="'Z'"):
        dialogue.run(execute_batch(core, INSERT, BULK, begin=False))
    assert core.broken is not None
