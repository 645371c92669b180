r"""Where a SQL text holds placeholders and separators, lexed as the server lexes it.

A driver that sees a placeholder where the server sees a string literal, or the other
way round, lets data become SQL (CVE-2026-41889 is one such driver). So the rules below
are the server's, down to the odd ones:

* A plain ``'...'`` ends at a single quote; a doubled one is part of it. A backslash
  hides the character behind it where ``backslash_escapes`` holds (Redshift, and
  PostgreSQL with ``standard_conforming_strings=off``).
* ``E'...'``, either case, always honours backslashes. ``B'...'`` and ``X'...'`` never do.
  ``N'...'`` and ``U&'...'`` are lexed like plain literals: where ``backslash_escapes``
  holds, PostgreSQL refuses ``U&''`` and 8.0, from which Redshift comes, does not know it.
* A literal goes on in the next line: after its closing quote, blanks and ``--`` comments
  with a newline among them, and another quote, it is the *same* literal, of the same kind.
* ``E``, ``B``, ``X`` are a prefix only if they are a token by themselves: not in
  ``name'...'``, but in ``1e'...'``.
* ``$$...$$`` and ``$tag$...$tag$``. A tag does not start with a digit, ``$1`` is a
  parameter, and in ``a$b$`` the dollars belong to the identifier.
* ``/* */`` comments nest; ``--`` comments end at a line feed or a carriage return; both
  may start within a run of operator characters.
* ``"..."`` ends at a single double quote; backslashes mean nothing in it.
* Every character outside ASCII is a letter.

What is not closed reaches to the end of the text: the server will complain.

One regular expression per ``Mark`` and escape mode does the work: it runs over plain
code, simple literals and comments in one match, and stops at marks and at the few
things that a regular expression cannot end (nested comments, dollar quotes, escapes).
Time is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from types import MappingProxyType

__all__ = ["BLANKS", "IN_WORD", "WORD", "Mark", "first_word", "spans"]

BLANKS = " \t\n\r\f\v"
"""The server's white space. A no-break space, for instance, is a letter."""

# By what they are not, which is ASCII: `re` takes milliseconds to compile a class that
# reaches as far as Unicode does.
_NO_LETTER = r"\x00-@\[-^`{-\x7f"
_LETTER = f"[^{_NO_LETTER}]"
_LETTER_OR_DIGIT = r"[^\x00-/:-@\[-^`{-\x7f]"
IN_WORD = r"[^\x00-#%-/:-@\[-^`{-\x7f]"
"""A character of a name or a keyword but its first, as a regular expression ..."""
WORD = f"{_LETTER}{IN_WORD}*"
"""... and the whole of it."""


class Mark(Enum):
    """What to look for outside literals, comments and quoted identifiers.

    * ``SEPARATOR``: runs of ``;``.
    * ``PERCENT``: ``%s``, ``%(name)s``, and any ``%`` that is neither these nor ``%%``.
    * ``QUESTION``: ``?`` and ``??``.
    * ``NAME``: ``:name``. ``NUMBER``: ``:1``. Neither is part of ``::``, ``:=`` or of a
      slice, see ``_is_slice``.

    The value is ``(characters, pattern, plain)``: characters that plain code cannot run
    over, what is found, and what is plain code in spite of these characters.
    """

    SEPARATOR = (";", ";+", "")
    PERCENT = ("%", r"%(?!%)(?:s|\([^()]*\)s)?", "%%")
    QUESTION = ("?", r"\?\??", "")
    NAME = (":[]", rf":{_LETTER}{_LETTER_OR_DIGIT}*", f":[:=]|:(?!{_LETTER})")
    NUMBER = (":[]", ":[0-9]+", ":[:=]|:(?![0-9])")


def _other_than(characters: str) -> str:
    """What plain code consists of but words, for a class of characters: neither letters nor
    ``characters``, nor what may begin a literal or a comment."""
    known = {*characters, *"'\"$-/_"}
    others = [one for one in map(chr, range(128)) if not one.isalpha() and one not in known]
    return "".join(map(re.escape, others))


def _pattern(mark: Mark, backslash_escapes: bool) -> str:
    characters, found, plain = mark.value
    if backslash_escapes:
        # The bounded repetition keeps the matcher's stack small; _end does the rest.
        literal = r"'[^'\\]*(?:\\.[^'\\]*){0,20}'"
        escaped, raw = "'", "[bBxX]'"
    else:
        literal = r"'[^']*(?:'|\Z)"
        escaped, raw = "[eE]'", "(?!)"
    prefix = raw if backslash_escapes else escaped
    code = "|".join(
        filter(
            None,
            [
                f"[{_other_than(characters)}]+",
                rf"(?!{prefix}){WORD}",
                literal,
                r'"[^"]*(?:"|\Z)',
                r"--[^\r\n]*|-(?!-)|/(?!\*)",
                plain,
            ],
        )
    )
    # What follows the run of code is optional: the match never has to give back any of it.
    return (
        rf"(?:{code}){{0,200}}"
        rf"(?:(?P<mark>{found})"
        rf"|(?P<escaped>{escaped})|(?P<raw>{raw})"
        rf"|(?P<dollar>\$(?:{_LETTER}{_LETTER_OR_DIGIT}*)?\$)"
        r"|(?P<native>\$[0-9]+)|\$|(?P<comment>/\*)|(?P<open>\[)|(?P<close>\]))?"
    )


