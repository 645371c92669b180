from __future__ import annotations

import itertools
import re
from unicodedata import category, east_asian_width

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver.excerpt import (
    ANALYSED,
    CONTEXT_LINES,
    CONTEXT_WIDTH,
    WIDTH,
    opening,
    pointed,
    surroundings,
)

ESCAPE = "\x1b"


def columns(text: str) -> int:
    """The columns of a terminal, one character after another."""
    wide = sum(east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(category(character) in ("Mn", "Me") for character in text)


def under_caret(lines: list[str]) -> str:
    """What stands on the screen from the caret's column on."""
    line, caret = lines
    assert caret.strip() == "^"
    before = [at for at in range(len(line) + 1) if columns(line[:at]) == caret.index("^")]
    return line[before[-1] :]


def at(text: str, fault: str) -> list[str]:
    return pointed(text, text.index(fault) + 1)


# -- the line and the caret ---------------------------------------------------------------


def test_a_short_line_is_shown_as_it_is() -> None:
    assert at("select * from users wehre id = 1", "wehre") == [
        "LINE 1: select * from users wehre id = 1",
        "                            ^",
    ]


def test_the_line_is_the_one_with_the_fault() -> None:
    assert at("select a\n  from b\n  wehre c\n", "wehre") == ["LINE 3:   wehre c", " " * 10 + "^"]
    assert at("a\nb\nc", "c") == ["LINE 3: c", "        ^"]
    assert pointed("x\ny", 1, "QUERY: ") == ["QUERY: LINE 1: x", " " * 15 + "^"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_they_like(end: str) -> None:
    text = end.join(["select", "é", "frm t", "x"])
    assert at(text, "frm") == ["LINE 3: frm t", "        ^"]
    assert at(text, "x") == ["LINE 4: x", "        ^"]


@pytest.mark.parametrize(
    ("text", "line", "caret"),
    [
        ("select", "LINE 1: select", 14),
        ("select\n", "LINE 2:", 8),
        ("select\r\n  ", "LINE 2:", 10),
        ("", "LINE 1:", 8),
    ],
)
def test_the_end_of_the_text_is_a_place(text: str, line: str, caret: int) -> None:
    assert pointed(text, len(text) + 1) == [line, " " * caret + "^"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_fault_at_a_lines_end_is_on_that_line(end: str) -> None:
    text = f"ab{end}cd"
    for position in range(3, 3 + len(end)):
        line, caret = pointed(text, position)
        assert line == "LINE 1: ab"
        assert caret.index("^") == 7 + position


@pytest.mark.parametrize("position", [-5, 0, 9, 10, 9_999_999_999])
def test_a_place_that_is_none(position: int) -> None:
    assert pointed("1234567", position) == []


@pytest.mark.parametrize(
    ("before", "columns_before"),
    [
        ("\t", 1),
        ("\t\t a", 4),
        ("日本", 4),
        ("x\u0301", 1),
        ("한글🎉", 6),
        ("é", 1),
        (ESCAPE + "[31m", 8),
        ("\u202e", 6),
        ("\xa0", 4),
        ("\ud800", 6),
        ("\0", 4),
    ],
)
def test_the_caret_stands_under_the_fault(before: str, columns_before: int) -> None:
    lines = pointed(f"{before}!fault", len(before) + 1)
    assert lines[1].index("^") == len("LINE 1: ") + columns_before
    assert under_caret(lines) == "!fault"


def test_nothing_commands_the_terminal() -> None:
    line, _ = at("select '\x1b[2J\x07\x9b\u2028\u202e\u200b' !", "!")
    assert line == r"LINE 1: select '\x1b[2J\x07\x9b\u2028\u202e\u200b' !"


def test_a_long_line_is_cut_on_both_sides() -> None:
    line, caret = lines = at("select " + "a, " * 100 + "!!" + ", b" * 100, "!!")
    assert line.startswith("LINE 1: ...")
    assert line.endswith("...")
    assert columns(line) == len("LINE 1: ......") + WIDTH
    assert under_caret(lines).startswith("!!, b, b")
    assert len(caret) < 80


def test_it_is_cut_only_where_it_must_be() -> None:
    assert at("!" + "x" * 63, "!")[0] == "LINE 1: !" + "x" * 63
    assert at("!" + "x" * 64, "!")[0] == "LINE 1: !" + "x" * 63 + "..."
    assert at("x" * 63 + "!", "!")[0] == "LINE 1: " + "x" * 63 + "!"
    assert at("x" * 64 + "!", "!")[0] == "LINE 1: ..." + "x" * 63 + "!"
    assert at("x" * 50 + "!\n" + "y" * 99, "!")[0] == "LINE 1: " + "x" * 50 + "!"


def test_wide_characters_fill_the_room_sooner() -> None:
    lines = at("字" * 200 + "!" + "字" * 200, "!")
    assert columns(lines[0]) <= len("LINE 1: ......") + WIDTH
    assert under_caret(lines).startswith("!字")


texts = st.text(st.sampled_from("ab \t\n\r日\u0301\x1b'\\\u202e"), max_size=300)


@given(texts, st.data())
def test_any_place_of_any_text(text: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text)))
    line, caret = pointed(text, place + 1)
    assert line.isprintable()
    assert columns(line) <= len("LINE 999: ......") + WIDTH
    head, _, shown = line.partition(":")
    unified = text.replace("\r\n", " \n").replace("\r", "\n")
    assert head == f"LINE {unified[:place].count(chr(10)) + 1}"
    fault = unified[place : place + 1]
    if fault.strip() and category(fault) not in ("Mn", "Cc", "Cf"):
        assert under_caret([line, caret]).startswith(fault)
    assert shown.replace("...", "").strip() in unified.replace("\t", " ").replace(
        "\x1b", r"\x1b"
    ).replace("\u202e", r"\u202e")


def test_a_very_long_text_is_no_trouble() -> None:
    text = "select 'password'," + "x, y\n" * 1_000_000 + "!"
    lines = at(text, "!")
    assert lines == ["LINE 1000001: *", " " * 14 + "^"]


# -- the beginning of a text --------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("select 1", ["Q: select 1"]),
        ("\n\r\n  select 1", ["Q: select 1"]),
        ("select 1\n from t", ["Q: select 1..."]),
        ("select 1\n ", ["Q: select 1"]),
        ("x" * 65, ["Q: " + "x" * 64 + "..."]),
        ("x" * 65 + "\ny", ["Q: " + "x" * 64 + "..."]),
        ("a\tb\x1b", [r"Q: a b\x1b"]),
        ("create user x password 'abc'", ["Q: create user x password *****"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_the_opening_of_a_text(text: str, shown: list[str]) -> None:
    assert opening(text, "Q: ") == shown


# -- the context --------------------------------------------------------------------------


def test_the_context_has_several_lines() -> None:
    assert surroundings('SQL statement "select 1/0"\nPL/pgSQL function f() line 3\n') == [
        'CONTEXT: SQL statement "select 1/0"',
        "PL/pgSQL function f() line 3",
    ]
    assert surroundings("") == surroundings(" \n") == []


def test_the_context_is_bounded() -> None:
    lines = surroundings("\n".join(["x" * 10_000] * 1000))
    assert lines[0] == "CONTEXT: " + "x" * CONTEXT_WIDTH + "..."
    assert len(lines) == CONTEXT_LINES + 1
    assert lines[-1] == "..."
    exactly = surroundings("\n".join("y" * CONTEXT_LINES))
    assert exactly == ["CONTEXT: y", *"y" * (CONTEXT_LINES - 1)]


def test_the_context_is_harmless() -> None:
    assert surroundings("a\x1b[2J\tb\r\nc") == [r"CONTEXT: a\x1b[2J b", "c"]
    lines = surroundings("statement \"alter user x password 'hunter2\nhunter3'\"\nfunction f()")
    assert lines[0].startswith("CONTEXT: statement ***")
    assert lines[1:] == ["*" * len("hunter3'\""), "function f()"]


# -- secrets ------------------------------------------------------------------------------

SECRET = "hunter2"
STATEMENTS = [
    "create user bob password '{}' valid !",
    "CREATE USER bob PASSWORD '{}' valid !",
    "alter user bob ! password 'md5{}'",
    "create user bob identified by '{}' !",
    "copy t from 's3://b' credentials 'aws_access_key_id=x;aws_secret_access_key={}' !",
    "copy t from 's3://b' access_key_id '{}' !",
    "copy t from 's3://b' secret_access_key '{}' !",
    "copy t from 's3://b' session_token '{}' !",
    "copy t from 's3://b' master_symmetric_key '{}' !",
    "select pgp_sym_encrypt(x, '{}') !",
    'create user bob password "{}" !',
    "create user bob password \u2018{}\u2019 !",
    "create user bob password `{}` !",
    "create user bob password $${}$$ !",
    "create user bob password $q${}$q$ !",
    "create user bob password e'\\'{}' !",
    "create user bob password '{} !",
    "create user bob password 'it's {}' !",
    "create user bob password 'x\n{}' !",
    "create user bob password 'x\\' \n{}' !",
    "create user bob password 'it's\n{}' !",
    "create user bob password $$x\n{}$$ !",
    'create user bob password "x\n{}" !',
    "create user bob /* password 'x\n{}' !",
    "-- don't tell\ncreate user bob password 'x\n{}' !",
    "/* don't tell */ create user bob password 'x\n{}' !",
    "select \"o'brien\" where password = 'x\n{}' !",
    "select '\\' where password = '{}' !",
    "select '\\', password, 'x\n{}' !",
    "select 'x\n{} !', password",
    "select password 'x\\'\n{}\\'' !",
    "select a$$ password '$$\n{} $$' b$$ !",
    "select password '" + "y" * 300 + "{} !'",
    "select password '" + "y" * 40 + "{}" + "y" * 20 + " !'",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_no_secret_is_shown(statement: str) -> None:
    text = statement.format(SECRET)
    plain = at(text.lower().replace("\n", " "), "!")
    masked = at(text, "!")
    shown = [*masked, *opening(text, ""), *surroundings(text)]
    assert SECRET not in "\n".join(shown)
    if "\n" not in text:
        assert len(masked[0]) == len(plain[0])
        assert masked[1] == plain[1]


@pytest.mark.parametrize("statement", [text for text in STATEMENTS if "'{}'" in text])
def test_the_same_without_a_word_of_secrets_is_shown(statement: str) -> None:
    text = statement.format(SECRET).lower()
    for (
        word
    ) in "password secret credentials token identified access_key symmetric_key crypt".split():
        text = text.replace(word, "w")
    assert SECRET in at(text, "!")[0]


def test_what_is_no_literal_can_be_read() -> None:
    text = "create user bob\n  password 'hun\nter2'\n  valid untl 'tomorrow', 'x' !"
    assert at(text, "untl") == ["LINE 4:   valid untl " + "*" * 17, " " * 16 + "^"]
    for text in ("-- don't\nselect password\nfrm t", "/* don't */ select password\n\nfrm t"):
        assert at(text, "frm")[0] == "LINE 3: frm t"
    assert at("select password\nfrm users", "frm") == ["LINE 2: frm users", "        ^"]
    assert at("select $1, password frm t", "frm")[0] == "LINE 1: select $1, password frm t"


def test_a_mask_is_as_wide_as_what_it_hides() -> None:
    text = "create user x password '日\x1bé\u0301' !"
    lines = at(text, "!")
    assert lines[0] == "LINE 1: create user x password " + "*" * (1 + 2 + 4 + 1 + 1 + 2)
    assert lines[1].index("^") == len(lines[0]) - 1


def test_in_a_text_too_long_to_analyse_everything_behind_a_quote_is_a_secret() -> None:
    filler = "x, " * (ANALYSED // 3)
    text = f"select a,\n b c d, 'password',\n {filler}\n !"
    assert at(text, "!")[0] == "LINE 4: **"
    assert at(text, "b c")[0].startswith("LINE 2:  b c d, ***")
    assert at(f"select password, !\n{filler}", "!")[0] == "LINE 1: select password, !"


pieces = st.lists(
    st.sampled_from(["'", "''", "\\", '"', "$$", "$a$", "--", "/*", "*/", "\n", " ", "E", "Z"]),
    max_size=25,
)


def literals(text: str, escapes: bool, dollars: bool) -> set[int]:
    """Where the characters of string literals are: the lexer that everybody would write."""
    inside: set[int] = set()
    at = 0
    while at < len(text):
        two = text[at : at + 2]
        if two == "--":
            at = (text + "\n").index("\n", at)
        elif two == "/*":
            at = (text + "*/").index("*/", at + 2) + 2
        elif text[at] == '"':
            at = (text + '"').index('"', at + 1) + 1
        elif dollars and (tag := re.match(r"\$a?\$", text[at:])):
            start = at + len(tag[0])
            at = (text + tag[0]).index(tag[0], start)
            inside.update(range(start, at))
            at += len(tag[0])
        elif text[at] == "'":
            at += 1
            while at < len(text) and text[at] != "'":
                inside.update((at, at + 1) if escapes and text[at] == "\\" else (at,))
                at += 2 if escapes and text[at] == "\\" else 1
            at += 1
        else:
            at += 1
    return inside


@given(pieces)
def test_no_character_of_a_literal_is_shown(found: list[str]) -> None:
    """Z stands for a secret: every one that any lexing takes for a literal's."""
    text = "password " + "".join(found)
    ways = itertools.product((False, True), repeat=2)
    for place in sorted(set().union(*(literals(text, *way) for way in ways))):
        if text[place : place + 1] == "Z":
            line, caret = pointed(text, place + 1)
            assert (line + " ")[caret.index("^")] == "*", text
