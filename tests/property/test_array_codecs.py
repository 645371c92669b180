"""Any array, written by an independent encoder, comes back from both formats the same;
any list that is sent comes back as it was; any other bytes are a DataError."""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Callable
from decimal import Decimal
from math import prod
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.codecs.array_text import literal
from rs_driver.errors import DataError, Error
from rs_driver.ports.codec import BINARY, TEXT
from support.array_wire import array_binary, array_text, leaves, lengths_of, mapped
from support.wire_values import (
    POSTGRES,
    REDSHIFT,
    date_text,
    days,
    decode,
    micros,
    number,
    numeric_base10000,
    time_text,
)

Written = Callable[[Any], bytes]

_texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8) | st.text(
    ' \t\n\v{}",\\nulNUL', max_size=6
)
_moments = st.datetimes().map(lambda moment: moment.replace(fold=0))
_shapes = st.lists(st.integers(1, 4), min_size=1, max_size=2) | st.lists(
    st.integers(1, 2), min_size=3, max_size=6
)

TYPES: dict[int, tuple[int, st.SearchStrategy[Any], Written, Written]] = {
    oids.BOOL_ARRAY: (
        oids.BOOL, st.booleans(), lambda v: b"t" if v else b"f", lambda v: number(v, 1),
    ),
    oids.INT2_ARRAY: (
        oids.INT2, st.integers(-(2**15), 2**15 - 1), lambda v: b"%d" % v, lambda v: number(v, 2),
    ),
    oids.INT4_ARRAY: (
        oids.INT4, st.integers(-(2**31), 2**31 - 1), lambda v: b"%d" % v, lambda v: number(v, 4),
    ),
    oids.INT8_ARRAY: (
        oids.INT8, st.integers(-(2**63), 2**63 - 1), lambda v: b"%d" % v, lambda v: number(v, 8),
    ),
    oids.FLOAT8_ARRAY: (
        oids.FLOAT8, st.floats(allow_nan=False, allow_infinity=False),
        lambda v: repr(v).encode(), lambda v: struct.pack(">d", v),
    ),
    oids.NUMERIC_ARRAY: (
        oids.NUMERIC, st.integers(-(10**40), 10**40).map(Decimal),
        lambda v: format(v, "f").encode(), numeric_base10000,
    ),
    oids.TEXT_ARRAY: (oids.TEXT, _texts, str.encode, str.encode),
    oids.BYTEA_ARRAY: (
        oids.BYTEA, st.binary(max_size=8), lambda v: b"\\x" + v.hex().encode(), lambda v: v,
    ),
    oids.DATE_ARRAY: (
        oids.DATE, st.dates(), lambda v: date_text(v).encode(), lambda v: number(days(v), 4),
    ),
    oids.TIMESTAMP_ARRAY: (
        oids.TIMESTAMP, _moments,
        lambda v: f"{date_text(v)} {time_text(v)}".encode(), lambda v: number(micros(v), 8),
    ),
}  # fmt: skip
"""By the array's OID: the elements' OID, values, and how a server writes one in each format."""


@st.composite
def nested(draw: st.DrawFn, values: st.SearchStrategy[Any]) -> Any:
    """Lists of 1 to 6 dimensions with values and None."""
    lengths = draw(_shapes)
    flat: list[Any] = draw(
        st.lists(st.none() | values, min_size=prod(lengths), max_size=prod(lengths))
    )
    for length in reversed(lengths[1:]):
        flat = [flat[at : at + length] for at in range(0, len(flat), length)]
    return flat


@pytest.mark.parametrize("array", TYPES)
@given(data=st.data())
def test_text_and_binary_are_the_same(array: int, data: st.DataObject) -> None:
    element, values, as_text, as_binary = TYPES[array]
    value = data.draw(nested(values))
    text = array_text(mapped(value, as_text))
    binary = array_binary(element, lengths_of(value), leaves(mapped(value, as_binary)))
    assert repr(decode(array, TEXT, text)) == repr(value)
    assert repr(decode(array, BINARY, binary)) == repr(value)


