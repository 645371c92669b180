"""What PostgreSQL itself writes is compared in integration/test_fake_against_postgres.py."""

from __future__ import annotations

import datetime as dt
import struct
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.values.encode_text import encoder
from rs_driver_fakeserver.values.types import resolve

REDSHIFT, POSTGRES = Dialect("redshift", 2), Dialect("postgres")
UTC = dt.timezone.utc
INDIA = dt.timezone(dt.timedelta(hours=5, minutes=30))


def text(type_name: str, value: object, dialect: Dialect = REDSHIFT) -> str:
    wire_type = resolve(type_name, redshift=dialect.redshift)
    return encoder(wire_type, dialect)(value).decode()


@pytest.mark.parametrize(
    ("type_name", "value", "expected"),
    [
        ("bool", True, "t"),
        ("bool", False, "f"),
        ("int2", -32768, "-32768"),
        ("int8", 2**63 - 1, "9223372036854775807"),
        ("oid", 2**32 - 1, "4294967295"),
        ("float8", 1.0, "1"),
        ("float8", -0.0, "-0"),
        ("float8", 1e15, "1e+15"),
        ("float8", 123456789012345.0, "123456789012345"),
        ("float8", 0.00001, "1e-05"),
        ("float8", float("nan"), "NaN"),
        ("float8", "Infinity", "Infinity"),
        ("float4", 0.1, "0.1"),
        ("float4", 1e6, "1e+06"),
        ("numeric(10,2)", Decimal(7), "7.00"),
        ("numeric(10,2)", 7, "7.00"),
        ("numeric(10,2)", 0.5, "0.50"),
        ("numeric(38,0)", 10**38 - 1, "9" * 38),
        ("numeric(5,5)", "0", "0.00000"),
        ("numeric(5,2)", Decimal("-0.00"), "0.00"),
        ("varchar(3)", "ü☃", "ü☃"),
        ("char(4)", "ab", "ab  "),
        ("date", dt.date(99, 1, 2), "0099-01-02"),
        ("date", "0044-03-15 BC", "0044-03-15 BC"),
        ("time", dt.time(1, 2, 3, 500000), "01:02:03.5"),
        ("time", "24:00:00", "24:00:00"),
        ("timetz", dt.time(1, 2, tzinfo=INDIA), "19:32:00+00"),
        ("timetz", dt.time(1, 2, tzinfo=UTC), "01:02:00+00"),
        ("timestamp", dt.datetime(2024, 1, 2, 3, 4, 5, 60), "2024-01-02 03:04:05.00006"),
        ("timestamp", "infinity", "infinity"),
        ("timestamptz", dt.datetime(2024, 1, 2, tzinfo=INDIA), "2024-01-01 18:30:00+00"),
        ("timestamptz", "-infinity", "-infinity"),
        ("varbyte", b"a\0\xff", "6100ff"),
        ("super", {"a": [1, "ü"]}, '{"a":[1,"ü"]}'),
        ("super", '{"a" : 1}', '{"a" : 1}'),
        ("bytea", b"a\0", "\\x6100"),
        ("geometry", bytes.fromhex("0101aabb"), "0101AABB"),
        ("geography", "0101aabb", "0101aabb"),
        ("geometryhex", b"\xab", "AB"),
        ("hllsketch", {"version": 1}, '{"version":1}'),
        ("hllsketch", "as it is", "as it is"),
        ('"char"', "a", "a"),
        ("name", "abc", "abc"),
        ("unknown", "ü", "ü"),
        ("refcursor", "c1", "c1"),
        ("int4[]", [1, None, 3], "{1,NULL,3}"),
        ("numeric(10,2)[]", [[1, 2], [None, "0.5"]], "{{1.00,2.00},{NULL,0.50}}"),
    ],
)
def test_values(type_name: str, value: object, expected: str) -> None:
    assert text(type_name, value) == expected


def test_varbyte_may_be_raw() -> None:
    for version, expected in ((2, b"a\xff"), (1, b"61ff"), (0, b"61ff")):
        dialect = Dialect("redshift", version, varbyte_text="raw")
        assert encoder(resolve("varbyte"), dialect)(b"a\xff") == expected


def test_uuid() -> None:
    text_form = "00112233-4455-6677-8899-aabbccddeeff"
    assert text("uuid", text_form.upper(), POSTGRES) == text_form


def test_json_of_postgres() -> None:
    value = {"bb": 1, "a": [{"ü": None, "c": "x"}], "aa": True}
    assert text("json", value, POSTGRES) == '{"bb":1,"a":[{"ü":null,"c":"x"}],"aa":true}'
    assert text("jsonb", value, POSTGRES) == '{"a": [{"c": "x", "ü": null}], "aa": true, "bb": 1}'
    assert text("jsonb", "{}", POSTGRES) == "{}"


def test_numeric_specials_are_postgres_only() -> None:
    assert text("numeric", Decimal("NaN"), POSTGRES) == "NaN"
    assert text("numeric", Decimal("-Infinity"), POSTGRES) == "-Infinity"
    with pytest.raises(ValueError, match="Redshift has no"):
        text("numeric", Decimal("NaN"))


@pytest.mark.parametrize(
    ("type_name", "value"),
    [
        ("bool", 1),
        ("int2", 32768),
        ("int4", -(2**31) - 1),
        ("int4", 1.5),
        ("int4", "7"),
        ("oid", -1),
        ("float8", "x"),
        ("float8", True),
        ("float4", 1e39),
        ("numeric(4,2)", Decimal("1.234")),
        ("numeric(4,2)", Decimal(100)),
        ("numeric", object()),
        ("varchar", b"bytes"),
        ("char(3)", 7),
        ("date", "tomorrow"),
        ("date", dt.datetime(2024, 1, 1)),
        ("time", 7),
        ("timetz", dt.time(1)),
        ("timestamp", dt.datetime(2024, 1, 1, tzinfo=UTC)),
        ("timestamptz", dt.datetime(2024, 1, 1)),
        ("timestamp", dt.date(2024, 1, 1)),
        ("varbyte", "str"),
        ("super", {1, 2}),
        ("geometry", "no hex"),
        ("hllsketch", {1}),
        ("int4[]", ["a"]),
        ("int4[]", 7),
        ("int4[]", [[1], [2, 3]]),
    ],
)
def test_nothing_is_bent_to_fit(type_name: str, value: object) -> None:
    with pytest.raises((ValueError, TypeError, ArithmeticError)):
        text(type_name, value)


@given(st.floats(allow_nan=False))
def test_float8_is_exact(value: float) -> None:
    assert float(text("float8", value)) == value


@given(st.floats(allow_nan=False, width=32))
def test_float4_is_exact(value: float) -> None:
    written = float(text("float4", value))
    assert struct.unpack("!f", struct.pack("!f", written)) == (value,)


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=4, min_value=-(10**30), max_value=10**30
    )
)
def test_numeric_is_exact(value: Decimal) -> None:
    assert Decimal(text("numeric(38,4)", value)) == value
