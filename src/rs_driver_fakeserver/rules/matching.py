r"""What ``when`` and ``expect`` take beside SQL and compiled patterns.

    from rs_driver_fakeserver import matching

    server.when(matching.contains("from orders")).returns(["n"], [(1,)])
    server.when(matching.glob("insert into * values*")).completes("INSERT 0 1")
    server.when(matching.regex(r"^(update|delete)\b")).raises("42501", "read only")
    server.when(matching.where(lambda sql: len(sql) > 10_000)).raises("54000", "too long")
    server.when("select $1, $2", params=[7, matching.ANY]).returns(["n"], [(1,)])

A ``regex`` is searched for in the SQL as it came. The others look at its normal form: one
blank for any white space, none beside brackets and commas, no comments, lower case outside
literals and quoted names.
"""

from __future__ import annotations

import re

from rs_driver_fakeserver.rules.matchers import Contains, Glob, Matcher, Pattern, Predicate, Where
from rs_driver_fakeserver.rules.parameters import ANY
from rs_driver_fakeserver.sql.text import normalise

__all__ = ["ANY", "Matcher", "contains", "glob", "regex", "where"]


def contains(text: str) -> Matcher:
    """SQL with this in it, whatever its layout. ValueError for what is empty."""
    return Contains(_normal(text, "contains"))


def glob(text: str) -> Matcher:
    """SQL that is this as a whole, where each ``*`` stands for any text, or for none.

    A ``*`` of SQL is one too, which it also matches; ``?`` and ``[`` are nothing special.
    Blanks beside brackets and commas do not matter.
    """
    return Glob(_normal(text, "glob"))


def regex(pattern: str, flags: int = re.IGNORECASE) -> Matcher:
    """SQL in which the pattern is found, in any case. ValueError for what is no pattern.

    It is the same as ``re.compile(pattern, re.IGNORECASE)``.
    """
    if not isinstance(pattern, str):
        raise TypeError(f"regex() takes a str, not {type(pattern).__name__}")
    try:
        return Pattern(re.compile(pattern, flags))
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error


def where(predicate: Predicate) -> Matcher:
    """SQL for whose normal form ``predicate`` gives something true.

    It may be called several times for one statement. If it raises, the statement fails
    with XX000 and the test with a problem of the kind ``internal``.
    """
    if not callable(predicate):
        raise TypeError(f"where() takes a function of the SQL, not {type(predicate).__name__}")
    return Where(predicate)


def _normal(text: str, name: str) -> str:
    if not isinstance(text, str):
        raise TypeError(f"{name}() takes a str, not {type(text).__name__}")
    normal = normalise(text)
    if not normal:
        raise ValueError(f"{name}() takes some text of the SQL that it is about")
    return normal
