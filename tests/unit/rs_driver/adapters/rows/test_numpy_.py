from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.rows.numpy_ import WORTH_BYTES, WORTH_ROWS, NumpyDecoder, NumpyScanner
from rs_driver.adapters.rows.struct_ import StructDecoder, StructScanner
from rs_driver.errors import DataError, NotSupportedError, RemoteProtocolError
from rs_driver.ports.codec import BINARY, TEXT, Conversions
from rs_driver.ports.rows import RowBatch, RowDecoder, RowScanner
from rs_driver_fakeserver.conformance.arrow import column_values
from support.row_batches import FIELDS, batch_of, broken_rows, good_rows, values_of
from support.wire_values import POSTGRES, column, row

CODECS = default_codecs(POSTGRES)
MANY = 4 * WORTH_ROWS


def scan_both(data: bytes, columns: int) -> tuple[list[int], int]:
    """What both scanners say of ``data``, which has to be the same."""
    assert len(data) >= WORTH_BYTES
    starts, consumed = NumpyScanner().scan(memoryview(data), columns)
    expected, end = StructScanner().scan(memoryview(data), columns)
    assert list(starts) == list(expected)
    assert consumed == end
    return list(starts), consumed


def test_the_ports_are_satisfied() -> None:
    scanner: RowScanner = NumpyScanner()
    decoder: RowDecoder = NumpyDecoder()
    assert scanner.scan(memoryview(b""), 0) == ([], 0)
    assert decoder.compile(FIELDS, CODECS).tuples(batch_of()) == []


def test_scan_of_many_rows() -> None:
    rows = good_rows(2000)
    starts, consumed = scan_both(b"".join(rows), 4)
    assert len(starts) == 2000
    assert consumed == sum(map(len, rows))


def test_starts_are_a_sequence_of_ints() -> None:
    starts, _ = NumpyScanner().scan(memoryview(b"".join(good_rows(2000))), 4)
    assert starts
    assert type(starts[0]) is int
    assert starts[-1] == list(starts)[-1]


def test_scan_stops_before_another_message_and_before_an_incomplete_row() -> None:
    data = b"".join(good_rows(2000))
    scan_both(data + b"C\0\0\0\5\0", 4)
    last = len(good_rows(2000)[-1])
    for cut in range(1, last + 1):
        assert scan_both(data[:-cut], 4)[1] == len(data) - last


def test_scan_passes_over_values_that_look_like_rows() -> None:
    good = row(b"a", b"b")
    disguised = [row(b"1", good), good]
    data = b"".join(disguised * 700 + [row(b"x" * 20_000, b"y")] + disguised * 700)
    starts, consumed = scan_both(data, 2)
    assert (len(starts), consumed) == (2801, len(data))


def test_scan_when_every_row_holds_a_disguised_one() -> None:
    data = row(b"1", row(b"a", row(b"", b""))) * 1000
    assert len(scan_both(data, 2)[0]) == 1000


def test_scan_of_a_row_of_16_mib() -> None:
    data = row(b"a") * 2000 + row(b"x" * 2**24) + row(b"b") * 2000
    starts, consumed = scan_both(data, 1)
    assert (len(starts), consumed) == (4001, len(data))


def peak_of_scan(data: bytes, rows: int) -> int:
    """How much memory it takes to find so many rows at the start of ``data``, in bytes."""
    NumpyScanner().scan(memoryview(row(b"a") * 20_000), 1)  # numpy is imported now
    scanner = NumpyScanner()
    tracemalloc.start()
    try:
        starts, _ = scanner.scan(memoryview(data), 1)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(starts) == rows
    return peak


@pytest.mark.parametrize(("rows", "most"), [(1, 10_000), (31, 10_000), (33, 800_000)])
def test_what_follows_a_short_run_is_not_looked_at(rows: int, most: int) -> None:
    """A byte that looks like a head costs memory where it is looked at."""
    assert peak_of_scan(row(b"a") * rows + b"N" + b"D" * 1_000_000, rows) < most


def test_after_a_long_run_more_is_looked_at_once() -> None:
    """Another long one is likely; what is not, is found out at the price of one window."""
    scanner = NumpyScanner()
    short = memoryview(row(b"a") * 33 + b"N" + b"D" * 1_000_000)
    assert len(scanner.scan(memoryview(row(b"a") * 40_000), 1)[0]) == 40_000
    for _ in range(2):
        tracemalloc.start()
        try:
            assert len(scanner.scan(short, 1)[0]) == 33
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 800_000


