from __future__ import annotations

from collections.abc import Sequence

import pytest

from rs_driver import oids
from rs_driver.domain.arguments import Arguments
from rs_driver.domain.insert import one_row
from rs_driver.domain.operations.batch import (
    FLIGHT,
    MAX_STATEMENT,
    Part,
    execute_batch,
    many_rows,
    one_by_one,
)
from rs_driver.domain.protocol import ClientProtocol
from rs_driver.domain.result import Outcome
from rs_driver.domain.wants import Operation, Want, Wants
from rs_driver.errors import (
    IntegrityError,
    LocalProtocolError,
    ProgrammingError,
    RemoteProtocolError,
)
from rs_driver.ports.codec import BINARY, TEXT, Parameter
from rs_driver.wire.query import Bind, Describe, Execute, Parse, Sync
from rs_driver.wire.results import (
    BindComplete,
    CommandComplete,
    EmptyQueryResponse,
    ParseComplete,
)
from support.answers import (
    BEGIN,
    BEGUN,
    FAILED,
    IDLE,
    INSIDE,
    NULL,
    int4,
    int8,
    numeric,
    prepared,
    ran,
    row,
    string,
)
from support.dialogue import Dialogue, Words, failure, hear, take_sent
from support.model_server import ModelServer

INSERT = "insert into t values ($1)"
PREPARED: tuple[Words, ...] = prepared(takes=(oids.INT4,))
Rows = Sequence[Sequence[Parameter]]


def run_batch(core: ClientProtocol, sql: str, rows: Rows, begin: bool) -> Operation[Outcome]:
    """Each row by itself."""
    return execute_batch(core, sql, one_by_one(sql, arguments(rows)), begin)


def arguments(rows: Rows) -> Arguments:
    return Arguments(list(zip(*rows, strict=True)), len(rows), widen=True)


def in_step(dialogue: Dialogue) -> bool:
    return dialogue.core.busy is None and dialogue.core.broken is None


def ints(*values: int) -> list[list[Parameter]]:
    return [[int4(value)] for value in values]


def bind(value: int) -> Bind:
    return Bind("", "", (BINARY,), (value.to_bytes(4, "big"),), ())


def done(command: str = "INSERT 0 1") -> tuple[Words, ...]:
    return (BindComplete(), CommandComplete(command))


# -- one flight ---------------------------------------------------------------------------


def test_a_batch_is_one_flight_under_one_sync() -> None:
    dialogue = Dialogue().say(*BEGUN, *PREPARED, *done(), *done("INSERT 0 2"), *done(), INSIDE)
    outcome = dialogue.run(run_batch(dialogue.core, INSERT, ints(1, 2, 3), begin=True))
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


def test_a_hundred_rows_are_one_turn() -> None:
    dialogue = Dialogue().say(*PREPARED, *done() * 100, IDLE)
    outcome = dialogue.run(run_batch(dialogue.core, INSERT, ints(*range(100)), begin=False))
    assert outcome.rowcount == 100
    assert dialogue.wants == [Want.READ]


def test_rows_that_a_batch_gives_are_dropped() -> None:
    dialogue = Dialogue().say(
        *(*prepared(23), *ran("SELECT", row(b"1"), row(b"2")), *ran("SELECT", row(b"3")), IDLE)
    )
    outcome = dialogue.run(run_batch(dialogue.core, "select $1", ints(1, 2), begin=False))
    assert (outcome.command, outcome.rowcount, outcome.batches) == ("SELECT", -1, [])


def test_a_batch_of_nothing() -> None:
    empty = (BindComplete(), EmptyQueryResponse())
    dialogue = Dialogue().say(*PREPARED, *empty, *empty, IDLE)
    outcome = dialogue.run(run_batch(dialogue.core, "", [[], []], begin=False))
    assert (outcome.command, outcome.rowcount) == ("", -1)


@pytest.mark.parametrize("sql", ["insert '\0'", "insert '\ud800'"])
@pytest.mark.parametrize("begin", [True, False])
def test_a_batch_that_cannot_be_sent_leaves_the_connection_in_step(sql: str, begin: bool) -> None:
    dialogue = Dialogue()
    with pytest.raises(LocalProtocolError):
        dialogue.run(run_batch(dialogue.core, sql, ints(1), begin=begin))
    assert in_step(dialogue)
    assert dialogue.sent == b""


# -- types --------------------------------------------------------------------------------


