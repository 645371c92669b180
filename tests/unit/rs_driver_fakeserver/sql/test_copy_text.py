from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.sql.copy_syntax import Options
from rs_driver_fakeserver.sql.copy_text import TextReader, write_text

OPTIONS = Options().filled()


def read(data: str, options: Options = OPTIONS) -> list[object]:
    return list(TextReader(options).rows(data))


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        ("", []),
        ("a\tb\n", [["a", "b"]]),
        ("\n", [[""]]),
        ("\t\n", [["", ""]]),
        ("\\N\t\\\\N\n", [[None, "\\N"]]),
        ("a\\tb\\nc\\\\\n", [["a\tb\nc\\"]]),
        ("a\\\nb\n", [["a\nb"]]),
        ("\\x41\\101\\q\\b\n", [["AAq\b"]]),
        ("a\r\nb\r\n", [["a"], ["b"]]),
        ("a\n\\.\n", [["a"], None]),
    ],
)
def test_reading(data: str, rows: list[object]) -> None:
    assert read(data) == rows


def test_whole_lines() -> None:
    reader = TextReader(OPTIONS)
    assert reader.complete("a\nb\\\nc\nd") == 7
    assert reader.complete("a\\") == 0


@pytest.mark.parametrize(
    ("data", "what"), [("a\nb\r\n", "carriage return"), ("a\r\nb\n", "newline")]
)
def test_lines_end_alike(data: str, what: str) -> None:
    with pytest.raises(SqlError, match=f"22P04: literal {what} found in data"):
        read(data)


def test_other_options() -> None:
    options = Options(delimiter="|", null="NIL").filled()
    assert read("a\\|b|NIL|\t\n", options) == [["a|b", None, "\t"]]
    assert write_text(["a|b", None, "\t"], options) == "a\\|b|NIL|\\t\n"


@given(
    st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"])), min_size=1),
    st.sampled_from("\t|,;~"),
)
def test_what_was_written_is_read(row: list[str | None], delimiter: str) -> None:
    options = Options(delimiter=delimiter).filled()
    line = write_text(row, options)
    assert TextReader(options).complete(line) == len(line)
    assert read(line, options) == [row]
