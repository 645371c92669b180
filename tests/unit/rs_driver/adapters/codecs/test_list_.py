from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple

import numpy as np
import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.codecs.base import Encoder
from rs_driver.adapters.codecs.custom import class_codec
from rs_driver.errors import DataError, NotSupportedError, ProgrammingError
from rs_driver.ports.codec import BINARY, TEXT, CodecMap, Parameter
from rs_driver.ports.profile import ServerProfile
from support.array_wire import array_binary
from support.wire_values import POSTGRES, REDSHIFT, decode, number

CODECS = default_codecs(POSTGRES)


class Pair(NamedTuple):
    left: int
    right: int


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


def int4(*values: int | None) -> list[bytes | None]:
    return [None if value is None else number(value, 4) for value in values]


@pytest.mark.parametrize(
    ("value", "oid", "element", "lengths", "elements"),
    [
        ([1, 2], 1007, 23, [2], int4(1, 2)),
        ((1, None), 1007, 23, [2], int4(1, None)),
        (Pair(1, 2), 1007, 23, [2], int4(1, 2)),
        ([[1, 2], (3, None)], 1007, 23, [2, 2], int4(1, 2, 3, None)),
        ([[[[[[7]]]]]], 1007, 23, [1] * 6, int4(7)),
        ([2**31], 1016, 20, [1], [number(2**31, 8)]),
        ([1, 2**31], 1016, 20, [2], [number(1, 8), number(2**31, 8)]),
        ([True, False], 1000, 16, [2], [b"\1", b"\0"]),
        ([1, 0.5], 1022, 701, [2], [struct.pack(">d", 1), struct.pack(">d", 0.5)]),
        ([b"a", b""], 1001, 17, [2], [b"a", b""]),
        ([dt.datetime(2000, 1, 1)], 1115, 1114, [1], [bytes(8)]),
        ([dt.datetime(2000, 1, 1, tzinfo=dt.timezone.utc)], 1185, 1184, [1], [bytes(8)]),
    ],
)
def test_binary_arrays(
    value: Any, oid: int, element: int, lengths: list[int], elements: list[bytes | None]
) -> None:
    expected = Parameter(oid, BINARY, array_binary(element, lengths, elements))
    assert CODECS.encode(value) == expected


@pytest.mark.parametrize(
    ("value", "oid", "text"),
    [
        ([Decimal("1.50"), None, 3], 1231, b"{1.50,NULL,3}"),
        ([2**70, -1], 1231, b"{1180591620717411303424,-1}"),
        ([dt.date(2024, 2, 29), None], 1182, b"{2024-02-29,NULL}"),
        ([[dt.time(1, 2)], [dt.time(3)]], 1183, b"{{01:02:00},{03:00:00}}"),
    ],
)
def test_text_arrays(value: Any, oid: int, text: bytes) -> None:
    assert CODECS.encode(value) == Parameter(oid, TEXT, text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([], b"{}"),
        ((), b"{}"),
        ([[], []], b"{}"),
        ([[[]]], b"{}"),
        ([None], b"{NULL}"),
        ([[None], [None]], b"{{NULL},{NULL}}"),
        (["a", "", "NULL", None, "a b", 'q"\\'], rb'{a,"","NULL",NULL,"a b","q\"\\"}'),
        ([["{1,2}", "x,y"], ["'", "ñ"]], '{{"{1,2}","x,y"},{\',ñ}}'.encode()),
        ([{"a": [1, "x"]}, {}], rb'{"{\"a\": [1, \"x\"]}","{}"}'),
        ([Colour.RED, Colour.BLUE], b"{red,blue}"),
    ],
)
@pytest.mark.parametrize(("profile", "oid"), [(POSTGRES, 0), (REDSHIFT, 705)])
def test_the_server_infers_the_type(
    profile: ServerProfile, oid: int, value: Any, text: bytes
) -> None:
    assert default_codecs(profile).encode(value) == Parameter(oid, TEXT, text)


def test_bytes_for_redshift_are_hex() -> None:
    """VARBYTE has no array type."""
    assert default_codecs(REDSHIFT).encode([b"\x00\xff", None, b""]) == Parameter(
        705, TEXT, b'{00ff,NULL,""}'
    )


def test_where_str_has_a_type_its_lists_have_one() -> None:
    codecs = default_codecs(ServerProfile(kind="postgres", text_oid=oids.TEXT, bytes_oid=17))
    for value, text in ((["a"], b"{a}"), ([], b"{}"), ([None], b"{NULL}")):
        assert codecs.encode(value) == Parameter(oids.TEXT_ARRAY, TEXT, text)


def sent_as(oid: int, format: int, data: bytes) -> Callable[[Any, CodecMap], Parameter]:
    return lambda _value, _codecs: Parameter(oid, format, data)


def test_types_without_an_array_type() -> None:
    point = CODECS.with_codecs(Encoder(set, sent_as(600, TEXT, b"(1,2)")))
    assert point.encode([set()]) == Parameter(0, TEXT, b'{"(1,2)"}')
    point = CODECS.with_codecs(Encoder(set, sent_as(600, BINARY, bytes(16))))
    with pytest.raises(NotSupportedError, match=r"list of set \(at \[1\]\).*OID 600 has no array"):
        point.encode([None, set()])


