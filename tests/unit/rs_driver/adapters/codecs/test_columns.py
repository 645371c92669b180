from __future__ import annotations

import datetime as dt
import sys
from typing import Any

import numpy as np
import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT, ColumnDecode, Conversions
from rs_driver.ports.rows import ColumnSlice
from rs_driver_fakeserver.conformance.arrow import column_values
from support.wire_values import POSTGRES, REDSHIFT, column, number

TEXTS = [b"a", b"", "é☃𝄞".encode(), b"row number 12", b"x" * 31]


def way(
    oid: int, format: int = BINARY, *, typmod: int = -1, redshift: bool = False, **said: Any
) -> ColumnDecode:
    codecs = default_codecs(REDSHIFT if redshift else POSTGRES, Conversions(**said))
    found = codecs.column_decoder(column(oid, format, typmod=typmod, name="x"))
    assert found is not None
    return found


def sliced(*values: bytes | None, lists: bool = False) -> ColumnSlice:
    """The values with one byte of something else before each."""
    buffer = bytearray()
    positions = []
    for value in values:
        buffer += b"?"
        positions.append(len(buffer))
        buffer += value or b""
    lengths = [len(value or b"") for value in values]
    nulls = [value is None for value in values]
    made: Any = list if lists else np.array
    return ColumnSlice(
        buffer, made(positions), made(lengths), made(nulls) if None in values else None
    )


@pytest.fixture(params=["numpy alone", "with pyarrow"])
def _pyarrow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "with pyarrow":
        pytest.importorskip("pyarrow")
    else:
        monkeypatch.delitem(sys.modules, "pyarrow", raising=False)


@pytest.mark.parametrize("lists", [True, False])
def test_numbers(lists: bool) -> None:
    values = sliced(number(7, 4), None, number(-(2**31), 4), None, lists=lists)
    before = bytes(values.buffer)
    integers = way(oids.INT4)
    assert (integers.type.format, integers.width) == ("i", 4)
    assert integers.values(values) == [7, None, -(2**31), None]
    assert column_values(integers.buffer(values)) == [7, None, -(2**31), None]
    assert bytes(values.buffer) == before


def test_what_was_brought_together_is_read_from_there() -> None:
    fixed = np.array([1, -2], ">i8").view("V8")
    nothing: Any = np.zeros(2, np.int64)
    assert way(oids.INT8).values(ColumnSlice(b"", nothing, nothing, None, fixed)) == [1, -2]
    with pytest.raises(ValueError, match="width"):
        way(oids.INT4).values(ColumnSlice(b"", nothing, nothing, None, fixed))


def test_without_a_null_there_is_no_validity() -> None:
    assert way(oids.INT4).buffer(sliced(number(1, 4))).validity is None


def test_a_null_at_the_very_end() -> None:
    for oid, size in ((oids.INT2, 2), (oids.INT4, 4), (oids.INT8, 8)):
        assert way(oid).values(sliced(number(-5, size), None)) == [-5, None]
        assert way(oid).values(sliced(None)) == [None]
        assert way(oid).values(sliced()) == []


@pytest.mark.parametrize("width", [0, 3, 5, 8])
def test_a_value_of_another_width_is_refused(width: int) -> None:
    values = sliced(number(1, 4), bytes(width), None)
    for ask in (way(oids.INT4).values, way(oids.INT4).buffer):
        with pytest.raises(ValueError, match="width"):
            ask(values)


def test_a_boolean_is_0_or_1() -> None:
    flags = way(oids.BOOL)
    assert flags.values(sliced(b"\1", None, b"\0")) == [True, None, False]
    assert column_values(flags.buffer(sliced(b"\1", None, b"\0"))) == [True, None, False]
    for ask in (flags.values, flags.buffer):
        with pytest.raises(ValueError, match="0 nor 1"):
            ask(sliced(b"\1", b"\2"))


@pytest.mark.usefixtures("_pyarrow")
@pytest.mark.parametrize(
    "values",
    [
        TEXTS,
        [*TEXTS, None],
        [None, None],
        [],
        [b"same", b"size", b"text"],
        [b"same", None, b"text"],
        [b"", b""],
        [b"a\0b", b"", b"\0"],
        [b"long" * 1000, b"short", None],
        TEXTS * 500,
    ],
)
def test_texts(values: list[bytes | None]) -> None:
    expected = [None if value is None else value.decode() for value in values]
    texts = way(oids.TEXT)
    assert texts.values(sliced(*values)) == expected
    assert column_values(texts.buffer(sliced(*values))) == expected


