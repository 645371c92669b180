"""CREATE TABLE as Redshift writes it, without the attributes that DuckDB has no use for.

DISTSTYLE, DISTKEY, SORTKEY, ENCODE and BACKUP say where and how a cluster stores a table
and change no result, so they are blanked out, in place, so that positions in errors stay
true. They are recognised by their place among DuckDB's own tokens: a column or a table
of that name stays. So is the length of a VARBYTE column, which DuckDB's type has not got.
IDENTITY columns, which do change results, are not translated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from rs_driver_fakeserver.engine.tokens import Token

__all__ = ["without_attributes"]

_BEFORE_TABLE: Final = frozenset(("LOCAL", "TEMP", "TEMPORARY"))
_WITHOUT_LENGTH: Final = frozenset(("VARBYTE", "VARBINARY"))


def without_attributes(sql: str, tokens: Iterable[Token]) -> str:
    """``sql`` with blanks for the attributes, if it creates a table; else as it is."""
    rest = iter(tokens)
    found = [token for token in islice(rest, 1) if token.word == "CREATE"]
    if not found:
        return sql
    found.extend(rest)
    first = _after_table_name(found)
    if first is None:
        return sql
    data = bytearray(sql.encode())
    for start, stop in _attributes(found, first):
        data[start:stop] = b" " * (stop - start)
    return data.decode()


def _after_table_name(found: Sequence[Token]) -> int | None:
    """The index of the token behind ``CREATE [TEMP] TABLE [IF NOT EXISTS] name``."""
    words = [token.word for token in found]
    place = 1
    while place < len(words) and words[place] in _BEFORE_TABLE:
        place += 1
    if words[place : place + 1] != ["TABLE"]:
        return None
    place += 1
    if words[place : place + 3] == ["IF", "NOT", "EXISTS"]:
        place += 3
    while place + 1 < len(found) and found[place + 1].text == ".":
        place += 2
    return place + 1


def _attributes(found: Sequence[Token], first: int) -> Iterator[tuple[int, int]]:
    """Where the attributes are, in bytes; a CREATE TABLE AS is read as far as its AS."""
    depth = 0
    place = first
    while place < len(found) and not (depth == 0 and found[place].word == "AS"):
        count = 0
        if depth == 0:
            count = _table_attribute(found, place)
        elif depth == 1 and found[place - 1].text not in ("(", ","):
            count = _column_attribute(found, place)
        if count:
            stop = min(place + count, len(found))
            yield found[place].start, found[stop - 1].stop
        else:
            depth += {"(": 1, ")": -1}.get(found[place].text, 0)
        place += count or 1


def _column_attribute(found: Sequence[Token], place: int) -> int:
    """How many tokens the attribute has that starts here, 0 for none."""
    if found[place - 1].word in _WITHOUT_LENGTH:
        return _bracketed(found, place)
    return {"ENCODE": 2, "DISTKEY": 1, "SORTKEY": 1}.get(found[place].word, 0)


def _table_attribute(found: Sequence[Token], place: int) -> int:
    words = [token.word for token in found[place : place + 2]]
    match words:
        case ["DISTSTYLE", _] | ["BACKUP", _] | ["ENCODE" | "SORTKEY", "AUTO"]:
            return 2
        case ["DISTKEY" | "SORTKEY", _]:
            return 1 + _bracketed(found, place + 1)
        case ["COMPOUND" | "INTERLEAVED", "SORTKEY"]:
            return 2 + _bracketed(found, place + 2)
    return 0


def _bracketed(found: Sequence[Token], place: int) -> int:
    """How many tokens there are from the "(" here to the ")" behind it; 0 if there is none."""
    if place >= len(found) or found[place].text != "(":
        return 0
    for stop in range(place, len(found)):
        if found[stop].text == ")":
            return stop - place + 1
    return 0
