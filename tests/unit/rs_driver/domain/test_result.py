from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import pytest

from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.rows.struct_ import StructDecoder
from rs_driver.domain.result import Fields, Outcome, Rows, command_count
from rs_driver.errors import DataError, ProgrammingError, RemoteProtocolError
from rs_driver.ports.rows import ColumnBuffer, Decoder, RowBatch
from support.wire_values import POSTGRES, column, row

INT4 = 23
FIELDS = (column(INT4, 0),)


def batch(*values: bytes) -> RowBatch:
    """Rows of one text column."""
    rows = [row(value) for value in values]
    starts = [sum(map(len, rows[:at])) for at in range(len(rows))]
    data = bytearray(b"".join(rows))
    return RowBatch(data, 0, len(data), starts)


def compiled(fields: Fields) -> Decoder:
    return StructDecoder().compile(fields, default_codecs(POSTGRES))


def outcome(*batches: RowBatch) -> Outcome:
    return Outcome(FIELDS, list(batches), "SELECT")


def numbers(*batches: RowBatch) -> Rows:
    return Rows(outcome(*batches), compiled(FIELDS))


def rest(rows: Rows) -> list[Any]:
    """Every row that is left."""
    return rows.take(sys.maxsize)


def three_batches() -> Rows:
    return numbers(batch(b"1", b"2"), batch(), batch(b"3"), batch(b"4", b"5"))


# -- counts -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "count"),
    [
        ("INSERT 0 3", 3),
        ("INSERT 12345 1", 1),
        ("UPDATE 0", 0),
        ("DELETE 2", 2),
        ("MERGE 7", 7),
        ("COPY 5", 5),
        ("MOVE 3", 3),
        ("SELECT 4", 4),  # without columns: CREATE TABLE AS
        ("SELECT 18446744073709551615", 2**64 - 1),
        ("7", 7),
        ("SELECT", -1),
        ("", -1),
        ("COPY", -1),
        ("CREATE TABLE", -1),
        ("PREPARE TRANSACTION", -1),
        ("UPDATE -1", -1),
        ("UPDATE ٣", -1),
        ("UPDATE ²", -1),
        ("UPDATE 1 ", -1),
        ("UPDATE " + "9" * 60_000, -1),
    ],
)
def test_the_count_in_a_command_tag(command: str, count: int) -> None:
    assert command_count(command) == count
    assert Outcome(command=command).rowcount == count


def test_rows_that_came_are_counted_whatever_the_tag_says() -> None:
    assert outcome(batch(b"1", b"2"), batch(b"3")).rowcount == 3
    for tag in ("SELECT", "SELECT 9", "FETCH 9", "FETCH", "EXPLAIN", "INSERT 0 9", "CALL"):
        assert Outcome(FIELDS, [batch(b"1", b"2")], tag).rowcount == 2
        assert Outcome(FIELDS, [], tag).rowcount == 0
    assert Outcome((), [], "SELECT 9").rowcount == 0


# -- fetching -----------------------------------------------------------------------------


def test_one_after_the_other() -> None:
    rows = three_batches()
    assert [rows.one() for _ in range(5)] == [(1,), (2,), (3,), (4,), (5,)]
    assert rows.one() is None
    assert rows.one() is None


def test_all() -> None:
    rows = three_batches()
    assert rows.one() == (1,)
    assert rest(rows) == [(2,), (3,), (4,), (5,)]
    assert rest(rows) == []
    assert rows.one() is None


@pytest.mark.parametrize("size", range(1, 7))
def test_in_portions(size: int) -> None:
    rows = three_batches()
    portions = []
    while portion := rows.take(size):
        portions.append(portion)
    assert [len(portion) for portion in portions[:-1]] == [size] * (len(portions) - 1)
    assert [row for portion in portions for row in portion] == [(1,), (2,), (3,), (4,), (5,)]


def test_no_rows() -> None:
    assert rest(numbers()) == []
    assert numbers().one() is None
    assert rest(Rows(Outcome(), compiled(()))) == []


def test_none_and_fewer_than_none() -> None:
    rows = three_batches()
    assert rows.take(0) == []
    with pytest.raises(ProgrammingError, match="-1 rows"):
        rows.take(-1)
    assert len(rest(rows)) == 5


