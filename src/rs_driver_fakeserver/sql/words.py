"""The words of one statement, for those few that the server itself understands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.sql.text import Token, tokens


class Word(NamedTuple):
    """A token that counts. ``position``: in characters from 1."""

    kind: str
    text: str
    position: int

    @property
    def lower(self) -> str:
        """Its text, to be compared with keywords; a literal's or a quoted name's is none."""
        return "" if self.kind in ("string", "name") else self.text.lower()


def words(sql: str, *, backslashes: bool) -> list[Word]:
    """The tokens of ``sql`` but for space and comments."""
    found: list[Word] = []
    at = 1
    for kind, text in tokens(sql, backslashes=backslashes):
        if kind not in ("space", "comment"):
            found.append(Word(kind, text, at))
        at += len(text)
    return found


def identifier(token: Token | Word) -> str:
    """The name that a token is: folded to lower case, or as it was quoted."""
    if token.kind == "name":
        return token.text[1:-1].replace('""', '"')
    return token.text.lower()


def unquoted(text: str, *, backslashes: bool = True) -> str:
    """The value of a literal, of whatever kind of quotes."""
    if text.startswith("$"):
        tag = text.index("$", 1) + 1
        return text[tag:-tag]
    start = text.index("'") + 1
    if backslashes or start > 1:
        return re.sub(r"\\(.)|'(')", r"\1\2", text[start:-1], flags=re.DOTALL)
    return text[start:-1].replace("''", "'")


def stumbles(word: Word) -> SqlError:
    """The error of a grammar that has no use for ``word``."""
    return SqlError("42601", f'syntax error at or near "{word.text}"', position=word.position)


class Phrase:
    """A statement, read word by word. What does not fit is a SqlError 42601."""

    def __init__(self, sql: str, *, backslashes: bool) -> None:
        self.sql = sql
        self._backslashes = backslashes
        self._words: Sequence[Word] = words(sql, backslashes=backslashes)
        self._at = 0

    @property
    def left(self) -> int:
        """How many words were not read yet."""
        return len(self._words) - self._at

    def peek(self, ahead: int = 0) -> str:
        """A word to come as a keyword, empty where there is none."""
        at = self._at + ahead
        return self._words[at].lower if at < len(self._words) else ""

    def accept(self, *keywords: str) -> str:
        """Read the next word if it is one of these; gives it, or an empty string."""
        found = self.peek()
        if found and found in keywords:
            self._at += 1
            return found
        return ""

    def expect(self, *keywords: str) -> str:
        """Read the next word, which has to be one of these."""
        return self.accept(*keywords) or self._refuse()

    def _refuse(self) -> str:
        if self._at < len(self._words):
            raise stumbles(self._words[self._at])
        end = len(self.sql) + 1
        raise SqlError("42601", "syntax error at end of input", position=end)

    def name(self) -> str:
        """Read an identifier."""
        return identifier(self._next("word", "name"))

    def string(self) -> str:
        """Read a literal; its value."""
        return unquoted(self._next("string").text, backslashes=self._backslashes)

    def raw_string(self) -> str:
        """Read a literal; what stands between its quotes, backslashes and all."""
        return unquoted(self._next("string").text, backslashes=False)

    def integer(self) -> int:
        """Read a whole number, perhaps with a sign."""
        sign = -1 if self.peek() == "-" else 1
        if self.peek() in ("-", "+"):
            self._at += 1
        word = self._next("number")
        if not word.text.isdecimal() or len(word.text) > 18:
            self._at -= 1
            self._refuse()
        return sign * int(word.text)

    def number_follows(self) -> bool:
        """Whether ``integer`` would find something."""
        at = self._at + (self.peek() in ("-", "+"))
        return at < len(self._words) and self._words[at].kind == "number"

    def _next(self, *kinds: str) -> Word:
        if self._at >= len(self._words) or self._words[self._at].kind not in kinds:
            self._refuse()
        self._at += 1
        return self._words[self._at - 1]

    def bracketed(self) -> str:
        """Read what stands in brackets; the SQL between them."""
        self.expect("(")
        start, depth = self._words[self._at - 1].position, 1
        while self.left:
            depth += {"(": 1, ")": -1}.get(self.peek(), 0)
            self._at += 1
            if depth == 0:
                return self.sql[start : self._words[self._at - 1].position - 1].strip()
        self._refuse()
        return ""

    def rest(self) -> str:
        """All that was not read; there has to be something."""
        if not self.left:
            self._refuse()
        return self.sql[self._words[self._at].position - 1 :].strip()

    def end(self) -> None:
        """There must be nothing more."""
        if self.left:
            self._refuse()
