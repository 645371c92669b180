from __future__ import annotations

import time
import tracemalloc
from contextlib import suppress
from typing import Any

import pytest

from rs_driver.adapters.codecs.array_text import literal, parse


def as_is(data: bytes) -> bytes:
    return data


@pytest.mark.parametrize(
    ("wire", "values"),
    [
        (b"{}", []),
        (b"{1}", [b"1"]),
        (b"{1,2,NULL}", [b"1", b"2", None]),
        (b"{null,Null,nULL,nullable}", [None, None, None, b"nullable"]),
        (b'{"NULL","null",""}', [b"NULL", b"null", b""]),
        (rb'{a,"b,c",NULL,"NULL","q\"x"}', [b"a", b"b,c", None, b"NULL", b'q"x']),
        (rb'{"\\","\\\\","\\\"","a\\b"}', [b"\\", b"\\\\", b'\\"', b"a\\b"]),
        (b'{"\\a\\\n"}', [b"a\n"]),
        (b'{"{","}","{}"," a "}', [b"{", b"}", b"{}", b" a "]),
        (b"{{1,2},{NULL,4}}", [[b"1", b"2"], [None, b"4"]]),
        (b"{{{{{{x}}}}}}", [[[[[[b"x"]]]]]]),
        (b"[0:1]={1,2}", [b"1", b"2"]),
        (b"[-5:-5]={x}", [b"x"]),
        (b"[2:3][0:1]={{1,2},{3,4}}", [[b"1", b"2"], [b"3", b"4"]]),
        (b'[3:3]={"a b"}', [b"a b"]),
        ('{ñ,"漢 字"}'.encode(), ["ñ".encode(), "漢 字".encode()]),
    ],
)
def test_parse(wire: bytes, values: list[Any]) -> None:
    assert parse(wire, as_is) == values


def test_elements_are_decoded_but_not_null() -> None:
    assert parse(b"{{1,NULL},{3,4}}", int) == [[1, None], [3, 4]]
    assert parse(b"{1,NULL,3}", int) == [1, None, 3]


@pytest.mark.parametrize(
    ("wire", "why"),
    [
        (b"", "closing brace is missing"),
        (b"1", "opening brace"),
        (b"{", "closing brace is missing"),
        (b"}", "element is missing"),
        (b"{1", "closing brace is missing"),
        (b"{{1}", "closing brace is missing"),
        (b"1}", "opening brace"),
        (b"{1}}", "brace too many"),
        (b"{1}x", "follows the array"),
        (b"{1}{2}", "follows the array"),
        (b"{1},2", "element is missing"),
        (b"{1,}", "element is missing"),
        (b"{,1}", "element is missing"),
        (b"{1,,2}", "element is missing"),
        (b'{"a",}', "element is missing"),
        (b'{"a",,"b"}', "element is missing"),
        (b'{"a""b"}', "comma is missing"),
        (b'{"a"b}', "comma is missing"),
        (b"{{1}{2}}", "comma is missing"),
        (b"{{}}", "element is missing"),
        (b"{{},{}}", "element is missing"),
        (b'{"a', "does not end"),
        (b'{"a}', "does not end"),
        (rb'{"a\"}', "does not end"),
        (rb'{"a\\\"}', "does not end"),
        (b"{1, 2}", "blank"),
        (b"{ 1}", "blank"),
        (b"{1 }", "comma is missing"),
        (b"{a\\b}", "comma is missing"),
        (b"{\\}", "backslash"),
        (b"{{1,2},{3}}", "depth 2 have 2 and 1"),
        (b"{{{1},{2}},{{3}}}", "depth 2 have 2 and 1"),
        (b"{1,{2}}", "list stands beside an element"),
        (b"{{1},2}", "element stands beside a list"),
        (b"{{1},{{2}}}", "list stands beside an element"),
        (b"{{{1}},{2}}", "element stands beside a list"),
        (b"{{{{{{{1}}}}}}}", "more than 6"),
        (b"{" * 100_000, "more than 6"),
        (b"[0:1]={1}", "bounds for"),
        (b"[0:1]={{1,2}}", "bounds for"),
        (b"[0:0][0:1]={1,2}", "bounds for"),
        (b"[1:0]={1}", "bounds for"),
        (b"[0:1]{1,2}", "bounds are expected"),
        (b"[0]={1}", "bounds are expected"),
        (b"[a:b]={1}", "bounds are expected"),
        (b"[0:99999999999]={1}", "bounds are expected"),
        (b"[0:0]" * 7 + b"={{{{{{{1}}}}}}}", "bounds are expected"),
        (b"[" * 100_000, "bounds are expected"),
    ],
)
def test_what_is_no_array_is_a_value_error(wire: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse(wire, as_is)


@pytest.mark.parametrize(
    "wire",
    [
        b'{"' + b'\\"' * 500_000 + b'"}',
        b'{"' + b"\\\\" * 500_000 + b'"}',
        b'{"' + b"\\\\\\" * 300_000,
        b'{"' + b'\\"' * 500_000,
        b"{" + b'"",' * 300_000 + b'""}',
        b"{" + b"1," * 500_000 + b"1}",
        b"{{" + b"},{".join([b"1"] * 200_000) + b"}}",
        b"[1:1]" * 200_000,
    ],
)
def test_time_grows_with_the_bytes_only(wire: bytes) -> None:
    before = time.process_time()
    with suppress(ValueError):
        parse(wire, as_is)
    assert time.process_time() - before < 5


def test_escapes_cost_no_memory_each() -> None:
    wire = b'{"' + b'\\"' * 300_000 + b'"}'
    tracemalloc.start()
    try:
        assert parse(wire, len) == [300_000]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * len(wire)


@pytest.mark.parametrize(
    ("elements", "lengths", "text"),
    [
        ([b"1"], [1], b"{1}"),
        ([b"1", None, b"-3.5"], [3], b"{1,NULL,-3.5}"),
        ([b"1", b"2", b"3", None], [2, 2], b"{{1,2},{3,NULL}}"),
        ([b"x"], [1] * 6, b"{{{{{{x}}}}}}"),
        ([b"", b"NULL", b"nUll", b"nulls"], [4], b'{"","NULL","nUll",nulls}'),
        ([b"a,b", b"{", b"}", b" ", b"a\tb"], [5], b'{"a,b","{","}"," ","a\tb"}'),
        ([b'"', b"\\", b'\\"'], [3], rb'{"\"","\\","\\\""}'),
        ([b"\n", b"\r", b"\v", b"\f"], [4], b'{"\n","\r","\v","\f"}'),
        (["naïve".encode()], [1], "{naïve}".encode()),
        ([b"'", b"$$", b"%s"], [3], b"{',$$,%s}"),
    ],
)
def test_literal(elements: list[bytes | None], lengths: list[int], text: bytes) -> None:
    assert literal(elements, lengths) == text
