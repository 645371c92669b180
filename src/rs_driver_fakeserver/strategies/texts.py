"""Texts as a server may hold and say them: everything but NUL and lone surrogates."""

from __future__ import annotations

from hypothesis import strategies as st

EDGES = (
    *("", " ", "NULL", "null", "\\", "\\N", "'", "''", '"', "a'b", 'a"b', "%", "%s", "$1", "?"),
    *(":a", "{}", "{,}", "(1,2)", "\t", "\r\n", "\x01", "\x7f", "\\x00", "e\u0301", "\u202e"),
    *("\ufeff", "\ufffd", "\u6f22", "\U0001f600", "\U0010ffff"),
)
"""What quoting, escaping, placeholders and widths of characters stumble over."""

NAME_EDGES = (
    *("", "?column?", "id", "ID", "a b", 'a"b', '"a"', "a'b", "a.b", "a\\b", "%s", "%(a)s", ":a"),
    *("$1", "?", "select", "class", "__init__", "1", "\u00e4", "e\u0301", "\u6f22\u5b57", "\n"),
    *("\U0001f600", "\u0130", "\u200b"),
)
"""Names of columns that are not words."""

ASCII = st.characters(min_codepoint=1, max_codepoint=0x7F)
UNICODE = st.characters(exclude_categories=["Cs"], exclude_characters="\0")


def texts(
    *, max_chars: int | None = None, max_bytes: int | None = None, ascii_only: bool = False
) -> st.SearchStrategy[str]:
    """Texts of at most so many characters, or of so many bytes in UTF-8."""
    alphabet = ASCII if ascii_only else UNICODE
    limits = [limit for limit in (max_chars, max_bytes) if limit is not None]
    longest = min(limits) if limits else None
    edges = [edge for edge in EDGES if edge.isascii() or not ascii_only]
    if longest is not None and longest <= _LONGEST_EDGE:
        edges.append("x" * longest)
    found = st.text(alphabet, max_size=longest) | st.sampled_from(edges)
    if max_chars is not None:
        found = found.map(lambda text: text[:max_chars])
    return found if max_bytes is None else found.map(lambda text: cut(text, max_bytes))


_LONGEST_EDGE = 1000
"""A text that fills its column is no longer than this: Hypothesis shows what it finds."""


def cut(text: str, max_bytes: int) -> str:
    """The beginning of a text that fits into so many bytes of UTF-8."""
    return text.encode()[:max_bytes].decode(errors="ignore")


def names(max_bytes: int) -> st.SearchStrategy[str]:
    """Names of columns of all kinds."""
    plain = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
    return st.one_of(plain, st.sampled_from(NAME_EDGES), texts(max_bytes=max_bytes))
