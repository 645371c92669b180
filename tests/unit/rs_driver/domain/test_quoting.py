from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver.domain.quoting import quote_literal
from rs_driver.errors import DataError


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("", "''"),
        ("plain", "'plain'"),
        ("it's", "'it''s'"),
        ("''", "''''''"),
        ("'; drop table t; --", "'''; drop table t; --'"),
        ("a\\b", "E'a\\\\b'"),
        ("\\'", "E'\\\\'''"),
        ("\\", "E'\\\\'"),
        ("$$ü\n%", "'$$ü\n%'"),
    ],
)
def test_literals(text: str, literal: str) -> None:
    assert quote_literal(text) == literal


def read(literal: str, backslash_escapes: bool) -> str:
    """What a server makes of a literal; AssertionError where it ends before the text does."""
    escaped = literal.startswith("E")
    body = literal[1:] if escaped else literal
    assert body[0] == body[-1] == "'"
    inner, found, at = body[1:-1], "", 0
    while at < len(inner):
        if inner[at] == "'" or (inner[at] == "\\" and (escaped or backslash_escapes)):
            assert inner[at + 1 : at + 2] in ("'", "\\")
            assert inner[at] == "\\" or inner[at + 1] == "'"
            at += 1
        found += inner[at]
        at += 1
    return found


@given(st.text(st.sampled_from("'\\ab$-;\n")))
def test_they_mean_the_same_under_both_lexings(text: str) -> None:
    assert read(quote_literal(text), True) == read(quote_literal(text), False) == text


class Shouting(str):
    __slots__ = ()

    def replace(self, *_args: object) -> str:
        return "' --"


def test_a_subclass_has_no_say() -> None:
    assert quote_literal(Shouting("it's")) == "'it''s'"


@pytest.mark.parametrize(
    ("text", "what"), [("ab\0", "NUL character at index 2"), ("a\ud800", "surrogate at index 1")]
)
def test_what_no_literal_holds(text: str, what: str) -> None:
    with pytest.raises(DataError, match=what):
        quote_literal(text)