@pytest.mark.usefixtures("_pyarrow")
@pytest.mark.parametrize(
    "values",
    [[b"\xff", b"a"], [b"a", b"\xc3"], [b"\xc3", b"\xa9"], [b"ok\xc3", b"\xa9", b"y" * 100]],
)
def test_text_that_is_not_utf8_is_refused(values: list[bytes]) -> None:
    """Also where the values end to end would be UTF-8."""
    for ask in (way(oids.TEXT).values, way(oids.TEXT).buffer):
        with pytest.raises(Exception, match=r"(?i)utf.?8"):
            ask(sliced(*values))


@pytest.mark.usefixtures("_pyarrow")
def test_a_text_at_the_very_beginning() -> None:
    column_of_two = ColumnSlice(b"ab", [0, 1], [1, 1])
    assert way(oids.TEXT).values(column_of_two) == ["a", "b"]
    assert column_values(way(oids.TEXT).buffer(column_of_two)) == ["a", "b"]


@pytest.mark.usefixtures("_pyarrow")
def test_bytes() -> None:
    octets = way(oids.BYTEA)
    values = [b"\0\xff", None, b"", b"\\x"]
    assert octets.values(sliced(*values)) == values
    assert column_values(octets.buffer(sliced(*values))) == values


FIRST_DAY = (dt.date.min - dt.date(2000, 1, 1)).days
LAST_DAY = (dt.date.max - dt.date(2000, 1, 1)).days


def test_dates_of_any_year_are_arrows_and_pythons_where_it_has_them() -> None:
    days = [FIRST_DAY - 1, FIRST_DAY, 0, LAST_DAY, LAST_DAY + 1]
    wire = sliced(*[number(day, 4) for day in days], None)
    assert way(oids.DATE, out_of_range_dates="text").values(wire) == [
        *("0001-12-31 BC", dt.date.min, dt.date(2000, 1, 1), dt.date.max, "10000-01-01", None)
    ]
    with pytest.raises(ValueError, match="0001-12-31 BC"):
        way(oids.DATE).values(wire)
    assert column_values(way(oids.DATE).buffer(wire)) == [*[day + 10957 for day in days], None]


def test_timestamps_of_any_year_likewise() -> None:
    day = 86_400_000_000
    micros = [FIRST_DAY * day - 1, FIRST_DAY * day, 1, (LAST_DAY + 1) * day - 1]
    wire = sliced(*[number(micro, 8) for micro in micros], None)
    found = way(oids.TIMESTAMP, out_of_range_dates="text").values(wire)
    assert found[0] == "0001-12-31 23:59:59.999999 BC"
    assert found[1:] == [
        dt.datetime.min, dt.datetime(2000, 1, 1, 0, 0, 0, 1), dt.datetime.max, None,
    ]  # fmt: skip
    zoned = way(oids.TIMESTAMPTZ, out_of_range_dates="text")
    assert zoned.values(wire)[2] == dt.datetime(2000, 1, 1, 0, 0, 0, 1, dt.timezone.utc)
    assert zoned.type.format == "tsu:UTC"
    with pytest.raises(ValueError, match="BC"):
        way(oids.TIMESTAMP).values(wire)
    arrow = [*[micro + 10957 * day for micro in micros], None]
    assert column_values(way(oids.TIMESTAMP).buffer(wire)) == arrow


@pytest.mark.parametrize(
    ("oid", "format", "values", "why"),
    [
        (oids.DATE, BINARY, [number(2**31 - 1, 4)], "infinite date"),
        (oids.DATE, BINARY, [number(-(2**31), 4)], "infinite date"),
        (oids.DATE, TEXT, [b"-infinity"], "infinite date"),
        (oids.TIMESTAMP, BINARY, [number(2**63 - 1, 8)], "infinite timestamp"),
        (oids.TIMESTAMPTZ, BINARY, [number(-(2**63), 8)], "infinite timestamp"),
        (oids.TIMESTAMPTZ, TEXT, [b"infinity"], "infinite timestamp"),
        (oids.TIME, BINARY, [number(86_400_000_000, 8)], "24:00"),
        (oids.TIME, TEXT, [b"24:00:00"], "24:00"),
        (oids.INT4_ARRAY, TEXT, [b"{{1},{2}}"], "several dimensions"),
        (oids.INTERVAL, BINARY, [number(2**63 - 1, 8) + bytes(7) + b"\1"], "292 years"),
    ],
)
def test_what_has_no_form_in_arrow(oid: int, format: int, values: list[bytes], why: str) -> None:
    with pytest.raises(DataError, match=why):
        way(oid, format, out_of_range_dates="text").buffer(sliced(None, *values))


