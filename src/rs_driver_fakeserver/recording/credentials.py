"""Where secrets stand in a text: SQL, what quotes it, and values that look like credentials.

What is found is rather too much than too little: how a server reads a backslash, or a
literal inside a literal, is not known here, so that every way counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from rs_driver_fakeserver.sql.text import tokens

Kind = Literal["secret", "key", "role"]
"""A password, token or secret key; an access key's ID; an ARN."""


class Found(NamedTuple):
    """A secret and where it stands, from ``start`` up to ``stop``."""

    start: int
    stop: int
    kind: Kind


_NAMES = (
    r"(?:aws_)?access_key_id|(?:aws_)?secret_access_key|(?:aws_)?session_token|aws_token|"
    r"(?:aws_)?iam_role|master_symmetric_key|credentials|client_secret|secret_arn|"
    r"kms_key_id|passwords?|passwd|pwd|(?:access_|refresh_|id_|driver_)?token"
)
_NAME = re.compile(rf"(?<![A-Za-z0-9])(?:{_NAMES})(?![A-Za-z0-9_])", re.IGNORECASE)
_BEFORE_LITERAL = re.compile(
    r'"?(?:\s|/\*.*?\*/|--[^\n]*\n|:?=|:|\bas\b)*', re.IGNORECASE | re.DOTALL
)
_LITERALS = (
    # As PostgreSQL reads it; as Redshift does, where a backslash escapes; one inside another
    # literal, with its quotes doubled; one in dollar quotes.
    re.compile(r"(?:U&|[EN])?'(?P<body>(?:[^']|'')*)'?", re.IGNORECASE),
    re.compile(r"(?:U&|[EN])?'(?P<body>(?:[^'\\]|\\.|'')*)'?", re.IGNORECASE | re.DOTALL),
    re.compile(r"'{2,}(?P<body>[^'\s,;)][^']*)(?:'{2,}|$)"),
    re.compile(r"\$(?P<tag>[^\W\d]\w*)?\$(?P<body>.*?)(?:\$(?(tag)(?P=tag))\$|$)", re.DOTALL),
)
_IN_JSON = re.compile(r'"((?:[^"\\]|\\.)*)"?', re.DOTALL)
_GOES_ON = re.compile(r"\s*\n\s*(?=')")
_ASSIGNED = re.compile(r"\s*=\s*([^\s;'\"&,)]+)")
_KEY_ID = re.compile(r"(?<![A-Za-z0-9])A[A-Z]{2}A[A-Z0-9]{12,}(?![A-Za-z0-9])")
_ARN = re.compile(r"arn:aws[\w-]*:(?:iam|sts|secretsmanager|kms):[^\s'\";,)\\]+", re.IGNORECASE)
_PEM = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*-----|$)", re.DOTALL)

SUSPICIOUS = re.compile(
    rb"access_key|iam_role|credential|secret|token|passw|pwd|symmetric_key|kms_key|"
    rb"A[A-Z]{2}A[A-Z0-9]{12}|arn:aws|PRIVATE KEY",
    re.IGNORECASE,
)
"""Found in whatever ``find`` finds something in, so that the rest need not be searched."""


def find(text: str, *, sql: bool = False) -> list[Found]:
    """The secrets in ``text``, in their order; one may be a part of another.

    ``sql``: it is a statement, in which ``password=x`` compares two columns unless it
    stands inside a literal or a comment.
    """
    return sorted(_all(text, sql=sql), key=lambda one: (one.start, -one.stop))


def apart(found: Iterable[Found]) -> list[Found]:
    """The same places in as few pieces as they need, none inside another."""
    merged: list[Found] = []
    for one in found:
        if merged and one.start < merged[-1].stop:
            last = merged[-1]
            merged[-1] = last._replace(stop=max(last.stop, one.stop))
        else:
            merged.append(one)
    return merged


def _all(text: str, *, sql: bool) -> Iterator[Found]:
    for match in _KEY_ID.finditer(text):
        yield Found(*match.span(), "key")
    for match in _ARN.finditer(text):
        yield Found(*match.span(), "role")
    for match in _PEM.finditer(text):
        yield Found(*match.span(), "secret")
    for name in _NAME.finditer(text):
        kind = kind_of(name.group())
        assigned = _ASSIGNED.match(text, name.end())
        if assigned and (not sql or _quoted(text, name.start())):
            yield Found(*assigned.span(1), kind)
        before = _BEFORE_LITERAL.match(text, name.end())
        at = before.end() if before else name.end()
        yield from _literals(text, at, kind)
        if before and ":" in before.group() and (inner := _IN_JSON.match(text, at)):
            yield from _some(inner, 1, kind)


def _literals(text: str, at: int, kind: Kind) -> Iterator[Found]:
    for literal in _LITERALS:
        match = literal.match(text, at)
        while match:
            yield from _some(match, "body", kind)
            goes_on = _GOES_ON.match(text, match.end())
            match = literal.match(text, goes_on.end()) if goes_on else None


def _some(match: re.Match[str], group: int | str, kind: Kind) -> Iterator[Found]:
    start, stop = match.span(group)
    if start < stop:
        yield Found(start, stop, kind)


def _quoted(sql: str, place: int) -> bool:
    """Whether ``place`` is inside a literal or a comment, by any server's rules."""
    for backslashes in (False, True):
        at = 0
        for kind, token in tokens(sql, backslashes=backslashes):
            at += len(token)
            if at > place:
                if kind in ("string", "comment"):
                    return True
                break
    return False


def kind_of(name: str) -> Kind:
    """What kind of secret is called so."""
    name = name.lower()
    if name.endswith("access_key_id"):
        return "key"
    return "role" if name.endswith("iam_role") else "secret"


def names_secret(name: str) -> bool:
    """Whether what is called so is a secret."""
    return _NAME.search(name) is not None


def unescaped(literal: str) -> set[str]:
    """What a literal's text may stand for, by any server's rules; itself, too."""
    plain = literal.replace("''", "'")
    return {literal, plain, re.sub(r"\\(.)", r"\1", plain), re.sub(r"\\(.)", r"\1", literal)}