class Modelled(Dialogue):
    """The server's half is a model: every statement is right and gives no rows."""

    def __init__(self) -> None:
        super().__init__()
        self._server = ModelServer()

    def _fulfil(self, want: Wants) -> object:
        data = take_sent(self.core)
        self.sent += data
        answer = self._server.feed(data)
        assert answer
        hear(self.core, answer)
        return None


def sent(rows: Rows) -> list[tuple[int, ...] | tuple[bytes | None, ...]]:
    """The types of each Parse and the values of each Bind, in order."""
    dialogue = Modelled()
    outcome = dialogue.run(run_batch(dialogue.core, INSERT, rows, begin=False))
    assert outcome.command == "SELECT"
    assert in_step(dialogue)
    found: list[tuple[int, ...] | tuple[bytes | None, ...]] = []
    for message in dialogue.messages():
        if isinstance(message, Parse):
            found.append(message.parameter_oids)
        elif isinstance(message, Bind):
            found.append(message.parameters)
    return found


ONE, ONE8 = b"\0\0\0\1", b"\0\0\0\0\0\0\0\1"
LONG, LONG8 = int8(2**40), (2**40).to_bytes(8, "big")


@pytest.mark.parametrize(
    ("values", "type", "data"),
    [
        ([NULL, NULL], 705, [None, None]),
        ([NULL, int4(1), NULL], 23, [None, ONE, None]),
        ([int4(1), NULL], 23, [ONE, None]),
        ([int4(1), LONG, NULL, int4(1)], 20, [ONE8, LONG8, None, ONE8]),
        ([LONG, int4(1)], 20, [LONG8, ONE8]),
        ([NULL, int4(1), NULL, LONG], 20, [None, ONE8, None, LONG8]),
        ([NULL, string("x"), NULL], 705, [None, b"x", None]),
        ([NULL, string("x", 0), NULL], 0, [None, b"x", None]),
        ([string("x", 0), NULL], 0, [b"x", None]),
        ([Parameter(16, BINARY, None), int4(1)], 23, [None, ONE]),
        ([NULL, Parameter(16, BINARY, None)], 705, [None, None]),
    ],
)
def test_nulls_and_widths_make_one_parse(
    values: list[Parameter], type: int, data: list[bytes | None]
) -> None:
    assert sent([[value] for value in values]) == [(type,), *[(value,) for value in data]]


def test_every_parameter_has_its_own_type() -> None:
    rows = [[NULL, int4(1), string("x")], [numeric("1.5"), NULL, NULL], [NULL, LONG, NULL]]
    assert sent(rows) == [
        (1700, 20, 705),
        *((None, ONE8, b"x"), (b"1.5", None, None), (None, LONG8, None)),
    ]


def test_a_statement_is_parsed_anew_only_where_the_types_cannot_be_one() -> None:
    rows = [[int4(1)], [string("x")], [NULL], [numeric("1.5")], [numeric("2.5")], [int4(1)]]
    assert sent(rows) == [
        *((23,), (ONE,), (705,), (b"x",), (23,), (None,)),
        *((1700,), (b"1.5",), (b"2.5",), (23,), (ONE,)),
    ]


def test_only_ints_are_widened() -> None:
    rows = [[LONG], [string("x")], [numeric("1.5")], [int4(1)]]
    assert sent(rows) == [
        *((20,), (LONG8,), (705,), (b"x",), (1700,), (b"1.5",), (20,), (ONE8,)),
    ]


def test_an_int_does_not_become_the_numeric_of_another_row() -> None:
    assert sent([[numeric("1.5")], [int4(1)]]) == [(1700,), (b"1.5",), (23,), (ONE,)]


