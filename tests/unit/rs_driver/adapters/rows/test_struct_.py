from __future__ import annotations

import tracemalloc
from typing import Any

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.codecs.base import Codec, same
from rs_driver.adapters.rows.numpy_ import NumpyDecoder
from rs_driver.adapters.rows.struct_ import LARGE_BATCH, StructDecoder, StructScanner, walk
from rs_driver.errors import DataError, InterfaceError, RemoteProtocolError
from rs_driver.ports.codec import BINARY, TEXT
from rs_driver.ports.rows import RowBatch, RowDecoder, RowScanner
from support.row_batches import FIELDS, batch_of, broken_rows, good_rows, values_of
from support.wire_values import POSTGRES, column, row

CODECS = default_codecs(POSTGRES)


def test_the_ports_are_satisfied() -> None:
    scanner: RowScanner = StructScanner()
    decoder: RowDecoder = StructDecoder()
    assert scanner.scan(memoryview(b""), 0) == ([], 0)
    assert decoder.compile(FIELDS, CODECS).tuples(batch_of()) == []


def test_scan_stops_before_what_is_not_a_complete_row() -> None:
    one, two = row(b"a", None), row(b"", b"bc")
    complete = b"C" + (5).to_bytes(4, "big") + b"\0"
    assert StructScanner().scan(memoryview(one + two + complete), 2) == (
        [0, len(one)],
        len(one + two),
    )
    for cut in range(len(two)):
        assert StructScanner().scan(memoryview(one + two[:cut]), 2) == ([0], len(one))


def test_a_walk_of_so_many_rows_and_no_more() -> None:
    one = row(b"a")
    for most in range(5):
        found: list[int] = []
        end = walk(memoryview(one * 3), 1, 0, found.append, most)
        assert found == [0, len(one), 2 * len(one)][:most]
        assert end == len(one) * len(found)


def test_scan_of_rows_without_columns() -> None:
    assert list(StructScanner().scan(memoryview(row() + row()), 0)[0]) == [0, 7]


@pytest.mark.parametrize(
    "message",
    [
        b"D\0\0\0\4",  # no count
        b"D\0\0\0\5\0",  # half a count
        b"D\0\0\0\0\0\2",
        b"D\xff\xff\xff\xff\0\2",
        row(b"a"),
        row(b"a", b"b", b"c"),
        b"D\0\0\0\x0d\0\2\0\0\0\0\0\0\0",  # one byte short of two lengths
        b"D\x7f\xff\xff\xff\0\3",  # refused before it is complete
    ],
)
def test_scan_refuses_a_row_of_another_shape(message: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="DataRow"):
        StructScanner().scan(memoryview(row(b"", b"") + message), 2)


def test_tuples_of_all_kinds_of_columns() -> None:
    rows = good_rows(50)
    assert StructDecoder().compile(FIELDS, CODECS).tuples(batch_of(*rows)) == values_of(50)


def test_tuples_of_no_columns() -> None:
    decoder = StructDecoder().compile([], CODECS)
    assert decoder.tuples(batch_of(row(), row(), row())) == [(), (), ()]


def test_a_batch_inside_a_larger_buffer() -> None:
    one = row(b"\0\0\0\1")
    buffer = bytearray(b"Dxx" + one + one + b"trailing")
    batch = RowBatch(buffer, 3, 3 + 2 * len(one), [3, 3 + len(one)])
    decoder = StructDecoder().compile([column(oids.INT4, BINARY)], CODECS)
    assert decoder.tuples(batch) == [(1,), (1,)]


@pytest.mark.parametrize(("why", "broken"), broken_rows())
def test_a_hostile_row_is_a_protocol_error_and_the_batch_stays(why: str, broken: bytes) -> None:
    for rows in ((broken,), (*good_rows(3), broken, *good_rows(3))):
        batch = batch_of(*rows)
        before = bytes(batch.buffer)
        decoder = StructDecoder().compile(FIELDS, CODECS)
        with pytest.raises(RemoteProtocolError, match="DataRow"):
            decoder.tuples(batch)
        assert bytes(batch.buffer) == before


def test_a_row_that_its_batch_does_not_hold_whole() -> None:
    whole = batch_of(row(b"\0\0\0\1"), row(b"\0\0\0\2"))
    decoder = StructDecoder().compile([column(oids.INT4, BINARY)], CODECS)
    for stop in range(whole.stop):
        with pytest.raises(RemoteProtocolError):
            decoder.tuples(RowBatch(whole.buffer, 0, stop, whole.starts))


