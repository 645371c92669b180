from __future__ import annotations

import datetime as dt
import struct
from decimal import Decimal
from typing import Any

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.codecs.base import Encoder
from rs_driver.adapters.codecs.list_elements import UNTYPED, encode_elements, unify
from rs_driver.errors import DataError, NotSupportedError, ProgrammingError
from rs_driver.ports.codec import BINARY, TEXT, CodecMap, Parameter
from rs_driver.ports.profile import ServerProfile
from support.wire_values import POSTGRES, REDSHIFT, number

CODECS = default_codecs(POSTGRES)
ZONE = dt.timezone.utc


def unified(
    values: list[Any], lengths: list[int] | None = None, codecs: CodecMap = CODECS
) -> tuple[int, list[tuple[int, int, bytes | None]]]:
    lengths = lengths or [len(values)]
    oid, parameters = unify(values, encode_elements(values, lengths, codecs), lengths)
    return oid, [(p.oid, p.format, p.data) for p in parameters if p.data is not None]


def float8(value: float) -> bytes:
    return struct.pack(">d", value)


@pytest.mark.parametrize(
    ("values", "oid", "format", "data"),
    [
        ([1, -1], oids.INT4, BINARY, [number(1, 4), number(-1, 4)]),
        ([True, None, False], oids.BOOL, BINARY, [b"\1", b"\0"]),
        ([1, 2**31], oids.INT8, BINARY, [number(1, 8), number(2**31, 8)]),
        ([-(2**63), -1, None], oids.INT8, BINARY, [number(-(2**63), 8), number(-1, 8)]),
        ([-(2**31), 2**63], oids.NUMERIC, TEXT, [b"-2147483648", b"9223372036854775808"]),
        ([2**40, Decimal("1.50")], oids.NUMERIC, TEXT, [b"1099511627776", b"1.50"]),
        ([Decimal("NaN"), -1], oids.NUMERIC, TEXT, [b"NaN", b"-1"]),
        ([1.5, -2, None], oids.FLOAT8, BINARY, [float8(1.5), float8(-2.0)]),
        ([0, float("nan")], oids.FLOAT8, BINARY, [float8(0.0), float8(float("nan"))]),
        ([2**53, -(2**63), 0.0], oids.FLOAT8, BINARY, [*map(float8, (2.0**53, -(2.0**63), 0))]),
        ([2**80, 0.0], oids.FLOAT8, BINARY, [float8(2.0**80), bytes(8)]),
        ([2**1000, 1, 0.0], oids.FLOAT8, BINARY, [float8(2.0**1000), float8(1.0), bytes(8)]),
        (["a", ""], UNTYPED, TEXT, [b"a", b""]),
        ([None, None], UNTYPED, TEXT, []),
    ],
)  # fmt: skip
def test_unify(values: list[Any], oid: int, format: int, data: list[bytes]) -> None:
    assert unified(values) == (oid, [(oid, format, one) for one in data])


def test_elements_of_no_type_have_one_number() -> None:
    assert unified(["a", None], codecs=default_codecs(REDSHIFT)) == (UNTYPED, [(705, TEXT, b"a")])
    both = CODECS.with_codecs(Encoder(bytes, lambda value, _: Parameter(705, TEXT, value)))
    assert unified(["a", b"b"], codecs=both) == (UNTYPED, [(0, TEXT, b"a"), (705, TEXT, b"b")])


