from __future__ import annotations

import datetime as dt

import pytest

from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.values.encode_text import encoder
from rs_driver_fakeserver.values.limits import exceeded
from rs_driver_fakeserver.values.types import resolve

HALF = dt.datetime(2020, 1, 1, 0, 0, 0, 500_000)


def problem(type_name: str, value: object, *, redshift: bool = True) -> str:
    wire_type = resolve(type_name, redshift=redshift)
    dialect = Dialect("redshift" if redshift else "postgres")
    return exceeded(wire_type, value, encoder(wire_type, dialect)(value), redshift=redshift)


@pytest.mark.parametrize(
    ("type_name", "value", "why"),
    [
        ("varchar(3)", "abcd", "4 bytes, 3 at most"),
        ("varchar(3)", "äö", "4 bytes, 3 at most"),
        ("char(2)", "abc", "3 bytes, 2 at most"),
        ("varbyte(1)", b"ab", "2 bytes, 1 at most"),
        ("name", "x" * 128, "128 bytes, 127 at most"),
        ("super", "hello", "no JSON: Expecting value"),
        ("timestamp(0)", HALF, "1 digits of a second, 0 at most"),
        ("time(3)", "12:00:00.1234", "4 digits of a second, 3 at most"),
    ],
)
def test_what_redshift_does_not_hold(type_name: str, value: object, why: str) -> None:
    assert problem(type_name, value).startswith(why)


@pytest.mark.parametrize(
    ("type_name", "value", "why"),
    [
        ("varchar(1)", "äö", "2 characters, 1 at most"),
        ("text", "a\0b", "there is no NUL in a text"),
        ("name", "x" * 64, "64 bytes, 63 at most"),
        ("json", "{", "no JSON"),
        ("varchar(2)[]", [["a", None], ["b", "abc"]], "3 characters, 2 at most"),
    ],
)
def test_what_postgresql_does_not_hold(type_name: str, value: object, why: str) -> None:
    assert problem(type_name, value, redshift=False).startswith(why)


@pytest.mark.parametrize(
    ("type_name", "value"),
    [
        ("varchar(3)", "abc"),
        ("varchar", "x" * 100_000),
        ("char(2)", "a         "),
        ("super", '"hello"'),
        ("super", "hello".split()),
        ("timestamp(0)", HALF.replace(microsecond=0)),
        ("timestamp(1)", HALF),
        ("timestamp", HALF.replace(microsecond=1)),
    ],
)
def test_what_redshift_holds(type_name: str, value: object) -> None:
    assert not problem(type_name, value)


def test_an_array_that_is_a_literal_is_no_text() -> None:
    assert not problem("varchar(2)[]", "[0:1]={ab,cd}", redshift=False)
