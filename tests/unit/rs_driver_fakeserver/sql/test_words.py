from __future__ import annotations

import pytest

from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.sql.words import Phrase, identifier, stumbles, unquoted, words


def test_words_and_their_places() -> None:
    found = words("/* ü */ Fetch \"A b\" -- x\n, 'it''s'", backslashes=False)
    assert [(word.kind, word.position) for word in found] == [
        ("word", 9),
        ("name", 15),
        ("symbol", 26),
        ("string", 28),
    ]
    assert [word.lower for word in found] == ["fetch", "", ",", ""]
    assert [identifier(found[0]), identifier(found[1])] == ["fetch", "A b"]


@pytest.mark.parametrize(
    ("text", "backslashes", "value"),
    [
        ("'it''s'", False, "it's"),
        (r"'a\b'", False, r"a\b"),
        (r"'a\'b'", True, "a'b"),
        (r"E'a\'b'", False, "a'b"),
        ("$x$it's$x$", False, "it's"),
        ("''", False, ""),
    ],
)
def test_the_value_of_a_literal(text: str, backslashes: bool, value: str) -> None:
    assert unquoted(text, backslashes=backslashes) == value


def test_stumbling_says_where() -> None:
    error = stumbles(words("a 'b'", backslashes=False)[1])
    assert (error.sqlstate, error.message, error.position) == (
        "42601",
        "syntax error at or near \"'b'\"",
        3,
    )


class TestPhrase:
    def phrase(self, sql: str) -> Phrase:
        return Phrase(sql, backslashes=False)

    def test_reading(self) -> None:
        phrase = self.phrase("Copy \"T\" (a, (b)) -5 +3 7 'x' rest of it;")
        assert phrase.accept("move") == ""
        assert phrase.expect("copy", "move") == "copy"
        assert phrase.name() == "T"
        assert phrase.bracketed() == "a, (b)"
        assert [phrase.integer() for _ in range(3)] == [-5, 3, 7]
        assert not phrase.number_follows()
        assert phrase.string() == "x"
        assert phrase.peek(1) == "of"
        assert phrase.left == 4
        assert phrase.rest() == "rest of it;"

    @pytest.mark.parametrize(
        ("sql", "message"),
        [
            ("", "end of input"),
            ("fetch", 'or near "fetch"'),
            ("a b", 'or near "b"'),
            ("a 1.5", 'or near "1.5"'),
            ("a (b", "end of input"),
            ("a 9999999999999999999999", 'or near "9999999999999999999999"'),
        ],
    )
    def test_what_does_not_fit(self, sql: str, message: str) -> None:
        phrase = self.phrase(sql)
        with pytest.raises(SqlError, match=f"42601: syntax error at .*{message}"):
            phrase.expect("a")
            if phrase.peek() == "(":
                phrase.bracketed()
            phrase.integer()

    def test_names_and_literals_are_no_keywords(self) -> None:
        for sql in ('"all"', "'all'"):
            assert self.phrase(sql).accept("all") == ""

    def test_the_end(self) -> None:
        self.phrase(" -- nothing").end()
        with pytest.raises(SqlError, match='near "x"'):
            self.phrase("x").end()
        with pytest.raises(SqlError, match="end of input"):
            self.phrase("").rest()