def test_a_text_date_of_any_year_is_the_same_in_arrow() -> None:
    values = sliced(b"0044-03-15 BC", b"12345-06-07", None)
    binary = sliced(number(-746_117, 4), number(3_778_591, 4), None)
    texts, numbers = way(oids.DATE, TEXT).buffer(values), way(oids.DATE).buffer(binary)
    assert column_values(texts) == column_values(numbers)


@pytest.mark.parametrize(
    ("oid", "text"),
    [
        (oids.TIMESTAMP, b"2024-02-29 13:45:30+00"),
        (oids.TIMESTAMPTZ, b"2024-02-29 13:45:30"),
    ],
)
def test_an_offset_too_many_or_too_few_is_refused_for_arrow_too(oid: int, text: bytes) -> None:
    for ask in (way(oid, TEXT).values, way(oid, TEXT).buffer):
        with pytest.raises(ValueError, match="an offset is"):
            ask(sliced(text))


def test_no_time_of_day() -> None:
    for micros in (-1, 86_400_000_001):
        for ask in (way(oids.TIME).values, way(oids.TIME).buffer):
            with pytest.raises(ValueError, match="time of day"):
                ask(sliced(number(micros, 8)))


def numeric(precision: int, scale: int) -> int:
    return ((precision << 16) | scale) + 4


@pytest.mark.parametrize("size", [8, 16])
def test_decimals_of_redshift(size: int) -> None:
    precision = 18 if size == 8 else 38
    decimals = way(oids.NUMERIC, typmod=numeric(precision, 2), redshift=True)
    assert (decimals.type.format, decimals.width) == (f"d:{precision},2", size)
    most = 10**precision - 1
    values = sliced(*[number(n, size) for n in (most, -most, 0, -5)], None)
    found = decimals.values(values)
    assert list(map(str, found)) == [
        f"{most}"[:-2] + ".99",
        f"-{most}"[:-2] + ".99",
        "0.00",
        "-0.05",
        "None",
    ]
    assert column_values(decimals.buffer(values)) == found


@pytest.mark.parametrize(
    "value",
    [10**38, -(10**38), 2**127 - 1, -(2**127)],
)
def test_more_digits_than_the_type_has(value: int) -> None:
    decimals = way(oids.NUMERIC, typmod=numeric(38, 2), redshift=True)
    with pytest.raises(ValueError, match="more digits"):
        decimals.buffer(sliced(None, number(value, 16)))
    short = way(oids.NUMERIC, typmod=numeric(5, 2), redshift=True)
    with pytest.raises(ValueError, match="more digits"):
        short.buffer(sliced(number(100_000, 8)))


def test_decimals_of_postgres_are_text_where_they_have_no_bounds() -> None:
    assert way(oids.NUMERIC, TEXT, typmod=numeric(10, 2)).type.format == "d:10,2"
    for typmod in (-1, numeric(50, 2), numeric(3, 2**11 - 2)):
        free = way(oids.NUMERIC, TEXT, typmod=typmod)
        assert free.type.format == "u"
        assert column_values(free.buffer(sliced(b"1.50", b"NaN", None))) == ["1.50", "NaN", None]
    with pytest.raises(DataError, match="NaN is no decimal"):
        way(oids.NUMERIC, TEXT, typmod=numeric(10, 2)).buffer(sliced(b"NaN"))


def test_floats_in_place_of_decimals() -> None:
    floats = way(oids.NUMERIC, typmod=numeric(18, 2), redshift=True, numeric_to_float=True)
    values = sliced(number(30, 8), None, number(10**18 - 1, 8))
    assert floats.values(values) == [0.3, None, 1e16]
    assert column_values(floats.buffer(values)) == [0.3, None, 1e16]
