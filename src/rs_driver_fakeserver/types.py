"""Type names to what the wire says of a type: OID, length, modifier."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rs_driver import oids
from rs_driver_fakeserver.engine.port import SqlError

_HEADER = 4
"""What the server adds to a length or precision in a type modifier (VARHDRSZ)."""


@dataclass(frozen=True)
class WireType:
    """A type as RowDescription names it.

    ``length``: bytes of a value, negative where it varies. ``modifier``: ``n + 4`` for
    varchar(n) and char(n), ``((precision << 16) | scale) + 4`` for numeric, the
    fractional digits for the types with a time, -1 for none.
    """

    name: str
    oid: int
    length: int
    modifier: int = -1

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


_LENGTHS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "bool": (oids.BOOL, 1),
        "bytea": (oids.BYTEA, -1),
        '"char"': (oids.CHAR, 1),
        "name": (oids.NAME, 64),
        "int8": (oids.INT8, 8),
        "int2": (oids.INT2, 2),
        "int4": (oids.INT4, 4),
        "regproc": (oids.REGPROC, 4),
        "text": (oids.TEXT, -1),
        "oid": (oids.OID, 4),
        "xid": (oids.XID, 4),
        "json": (oids.JSON, -1),
        "float4": (oids.FLOAT4, 4),
        "float8": (oids.FLOAT8, 8),
        "unknown": (oids.UNKNOWN, -2),
        "bpchar": (oids.BPCHAR, -1),
        "varchar": (oids.VARCHAR, -1),
        "date": (oids.DATE, 4),
        "time": (oids.TIME, 8),
        "timestamp": (oids.TIMESTAMP, 8),
        "timestamptz": (oids.TIMESTAMPTZ, 8),
        "timetz": (oids.TIMETZ, 12),
        "numeric": (oids.NUMERIC, -1),
        "uuid": (oids.UUID, 16),
        "jsonb": (oids.JSONB, -1),
        "super": (oids.SUPER, -1),
        "varbyte": (oids.VARBYTE, -1),
    }
)

_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "boolean": "bool",
        "smallint": "int2",
        "int": "int4",
        "integer": "int4",
        "bigint": "int8",
        "real": "float4",
        "float": "float8",
        "double precision": "float8",
        "decimal": "numeric",
        "character varying": "varchar",
        "nvarchar": "varchar",
        "char": "bpchar",
        "character": "bpchar",
        "nchar": "bpchar",
        "timestamp without time zone": "timestamp",
        "timestamp with time zone": "timestamptz",
        "time without time zone": "time",
        "time with time zone": "timetz",
        "varbinary": "varbyte",
        "binary varying": "varbyte",
    }
)

_REDSHIFT_ONLY = frozenset({"super", "varbyte"})
_POSTGRES_ONLY = frozenset({"json", "jsonb", "uuid"})

_NAME = re.compile(
    r"""\s*
    (?P<name>"char"|[a-z][a-z0-9_]*(?:\s+(?!with)[a-z]+)?)
    \s*(?:\(\s*(?P<first>\d{1,9})\s*(?:,\s*(?P<second>\d{1,9})\s*)?\))?
    \s*(?P<zone>with(?:out)?\s+time\s+zone)?
    \s*""",
    re.VERBOSE,
)


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


_MODIFIERS: Mapping[str, Callable[[str, tuple[int, ...]], int]] = MappingProxyType(
    {
        **dict.fromkeys(("varchar", "bpchar", "varbyte"), _length),
        "numeric": _numeric,
        **dict.fromkeys(("time", "timetz", "timestamp", "timestamptz"), _fraction),
    }
)


def resolve(type_name: str, *, redshift: bool = True) -> WireType:
    """The type that SQL calls ``type_name``, such as ``character varying(20)``.

    SqlError 42704 for a type that the server does not have.
    """
    match = _NAME.fullmatch(type_name.lower())
    if match is None:
        raise _unknown(type_name)
    words = " ".join(match["name"].split())
    if match["zone"]:
        words += " " + " ".join(match["zone"].split())
    name = _ALIASES.get(words, words)
    absent = _POSTGRES_ONLY if redshift else _REDSHIFT_ONLY
    if name not in _LENGTHS or name in absent:
        raise _unknown(type_name)
    oid, length = _LENGTHS[name]
    arguments = tuple(int(text) for text in match.group("first", "second") if text is not None)
    if name == "bpchar" and not arguments and words != "bpchar":
        arguments = (1,)  # CHAR alone is CHAR(1)
    modifier = _MODIFIERS.get(name, _no_arguments)(name, arguments)
    wire_type = WireType(name, oid, length, modifier)
    if redshift and name == "numeric":
        length = 16 if (wire_type.precision or 0) > MAX_INT64_PRECISION else 8
        wire_type = WireType(name, oid, length, modifier)
    return wire_type


MAX_INT64_PRECISION = 19
"""Redshift keeps a NUMERIC of up to so many digits in 8 bytes, a longer one in 16."""


def similar(type_name: str, *, redshift: bool = True) -> list[str]:
    """Up to three names of types that ``type_name`` may have been meant to be."""
    absent = _POSTGRES_ONLY if redshift else _REDSHIFT_ONLY
    known = [name for name in (*_LENGTHS, *_ALIASES) if _ALIASES.get(name, name) not in absent]
    bare = type_name.lower().partition("(")[0].strip()
    return difflib.get_close_matches(bare, known, n=3)


def _unknown(type_name: str) -> SqlError:
    return SqlError("42704", f'type "{type_name}" does not exist')


def name_of(oid: int) -> str | None:
    """The name of the type with this OID, None where it is not one of ours."""
    for name, (known, _) in _LENGTHS.items():
        if known == oid:
            return name
    return None