def test_rows_full_of_what_looks_like_heads_take_little_memory() -> None:
    data = row(b"D" * 4000) * 4000
    assert peak_of_scan(data, 4000) < len(data)
    data = row(b"a") * 100 + row(b"D" * 16_000_000) + row(b"a") * 100
    assert peak_of_scan(data, 201) < len(data) / 10


@pytest.mark.parametrize(
    "broken", [row(b"a"), row(b"a", b"b", b"c"), b"D\0\0\0\4", b"D\0\0\0\x0d\0\2"]
)
def test_scan_refuses_a_row_of_another_shape(broken: bytes) -> None:
    good = row(b"some", b"values") * 1000
    for data in (good + broken, good + broken + good, broken + good):
        with pytest.raises(RemoteProtocolError, match="DataRow"):
            NumpyScanner().scan(memoryview(data), 2)


@pytest.mark.parametrize("count", [1, WORTH_ROWS - 1, WORTH_ROWS, MANY])
def test_tuples(count: int) -> None:
    decoder = NumpyDecoder().compile(FIELDS, CODECS)
    assert decoder.tuples(batch_of(*good_rows(count))) == values_of(count)


def test_tuples_from_the_scanner_starts() -> None:
    data = bytearray(b"".join(good_rows(2000)))
    starts, consumed = NumpyScanner().scan(memoryview(data), 4)
    batch = RowBatch(data, 0, consumed, starts)
    assert NumpyDecoder().compile(FIELDS, CODECS).tuples(batch) == values_of(2000)


def test_tuples_of_no_columns() -> None:
    decoder = NumpyDecoder().compile([], CODECS)
    assert decoder.tuples(batch_of(*[row()] * MANY)) == [()] * MANY


@pytest.mark.parametrize("value", [None, b"", b"x" * 100, "é\U0001f418".encode(), b"a\0b"])
def test_one_text_many_times(value: bytes | None) -> None:
    decoder = NumpyDecoder().compile([column(oids.TEXT, TEXT)], CODECS)
    expected = None if value is None else value.decode()
    assert decoder.tuples(batch_of(*[row(value)] * MANY)) == [(expected,)] * MANY


@pytest.mark.parametrize(("why", "broken"), broken_rows())
def test_a_hostile_row_is_the_same_error_as_without_numpy(why: str, broken: bytes) -> None:
    for rows in ((*good_rows(MANY), broken), (broken, *good_rows(MANY))):
        batch = batch_of(*rows)
        before = bytes(batch.buffer)
        errors = []
        for decoder in (NumpyDecoder(), StructDecoder()):
            with pytest.raises(RemoteProtocolError, match="DataRow") as error:
                decoder.compile(FIELDS, CODECS).tuples(batch)
            errors.append(str(error.value))
        with pytest.raises(RemoteProtocolError, match="DataRow") as error:
            NumpyDecoder().compile(FIELDS, CODECS).columns(batch)
        assert errors[0] == errors[1] == str(error.value)
        assert bytes(batch.buffer) == before


@pytest.mark.parametrize(
    ("oid", "bad", "what"),
    [
        (oids.INT4, b"\0\0\1", "integer"),
        (oids.INT4, b"\0\0\0\0\1", "integer"),
        (oids.TEXT, b"\xc3", "utf-8"),
        (oids.BOOL, b"\2", "boolean"),
        (oids.DATE, bytes.fromhex("7fffffff"), "infinite"),
    ],
)
def test_a_value_that_is_none_is_the_same_error_as_without_numpy(
    oid: int, bad: bytes, what: str
) -> None:
    fields = [column(oid, BINARY, name="x")]
    good = {oids.TEXT: b"a", oids.BOOL: b"\1"}.get(oid, bytes(4))
    batch = batch_of(*[row(good)] * MANY, row(bad), row(None))
    for decoder in (NumpyDecoder(), StructDecoder()):
        with pytest.raises(DataError, match=f'column "x".*{what}'):
            decoder.compile(fields, CODECS).tuples(batch)


def test_starts_that_lie_outside_the_batch() -> None:
    whole = batch_of(*good_rows(MANY))
    for starts in ([*whole.starts, whole.stop], [*whole.starts, -5], [*whole.starts, 10**12]):
        batch = RowBatch(whole.buffer, 0, whole.stop, starts)
        with pytest.raises(RemoteProtocolError):
            NumpyDecoder().compile(FIELDS, CODECS).tuples(batch)