def test_a_thousand_rows_with_nulls_and_mixed_widths_make_one_parse() -> None:
    values = [NULL, int4(1), LONG]
    rows = [[values[at % 3], values[at // 3 % 3]] for at in range(1000)]
    types, *data = sent(rows)
    assert types == (20, 20)
    assert len(data) == 1000


def test_descriptions_of_a_statement_that_is_parsed_anew() -> None:
    dialogue = Dialogue().say(
        *(*PREPARED, *done("UPDATE 1"), *done("UPDATE 1")),
        *(*PREPARED, *done("UPDATE 0"), *PREPARED, *done("UPDATE 5"), IDLE),
    )
    rows = [[int4(1)], [NULL], [string("x")], [int4(1)]]
    outcome = dialogue.run(run_batch(dialogue.core, INSERT, rows, begin=False))
    kinds = b"".join(message.tag for message in dialogue.messages())
    assert kinds == b"PDBEBE" + b"PDBE" + b"PDBE" + b"S"
    assert (outcome.command, outcome.rowcount) == ("UPDATE 7", 7)


# -- errors -------------------------------------------------------------------------------


@pytest.mark.parametrize("struck", range(3))
def test_an_error_says_at_which_row_it_struck(struck: int) -> None:
    dialogue = Dialogue().say(*BEGUN, *PREPARED, *done() * struck, BindComplete())
    dialogue.say(failure("23505", "twice")).say(failure("XX000", "another"), FAILED)
    with pytest.raises(IntegrityError, match="twice") as caught:
        dialogue.run(run_batch(dialogue.core, INSERT, ints(1, 2, 3), begin=True))
    assert (caught.value.row, caught.value.query) == (struck, INSERT)
    assert in_step(dialogue)
    assert dialogue.core.transaction_status == "E"


def test_an_error_of_the_statement_itself_struck_at_the_first_row() -> None:
    dialogue = Dialogue().say(*BEGUN, failure(), FAILED)
    with pytest.raises(ProgrammingError) as caught:
        dialogue.run(run_batch(dialogue.core, INSERT, ints(1, 2), begin=True))
    assert caught.value.row == 0


def test_an_error_of_begin_is_no_rows_error() -> None:
    dialogue = Dialogue().say(ParseComplete(), failure(), IDLE)
    with pytest.raises(ProgrammingError) as caught:
        dialogue.run(run_batch(dialogue.core, INSERT, ints(1), begin=True))
    assert caught.value.row is None


def test_an_error_after_the_last_row_is_no_rows_error() -> None:
    dialogue = Dialogue().say(*PREPARED, *done(), *done(), failure("23503", "deferred"), IDLE)
    with pytest.raises(IntegrityError) as caught:
        dialogue.run(run_batch(dialogue.core, INSERT, ints(1, 2), begin=False))
    assert caught.value.row is None


# -- long batches -------------------------------------------------------------------------

BULK = [[Parameter(oids.VARCHAR, TEXT, b"x" * (FLIGHT // 2))]] * 10


class Watched(Dialogue):
    """``queued``: how much the shell was given to send, at each want."""

    def __init__(self) -> None:
        super().__init__()
        self.queued: list[int] = []

    def _fulfil(self, want: Wants) -> object:
        self.queued.append(self.core.pending)
        return super()._fulfil(want)


def test_a_long_batch_is_handed_over_in_pieces() -> None:
    assert FLIGHT == 64 * 1024
    dialogue = Watched().say(*PREPARED, *done() * 10, IDLE)
    outcome = dialogue.run(run_batch(dialogue.core, INSERT, BULK, begin=False))
    assert outcome.rowcount == 10
    assert dialogue.wants == [Want.FLUSH] * 5 + [Want.READ]
    assert max(dialogue.queued) <= 2 * FLIGHT


def test_many_short_rows_are_handed_over_in_pieces_too() -> None:
    count = 20_000
    dialogue = Watched().say(*PREPARED, *done() * count, IDLE)
    outcome = dialogue.run(run_batch(dialogue.core, INSERT, ints(*range(count)), begin=False))
    assert outcome.rowcount == count
    pairs = zip(dialogue.wants, dialogue.queued, strict=True)
    flushed = [queued for want, queued in pairs if want is Want.FLUSH]
    assert len(flushed) > 5
    assert all(FLIGHT < queued < FLIGHT + 100 for queued in flushed)
    assert dialogue.queued[len(flushed)] < FLIGHT
    assert set(dialogue.wants[len(flushed) :]) == {Want.READ}


class Eager(Dialogue):
    """Something arrives at every want, as from a server that answers at once."""

    def _fulfil(self, want: Wants) -> object:
        return super()._fulfil(Want.READ)


def test_answers_that_come_early_are_counted_and_an_early_error_ends_the_batch() -> None:
    core = Dialogue().core
    operation = run_batch(core, INSERT, BULK, begin=False)
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
        dialogue.run(run_batch(core, INSERT, BULK, begin=False))
    assert core.broken is not None


# -- many rows at once --------------------------------------------------------------------


def parts_of(rows: Rows, most: int = 1000, sql: str = INSERT) -> list[Part]:
    insert, given = one_row(sql, len(rows[0])), arguments(rows)
    kinds = given.kinds()
    assert insert is not None
    assert kinds is not None
    return list(many_rows(insert, kinds, given, most))


def test_an_insert_of_many_rows() -> None:
    (part,) = parts_of(ints(1, 2, 3))
    assert part.rows == range(3)
    assert part.parse == Parse("", "insert into t values ($1),($2),($3)", (oids.INT4,) * 3)
    data = tuple(value.to_bytes(4, "big") for value in (1, 2, 3))
    assert part.bind == Bind("", "", (BINARY,) * 3, data, ())


def test_the_values_of_a_row_lie_together() -> None:
    rows = [[int4(1), string("a")], [NULL, string("b")]]
    (part,) = parts_of(rows, sql="insert into t values ($1, $2::date)")
    assert part.parse is not None
    assert part.parse.sql == "insert into t values ($1, $2::date),($3, $4::date)"
    assert part.parse.parameter_oids == (oids.INT4, 705) * 2
    assert part.bind.parameters == (ONE, b"a", None, b"b")
    assert part.bind.parameter_formats == (BINARY, TEXT) * 2


def test_as_many_rows_as_are_wanted_and_the_rest() -> None:
    parts = parts_of(ints(*range(7)), most=3)
    assert [part.rows for part in parts] == [range(3), range(3, 6), range(6, 7)]
    assert [part.parse is None for part in parts] == [False, True, False]
    assert parts[2].parse == Parse("", INSERT, (oids.INT4,))
    assert [value for part in parts for value in part.bind.parameters] == [
        number.to_bytes(4, "big") for number in range(7)
    ]


def test_no_more_parameters_than_a_message_carries() -> None:
    rows = [[int4(1), int4(2), int4(3)]] * 20_000
    parts = parts_of(rows, 32767, "insert into t values ($1,$2,$3)")
    assert [len(part.rows) for part in parts] == [10922, 9078]
    assert all(len(part.bind.parameters) <= 32767 for part in parts)


def test_no_more_bytes_than_a_statement_may_have() -> None:
    million = Parameter(oids.VARCHAR, TEXT, b"x" * 1_000_000)
    parts = parts_of([[million]] * 40)
    assert [len(part.rows) for part in parts] == [15, 15, 10]
    for part in parts:
        length = len(part.bind.encode())
        assert length + len(part.parse.sql if part.parse else "") < MAX_STATEMENT
    huge = Parameter(oids.VARCHAR, TEXT, b"x" * (MAX_STATEMENT + 1))
    assert [len(part.rows) for part in parts_of([[huge], [huge], [million]])] == [1, 1, 1]


def test_the_counts_of_parts_are_summed() -> None:
    dialogue = Dialogue().say(*BEGUN, *PREPARED, *done("INSERT 0 3"), *done("INSERT 0 3"), INSIDE)
    parts = iter(parts_of(ints(*range(6)), most=3))
    outcome = dialogue.run(execute_batch(dialogue.core, INSERT, parts, begin=True))
    assert outcome.rowcount == 6
    kinds = b"".join(message.tag for message in dialogue.messages())
    assert kinds == b"PBE" + b"PDBE" + b"BE" + b"S"


@pytest.mark.parametrize(("done_before", "rows"), [(0, range(3)), (1, range(3, 6))])
def test_an_error_says_among_which_rows_it_struck(done_before: int, rows: range) -> None:
    dialogue = Dialogue().say(*PREPARED, *done("INSERT 0 3") * done_before)
    dialogue.say(failure("23505", "twice"), IDLE)
    parts = iter(parts_of(ints(*range(6)), most=3))
    with pytest.raises(IntegrityError, match="twice") as caught:
        dialogue.run(execute_batch(dialogue.core, INSERT, parts, begin=False))
    assert (caught.value.rows, caught.value.row, caught.value.query) == (rows, None, INSERT)
    assert f"in one of the rows {rows.start} to {rows.stop - 1} of the batch" in str(caught.value)


def test_an_error_in_a_part_of_one_row_names_it() -> None:
    dialogue = Dialogue().say(*PREPARED, *done("INSERT 0 3"), *PREPARED, failure("23505"), IDLE)
    parts = iter(parts_of(ints(*range(4)), most=3))
    with pytest.raises(IntegrityError) as caught:
        dialogue.run(execute_batch(dialogue.core, INSERT, parts, begin=False))
    assert (caught.value.rows, caught.value.row) == (None, 3)