@pytest.mark.parametrize("count", ["3", 1.0, None, [1]])
def test_a_number_of_rows_is_an_int(count: Any) -> None:
    rows = three_batches()
    with pytest.raises(ProgrammingError, match=f"is an int, not {type(count).__name__}"):
        rows.take(count)
    assert len(rest(rows)) == 5


class Three:
    """A number as numpy's are."""

    def __index__(self) -> int:
        return 3


def test_more_than_a_machine_word_and_numbers_of_other_kinds() -> None:
    three: Any = Three()
    assert three_batches().take(three) == [(1,), (2,), (3,)]
    assert len(three_batches().take(2**100)) == 5


def test_where_the_next_row_stands() -> None:
    rows = three_batches()
    assert (rows.position, rows.total) == (0, 5)
    rows.take(0)
    assert rows.position == 0
    seen = []
    while rows.one() is not None:
        seen.append(rows.position)
    assert seen == [1, 2, 3, 4, 5]
    rest(rows)
    assert (rows.position, rows.total) == (5, 5)
    assert (numbers().position, numbers().total) == (0, 0)


def test_the_end_is_what_the_caller_says() -> None:
    rows = numbers(batch(b"1"))
    assert rows.one(end="the end") == (1,)
    assert rows.one(end="the end") == "the end"
    assert numbers().one(end=7) == 7


# -- rows of another make -----------------------------------------------------------------


def first(values: tuple[Any, ...]) -> Any:
    return values[0]


def test_rows_are_made_by_a_function() -> None:
    rows = three_batches()
    assert rows.one(first) == 1
    assert rows.take(2, first) == [2, 3]
    assert rows.one() == (4,)
    assert rows.take(9, first) == [5]
    assert rows.take(9, first) == []
    assert rows.one(first) is None


class Balks:
    """Makes rows, but for those whose value is in ``at``."""

    def __init__(self, *at: int, error: type[BaseException] = ZeroDivisionError) -> None:
        self.at = set(at)
        self._error = error

    def __call__(self, values: tuple[Any, ...]) -> int:
        value: int = values[0]
        if value in self.at:
            raise self._error
        return value


# A StopIteration must not pass for the end of the rows either.
@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt, StopIteration])
@pytest.mark.parametrize("at", range(1, 6))
def test_rows_that_could_not_be_made_are_not_lost(at: int, error: type[BaseException]) -> None:
    rows = three_batches()
    balks = Balks(at, error=error)
    with pytest.raises(error):
        rows.take(5, balks)
    assert rows.position == 0
    assert [rows.one(balks) for _ in range(1, at)] == list(range(1, at))
    for _ in range(2):
        with pytest.raises(error):
            rows.one(balks)
        with pytest.raises(error):
            rows.take(1, balks)
    assert rows.position == at - 1
    balks.at.clear()
    assert rows.take(5, balks) == list(range(at, 6))


# -- going back and forth -----------------------------------------------------------------


def test_rows_may_be_gone_through_again() -> None:
    it = outcome(batch(b"1"), batch(b"2"))
    rows = Rows(it, compiled(FIELDS))
    for _ in range(3):
        assert rest(rows) == [(1,), (2,)]
        assert rows.one() is None
        rows.scroll(0)
    assert it.rowcount == 2


def test_every_row_from_every_row() -> None:
    for start in range(6):
        for target in range(5):
            rows = three_batches()
            rows.take(start)
            rows.scroll(target)
            assert rows.position == target
            assert rows.one() == (target + 1,)
            assert rows.take(9) == [(value,) for value in range(target + 2, 6)]


@pytest.mark.parametrize("target", [-1, 5, 6, -(2**70), 2**70])
@pytest.mark.parametrize("start", [0, 2, 5])
def test_outside_of_the_rows(start: int, target: int) -> None:
    rows = three_batches()
    rows.take(start)
    with pytest.raises(IndexError, match=f"row {target} of a result of 5 rows"):
        rows.scroll(target)
    assert rows.position == start
    assert len(rest(rows)) == 5 - start


def test_no_row_to_go_to() -> None:
    for rows in (numbers(), numbers(batch()), Rows(Outcome(), compiled(()))):
        with pytest.raises(IndexError):
            rows.scroll(0)


# -- errors -------------------------------------------------------------------------------


