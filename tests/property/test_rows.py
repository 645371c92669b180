"""Both row adapters say the same of any rows, good, cut anywhere, or hostile."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.rows.chain import follow
from rs_driver.adapters.rows.numpy_ import NumpyDecoder, NumpyScanner
from rs_driver.adapters.rows.struct_ import StructDecoder, StructScanner
from rs_driver.errors import DataError, Error, RemoteProtocolError
from rs_driver.ports.codec import BINARY, TEXT
from rs_driver.ports.rows import Decoder, RowBatch, RowDecoder, RowScanner
from rs_driver.wire.results import FieldDescription
from rs_driver_fakeserver.conformance.arrow import column_values
from support.wire_values import POSTGRES, column, number, row

CODECS = default_codecs(POSTGRES)


class Windows:
    """A scanner by numpy from the first row on, in windows that most rows do not fit."""

    def scan(self, view: memoryview, columns: int) -> tuple[Sequence[int], int]:
        starts, end = follow(view, columns, [], 0, window=50)
        return starts.tolist(), end


SCANNERS: tuple[RowScanner, ...] = (StructScanner(), NumpyScanner(worth=0), Windows())
DECODERS: tuple[RowDecoder, ...] = (
    StructDecoder(),
    StructDecoder(worth=0),
    NumpyDecoder(worth=1),
)

# Type, format, and a strategy for (value, its bytes).
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60).map(
    lambda value: (value, value.encode())
)
COLUMNS: tuple[tuple[int, int, st.SearchStrategy[tuple[Any, bytes]]], ...] = (
    (oids.INT2, BINARY, st.integers(-(2**15), 2**15 - 1).map(lambda n: (n, number(n, 2)))),
    (oids.INT4, BINARY, st.integers(-(2**31), 2**31 - 1).map(lambda n: (n, number(n, 4)))),
    (oids.INT8, BINARY, st.integers(-(2**63), 2**63 - 1).map(lambda n: (n, number(n, 8)))),
    (oids.INT4, TEXT, st.integers(-(2**31), 2**31 - 1).map(lambda n: (n, b"%d" % n))),
    (oids.TEXT, BINARY, TEXTS),
    (oids.VARCHAR, TEXT, TEXTS),
    (oids.BOOL, BINARY, st.booleans().map(lambda flag: (flag, bytes([flag])))),
    (oids.BYTEA, BINARY, st.binary(max_size=40).map(lambda data: (data, data))),
    # Values that look like rows.
    (oids.BYTEA, BINARY, st.lists(st.binary(max_size=9)).map(lambda v: (row(*v), row(*v)))),
)


@st.composite
def results(draw: st.DrawFn) -> tuple[list[FieldDescription], list[bytes], list[tuple[Any, ...]]]:
    """Columns, rows on the wire, and the tuples that they are."""
    chosen = draw(st.lists(st.sampled_from(COLUMNS), max_size=5))
    fields = [column(oid, code, name=f"c{at}") for at, (oid, code, _) in enumerate(chosen)]
    rows, values = [], []
    for _ in range(draw(st.sampled_from([*range(13), 40]))):
        pairs = [
            draw(st.one_of(st.just((None, None)), strategy, strategy)) for _, _, strategy in chosen
        ]
        values.append(tuple(value for value, _ in pairs))
        rows.append(row(*(data for _, data in pairs)))
    return fields, rows, values


def scanned(scanner: RowScanner, data: bytes, columns: int) -> Any:
    """What a scanner says, or the text of its error."""
    try:
        starts, consumed = scanner.scan(memoryview(data), columns)
    except RemoteProtocolError:
        return RemoteProtocolError
    return list(starts), consumed


def batch_of(rows: list[bytes]) -> RowBatch:
    data = b"".join(rows)
    starts = [sum(map(len, rows[:at])) for at in range(len(rows))]
    return RowBatch(bytearray(data), 0, len(data), starts)


def decoded(decoder: Decoder, batch: RowBatch) -> Any:
    """What a decoder says, or the class and text of its error."""
    try:
        return decoder.tuples(batch)
    except Error as error:
        return type(error), str(error)


@given(results())
def test_tuples_are_the_values(
    result: tuple[list[FieldDescription], list[bytes], list[tuple[Any, ...]]],
) -> None:
    fields, rows, values = result
    for decoder in DECODERS:
        made = decoder.compile(fields, CODECS).tuples(batch_of(rows))
        assert made == values
        assert [list(map(type, one)) for one in made] == [list(map(type, one)) for one in values]


@given(results(), st.data())
def test_any_batch_boundary(
    result: tuple[list[FieldDescription], list[bytes], list[tuple[Any, ...]]], data: st.DataObject
) -> None:
    """Bytes that arrive in two parts, cut anywhere: scanned, decoded, and put together."""
    fields, rows, values = result
    stream = b"".join(rows)
    cut = data.draw(st.integers(0, len(stream)))
    for scanner, decoder in product(SCANNERS, DECODERS):
        made: list[tuple[Any, ...]] = []
        compiled = decoder.compile(fields, CODECS)
        starts, consumed = scanner.scan(memoryview(stream[:cut]), len(fields))
        made += compiled.tuples(RowBatch(bytearray(stream[:cut]), 0, consumed, starts))
        rest = stream[consumed:]
        starts, consumed = scanner.scan(memoryview(rest), len(fields))
        made += compiled.tuples(RowBatch(bytearray(rest), 0, consumed, starts))
        assert made == values


@given(results(), st.data())
def test_scanners_agree_on_damaged_streams(
    result: tuple[list[FieldDescription], list[bytes], list[tuple[Any, ...]]], data: st.DataObject
) -> None:
    fields, rows, _ = result
    stream = bytearray(b"".join(rows) + data.draw(st.binary(max_size=12)))
    for _ in range(data.draw(st.integers(0, 3)) if stream else 0):
        stream[data.draw(st.integers(0, len(stream) - 1))] = data.draw(st.integers(0, 255))
    said = [scanned(scanner, bytes(stream), len(fields)) for scanner in SCANNERS]
    assert said[0] == said[1] == said[2]


@given(results(), st.data())
def test_decoders_agree_on_damaged_rows_and_leave_the_batch_alone(
    result: tuple[list[FieldDescription], list[bytes], list[tuple[Any, ...]]], data: st.DataObject
) -> None:
    fields, rows, _ = result
    batch = batch_of(rows)
    for _ in range(data.draw(st.integers(1, 3)) if rows else 0):
        start = data.draw(st.sampled_from(list(batch.starts)))
        at = start + data.draw(st.integers(0, 60))
        if at < batch.stop:
            batch.buffer[at] = data.draw(st.sampled_from([0, 1, 4, 5, 8, 127, 128, 254, 255]))
    before = bytes(batch.buffer)
    said = [decoded(decoder.compile(fields, CODECS), batch) for decoder in DECODERS]
    assert said[0] == said[1] == said[2]
    assert isinstance(said[0], list) or said[0][0] in {RemoteProtocolError, DataError}
    assert bytes(batch.buffer) == before


@given(results())
def test_columns_are_the_values(
    result: tuple[list[FieldDescription], list[bytes], list[tuple[Any, ...]]],
) -> None:
    fields, rows, values = result
    made = NumpyDecoder().compile(fields, CODECS).columns(batch_of(rows))
    expected = [list(column) for column in zip(*values, strict=True)] or [[] for _ in fields]
    assert [column_values(column) for column in made] == expected