# Texts only: `re` compiles them at first use and keeps them, so an import costs nothing.
_PATTERNS = MappingProxyType(
    {(mark, escapes): _pattern(mark, escapes) for mark in Mark for escapes in (False, True)}
)

_SPACE = rf"[{BLANKS}]*"
_CONTINUED = rf"[ \t\f\v]*(?:--[^\r\n]*)?[\r\n]{_SPACE}(?:--[^\r\n]*[\r\n]{_SPACE})*'"
_ESCAPED_STOP = rf"\\.|'(?:'|{_CONTINUED})?"
_RAW_STOP = f"'(?:{_CONTINUED})?"
_COMMENT_STOP = r"/\*|\*/"
_NOTHING = rf"(?:[{BLANKS}]+|--[^\r\n]*)+"
_FIRST = rf"(?![eEbBxX]'){WORD}"
_LEAD = rf"(?:[{BLANKS}(]+|--[^\r\n]*)+"


def spans(sql: str, mark: Mark, backslash_escapes: bool = True) -> Iterator[tuple[str, int, int]]:
    """The places of ``mark`` in ``sql``, in order, as ``(kind, start, stop)``.

    ``kind`` is "mark", or "native" for a ``$1`` of the server's own. Nothing within
    literals, quoted identifiers and comments is reported.
    """
    finditer = re.compile(_PATTERNS[mark, backslash_escapes], re.DOTALL).finditer
    brackets = 0
    position: int | None = 0
    while position is not None:
        after, position = position, None
        for match in finditer(sql, after):
            kind = match.lastgroup
            if kind is None:
                continue
            start, stop = match.span(kind)
            if kind == "mark":
                if brackets and _is_slice(sql, start):
                    position = start + 1
                    break
                yield kind, start, stop
            elif kind == "native":
                yield kind, start, stop
            elif kind == "open":
                brackets += 1
            elif kind == "close":
                brackets = max(0, brackets - 1)
            else:
                position = _end(sql, kind, start, stop)
                break


def first_word(sql: str, start: int, stop: int) -> str | None:
    """The first word of the statement in ``sql[start:stop]``, in upper case.

    Blanks, comments and opening parentheses before it do not count. Empty if something
    else comes first; None if there are only blanks and comments. Words with letters
    outside ASCII are left alone: upper case would make SELECT of one with a long s.
    """
    position = start
    if not sql[start : start + 1].isalpha():  # most texts begin with their first word
        position = _skip(_NOTHING, sql, start, stop)
        if position >= stop:
            return None
        position = _skip(_LEAD, sql, position, stop)
    word = re.compile(_FIRST).match(sql, position, stop)
    if word is None:
        return ""
    text = word.group()
    return text.upper() if text.isascii() else text


def _skip(pattern: str, sql: str, start: int, stop: int) -> int:
    """Past everything that matches ``pattern``, and nested comments."""
    match = re.compile(pattern).match
    position = start
    while True:
        if found := match(sql, position, stop):
            position = found.end()
        elif sql.startswith("/*", position, stop):
            position = _comment_end(sql, position + 2)
        else:
            return position


def _end(sql: str, kind: str, start: int, stop: int) -> int:
    """Where the thing ends that opens with ``sql[start:stop]``."""
    if kind == "comment":
        return _comment_end(sql, stop)
    if kind == "dollar":
        end = sql.find(sql[start:stop], stop)
        return len(sql) if end < 0 else end + stop - start
    pattern = _ESCAPED_STOP if kind == "escaped" else _RAW_STOP
    for match in re.compile(pattern, re.DOTALL).finditer(sql, stop):
        if match.group() == "'":
            return match.end()
    return len(sql)


def _comment_end(sql: str, position: int) -> int:
    depth = 1
    for match in re.compile(_COMMENT_STOP).finditer(sql, position):
        depth += 1 if match.group() == "/*" else -1
        if depth == 0:
            return match.end()
    return len(sql)


def _is_slice(sql: str, colon: int) -> bool:
    """Whether the colon, within brackets, is that of ``[lower:upper]``.

    It is, if an operand ends before it; blanks may lie between them where the operand
    cannot be a keyword. So ``a[i:j]``, ``a[1 :2]`` and ``a[f(x) :j]`` are slices, while
    ``a[:i]``, ``array[x, :i]`` and ``a[case when :i ...`` hold placeholders. A newline
    ends the search: what is before it may be a comment.
    """
    last = colon - 1
    while sql[last] in " \t":
        last -= 1
    before = sql[last]
    if before in "0123456789)]\"'":
        return True
    return last == colon - 1 and (before.isalpha() or before in "_$" or before > "\x7f")
