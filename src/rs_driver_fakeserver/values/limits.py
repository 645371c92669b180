"""What a type does not hold although it could be sent: text that is too long, broken JSON.

Only the values of rules are looked at in this way, in the line that gives them: an engine
knows its own types.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from rs_driver import oids
from rs_driver_fakeserver.values.types import WireType

_NAMES = {True: 127, False: 63}
"""The longest name in bytes, on Redshift and on PostgreSQL."""
_JSON = frozenset({oids.JSON, oids.JSONB, oids.SUPER})
_TEXTS = frozenset({oids.VARCHAR, oids.BPCHAR, oids.TEXT})
_TIMES = frozenset({oids.TIME, oids.TIMETZ, oids.TIMESTAMP, oids.TIMESTAMPTZ})
_MICROSECONDS = 6
_FRACTION = re.compile(rb"\.(\d+?)0*(?!\d)")


def exceeded(wire_type: WireType, value: object, written: bytes, *, redshift: bool) -> str:
    """Why the server could not have this value; empty if it could.

    ``written``: the value in text, as the server's output functions write it.
    """
    if wire_type.element is not None:
        element = wire_type.element
        each = (exceeded(element, one, one.encode(), redshift=redshift) for one in _texts(value))
        return next((problem for problem in each if problem), "")
    oid = wire_type.oid
    if isinstance(value, str):
        if oid in _JSON:
            return _broken(value)
        if oid in _TEXTS or oid == oids.NAME:
            return _too_long(wire_type, value, redshift=redshift)
    if oid == oids.VARBYTE and isinstance(value, (bytes, bytearray, memoryview)):
        return _more(len(bytes(value)), wire_type.characters, "bytes")
    if oid in _TIMES and 0 <= wire_type.modifier < _MICROSECONDS:
        found = _FRACTION.search(written)
        return _more(len(found[1]) if found else 0, wire_type.modifier, "digits of a second")
    return ""


def _texts(value: object) -> Iterator[str]:
    """The elements that are texts; none of an array that is a literal."""
    for one in value if isinstance(value, (list, tuple)) else ():
        if isinstance(one, str):
            yield one
        else:
            yield from _texts(one)


def _too_long(wire_type: WireType, value: str, *, redshift: bool) -> str:
    if not redshift and "\0" in value:
        return "there is no NUL in a text"
    if wire_type.oid == oids.NAME:
        return _more(len(value.encode()), _NAMES[redshift], "bytes")
    if wire_type.oid == oids.BPCHAR:
        value = value.rstrip(" ")
    if redshift:
        return _more(len(value.encode()), wire_type.characters, "bytes")
    return _more(len(value), wire_type.characters, "characters")


def _more(count: int, most: int | None, what: str) -> str:
    return "" if most is None or count <= most else f"{count} {what}, {most} at most"


def _broken(text: str) -> str:
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        return f"no JSON: {error}"
    return ""
