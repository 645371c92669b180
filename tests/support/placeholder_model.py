"""A second, slow reading of SQL's lexical rules: one character after the other, no regex.

It shares nothing with ``rs_driver.domain.lexer`` but the rules that it follows, so the
two can be compared on any text, such as one of ``FRAGMENTS``.
"""

from __future__ import annotations

from dataclasses import dataclass

from rs_driver.domain.lexer import Mark

ASCII_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"
BLANKS = " \t\n\r\f\v"
FRAGMENTS = (
    *("select", "limit", "a", "e", "E", "x", "B", "n", "U&", "_", "é", "\u00a0", "1", "a1", "1e"),
    *("'", "''", "'it''s'", "\\", "\\'", "\\\\", "'\\'", "e'\\''", "X'1'", "U&'\\0041'"),
    *('"', '""', '"a""b"', "$", "$$", "$a$", "$1", "$1$", "a$b$", "$é$", "$$ ? $$"),
    *(
        "--",
        "-",
        "/*",
        "*/",
        "/",
        "*",
        "/* ? /* :a */ %s */",
        "-- %s\n",
        "\n",
        "\r",
        "\t",
        " ",
        "\f",
    ),
    *("?", "??", "?|", "%", "%s", "%%", "%(a)s", "%(b c)s", "%(", "%(')s", "%d", ")", "(", "s"),
    *(":", "::", ":=", ":a", ":b", ":1", ":2", ":0", "::int", "[", "]", "a[1:2]", "[:a]", ",", ";"),
    *("=", "+", "like 'a%'", "{", "'\n'", "' -- x\n  '", ":e'", "e:a", "\0"),
)
MARKS = {
    "qmark": Mark.QUESTION,
    "named": Mark.NAME,
    "numeric": Mark.NUMBER,
    "format": Mark.PERCENT,
}
"""What the lexer calls the placeholders of a style."""


@dataclass(frozen=True)
class Token:
    """``kind`` is blank, comment, literal, quoted, word, native, place, separator or code."""

    kind: str
    start: int
    stop: int


def is_letter(character: str) -> bool:
    return character in ASCII_LETTERS or character == "_" or ord(character) >= 128


