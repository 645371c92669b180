"""Placeholders: from PEP 249's five styles to the server's ``$1``, and arguments to match.

===========  ==========  =============================================================
style        example     arguments
===========  ==========  =============================================================
qmark        ``?``       a sequence; ``??`` is the operator ``?``
numeric      ``:1``      a sequence; a number may be repeated or left out
named        ``:name``   a mapping; a name may be repeated
format       ``%s``      a sequence; ``%%`` is a percent sign
pyformat     ``%(a)s``   a mapping; ``%%`` is a percent sign
===========  ==========  =============================================================

Where placeholders may stand is the lexer's affair: never in a literal, a quoted
identifier or a comment. *format* and *pyformat* are one style here: the text says which
of the two it is, and mixing them in one text is an error.

**When there are no arguments at all (None), the text is sent as it is**: the caller
does not call ``rewrite``. Otherwise, ``()`` included, in these two styles every ``%%``
becomes ``%``, in literals and comments too (SQLAlchemy doubles them all). A ``%`` that
is neither doubled nor a placeholder is an error in code, as it is most often a ``%``
operator or a misspelt ``%d``; in literals, quoted identifiers and comments it stays as
it is, so that ``like 'a%'`` does what it says.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Union, get_args

from rs_driver.domain.classify import Statement, classify
from rs_driver.domain.lexer import Mark, spans
from rs_driver.domain.lru import Lru
from rs_driver.errors import DataError, InterfaceError, ProgrammingError
from rs_driver.wire.encoding import MAX_COUNT

__all__ = ["PARAMSTYLES", "Paramstyle", "PreparedText", "TextCache", "rewrite"]

Paramstyle = Literal["qmark", "numeric", "named", "format", "pyformat"]
PARAMSTYLES: tuple[str, ...] = get_args(Paramstyle)
"""PEP 249's five styles."""

_MARKS: Mapping[str, Mark] = MappingProxyType(
    {
        "qmark": Mark.QUESTION,
        "numeric": Mark.NUMBER,
        "named": Mark.NAME,
        "format": Mark.PERCENT,
        "pyformat": Mark.PERCENT,
    }
)
_NOT_SEQUENCES = (str, bytes, bytearray, memoryview, AbstractSet)
# With one of these beside it "$1" would be another token: "limit$1" is an identifier.
_STICKY = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$")
_LISTED = 10
_Key = Union[int, str]


@dataclass(frozen=True)
class PreparedText:
    """A text for the server and how to arrange arguments for it.

    ``text`` holds ``$1``, ``$2`` ... ``$n`` takes the argument called ``names[n - 1]``,
    or, where they have no names, the one at the 0-based ``indexes[n - 1]``. ``style`` is
    format or pyformat by what the text holds, else the style that was asked for. ``kind``:
    what kind of statement it is.
    """

    text: str
    kind: Statement
    style: str = ""
    names: tuple[str, ...] = ()
    indexes: tuple[int, ...] = ()

    @property
    def count(self) -> int:
        """How many parameters ``text`` has."""
        return len(self.names) or len(self.indexes)

    @cached_property
    def expected(self) -> int:
        """How many arguments a sequence must have; at least ``count``, 0 if they have names."""
        return self.indexes[-1] + 1 if self.indexes else 0

    def arrange(self, args: Any) -> list[Any]:
        """The values of ``args`` in the order of ``$1``, ``$2`` ...

        Raises ProgrammingError for arguments of the wrong kind or number, and for names
        that are missing; a mapping may hold more names than the text. An empty container
        of either kind will do where there are no placeholders.
        """
        if isinstance(args, (tuple, list)):
            if not self.names and len(args) == len(self.indexes) == self.expected:
                return list(args)
            return self._by_position(args)
        if isinstance(args, Mapping):
            return self._by_name(args)
        if isinstance(args, Collection) and not isinstance(args, _NOT_SEQUENCES):
            return self._by_position(args)
        raise ProgrammingError(
            f"arguments must be a sequence or a mapping, not {type(args).__name__}; "
            "a single value is written (value,)"
        )

    def _by_position(self, args: Collection[Any]) -> list[Any]:
        if self.names:
            raise ProgrammingError(
                f"the placeholders have names ({self.style}): the arguments must be "
                f"a mapping, not {type(args).__name__}"
            )
        expected = self.expected
        if len(args) != expected:
            raise ProgrammingError(
                f"the placeholders ({self.style}) ask for {expected} arguments, "
                f"but {len(args)} were given"
            )
        values = list(args)
        return values if len(self.indexes) == expected else [values[i] for i in self.indexes]

    def _by_name(self, args: Mapping[str, Any]) -> list[Any]:
        if self.indexes or (self.style in ("qmark", "numeric") and len(args)):
            raise ProgrammingError(
                f"the placeholders have no names ({self.style}): the arguments must be "
                f"a sequence, not {type(args).__name__}"
            )
        try:
            return [args[name] for name in self.names]
        except KeyError as error:
            missing = [name for name in self.names if name not in args]
            more = f" and {len(missing) - _LISTED} more" if len(missing) > _LISTED else ""
            raise ProgrammingError(
                f"there is no argument for {', '.join(missing[:_LISTED])}{more}"
            ) from error


