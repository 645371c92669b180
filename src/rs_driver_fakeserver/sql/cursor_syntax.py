"""DECLARE, FETCH, MOVE and CLOSE: their grammar."""

from __future__ import annotations

from dataclasses import dataclass

from rs_driver_fakeserver.sql.scroll import Direction
from rs_driver_fakeserver.sql.words import Phrase

_QUERIES = ("select", "with", "values", "table", "(")
_HINTS = ("asensitive", "insensitive")


@dataclass(frozen=True)
class Declare:
    """``scroll``: True, False (NO SCROLL) or None where neither is said."""

    name: str
    query: str
    scroll: bool | None = None
    hold: bool = False
    binary: bool = False


@dataclass(frozen=True)
class Fetch:
    """FETCH, or with ``move`` MOVE. ``count`` None is ALL."""

    name: str
    direction: Direction = "forward"
    count: int | None = 1
    move: bool = False


@dataclass(frozen=True)
class CloseCursor:
    """``name`` None: CLOSE ALL."""

    name: str | None


def parse(sql: str, *, redshift: bool) -> Declare | Fetch | CloseCursor:
    """The statement, which begins with one of the four words. SqlError 42601."""
    phrase = Phrase(sql, backslashes=redshift)
    verb = phrase.expect("declare", "fetch", "move", "close")
    if verb == "declare":
        return _declare(phrase)
    if verb == "close":
        if phrase.peek() == "all" and redshift:
            phrase.expect()
        found = CloseCursor(None if phrase.accept("all") else phrase.name())
        phrase.end()
        return found
    return _fetch(phrase, move=verb == "move")


def _declare(phrase: Phrase) -> Declare:
    name = phrase.name()
    binary, scroll = False, None
    while (word := phrase.expect("cursor", "binary", "no", "scroll", *_HINTS)) != "cursor":
        binary = binary or word == "binary"
        if word == "no":
            phrase.expect("scroll")
        if word in ("no", "scroll"):
            scroll = word == "scroll"
    hold = phrase.accept("with", "without")
    if hold:
        phrase.expect("hold")
    phrase.expect("for")
    if phrase.peek() not in _QUERIES:
        phrase.expect(*_QUERIES)
    return Declare(name, phrase.rest(), scroll, hold == "with", binary)


def _fetch(phrase: Phrase, *, move: bool) -> Fetch:
    direction, count = _direction(phrase)
    phrase.accept("from", "in")
    name = phrase.name()
    phrase.end()
    return Fetch(name, direction, count, move)


def _direction(phrase: Phrase) -> tuple[Direction, int | None]:
    if phrase.number_follows():
        return "forward", phrase.integer()
    if phrase.left < 2:
        return "forward", 1
    word = phrase.accept(
        *("next", "prior", "first", "last", "absolute", "relative"),
        *("all", "forward", "backward"),
    )
    match word:
        case "prior":
            return "backward", 1
        case "first" | "last":
            return "absolute", 1 if word == "first" else -1
        case "absolute" | "relative":
            return ("absolute" if word == "absolute" else "relative"), phrase.integer()
        case "all":
            return "forward", None
        case "forward" | "backward":
            return ("forward" if word == "forward" else "backward"), _count(phrase)
    return "forward", 1


def _count(phrase: Phrase) -> int | None:
    if phrase.accept("all"):
        return None
    return phrase.integer() if phrase.number_follows() else 1