def test_columns() -> None:
    decoder = NumpyDecoder().compile(FIELDS, CODECS)
    expected = [*zip(*values_of(MANY), strict=True)]
    made = decoder.columns(batch_of(*good_rows(MANY)))
    assert [column.type for column in made] == decoder.types()
    assert [column.type.format for column in made] == ["i", "u", "l", "b"]
    assert [column_values(column) for column in made] == [list(values) for values in expected]


def test_columns_of_no_rows() -> None:
    made = NumpyDecoder().compile(FIELDS, CODECS).columns(batch_of())
    assert [column_values(column) for column in made] == [[]] * len(FIELDS)


def test_a_type_without_a_columnar_form_is_not_supported() -> None:
    class Own:
        oid, format = oids.TEXT, TEXT

        def decoder(self, field: Any, codecs: Any) -> Any:
            return bytes.decode

    decoder = NumpyDecoder().compile([column(oids.TEXT, TEXT)], CODECS.with_decoder(Own()))  # type: ignore[arg-type]
    for ask in (decoder.types, lambda: decoder.columns(batch_of(row(b"a")))):
        with pytest.raises(NotSupportedError, match=r'column "c".*no form in Arrow'):
            ask()
    assert decoder.tuples(batch_of(*[row(b"a")] * MANY)) == [("a",)] * MANY


def test_a_type_that_nobody_knows_is_text() -> None:
    decoder = NumpyDecoder().compile([column(99999, TEXT)], CODECS)
    assert [column_values(one) for one in decoder.columns(batch_of(row(b"a"), row(None)))] == [
        ["a", None]
    ]


def test_what_has_no_form_in_arrow_is_a_data_error_for_columns_alone() -> None:
    endless = bytes.fromhex("7fffffff")
    codecs = default_codecs(POSTGRES, Conversions(out_of_range_dates="text"))
    decoder = NumpyDecoder().compile([column(oids.DATE, BINARY, name="x")], codecs)
    batch = batch_of(row(bytes(4)), row(endless))
    assert decoder.tuples(batch)[1] == ("infinity",)
    with pytest.raises(DataError, match='column "x": an infinite date has no form in Arrow'):
        decoder.columns(batch)


def run_without_numpy_loaded(script: str, *flags: str) -> str:
    """What ``script`` prints in a fresh interpreter."""
    paths = [str(Path(__file__).parents[4]), *filter(None, sys.path)]
    done = subprocess.run(
        [sys.executable, *flags, "-c", script],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


PRELUDE = """
import sys
from rs_driver.adapters.rows.numpy_ import NumpyDecoder, NumpyScanner
from rs_driver.adapters.codecs import default_codecs
from rs_driver.ports.rows import RowBatch
from support.row_batches import FIELDS, batch_of, good_rows, values_of
from support.wire_values import POSTGRES
decoder = NumpyDecoder().compile(FIELDS, default_codecs(POSTGRES))
scanner = NumpyScanner()
def work(count):
    data = bytearray(b"".join(good_rows(count)))
    starts, stop = scanner.scan(memoryview(data), 4)
    assert decoder.tuples(RowBatch(data, 0, stop, starts)) == values_of(count)
    return "numpy" in sys.modules
"""


def test_small_batches_do_not_import_numpy() -> None:
    script = PRELUDE + "print([work(1), work(50), work(300), work(20_000)])"
    assert run_without_numpy_loaded(script).strip() == "[False, False, False, True]"


def test_without_numpy_everything_works() -> None:
    script = "import sys; sys.modules['numpy'] = None" + PRELUDE + "work(20_000); print('done')"
    assert run_without_numpy_loaded(script).strip() == "done"


def test_a_failing_codec_of_the_users_is_the_same_error() -> None:
    def fail(data: bytes) -> Any:
        raise KeyError

    class Own:
        oid, format = oids.TEXT, TEXT

        def decoder(self, field: Any, profile: Any) -> Any:
            return fail

        def column_decoder(self, field: Any, codecs: Any) -> None:
            return None

    decoder = NumpyDecoder().compile([column(oids.TEXT, TEXT)], CODECS.with_decoder(Own()))
    with pytest.raises(DataError, match="KeyError"):
        decoder.tuples(batch_of(*[row(b"a")] * MANY))
