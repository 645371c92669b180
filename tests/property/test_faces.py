"""Every way to a result says the same: tuples with and without numpy, Arrow, pandas, numpy.

For every type that the driver knows in every form, any pattern of NULLs, any batches.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from math import isnan
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.columnar import arrow, numpy_, pandas_
from rs_driver.adapters.rows.numpy_ import NumpyDecoder
from rs_driver.adapters.rows.struct_ import StructDecoder
from rs_driver.domain.result import Outcome, Rows
from rs_driver.intervals import Interval, IntervalDayToSecond, IntervalYearToMonth
from rs_driver.ports.codec import BINARY, TEXT
from rs_driver.ports.rows import RowDecoder
from rs_driver.wire.results import FieldDescription
from support.row_batches import batch_of
from support.sample_values import exactly
from support.type_table import ARRIVALS, Arrival
from support.wire_values import POSTGRES, REDSHIFT, column, row

CODECS = {"postgres": default_codecs(POSTGRES), "redshift": default_codecs(REDSHIFT)}
UTC = dt.timezone.utc
DAY = 86_400_000_000


def forms(kind: str) -> list[tuple[FieldDescription, list[bytes]]]:
    """Every type in every format that this server has, with the wire forms of its values."""
    found: dict[tuple[int, int, int], list[bytes]] = {}
    for arrival in ARRIVALS:
        for code, data in ((TEXT, arrival.text.encode()), (BINARY, binary(arrival, kind))):
            if data is not None and CODECS[kind].codec(arrival.oid, code) is not None:
                found.setdefault((arrival.oid, code, arrival.typmod), []).append(data)
    return [(column(oid, code, typmod=typmod), data) for (oid, code, typmod), data in found.items()]


def binary(arrival: Arrival, kind: str) -> bytes | None:
    data = arrival.binary.get(kind)
    return None if data is None else bytes.fromhex(data)


FORMS = {kind: forms(kind) for kind in CODECS}


def is_nan(value: Any) -> bool:
    return isinstance(value, float) and isnan(value)


def micros(since: dt.timedelta) -> int:
    return since // dt.timedelta(microseconds=1)


def in_arrow(value: Any) -> Any:
    """What pyarrow's ``to_pylist`` has in place of one of our values."""
    if isinstance(value, list):
        return [in_arrow(item) for item in value]
    if isinstance(value, dt.time) and value.tzinfo is not None:
        return str(value)
    if isinstance(value, IntervalYearToMonth):
        return pa.MonthDayNano([value.months, 0, 0])
    if isinstance(value, IntervalDayToSecond):
        return dt.timedelta(microseconds=value.microseconds)
    if isinstance(value, Interval):
        return pa.MonthDayNano([value.months, value.days, value.microseconds * 1000])
    if isinstance(value, dt.timedelta):
        rest = value - dt.timedelta(days=value.days)
        return pa.MonthDayNano([0, value.days, micros(rest) * 1000])
    if value is None or isinstance(
        value, (bool, int, float, str, bytes, Decimal, dt.date, dt.time)
    ):
        return value
    return str(value)


def same(field: FieldDescription, found: Any, value: Any) -> bool:
    """Whether Arrow's value is the tuple's."""
    if field.type_oid in (oids.JSON, oids.JSONB, oids.JSON_ARRAY, oids.JSONB_ARRAY):
        read = partial(_json, field.type_oid)
        return exactly(read(found)) == exactly(value)
    if field.type_oid in (oids.NUMERIC, oids.NUMERIC_ARRAY) and field.type_modifier == -1:
        return exactly(_decimals(found)) == exactly(value)
    if isinstance(found, pa.MonthDayNano):
        return bool(found == in_arrow(value))
    return exactly(found) == exactly(in_arrow(value))


def _json(oid: int, found: Any) -> Any:
    if oid in (oids.JSON_ARRAY, oids.JSONB_ARRAY):
        return None if found is None else [json.loads(item) for item in found]
    return None if found is None else json.loads(found)


def _decimals(found: Any) -> Any:
    if isinstance(found, list):
        return [_decimals(item) for item in found]
    return found if found is None or isinstance(found, Decimal) else Decimal(found)


Result = tuple[str, list[FieldDescription], list[list[bytes]]]


@st.composite
def results(draw: st.DrawFn) -> Result:
    """A server, columns, and batches of rows on the wire."""
    kind = draw(st.sampled_from(sorted(FORMS)))
    chosen = draw(st.lists(st.sampled_from(FORMS[kind]), min_size=1, max_size=5))
    cells = st.tuples(*[st.one_of(st.none(), *[st.sampled_from(data)] * 3) for _, data in chosen])
    wide = st.lists(cells.map(lambda values: row(*values)), max_size=12)
    batches = draw(st.lists(wide, max_size=4))
    return kind, [field for field, _ in chosen], batches


def rows_of(result: Result, make: Callable[[], Any]) -> Rows:
    kind, fields, batches = result
    wire = [batch_of(*rows) for rows in batches if rows]
    outcome = Outcome(tuple(fields), wire)
    return Rows(outcome, make().compile(fields, CODECS[kind]))


def table_of(result: Result) -> pa.Table:
    rows = rows_of(result, NumpyDecoder)
    names = [f"c{at}" for at in range(len(result[1]))]
    table = arrow.table(arrow.schema(names, rows.types), rows.columns(10**9))
    table.validate(full=True)
    return table