@pytest.mark.parametrize(
    ("oid", "code", "expected"), [(oids.TEXT, TEXT, str), (oids.BYTEA, BINARY, bytes)]
)
def test_a_large_value_is_decoded_from_where_it_lies(
    oid: int, code: int, expected: type[str | bytes]
) -> None:
    value = b"x" * (2 * LARGE_BATCH)
    fields = [column(oids.INT4, BINARY), column(oid, code), column(oids.TEXT, TEXT)]
    batch = batch_of(row(b"\0\0\0\7", value, None))
    for decoder in (StructDecoder(), NumpyDecoder(worth=1)):
        compiled = decoder.compile(fields, CODECS)
        tracemalloc.start()
        try:
            made = compiled.tuples(batch)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert made == [(7, value.decode() if expected is str else value, None)]
        assert peak < 1.1 * len(value)  # the value itself


def test_errors_in_a_large_batch() -> None:
    value = b"x" * (LARGE_BATCH + 1)
    decoder = StructDecoder().compile([column(oids.TEXT, TEXT, name="s")], CODECS)
    with pytest.raises(DataError, match='column "s"'):
        decoder.tuples(batch_of(row(value + b"\xff")))
    with pytest.raises(RemoteProtocolError):
        decoder.tuples(batch_of(row(value), row(b"one", b"too many")))


def test_a_value_of_another_width_is_a_data_error() -> None:
    decoder = StructDecoder().compile([column(oids.INT4, BINARY, name="n")], CODECS)
    for data in (b"", b"\0\0\1", b"\0\0\0\0\1"):
        with pytest.raises(DataError, match=r'column "n".*integer'):
            decoder.tuples(batch_of(row(b"\0\0\0\1"), row(data)))


def test_text_that_is_not_utf8_is_a_data_error() -> None:
    decoder = StructDecoder().compile([column(oids.TEXT, TEXT, name="s")], CODECS)
    with pytest.raises(DataError, match=r'column "s".*utf-8'):
        decoder.tuples(batch_of(row(b"good"), row(b"\xff")))


@pytest.mark.parametrize("raised", [KeyError("x"), RecursionError(), RuntimeError("x")])
def test_whatever_a_codec_of_the_users_raises_is_a_data_error(raised: Exception) -> None:
    def decode(data: bytes) -> Any:
        raise raised

    codecs = CODECS.with_decoder(OwnCodec(decode))
    with pytest.raises(DataError, match=f'column "c".*{type(raised).__name__}'):
        StructDecoder().compile([column(oids.TEXT, TEXT)], codecs).tuples(batch_of(row(b"a")))


def test_a_data_error_of_a_codec_of_the_users_is_kept() -> None:
    own = DataError("mine")

    def decode(data: bytes) -> Any:
        raise own

    codecs = CODECS.with_decoder(OwnCodec(decode))
    with pytest.raises(DataError) as raised:
        StructDecoder().compile([column(oids.TEXT, TEXT)], codecs).tuples(batch_of(row(b"a")))
    assert raised.value is own


def test_memory_that_runs_out_is_not_a_data_error() -> None:
    def decode(data: bytes) -> Any:
        raise MemoryError

    codecs = CODECS.with_decoder(OwnCodec(decode))
    with pytest.raises(MemoryError):
        StructDecoder().compile([column(oids.TEXT, TEXT)], codecs).tuples(batch_of(row(b"a")))


class OwnCodec:
    """A user's TypeCodec for TEXT in text: a plain function, no columnar form."""

    oid = oids.TEXT
    format = TEXT

    def __init__(self, decode: Any) -> None:
        self._decode = decode

    def decoder(self, field: Any, codecs: Any) -> Any:
        return self._decode

    def column_decoder(self, field: Any, codecs: Any) -> None:
        return None


def test_columns_need_numpy() -> None:
    decoder = StructDecoder().compile([column(oids.INT4, BINARY)], CODECS)
    for ask in (decoder.types, lambda: decoder.columns(batch_of(row(bytes(4))))):
        with pytest.raises(InterfaceError, match=r"rs_driver\[numpy\]"):
            ask()


def test_a_codec_of_the_users_replaces_the_fast_path() -> None:
    tenfold = Codec(oids.INT4, BINARY, "n", same(lambda data: int.from_bytes(data, "big") * 10))
    decoder = StructDecoder().compile([column(oids.INT4, BINARY)], CODECS.with_decoder(tenfold))
    assert decoder.tuples(batch_of(row(b"\0\0\0\7"))) == [(70,)]