class Reader:
    """Reads one text. ``style``: a paramstyle, or "" where placeholders are plain code."""

    def __init__(self, sql: str, style: str, backslash_escapes: bool) -> None:
        self.sql = sql
        self.style = style
        self.backslash_escapes = backslash_escapes
        self.tokens: list[Token] = []
        self.depth = 0

    def at(self, position: int) -> str:
        return self.sql[position] if position < len(self.sql) else "\0"

    def read(self) -> list[Token]:
        position = 0
        while position < len(self.sql):
            kind, stop = self.token(position)
            self.tokens.append(Token(kind, position, stop))
            position = stop
        return self.tokens

    def token(self, i: int) -> tuple[str, int]:
        here, after = self.at(i), self.at(i + 1)
        if here in BLANKS:
            return "blank", i + 1
        if here == "-" and after == "-":
            return "comment", self.line_comment(i)
        if here == "/" and after == "*":
            return "comment", self.block_comment(i)
        if here == '"':
            return "quoted", self.quoted_identifier(i)
        if here == "'":
            return "literal", self.literal(i + 1, self.backslash_escapes, doubling=True)
        if here in "eE" and after == "'":
            return "literal", self.literal(i + 2, escapes=True, doubling=True)
        if here in "bBxX" and after == "'":
            return "literal", self.literal(i + 2, escapes=False, doubling=False)
        if here == "$":
            return self.dollar(i)
        if is_letter(here):
            return "word", self.word(i, "$")
        if here == ";":
            return "separator", i + 1
        place = self.placeholder(i)
        if place > i:
            return "place", place
        if here == "[":
            self.depth += 1
        elif here == "]" and self.depth > 0:
            self.depth -= 1
        if self.sql[i : i + 2] in ("::", ":=") or (self.percents and self.sql[i : i + 2] == "%%"):
            return "code", i + 2
        return "code", i + 1

    @property
    def percents(self) -> bool:
        return self.style in ("format", "pyformat")

    def line_comment(self, i: int) -> int:
        while i < len(self.sql) and self.sql[i] not in "\r\n":
            i += 1
        return i

    def block_comment(self, i: int) -> int:
        depth = 0
        while i < len(self.sql):
            pair = self.sql[i : i + 2]
            if pair == "/*":
                depth += 1
                i += 2
            elif pair == "*/":
                depth -= 1
                i += 2
                if depth == 0:
                    return i
            else:
                i += 1
        return i

    def quoted_identifier(self, i: int) -> int:
        i += 1
        while i < len(self.sql):
            if self.sql[i] == '"':
                if self.at(i + 1) != '"':
                    return i + 1
                i += 1
            i += 1
        return i

    def literal(self, i: int, escapes: bool, doubling: bool) -> int:
        while i < len(self.sql):
            if self.sql[i] == "\\" and escapes:
                i += 2
            elif self.sql[i] != "'":
                i += 1
            elif doubling and self.at(i + 1) == "'":
                i += 2
            else:
                following = self.continuation(i + 1)
                if following < 0:
                    return i + 1
                i = following
        return len(self.sql)

    def continuation(self, i: int) -> int:
        """Past the quote that continues a literal in a later line, or -1."""
        newline = False
        while i < len(self.sql):
            if self.sql[i] in BLANKS:
                newline = newline or self.sql[i] in "\r\n"
                i += 1
            elif self.sql[i : i + 2] == "--":
                i = self.line_comment(i)
            else:
                return i + 1 if self.sql[i] == "'" and newline else -1
        return -1

    def dollar(self, i: int) -> tuple[str, int]:
        if self.at(i + 1) in DIGITS:
            i += 1
            while self.at(i) in DIGITS:
                i += 1
            return "native", i
        stop = (
            self.word(i + 1, "") if is_letter(self.at(i + 1)) and self.at(i + 1) != "\0" else i + 1
        )
        if self.at(stop) != "$":
            return "code", i + 1
        delimiter = self.sql[i : stop + 1]
        i = stop + 1
        while i < len(self.sql):
            if self.sql.startswith(delimiter, i):
                return "literal", i + len(delimiter)
            i += 1
        return "literal", i

    def word(self, i: int, also: str) -> int:
        while i < len(self.sql) and (
            is_letter(self.sql[i]) or self.sql[i] in DIGITS or self.sql[i] in also
        ):
            i += 1
        return i

    def placeholder(self, i: int) -> int:
        """Past the placeholder at ``i``, or ``i``."""
        here, after = self.at(i), self.at(i + 1)
        if self.style == "qmark" and here == "?":
            return i + 2 if after == "?" else i + 1
        if self.percents and here == "%" and after != "%":
            return self.percent(i)
        if here != ":" or after in ":=" or self.is_slice():
            return i
        if self.style == "named" and i + 1 < len(self.sql) and is_letter(after):
            return self.word(i + 1, "")
        if self.style == "numeric":
            stop = i + 1
            while self.at(stop) in DIGITS:
                stop += 1
            return stop if stop > i + 1 else i
        return i

    def percent(self, i: int) -> int:
        if self.at(i + 1) == "s":
            return i + 2
        if self.at(i + 1) == "(":
            stop = i + 2
            while stop < len(self.sql) and self.sql[stop] not in "()":
                stop += 1
            if self.sql[stop : stop + 2] == ")s":
                return stop + 2
        return i + 1

    def is_slice(self) -> bool:
        """Whether a colon that comes now parts the bounds of a slice."""
        if self.depth == 0:
            return False
        before = list(self.tokens)
        apart = False
        while before[-1].kind == "blank" and self.sql[before[-1].start] in " \t":
            apart = True
            before.pop()
        if before[-1].kind == "comment":
            return False
        last = self.sql[before[-1].stop - 1]
        if last in DIGITS or last in ")]\"'":
            return True
        return not apart and (is_letter(last) or last == "$")


def tokens(sql: str, style: str = "", backslash_escapes: bool = True) -> list[Token]:
    """The tokens of ``sql``; together they are the whole text."""
    return Reader(sql, style, backslash_escapes).read()


def keywords(sql: str, backslash_escapes: bool = True) -> tuple[str, ...]:
    """The first word of each statement, as ``classify`` has it."""
    found = []
    statement: list[Token] = []
    for token in [*tokens(sql, "", backslash_escapes), Token("separator", len(sql), len(sql))]:
        if token.kind in ("blank", "comment"):
            continue
        if token.kind != "separator":
            statement.append(token)
            continue
        if statement:
            while statement and sql[statement[0].start] == "(":
                statement.pop(0)
            word = statement[0] if statement and statement[0].kind == "word" else None
            text = sql[word.start : word.stop] if word else ""
            found.append(text if any(ord(c) > 127 for c in text) else text.upper())
        statement = []
    return tuple(found)
