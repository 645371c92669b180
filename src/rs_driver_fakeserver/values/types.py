"""Type names to what the wire says of a type: OID, length, modifier."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.values.catalogue import ALIASES, ARRAYS, TYPES, absent

_HEADER = 4
"""What the server adds to a length or precision in a type modifier (VARHDRSZ)."""


@dataclass(frozen=True)
class WireType:
    """A type as RowDescription names it.

    ``length``: bytes of a value, negative where it varies. ``modifier``: ``n + 4`` for
    varchar(n) and char(n), ``((precision << 16) | scale) + 4`` for numeric, the
    fractional digits for the types with a time, -1 for none; an array has its element's.
    ``element``: what an array is of, None for every other type.
    """

    name: str
    oid: int
    length: int
    modifier: int = -1
    element: WireType | None = None

    @property
    def precision(self) -> int | None:
        """Of a numeric with a modifier: its digits."""
        return None if self.modifier < _HEADER else (self.modifier - _HEADER) >> 16

    @property
    def scale(self) -> int | None:
        """Of a numeric with a modifier: its digits after the point."""
        return None if self.modifier < _HEADER else (self.modifier - _HEADER) & 0xFFFF

    @property
    def characters(self) -> int | None:
        """Of varchar(n) or char(n): n. Redshift counts bytes, PostgreSQL characters."""
        return None if self.modifier < _HEADER else self.modifier - _HEADER


_NAME = re.compile(
    r"""\s*
    (?P<name>"char"|[a-z][a-z0-9_]*(?:\s+(?!with)[a-z]+)?)
    \s*(?:\(\s*(?P<first>\d{1,9})\s*(?:,\s*(?P<second>\d{1,9})\s*)?\))?
    \s*(?P<zone>with(?:out)?\s+time\s+zone)?
    \s*""",
    re.VERBOSE,
)
_SPAN = re.compile(
    r"\s*interval\s+(?P<fields>year\s+to\s+month|day\s+to\s+second)"
    r"\s*(?:\(\s*(?P<first>\d)\s*\))?\s*"
)
_MAX = re.compile(r"\(\s*max\s*\)")
"""Of varchar(max), on Redshift."""
_ARRAY = re.compile(r"(?P<element>.*?)(?:\s*\[\s*\d{0,9}\s*\])+\s*", re.DOTALL)

_YEAR_TO_MONTH, _DAY_TO_SECOND = 0x0006, 0x1C08
"""PostgreSQL's masks of the fields that an interval keeps: its modifier's upper half."""


def _no_arguments(name: str, arguments: tuple[int, ...]) -> int:
    if arguments:
        raise SqlError("42601", f'type modifier is not allowed for type "{name}"')
    return -1


def _length(name: str, arguments: tuple[int, ...]) -> int:
    if not arguments:
        return -1
    if len(arguments) > 1 or not 1 <= arguments[0] <= 65535 * 160:
        raise SqlError("22023", f"invalid length for type {name}")
    return arguments[0] + _HEADER


def _numeric(name: str, arguments: tuple[int, ...]) -> int:
    if not arguments:
        return -1
    precision, scale = arguments if len(arguments) == 2 else (arguments[0], 0)
    if not 1 <= precision <= 1000 or scale > precision:
        raise SqlError("22023", f"{name}({precision},{scale}) has no valid precision and scale")
    return (precision << 16 | scale) + _HEADER


def _fraction(name: str, arguments: tuple[int, ...]) -> int:
    if not arguments:
        return -1
    if len(arguments) > 1 or arguments[0] > 6:
        raise SqlError("22023", f"{name} has at most 6 fractional digits")
    return arguments[0]


def _interval(name: str, arguments: tuple[int, ...]) -> int:
    digits = _fraction(name, arguments)
    return -1 if digits < 0 else 0x7FFF << 16 | digits


_MODIFIERS: Mapping[str, Callable[[str, tuple[int, ...]], int]] = MappingProxyType(
    {
        **dict.fromkeys(("varchar", "bpchar", "varbyte"), _length),
        "numeric": _numeric,
        "interval": _interval,
        **dict.fromkeys(("time", "timetz", "timestamp", "timestamptz"), _fraction),
    }
)


def resolve(type_name: str, *, redshift: bool = True) -> WireType:
    """The type that SQL calls ``type_name``: ``character varying(20)``, ``int4[]``.

    SqlError 42704 for a type that the server does not have.
    """
    if match := _ARRAY.fullmatch(type_name):
        return _array(match["element"], redshift=redshift)
    written = type_name.lower()
    if redshift:
        written = _MAX.sub("(65535)", written)
    if span := _SPAN.fullmatch(written):
        return _span(span, redshift=redshift)
    match = _NAME.fullmatch(written)
    if match is None:
        raise _unknown(type_name)
    words = " ".join(match["name"].split())
    if match["zone"]:
        words += " " + " ".join(match["zone"].split())
    name = ALIASES.get(words, words)
    if name not in TYPES or absent(name, redshift=redshift):
        raise _unknown(type_name)
    arguments = tuple(int(text) for text in match.group("first", "second") if text is not None)
    if name == "bpchar" and not arguments and words != "bpchar":
        arguments = (1,)  # CHAR alone is CHAR(1)
    modifier = _MODIFIERS.get(name, _no_arguments)(name, arguments)
    return _as_served(WireType(name, *TYPES[name], modifier), redshift=redshift)


def _array(element_name: str, *, redshift: bool) -> WireType:
    """The array of an element; as in SQL the number of dimensions is no part of the type."""
    element = resolve(element_name, redshift=redshift)
    oid = ARRAYS.get(element.name)
    if oid is None:
        raise _unknown(f"{element.name}[]")
    return WireType(f"{element.name}[]", oid, -1, element.modifier, element)


def _span(match: re.Match[str], *, redshift: bool) -> WireType:
    """INTERVAL YEAR TO MONTH and DAY TO SECOND: types on Redshift, a modifier on PostgreSQL."""
    years = match["fields"].startswith("year")
    digits = 0xFFFF if match["first"] is None else int(match["first"])
    if (years and match["first"]) or (digits != 0xFFFF and digits > 6):
        raise SqlError("22023", "interval has at most 6 fractional digits, of seconds")
    if redshift:
        name = "intervaly2m" if years else "intervald2s"
        return WireType(name, *TYPES[name])
    mask = _YEAR_TO_MONTH if years else _DAY_TO_SECOND
    return WireType("interval", *TYPES["interval"], mask << 16 | digits)


MAX_INT64_PRECISION = 19
"""Redshift keeps a NUMERIC of up to so many digits in 8 bytes, a longer one in 16."""


def _as_served(wire_type: WireType, *, redshift: bool) -> WireType:
    """With the length that Redshift gives where it stores a type in its own way."""
    length = wire_type.length
    if redshift and wire_type.name == "numeric":
        length = 16 if (wire_type.precision or 0) > MAX_INT64_PRECISION else 8
    elif redshift and wire_type.name == "interval":
        length = 12
    return WireType(wire_type.name, wire_type.oid, length, wire_type.modifier)


def similar(type_name: str, *, redshift: bool = True) -> list[str]:
    """Up to three names of types that ``type_name`` may have been meant to be."""
    names = [*TYPES, *ALIASES]
    known = [n for n in names if not absent(ALIASES.get(n, n), redshift=redshift)]
    bare = type_name.lower().partition("(")[0].partition("[")[0].strip()
    return difflib.get_close_matches(bare, known, n=3)


def _unknown(type_name: str) -> SqlError:
    return SqlError("42704", f'type "{type_name}" does not exist')


def name_of(oid: int) -> str | None:
    """The name of the type with this OID, None where it is not one of ours."""
    for name, (known, _) in TYPES.items():
        if known == oid and name != "hllsketch":
            return name
    return next((f"{name}[]" for name, known in ARRAYS.items() if known == oid), None)


def element_of(oid: int) -> int | None:
    """The OID of the elements of the arrays with this OID; None for what is no array."""
    return _ELEMENTS.get(oid)


_ELEMENTS: Mapping[int, int] = MappingProxyType(
    {array: TYPES[name][0] for name, array in ARRAYS.items()}
)