def test_a_parameter_that_is_null_has_no_type() -> None:
    nulls = CODECS.with_codecs(Encoder(set, lambda _, __: Parameter(oids.DATE, BINARY, None)))
    assert unified([set(), 1], codecs=nulls) == (oids.INT4, [(oids.INT4, BINARY, number(1, 4))])
    assert unified([set(), set()], codecs=nulls) == (UNTYPED, [])


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([1, True], r"int \(integer\) at \[0\], bool \(boolean\) at \[1\]"),
        ([True, None, 1], r"bool \(boolean\) at \[0\], int \(integer\) at \[2\]"),
        ([1, 2**40, 2**70, False], r"int \(integer\) at \[0\], bool \(boolean\) at \[3\]"),
        ([1, "a"], r"int \(integer\) at \[0\], str \(untyped\) at \[1\]"),
        (["a", 1.5], r"str \(untyped\) at \[0\], float \(float\) at \[1\]"),
        ([1.5, Decimal("1.5")], r"float \(float\) at \[0\], Decimal \(decimal\) at \[1\]"),
        ([1, Decimal(1), 1.5], r"Decimal \(decimal\) at \[1\], float \(float\) at \[2\]"),
        ([2**70, 1.5, Decimal(1)], r"float \(float\) at \[1\], Decimal \(decimal\) at \[2\]"),
        ([b"a", "a"], r"bytes \(bytea\) at \[0\], str \(untyped\) at \[1\]"),
        (
            [dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 1, tzinfo=ZONE)],
            r"datetime \(timestamp\) at \[0\], datetime \(timestamp with time zone\) at \[1\]",
        ),
        ([dt.date(2024, 1, 1), dt.datetime(2024, 1, 1)], r"date \(date\) .*datetime \(timestamp\)"),
        ([dt.time(1), dt.time(1, tzinfo=ZONE)], r"time \(time\).*time \(time with time zone\)"),
    ],
)
def test_what_is_not_homogeneous_is_a_programming_error(values: list[Any], why: str) -> None:
    with pytest.raises(ProgrammingError, match=f"not homogeneous: .*{why}"):
        unified(values)


def test_the_place_is_that_in_nested_lists() -> None:
    with pytest.raises(ProgrammingError, match=r"int .* at \[0\]\[0\], str .* at \[1\]\[2\]"):
        unified([1, None, 3, 4, 5, "secret"], [2, 3])


def test_a_type_that_has_no_array_is_named_by_its_number() -> None:
    points = CODECS.with_codecs(Encoder(set, lambda _, __: Parameter(600, TEXT, b"(1,2)")))
    with pytest.raises(ProgrammingError, match=r"set \(type OID 600\) at \[1\]"):
        unified([1, set()], codecs=points)


@pytest.mark.parametrize("value", [2**53 + 1, -(2**53) - 1, 2**63 - 1, 2**80 + 1, 10**400])
def test_an_int_that_is_no_float_is_a_data_error(value: int) -> None:
    with pytest.raises(DataError, match=r"element \[1\]: the int beside floats") as error:
        unified([0.5, value])
    assert str(value) not in str(error.value)


def text_ints(value: int, _codecs: CodecMap) -> Parameter:
    return Parameter(oids.INT4, TEXT, b"%d" % value)


def test_integers_that_a_users_codec_sends_as_text() -> None:
    codecs = CODECS.with_codecs(Encoder(int, text_ints))
    assert unified([5, 0.5], codecs=codecs) == (
        oids.FLOAT8,
        [(oids.FLOAT8, BINARY, float8(5.0)), (oids.FLOAT8, BINARY, float8(0.5))],
    )


@pytest.mark.parametrize("profile", [POSTGRES, REDSHIFT])
@pytest.mark.parametrize(
    ("value", "error", "why"),
    [
        ("secret\0", DataError, "NUL"),
        (object(), NotSupportedError, "object"),
        (Decimal("1e-17000"), DataError, "numeric"),
    ],
)
def test_errors_name_the_element_and_not_the_value(
    profile: ServerProfile, value: object, error: type[Exception], why: str
) -> None:
    with pytest.raises(error, match=rf"^element \[1\]\[0\]: .*{why}") as raised:
        encode_elements(["a", "b", value, "d"], [2, 2], default_codecs(profile))
    assert "secret" not in str(raised.value)


def test_a_failing_codec_of_the_users_is_a_data_error() -> None:
    def fail(value: Any, codecs: CodecMap) -> Parameter:
        raise KeyError("secret")

    codecs = CODECS.with_codecs(Encoder(set, fail))
    with pytest.raises(DataError, match=r"element \[1\]: the codec failed with KeyError") as raised:
        encode_elements([1, set()], [2], codecs)
    assert "secret" not in str(raised.value)
    assert isinstance(raised.value.__cause__, KeyError)
