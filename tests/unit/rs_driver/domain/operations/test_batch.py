from __future__ import annotations

from collections.abc import Sequence

import pytest

from rs_driver import oids
from rs_driver.domain.operations.batch import FLIGHT, execute_batch
from rs_driver.domain.wants import Want, Wants
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


def test_a_hundred_rows_are_one_turn() -> None:
    dialogue = Dialogue().say(*PREPARED, *done() * 100, IDLE)
    outcome = dialogue.run(execute_batch(dialogue.core, INSERT, ints(*range(100)), begin=False))
    assert outcome.rowcount == 100
    assert dialogue.wants == [Want.READ]


def test_rows_that_a_batch_gives_are_dropped() -> None:
    dialogue = Dialogue().say(
        *(*prepared(23), *ran("SELECT", row(b"1"), row(b"2")), *ran("SELECT", row(b"3")), IDLE)
    )
    outcome = dialogue.run(execute_batch(dialogue.core, "select $1", ints(1, 2), begin=False))
    assert (outcome.command, outcome.rowcount, outcome.batches) == ("SELECT", -1, [])


def test_a_batch_of_nothing() -> None:
    empty = (BindComplete(), EmptyQueryResponse())
    dialogue = Dialogue().say(*PREPARED, *empty, *empty, IDLE)
    outcome = dialogue.run(execute_batch(dialogue.core, "", [[], []], begin=False))
    assert (outcome.command, outcome.rowcount) == ("", -1)


@pytest.mark.parametrize("sql", ["insert '\0'", "insert '\ud800'"])
@pytest.mark.parametrize("begin", [True, False])
def test_a_batch_that_cannot_be_sent_leaves_the_connection_in_step(sql: str, begin: bool) -> None:
    dialogue = Dialogue()
    with pytest.raises(LocalProtocolError):
        dialogue.run(execute_batch(dialogue.core, sql, ints(1), begin=begin))
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
    outcome = dialogue.run(execute_batch(dialogue.core, INSERT, rows, begin=False))
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
    outcome = dialogue.run(execute_batch(dialogue.core, INSERT, rows, begin=False))
    kinds = b"".join(message.tag for message in dialogue.messages())
    assert kinds == b"PDBEBE" + b"PDBE" + b"PDBE" + b"S"
    assert (outcome.command, outcome.rowcount) == ("UPDATE 7", 7)


# -- errors -------------------------------------------------------------------------------


@pytest.mark.parametrize("struck", range(3))
def test_an_error_says_at_which_row_it_struck(struck: int) -> None:
    dialogue = Dialogue().say(*BEGUN, *PREPARED, *done() * struck, BindComplete())
    dialogue.say(failure("23505", "twice")).say(failure("XX000", "another"), FAILED)
    with pytest.raises(IntegrityError, match="twice") as caught:
        dialogue.run(execute_batch(dialogue.core, INSERT, ints(1, 2, 3), begin=True))
    assert (caught.value.row, caught.value.query) == (struck, INSERT)
    assert in_step(dialogue)
    assert dialogue.core.transaction_status == "E"


def test_an_error_of_the_statement_itself_struck_at_the_first_row() -> None:
    dialogue = Dialogue().say(*BEGUN, failure(), FAILED)
    with pytest.raises(ProgrammingError) as caught:
        dialogue.run(execute_batch(dialogue.core, INSERT, ints(1, 2), begin=True))
    assert caught.value.row == 0


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
    outcome = dialogue.run(execute_batch(dialogue.core, INSERT, BULK, begin=False))
    assert outcome.rowcount == 10
    assert dialogue.wants == [Want.FLUSH] * 5 + [Want.READ]
    assert max(dialogue.queued) <= 2 * FLIGHT


def test_many_short_rows_are_handed_over_in_pieces_too() -> None:
    count = 20_000
    dialogue = Watched().say(*PREPARED, *done() * count, IDLE)
    outcome = dialogue.run(execute_batch(dialogue.core, INSERT, ints(*range(count)), begin=False))
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