def rewrite(sql: str, style: str, backslash_escapes: bool = True) -> PreparedText:
    """``sql`` with ``$1``, ``$2`` ... for its placeholders of ``style``.

    ``backslash_escapes``: plain literals honour backslashes (``ServerProfile``). Raises
    InterfaceError for an unknown style; ProgrammingError for a stray ``%``, for ``%s``
    beside ``%(name)s``, for ``:0``, and for placeholders beside a ``$1`` of the user's
    own, which would get one another's values; DataError for more parameters than a
    message carries.
    """
    _check(style)
    mark = _MARKS[style]
    places = _places(sql, mark, backslash_escapes)
    keys = dict.fromkeys(place.key for place in places if place.key is not None)
    names = tuple(key for key in keys if isinstance(key, str))
    indexes = tuple(sorted(key for key in keys if isinstance(key, int)))
    if names and indexes:
        raise ProgrammingError("the statement mixes placeholders with names and without")
    if len(keys) > MAX_COUNT:
        raise DataError(
            f"the statement has {len(keys)} parameters; the protocol carries {MAX_COUNT}"
        )
    if mark is Mark.PERCENT and keys:
        style = "pyformat" if names else "format"
    order: tuple[_Key, ...] = names or indexes
    numbers = {key: number for number, key in enumerate(order, 1)}
    text = _assemble(sql, places, numbers, halve=mark is Mark.PERCENT)
    return PreparedText(text, classify(text, backslash_escapes), style, names, indexes)


def _check(style: str) -> None:
    if style not in PARAMSTYLES:
        raise InterfaceError(f"unknown paramstyle {style!r}; known are {', '.join(PARAMSTYLES)}")


class _Place(NamedTuple):
    """``sql[start:stop]`` is the placeholder for ``key``; None: it is ``??``, for ``?``."""

    start: int
    stop: int
    key: _Key | None


def _places(sql: str, mark: Mark, backslash_escapes: bool) -> list[_Place]:
    places = []
    count = 0
    native = 0
    for kind, start, stop in spans(sql, mark, backslash_escapes):
        if kind == "native":
            native = native or start + 1
            continue
        key = _key(mark, sql[start:stop], start + 1, count)
        places.append(_Place(start, stop, key))
        count += key is not None
    if native and count:
        raise ProgrammingError(
            f"a $n of your own (at character {native}) cannot stand beside placeholders"
        )
    return places


def _key(mark: Mark, written: str, position: int, index: int) -> _Key | None:
    """Which argument a placeholder takes, the ``index``-th one in its text."""
    if mark is Mark.NAME:
        return written[1:]
    if mark is Mark.NUMBER:
        return _index(written[1:].lstrip("0"), position)
    if written in ("?", "%s"):
        return index
    if written == "??":
        return None
    if written == "%":
        raise ProgrammingError(
            f"the % at character {position} begins no placeholder (%s, %(name)s); "
            "where there are arguments, a percent sign is written %%"
        )
    return written[2:-2]


def _index(digits: str, position: int) -> int:
    """The 0-based index of a number without leading zeros. Its length may be anything."""
    if not digits:
        raise ProgrammingError(f"the :0 at character {position}: numbers begin at :1")
    if len(digits) > len(str(MAX_COUNT)) or int(digits) > MAX_COUNT:
        raise DataError(
            f"the placeholder at character {position} has a number above {MAX_COUNT}, "
            "more than the protocol carries"
        )
    return int(digits) - 1


def _assemble(
    sql: str, places: Collection[_Place], numbers: Mapping[_Key, int], *, halve: bool
) -> str:
    """The text with numbers in place of placeholders. ``halve``: ``%%`` becomes ``%``."""
    pieces = []
    copied = 0
    for start, stop, key in places:
        pieces.append(sql[copied:start])
        if key is None:
            pieces.append("?")
        else:
            before = " " if start and _sticks(sql[start - 1]) else ""
            after = " " if stop < len(sql) and _sticks(sql[stop]) else ""
            pieces.append(f"{before}${numbers[key]}{after}")
        copied = stop
    pieces.append(sql[copied:])
    text = "".join(pieces)
    return text.replace("%%", "%") if halve else text


def _sticks(character: str) -> bool:
    return character in _STICKY or character > "\x7f"


class TextCache:
    """The latest texts that were read; one cache per connection.

    It keeps at most ``max_entries`` texts of at most ``max_characters`` in all, before and
    after rewriting. Whoever owns the cache serialises access to it.
    """

    def __init__(self, max_entries: int = 1000, max_characters: int = 4_000_000) -> None:
        self._texts: Lru[PreparedText] = Lru(max_entries, max_characters)

    def rewrite(self, sql: str, style: str, backslash_escapes: bool = True) -> PreparedText:
        """As the function ``rewrite``."""
        if style not in PARAMSTYLES:
            _check(style)
        key = (sql, style, backslash_escapes)
        return self._texts.get(key) or self._keep(key, rewrite(sql, style, backslash_escapes))

    def as_it_is(self, sql: str, backslash_escapes: bool = True) -> PreparedText:
        """A text without placeholders, which is sent as it is."""
        key = (sql, None, backslash_escapes)
        found = self._texts.get(key)
        return found or self._keep(key, PreparedText(sql, classify(sql, backslash_escapes)))

    def _keep(self, key: tuple[str, str | None, bool], text: PreparedText) -> PreparedText:
        self._texts.put(key, text, len(key[0]) + len(text.text))
        return text