def expected_of(result: Result) -> list[tuple[Any, ...]]:
    return rows_of(result, StructDecoder).take(10**9)


@pytest.mark.parametrize("decoder", [NumpyDecoder(worth=1), StructDecoder(worth=0)])
@given(result=results())
def test_tuples_by_numpy_and_by_functions_of_their_own(decoder: RowDecoder, result: Result) -> None:
    found = rows_of(result, lambda: decoder).take(10**9)
    assert list(map(exactly, found)) == list(map(exactly, expected_of(result)))


@given(results())
def test_arrow(result: Result) -> None:
    table, expected = table_of(result), expected_of(result)
    assert len(table) == len(expected)
    for field, found, values in zip(
        result[1], table.columns, zip(*expected, strict=True), strict=False
    ):
        for one, value in zip(found.to_pylist(), values, strict=True):
            assert same(field, one, value), (field, one, value)


@given(results(), st.sampled_from([None, "numpy_nullable", "pyarrow"]))
def test_pandas_has_what_arrow_has(result: Result, backend: str | None) -> None:
    table = table_of(result)
    frame = pandas_.dataframe(table, backend)
    assert frame.shape == table.shape
    for at, found in enumerate(table.columns):
        nulls = frame.iloc[:, at].isna().tolist()
        values = found.to_pylist()
        assert nulls == [value is None or (backend is None and is_nan(value)) for value in values]
        if pa.types.is_integer(found.type) or pa.types.is_boolean(found.type):
            assert [value for value in frame.iloc[:, at] if not pd.isna(value)] == [
                value for value in values if value is not None
            ]


@given(results())
def test_numpy_has_what_tuples_have(result: Result) -> None:
    expected = expected_of(result)
    types = rows_of(result, NumpyDecoder).types
    names = ["same"] * len(types)
    made = numpy_.structured(names, [kind.format for kind in types], expected)
    distinct = made.dtype.names or ()
    assert len(set(distinct)) == len(types)
    for name, kind, values in zip(distinct, types, zip(*expected, strict=True), strict=False):
        for found, value in zip(made[name].tolist(), values, strict=True):
            if kind.format in ("f", "g") and value is None:
                assert is_nan(found)
            else:
                assert exactly(found) == exactly(value)


@given(results(), st.data())
def test_rows_and_columns_take_turns(result: Result, data: st.DataObject) -> None:
    """A result that is fetched now by row, now by column, in pieces of any size."""
    expected = expected_of(result)
    rows = rows_of(result, NumpyDecoder)
    schema = arrow.schema([f"c{at}" for at in range(len(result[1]))], rows.types)
    at = 0
    while at < len(expected):
        size = data.draw(st.integers(0, 7))
        if data.draw(st.booleans()):
            assert list(map(exactly, rows.take(size))) == list(
                map(exactly, expected[at : at + size])
            )
        else:
            table = arrow.table(schema, rows.columns(size))
            assert len(table) == len(expected[at : at + size])
            for row_found, values in zip(table.to_pylist(), expected[at:], strict=False):
                for field, one, value in zip(result[1], row_found.values(), values, strict=True):
                    assert same(field, one, value)
        at = min(at + size, len(expected))
        assert rows.position == at
    assert rows.take(1) == []
    assert rows.columns(1) == []


@given(results(), st.data())
def test_hostile_rows_are_the_same_error_and_batches_stay_as_they_are(
    result: Result, data: st.DataObject
) -> None:
    kind, fields, batches = result
    wire = [one for rows in batches for one in rows]
    if not wire:
        return
    batch = batch_of(*wire)
    start = data.draw(st.sampled_from(list(batch.starts)))
    at = start + data.draw(st.integers(0, 60))
    if at < batch.stop:
        batch.buffer[at] = data.draw(st.sampled_from([0, 1, 4, 5, 8, 127, 128, 254, 255]))
    before = bytes(batch.buffer)
    scalar = said(lambda: StructDecoder().compile(fields, CODECS[kind]).tuples(batch))
    numpy = NumpyDecoder(worth=1).compile(fields, CODECS[kind])
    assert said(lambda: numpy.tuples(batch)) == scalar
    written = StructDecoder(worth=0).compile(fields, CODECS[kind])
    assert said(lambda: written.tuples(batch)) == scalar
    columns = said(lambda: numpy.columns(batch))
    if isinstance(scalar, str) and "Python has no" in scalar:  # and Arrow may have it
        assert columns == scalar or not isinstance(columns, str)
    elif isinstance(scalar, str):
        assert columns == scalar
    assert bytes(batch.buffer) == before


def said(ask: Callable[[], Sequence[Any]]) -> Any:
    """The class and text of an error; the values themselves, such that NaN is itself."""
    from rs_driver.errors import Error

    try:
        found = ask()
    except Error as error:
        return f"{type(error).__name__}: {error}"
    return [exactly(one) if isinstance(one, tuple) else None for one in found]


def test_every_type_is_there() -> None:
    """And has a form in Arrow."""
    for kind, chosen in FORMS.items():
        assert len(chosen) > 60, kind
        for field, _ in chosen:
            assert CODECS[kind].column_decoder(field) is not None


def test_a_result_of_no_columns() -> None:
    rows = rows_of(("postgres", [], [[row(), row()]]), NumpyDecoder)
    assert rows.columns(2) == [[]]