def damaged() -> Rows:
    return numbers(batch(b"1", b"2"), batch(b"3"), batch(b"4", b"not a number"))


def test_an_error_of_decoding_loses_no_rows_and_gives_no_others() -> None:
    rows = damaged()
    assert rows.one() == (1,)
    for _ in range(2):
        with pytest.raises(DataError):
            rest(rows)
        with pytest.raises(DataError):
            rows.take(4)
    assert rows.take(1) == [(2,)]
    assert rows.take(2) == [(3,), (4,)]
    for _ in range(2):
        with pytest.raises(DataError):
            rows.one()
        with pytest.raises(DataError):
            rows.take(1)
    assert rows.take(0) == []


@pytest.mark.parametrize("count", [1, 2, 3, 8, 13])
def test_the_good_rows_of_a_batch_come_before_its_bad_one(count: int) -> None:
    for bad in range(count):
        values = [b"%d" % number for number in range(count)]
        values[bad] = b"not a number"
        values[-1] = values[-1] if bad == count - 1 else b"nor is this"
        rows = numbers(batch(*values), batch(b"100"))
        with pytest.raises(DataError, match="'not a number'"):
            rest(rows)
        assert [rows.one() for _ in range(bad)] == [(number,) for number in range(bad)]
        for _ in range(2):
            with pytest.raises(DataError, match="'not a number'"):
                rows.one()


class Whole:
    """A decoder that notes how many rows it was given each time."""

    def __init__(self) -> None:
        self.given: list[int] = []
        self._inner = compiled(FIELDS)

    def tuples(self, batch: RowBatch) -> list[tuple[Any, ...]]:
        assert batch.start == batch.starts[0]
        self.given.append(len(batch))
        return self._inner.tuples(batch)

    def columns(self, batch: RowBatch) -> Sequence[ColumnBuffer]:
        return self._inner.columns(batch)


def test_the_bad_row_is_looked_for_once_and_in_few_steps() -> None:
    whole: Any = Whole()
    values = [b"1"] * 1000
    values[777] = b"not a number"
    rows = Rows(outcome(batch(*values)), whole)
    assert len(rows.take(777)) == 777
    assert sum(whole.given) < 4 * len(values)
    whole.given.clear()
    for _ in range(3):
        with pytest.raises(DataError):
            rows.one()
    assert sum(whole.given) < 10


def test_going_back_and_forth_within_a_batch_decodes_it_once() -> None:
    whole: Any = Whole()
    rows = Rows(outcome(batch(*[b"1"] * 100), batch(*[b"2"] * 100)), whole)
    for position in [*range(50, 100), *range(99, -1, -1)]:
        rows.scroll(position)
        assert rows.one() == (1,)
    assert whole.given == [100]
    rows.scroll(150)
    assert rows.one() == (2,)
    assert whole.given == [100, 100]


def test_a_batch_that_is_scrolled_over_is_not_decoded() -> None:
    whole: Any = Whole()
    rows = Rows(outcome(*[batch(b"%d" % number) for number in range(9)]), whole)
    rows.scroll(7)
    assert whole.given == []
    assert rows.one() == (7,)
    assert whole.given == [1]


SIZES = (2, 0, 3, 1)


@pytest.mark.parametrize("bad", range(2**6))
def test_to_any_row_past_those_that_cannot_be_decoded(bad: int) -> None:
    """``bad``: a bit for each row."""
    values = [b"bad" if bad >> number & 1 else b"%d" % number for number in range(6)]
    for start in range(6):
        left = iter(values)
        rows = numbers(*(batch(*[next(left) for _ in range(size)]) for size in SIZES))
        rows.scroll(start)
        for target in (*range(6), *range(5, -1, -1)):
            rows.scroll(target)
            assert (rows.position, rows.total) == (target, 6)
            if values[target] == b"bad":
                for _ in range(2):
                    with pytest.raises(DataError, match="'bad'"):
                        rows.one()
                    with pytest.raises(DataError, match="'bad'"):
                        rows.take(9)
                assert rows.position == target
            else:
                assert rows.one() == (target,)
                assert rows.position == target + 1
        with pytest.raises(IndexError):
            rows.scroll(6)


