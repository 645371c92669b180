from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.sql.copy_csv import CsvReader, write_csv
from rs_driver_fakeserver.sql.copy_syntax import Options

OPTIONS = Options("csv").filled()


def read(data: str, options: Options = OPTIONS) -> list[object]:
    return list(CsvReader(options).rows(data))


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        ("", []),
        ("a,b\n", [["a", "b"]]),
        ('a,,""\n', [["a", None, ""]]),
        ('"a,b\nc""d"\n', [['a,b\nc"d']]),
        ('a"b"c\n', [["abc"]]),
        ("a\r\nb,c\r\n", [["a"], ["b", "c"]]),
        ('"a\r\n"\n', [["a\r\n"]]),
        ("a\n\\.\n", [["a"], None]),
        ('"\\."\n', [["\\."]]),
    ],
)
def test_reading(data: str, rows: list[object]) -> None:
    assert read(data) == rows


@pytest.mark.parametrize(
    ("data", "whole"), [('a\n"b\nc', 2), ('a\n"b"', 2), ('a\n"b"\n', 6), ('"a""\n"\nb', 7)]
)
def test_whole_lines(data: str, whole: int) -> None:
    assert CsvReader(OPTIONS).complete(data) == whole


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ('"a\n', "unterminated CSV quoted field"),
        ("a\nb\r\n", "unquoted carriage return"),
        ("a\r\nb\n", "unquoted newline"),
    ],
)
def test_faults(data: str, message: str) -> None:
    with pytest.raises(SqlError, match=f"22P04: {message}"):
        read(data)


def test_writing() -> None:
    assert write_csv(["a", None, "", "b,c", 'd"e', "f\n"], OPTIONS) == 'a,,"","b,c","d""e","f\n"\n'
    assert write_csv(["\\."], OPTIONS) == '"\\."\n'
    odd = Options("csv", ";", "NIL", quote="'", escape="\\").filled()
    assert write_csv(["a;b", "it's", "NIL", None, "\\"], odd) == "'a;b';'it\\'s';'NIL';NIL;\\\n"
    assert read("'a;b';'it\\'s';'NIL';NIL;\\\n", odd) == [["a;b", "it's", "NIL", None, "\\"]]


@given(
    st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=4),
    st.sampled_from(('"', "'", "|")),
    st.sampled_from(('"', "\\")),
)
def test_what_was_written_is_read(row: list[str | None], quote: str, escape: str) -> None:
    options = Options("csv", quote=quote, escape="" if escape == '"' else escape).filled()
    line = write_csv(row, options)
    assert CsvReader(options).complete(line) == len(line)
    assert read(line, options) == [row]