@pytest.mark.parametrize("array", TYPES)
@given(data=st.data())
def test_what_is_sent_comes_back(array: int, data: st.DataObject) -> None:
    value = data.draw(nested(TYPES[array][1]))
    codecs = default_codecs(POSTGRES)
    sent = codecs.encode(value)
    assert sent.data is not None
    # What has no type of its own is read as what it was written from.
    oid = sent.oid or array
    if sent.oid == oids.INT4_ARRAY:
        assert array in (oids.INT2_ARRAY, oids.INT4_ARRAY, oids.INT8_ARRAY)
    elif sent.oid:
        assert sent.oid == array
    else:
        assert array == oids.TEXT_ARRAY or set(leaves(value)) == {None}
    assert repr(decode(oid, sent.format, sent.data)) == repr(value)


@given(nested(_texts))
def test_a_literal_is_read_as_it_was_written(value: Any) -> None:
    encoded = [None if leaf is None else leaf.encode() for leaf in leaves(value)]
    written = literal(encoded, lengths_of(value))
    assert decode(oids.TEXT_ARRAY, TEXT, written) == value
    for profile in (POSTGRES, REDSHIFT):
        assert default_codecs(profile).encode(value).data == written


@given(nested(st.integers() | st.decimals(allow_nan=False, allow_infinity=False, places=3)))
def test_integers_and_decimals_are_exact_together(value: Any) -> None:
    sent = default_codecs(POSTGRES).encode(value)
    assert sent.data is not None
    got = decode(sent.oid or oids.TEXT_ARRAY, sent.format, sent.data)
    assert got == value
    assert lengths_of(got) == lengths_of(value)


@given(st.lists(st.integers() | st.floats(allow_nan=False), min_size=1))
def test_integers_among_floats_are_exact_or_refused(value: list[float]) -> None:
    codecs = default_codecs(POSTGRES)
    try:
        sent = codecs.encode(value)
    except DataError:
        assert any(isinstance(item, int) and not _is_float(item) for item in value)
        return
    assert sent.data is not None
    assert decode(sent.oid, sent.format, sent.data) == value


def _is_float(value: int) -> bool:
    try:
        return float(value) == value
    except OverflowError:
        return False


_LITERALS = st.text('{}[]:=,"\\ 019aNUL-', max_size=40).map(str.encode)


@given(_LITERALS | _LITERALS.map(lambda middle: b"{%b}" % middle) | st.binary(max_size=40))
def test_any_text_is_an_array_or_a_data_error(wire: bytes) -> None:
    for array in (oids.TEXT_ARRAY, oids.INT4_ARRAY):
        try:
            value = decode(array, TEXT, wire)
        except DataError:
            continue
        flat = leaves(value)
        if flat:
            # Whatever was accepted is the value of an array that can be written.
            again = array_text(mapped(value, lambda item: str(item).encode()))
            assert decode(array, TEXT, again) == value
            assert prod(lengths_of(value)) == len(flat)
        else:
            assert value == []


_NUMBERS = st.sampled_from([0, 1, 2, 3, 4, 6, 7, 23, 25, 1007, -1, -2, 2**31 - 1, -(2**31)])
_WIRES = st.lists(_NUMBERS, max_size=20).map(lambda ints: struct.pack(f">{len(ints)}i", *ints))


@given(_WIRES | st.binary(max_size=60) | st.tuples(_WIRES, st.binary(max_size=9)).map(b"".join))
def test_any_bytes_are_an_array_or_a_data_error(wire: bytes) -> None:
    for array in (oids.TEXT_ARRAY, oids.INT4_ARRAY):
        try:
            value = decode(array, BINARY, wire)
        except DataError:
            continue
        assert isinstance(value, list)
        if value:
            assert prod(lengths_of(value)) == len(leaves(value))


_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=3)
    | st.binary(max_size=3)
    | st.decimals()
    | st.dates()
    | st.datetimes(timezones=st.none() | st.just(dt.timezone.utc))
    | st.just(object())
)


@given(st.recursive(_SCALARS, lambda inner: st.lists(inner) | st.lists(inner).map(tuple)))
def test_any_value_is_sent_or_refused(value: Any) -> None:
    try:
        (sent,) = default_codecs(POSTGRES).encode_all([value])
    except Error as error:
        assert str(error).startswith("parameter 1: ")  # noqa: PT017 (it is raised or not)
    else:
        assert sent.format in (TEXT, BINARY)