@pytest.mark.parametrize("step", [1, 100, 999])
def test_past_many_rows_none_of_which_can_be_decoded(step: int) -> None:
    """In time that grows with their number, not with its square."""
    whole: Any = Whole()
    rows = Rows(outcome(batch(*[b"bad"] * 1000)), whole)
    while rows.position < 999:
        with pytest.raises(DataError):
            rows.one()
        rows.scroll(min(rows.position + step, 999))
    with pytest.raises(DataError):
        rows.one()
    assert sum(whole.given) < 20_000


def test_rows_of_another_shape_are_the_servers_fault() -> None:
    with pytest.raises(RemoteProtocolError):
        rest(Rows(Outcome((*FIELDS, *FIELDS), [batch(b"1")]), compiled((*FIELDS, *FIELDS))))


class Struck:
    """A decoder that a signal strikes at its second batch, once."""

    def __init__(self) -> None:
        self._batches = 0
        self._inner = compiled(FIELDS)

    def tuples(self, batch: RowBatch) -> list[tuple[Any, ...]]:
        self._batches += 1
        if self._batches == 2:
            raise KeyboardInterrupt
        return self._inner.tuples(batch)

    def columns(self, batch: RowBatch) -> Sequence[ColumnBuffer]:
        return self._inner.columns(batch)


def test_an_interrupted_fetch_can_be_repeated() -> None:
    struck: Any = Struck()
    rows = Rows(outcome(batch(b"1"), batch(b"2"), batch(b"3")), struck)
    with pytest.raises(KeyboardInterrupt):
        rest(rows)
    assert rest(rows) == [(1,), (2,), (3,)]


class StruckAt:
    """A decoder that a signal strikes once it was called ``left`` times more."""

    def __init__(self) -> None:
        self.left = -1
        self._inner = compiled(FIELDS)

    def tuples(self, batch: RowBatch) -> list[tuple[Any, ...]]:
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        return self._inner.tuples(batch)

    def columns(self, batch: RowBatch) -> Sequence[ColumnBuffer]:
        return self._inner.columns(batch)


def test_an_interrupted_scroll_repeats_and_leaves_out_no_row() -> None:
    """Wherever it strikes, ``position`` is the truth about the row that comes next."""
    values = [[b"0", b"1"], [b"2", b"bad", b"4", b"5"], [b"6", b"7"]]
    strikes, struck = 0, True
    while struck:
        decoder: Any = StruckAt()
        rows = Rows(outcome(*(batch(*some) for some in values)), decoder)
        rows.scroll(7)
        assert rows.one() == (7,)
        decoder.left, struck = strikes, False
        try:
            rows.scroll(5)
        except KeyboardInterrupt:
            struck = True
        decoder.left = -1
        expected = rows.position
        assert rows.one() == (expected,)
        rows.scroll(5)
        assert rest(rows) == [(5,), (6,), (7,)]
        strikes += 1
    assert strikes > 4


class Balking:
    """A decoder that has no columns for a batch with 7 in it."""

    def __init__(self) -> None:
        self._inner = compiled(FIELDS)

    def tuples(self, batch: RowBatch) -> list[tuple[Any, ...]]:
        return self._inner.tuples(batch)

    def columns(self, batch: RowBatch) -> Sequence[ColumnBuffer]:
        if (7,) in self._inner.tuples(batch):
            raise DataError("no form for it")
        return []


@pytest.mark.parametrize("fetched", range(8))
def test_columns_that_fail_leave_the_rows_as_they_were(fetched: int) -> None:
    """However many were fetched before, of one batch or several, whole or in part."""
    decoder: Any = Balking()
    rows = Rows(outcome(batch(b"0", b"1", b"2"), batch(*(b"%d" % n for n in range(3, 9)))), decoder)
    assert rows.take(fetched) == [(n,) for n in range(fetched)]
    for _ in range(2):
        with pytest.raises(DataError):
            rows.columns(sys.maxsize)
        with pytest.raises(DataError):
            while rows.next_columns() is not None and rows.position < 7:
                pass
        rows.scroll(fetched)
        assert rows.position == fetched
    if fetched < 6:
        assert len(rows.columns(1)) == 1
        fetched += 1
    assert rest(rows) == [(n,) for n in range(fetched, 9)]
    rows.scroll(0)
    assert rest(rows) == [(n,) for n in range(9)]