def test_json_has_an_array_type() -> None:
    codecs = CODECS.with_codecs(Encoder(set, sent_as(oids.JSON, TEXT, b'{"a":1}')))
    assert codecs.encode([set()]) == Parameter(199, TEXT, rb'{"{\"a\":1}"}')
    codecs = CODECS.with_codecs(Encoder(set, sent_as(oids.JSONB, BINARY, b"\x01{}")))
    wire = array_binary(oids.JSONB, [1], [b"\x01{}"])
    assert codecs.encode([set()]) == Parameter(3807, BINARY, wire)


def test_a_type_in_two_formats_is_not_supported() -> None:
    codecs = CODECS.with_codecs(Encoder(set, sent_as(oids.INT4, TEXT, b"1")))
    with pytest.raises(NotSupportedError, match=r"list of int .*23 as text and in binary"):
        codecs.encode([1, set()])


def test_a_users_codec_sends_elements_too() -> None:
    codecs = CODECS.with_codecs(class_codec(Pair, lambda pair: f"({pair.left})", oid=oids.TEXT))
    assert codecs.encode([Pair(1, 2)]) == Parameter(oids.TEXT_ARRAY, TEXT, b"{(1)}")
    codecs = CODECS.with_codecs(class_codec(list, str))
    assert codecs.encode([1, 2]) == Parameter(0, TEXT, b"[1, 2]")
    assert codecs.encode(([1],)) == Parameter(0, TEXT, b"{[1]}")


@pytest.mark.parametrize(
    ("value", "error", "why"),
    [
        ([[1], [2, 3]], ProgrammingError, "depth 2 have 1 and 2"),
        ([1, [2]], ProgrammingError, "side by side"),
        ([1, "secret"], ProgrammingError, "not homogeneous"),
        ([["a", "b"], ["c", "secret\0"]], DataError, r"element \[1\]\[1\]: the str has a NUL"),
        ([0.5, 2**53 + 1], DataError, r"element \[1\]"),
        ([1, 1j], NotSupportedError, r"element \[1\]: .*complex"),
    ],
)
def test_errors_say_where_and_not_what(value: Any, error: type[Exception], why: str) -> None:
    with pytest.raises(error, match=rf"^parameter 2: .*{why}") as raised:
        CODECS.encode_all(["x", value])
    assert "secret" not in str(raised.value)


def test_a_list_within_its_own_enum_is_an_error_of_ours() -> None:
    content: list[Any] = []

    class Round(Enum):
        ITSELF = content

    content.append(Round.ITSELF)
    with pytest.raises(DataError):
        CODECS.encode_all([content])


@pytest.mark.parametrize(
    "value",
    [
        [1, None, -(2**31)],
        [2**62, 1],
        [[True], [None]],
        [[0.1, float("inf")], [-0.0, 1e300]],
        [[[b"a"], [b"\0\xff"]]],
        [Decimal("1.50"), Decimal("1" + "0" * 40)],
        [dt.date(1, 1, 1), dt.date(9999, 12, 31)],
        [dt.time(23, 59, 59, 999999), None],
        [dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31, 23, 59, 59, 999999)],
        [dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)],
    ],
)
def test_what_was_sent_comes_back(value: list[Any]) -> None:
    sent = CODECS.encode(value)
    assert sent.data is not None
    assert repr(decode(sent.oid, sent.format, sent.data)) == repr(value)


@pytest.mark.parametrize(
    ("array", "value"),
    [
        (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        (np.array([], dtype=np.int64), []),
        (np.zeros((2, 0)), [[], []]),
        (np.array([1.5, np.nan]), [1.5, float("nan")]),
        (np.array([1.5], dtype=np.float32), [1.5]),
        (np.array([2**63], dtype=np.uint64), [2**63]),
        (np.array([True, False]), [True, False]),
        (np.array(["a", ""]), ["a", ""]),
        (np.array([b"a"]), [b"a"]),
        (np.array([Decimal(1), None], dtype=object), [Decimal(1), None]),
        (np.ma.masked_array([1, 2], mask=[False, True]), [1, None]),
        (np.array(7), 7),
        (np.array("x"), "x"),
        ([np.array([1, 2]), [3, 4]], [[1, 2], [3, 4]]),
        ([np.array(1), np.array(2)], [1, 2]),
        (
            np.array(["2024-02-29T01:02:03.000004000", "NaT"], dtype="M8[ns]"),
            [dt.datetime(2024, 2, 29, 1, 2, 3, 4), None],
        ),
        (np.array([["2024-02-29"], ["NaT"]], dtype="M8[D]"), [[dt.date(2024, 2, 29)], [None]]),
        (np.array("2024-02-29T01", dtype="M8[ns]"), dt.datetime(2024, 2, 29, 1)),
    ],
)
def test_numpy_arrays(array: Any, value: Any) -> None:
    assert CODECS.encode(array) == CODECS.encode(value)


@pytest.mark.parametrize(
    ("array", "error", "why"),
    [
        (np.zeros((1,) * 7), ProgrammingError, "deeper than the 6"),
        (np.array([1j]), NotSupportedError, r"element \[0\].*complex"),
        (np.array(["2024-01-01T00:00:00.000000001"], dtype="M8[ns]"), DataError, "element"),
        (np.array([1, [2]], dtype=object), ProgrammingError, "side by side"),
    ],
)
def test_numpy_arrays_that_cannot_be_sent(array: Any, error: type[Exception], why: str) -> None:
    with pytest.raises(error, match=why):
        CODECS.encode_all([array])
