from __future__ import annotations

import json
import sys
from collections import OrderedDict, defaultdict
from dataclasses import replace
from datetime import date, datetime, time, timezone
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import pandas as pd
import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.codecs.json_ import Json
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT, Conversions, Decode, Parameter
from rs_driver.ports.profile import ServerProfile
from support.wire_values import OLD_REDSHIFT, POSTGRES, REDSHIFT, column, decode

# -- from the server ------------------------------------------------------------------------

OBJECTS: list[tuple[str, object]] = [
    ('{"a": [1, -2.5, null, true, "é\\u0000"]}', {"a": [1, -2.5, None, True, "é\0"]}),
    ("[]", []),
    (' "x" ', "x"),
    ("12345678901234567890", 12345678901234567890),
    ("1e2", 100.0),
    ("null", None),
    ("false", False),
]


def super_objects(profile: ServerProfile = REDSHIFT) -> Decode:
    codecs = default_codecs(profile, Conversions(super_objects=True))
    return codecs.decoder(column(oids.SUPER, TEXT))


@pytest.mark.parametrize(("text", "value"), OBJECTS)
def test_every_type_gives_the_same_objects(text: str, value: object) -> None:
    wire = text.encode()
    for decoded in (
        decode(oids.JSON, TEXT, wire),
        decode(oids.JSON, BINARY, wire),
        decode(oids.JSONB, TEXT, wire),
        decode(oids.JSONB, BINARY, b"\x01" + wire),
        decode(oids.JSON, TEXT, wire, REDSHIFT),
        super_objects()(wire),
    ):
        assert decoded == value
        assert type(decoded) is type(value)


@pytest.mark.parametrize("profile", [REDSHIFT, OLD_REDSHIFT])
def test_super_is_its_text_unless_objects_are_asked_for(profile: ServerProfile) -> None:
    wire = b'{"a":1.10,"b":[NaN'  # whatever the server sends
    assert decode(oids.SUPER, TEXT, wire, profile) == wire.decode()
    assert super_objects(profile)(b'{"a":1}') == {"a": 1}


MALFORMED = [
    b"",
    b"{",
    b"{'a': 1}",
    b"[1,]",
    b"1 2",
    b"\xff",
    b"\xef\xbb\xbf1",
    b"NaN",
    b"-Infinity",
    b"[Infinity]",
    b"1e400",
    b"[-1e400]",
    b"[" * 100_000,
    b"[" * 100_000 + b"]" * 100_000,
    b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
]


@pytest.mark.parametrize("wire", MALFORMED, ids=range(len(MALFORMED)))
def test_what_is_no_json_or_cannot_be_held_is_a_data_error(wire: bytes) -> None:
    codecs = default_codecs(POSTGRES)
    for read, data in (
        (codecs.decoder(column(oids.JSON, BINARY)), wire),
        (codecs.decoder(column(oids.JSONB, BINARY)), b"\x01" + wire),
        (super_objects(), wire),
    ):
        with pytest.raises(DataError, match=r'column "c".*cannot be read as (json|jsonb|super)'):
            read(data)


def test_depth_that_the_interpreter_can_follow_is_read() -> None:
    value = decode(oids.JSON, TEXT, b"[" * 200 + b"]" * 200)
    for _ in range(199):
        (value,) = value
    assert value == []


@pytest.mark.skipif(
    not hasattr(sys, "get_int_max_str_digits"), reason="an interpreter without the bound"
)
def test_an_int_longer_than_the_interpreter_allows_is_a_data_error() -> None:
    digits = sys.get_int_max_str_digits()
    assert decode(oids.JSON, TEXT, b"9" * digits) == 10**digits - 1
    with pytest.raises(DataError, match="json"):
        decode(oids.JSON, TEXT, b"9" * (digits + 1))


