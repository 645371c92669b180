from __future__ import annotations

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
    return Rows(outcome(*batches), compiled)


def three_batches() -> Rows:
    return numbers(batch(b"1", b"2"), batch(), batch(b"3"), batch(b"4", b"5"))


# -- counts -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "count"),
    [
        ("INSERT 0 3", 3),
        ("UPDATE 0", 0),
        ("SELECT 18446744073709551615", 2**64 - 1),
        ("7", 7),
        ("SELECT", -1),
        ("", -1),
        ("CREATE TABLE", -1),
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
    assert Outcome(FIELDS, [], "SELECT 9").rowcount == 0


# -- fetching -----------------------------------------------------------------------------


def test_one_after_the_other() -> None:
    rows = three_batches()
    assert [rows.one() for _ in range(5)] == [(1,), (2,), (3,), (4,), (5,)]
    assert rows.one() is None
    assert rows.one() is None


def test_all() -> None:
    rows = three_batches()
    assert rows.one() == (1,)
    assert rows.all() == [(2,), (3,), (4,), (5,)]
    assert rows.all() == []
    assert rows.one() is None


@pytest.mark.parametrize("size", range(1, 7))
def test_in_portions(size: int) -> None:
    rows = three_batches()
    portions = []
    while portion := rows.take(size):
        portions.append(portion)
    assert [len(portion) for portion in portions[:-1]] == [size] * (len(portions) - 1)
    assert [row for portion in portions for row in portion] == [(1,), (2,), (3,), (4,), (5,)]


def test_by_iteration() -> None:
    rows = three_batches()
    assert rows.take(1) == [(1,)]
    assert list(rows) == [(2,), (3,), (4,), (5,)]


def test_no_rows() -> None:
    assert numbers().all() == []
    assert numbers().one() is None
    assert Rows(Outcome(), compiled).all() == []


def test_none_and_fewer_than_none() -> None:
    rows = three_batches()
    assert rows.take(0) == []
    with pytest.raises(ProgrammingError, match="-1 rows"):
        rows.take(-1)
    assert len(rows.all()) == 5


def test_memory_is_given_back_batch_by_batch() -> None:
    it = outcome(batch(b"1"), batch(b"2"))
    rows = Rows(it, compiled)
    assert len(it.batches) == 2
    rows.one()
    assert len(it.batches) == 1
    rows.all()
    assert it.batches == []


# -- errors -------------------------------------------------------------------------------


def damaged() -> Rows:
    return numbers(batch(b"1", b"2"), batch(b"3"), batch(b"4", b"not a number"))


def test_an_error_of_decoding_loses_no_rows_and_gives_no_others() -> None:
    rows = damaged()
    assert rows.one() == (1,)
    for _ in range(2):
        with pytest.raises(DataError):
            rows.all()
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
            rows.all()
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
    rows = Rows(outcome(batch(*values)), lambda _: whole)
    assert len(rows.take(777)) == 777
    assert sum(whole.given) < 4 * len(values)
    whole.given.clear()
    for _ in range(3):
        with pytest.raises(DataError):
            rows.one()
    assert sum(whole.given) < 10


def test_rows_of_another_shape_are_the_servers_fault() -> None:
    with pytest.raises(RemoteProtocolError):
        Rows(Outcome((*FIELDS, *FIELDS), [batch(b"1")]), compiled).all()


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


class Stuttering:
    """Rows of which the second is interrupted, once."""

    def __init__(self) -> None:
        self._rows = iter([(2,), (3,)])
        self._struck = False

    def __iter__(self) -> Stuttering:
        return self

    def __next__(self) -> tuple[int]:
        if not self._struck:
            self._struck = True
            raise KeyboardInterrupt
        return next(self._rows)


class Halting:
    """A decoder whose second batch stutters."""

    def __init__(self) -> None:
        self._batches: list[Any] = [[(1,)], Stuttering(), [(4,)]]

    def tuples(self, batch: RowBatch) -> Any:
        return self._batches.pop(0)


def test_rows_interrupted_while_they_are_handed_over_are_not_lost() -> None:
    halting: Any = Halting()
    rows = Rows(outcome(batch(b"1"), batch(b"2", b"3"), batch(b"4")), lambda _: halting)
    with pytest.raises(KeyboardInterrupt):
        rows.all()
    assert rows.all() == [(1,), (2,), (3,), (4,)]


def test_an_interrupted_fetch_can_be_repeated() -> None:
    struck: Any = Struck()
    rows = Rows(outcome(batch(b"1"), batch(b"2"), batch(b"3")), lambda _: struck)
    with pytest.raises(KeyboardInterrupt):
        rows.all()
    assert rows.all() == [(1,), (2,), (3,)]