@pytest.mark.parametrize("wire", [b"", b"{}", b"\x02{}", b"\x01"])
def test_jsonb_in_binary_has_a_version(wire: bytes) -> None:
    with pytest.raises(DataError, match="jsonb"):
        decode(oids.JSONB, BINARY, wire)


def test_the_format_that_is_asked_for() -> None:
    for oid in (oids.JSON, oids.JSONB):
        assert default_codecs(POSTGRES).result_format(oid) == BINARY
        assert default_codecs(REDSHIFT).result_format(oid) == TEXT
    assert default_codecs(REDSHIFT).result_format(oids.SUPER) == TEXT


# -- to the server --------------------------------------------------------------------------


class Kind(Enum):
    A = "a"
    PAIR = (1, 2)


class Word(str, Enum):
    """Its ``str()`` is not its value on every version of Python."""

    B = "b"


class Loud(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "loud"


class Point(NamedTuple):
    x: int
    y: int


def written(value: Any) -> str:
    sent = default_codecs(POSTGRES).encode(value)
    assert (sent.oid, sent.format) == (0, TEXT)
    assert sent.data is not None
    return sent.data.decode()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "{}"),
        ({"a": 1}, '{"a": 1}'),
        ({"a": {"b": [{}, [], ()]}}, '{"a": {"b": [{}, [], []]}}'),
        ({'é\n\0"\\': "漢😀\x1f"}, '{"é\\n\\u0000\\"\\\\": "漢😀\\u001f"}'),
        ({"n": None, "t": True, "f": False}, '{"n": null, "t": true, "f": false}'),
        ({"i": -5, "f": 0.1, "g": 1e300}, '{"i": -5, "f": 0.1, "g": 1e+300}'),
        ({"d": Decimal("1.10")}, '{"d": 1.10}'),
        ({"d": Decimal("1E+3")}, '{"d": 1000}'),
        ({"d": Decimal("0." + "1" * 40)}, '{"d": 0.' + "1" * 40 + "}"),
        ({"d": date(2024, 1, 2)}, '{"d": "2024-01-02"}'),
        ({"d": datetime(2024, 1, 2, 3, 4, 5, 6)}, '{"d": "2024-01-02T03:04:05.000006"}'),
        (
            {"d": datetime(2024, 1, 2, tzinfo=timezone.utc)},
            '{"d": "2024-01-02T00:00:00+00:00"}',
        ),
        ({"d": time(1, 2)}, '{"d": "01:02:00"}'),
        ({"u": UUID(int=5)}, '{"u": "00000000-0000-0000-0000-000000000005"}'),
        ({"e": [Kind.A, Kind.PAIR, Word.B]}, '{"e": ["a", [1, 2], "b"]}'),
        ({Word.B: Loud("x"), Loud("y"): 1}, '{"b": "x", "y": 1}'),
        ({"p": Point(1, 2)}, '{"p": [1, 2]}'),
        ({"j": Json([1])}, '{"j": [1]}'),
        ({"f": np.float64(0.5)}, '{"f": 0.5}'),
        ({"f": [np.float32(0.1), np.float16(0.5)]}, '{"f": [0.10000000149011612, 0.5]}'),
        ({"f": np.longdouble(0.5)}, '{"f": 0.5}'),
        ({"i": [np.int64(-1), np.uint8(255)]}, '{"i": [-1, 255]}'),
        ({"i": np.uint64(2**64 - 1)}, '{"i": 18446744073709551615}'),
        ({"b": [np.bool_(True), np.bool_(False)]}, '{"b": [true, false]}'),
        ({np.str_("s"): np.str_("x")}, '{"s": "x"}'),
        (Json(np.int64(1)), "1"),
        (OrderedDict(b=1, a=2), '{"b": 1, "a": 2}'),
        (defaultdict(list, a=[1]), '{"a": [1]}'),
        (Json([1, "a", None]), '[1, "a", null]'),
        (Json("a"), '"a"'),
        (Json(None), "null"),
        (Json(Decimal("1.50")), "1.50"),
        (Json(Json({})), "{}"),
    ],
)
def test_a_dict_is_sent_as_json_text(value: Any, text: str) -> None:
    assert written(value) == text


@pytest.mark.parametrize(
    "value", [2**63, -(2**63), 10**5000, Decimal(10) ** 5000], ids=["2**63", "-2**63", "int", "D"]
)
def test_numbers_have_all_their_digits(value: int | Decimal) -> None:
    assert written({"n": value}) == f'{{"n": {format(Decimal(value), "f")}}}'


def test_it_is_what_the_standard_library_writes() -> None:
    value = {"a": [1, 2.5, None, True, {"b": ["é", ""]}], "c": {}, "d": -0.0}
    assert written(value) == json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize("value", [{"a": 1}, Json([1])])
def test_the_type_is_left_open(value: object) -> None:
    """So that json, jsonb and text columns take it; JSON_PARSE(%s) on Redshift."""
    assert default_codecs(POSTGRES).encode(value).oid == 0
    for profile in (REDSHIFT, OLD_REDSHIFT):
        sent = default_codecs(profile).encode(value)
        assert (sent.oid, sent.format) == (705, TEXT)
    assert default_codecs(replace(REDSHIFT, text_oid=25)).encode(value).oid == 25


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({"a": float("nan")}, "no NaN"),
        ({"a": float("-inf")}, "no infinity"),
        ({"a": Decimal("NaN")}, "no NaN"),
        ({"a": Decimal("sNaN")}, "no NaN"),
        ({"a": Decimal("Infinity")}, "no infinity"),
        ({"a": Decimal("1E+999999")}, "131072"),
        ({"a": b"secret"}, r"class builtins\.bytes"),
        ({"a": {"secret"}}, r"class builtins\.set"),
        ({"a": object()}, r"class builtins\.object"),
        ({"a": np.float32("nan")}, "no NaN"),
        ({"a": np.longdouble(1) / 3}, "no float equals"),
        ({"a": np.datetime64("2024-01-01", "ns")}, r"class numpy\.datetime64"),
        ({"a": np.timedelta64(1, "D")}, r"class numpy\.timedelta64"),
        ({"a": np.complex64(1)}, r"class numpy\.complex64"),
        ({"a": np.bytes_(b"secret")}, r"class numpy\.bytes_"),
        ({"a": np.zeros(1, "i4,i4")[0]}, r"class numpy\.void"),
        ({"a": np.array([1])}, r"class numpy\.ndarray"),
        ({np.int64(1): "secret"}, r"has to be a str, not a value of class numpy\.int64"),
        ({"a": pd.NaT}, "NaTType"),
        ({"a": pd.NA}, "NAType"),
        ({1: "secret"}, r"has to be a str, not a value of class builtins\.int"),
        ({None: "secret"}, r"NoneType"),
        ({"a": "\ud800"}, "surrogate"),
        ({"\ud800": "secret"}, "surrogate"),
    ],
)
def test_what_json_cannot_say_is_a_data_error(value: dict[Any, Any], problem: str) -> None:
    with pytest.raises(DataError, match=f"^parameter 1: .*{problem}") as raised:
        default_codecs(POSTGRES).encode_all([value])
    assert "secret" not in str(raised.value)


def test_a_value_too_deep_or_within_itself_is_a_data_error() -> None:
    within: dict[str, Any] = {}
    within["b"] = within["a"] = [within]
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    for value in (within, Json(deep)):
        with pytest.raises(DataError, match="nested too deeply"):
            default_codecs(POSTGRES).encode(value)


def test_a_json_is_a_plain_value() -> None:
    assert Json([1]) == Json([1])
    assert repr(Json([1])) == "Json(value=[1])"
    assert default_codecs(REDSHIFT).encode(Json([])) == Parameter(705, TEXT, b"[]")
