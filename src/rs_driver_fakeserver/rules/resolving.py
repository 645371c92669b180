"""Types of parameters that a client left to the server."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rs_driver import oids
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.rules.parameters import ANY
from rs_driver_fakeserver.rules.rule import Rule
from rs_driver_fakeserver.sql.text import normalise, parameter_count, squeezed, tokens
from rs_driver_fakeserver.values import infer
from rs_driver_fakeserver.values.types import resolve

_OPEN = (0, oids.UNKNOWN)
"""The OIDs by which a client leaves a parameter's type to the server."""
_TYPE = r"[a-z][a-z0-9_]*(?: varying| precision)?(?:\([\d,]+\))?(?:\[\])?"
_CAST = re.compile(rf"\$(\d+)::({_TYPE})|\bcast\(\$(\d+) as ({_TYPE})\)")


def resolved(
    sql: str, given: Sequence[int], rules: Sequence[Rule], dialect: Dialect
) -> tuple[int, ...]:
    """The client's OIDs; those left open are what the rules say, or the SQL by a cast, or what
    the values are that the rules expect.

    Of several rules the first that says something of a place counts; text where none does.
    """
    count = max(parameter_count(sql), len(given))
    left = [at for at in range(count) if at >= len(given) or given[at] in _OPEN]
    found = list(given) + [0] * (count - len(given))
    casts = _casts(sql, dialect) if left else {}
    for at in left:
        found[at] = (
            next((rule.types[at] for rule in rules if at < len(rule.types)), 0)
            or casts.get(at)
            or infer.parameter_oid(_value(rules, at), redshift=dialect.redshift)
        )
    return tuple(found)


def checked_types(names: Iterable[str] | None, dialect: Dialect) -> tuple[int, ...]:
    """The OIDs of types by their names. TypeError for what is no list, ValueError for no type."""
    if names is None:
        return ()
    given: object = names
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise TypeError(f"types= takes a list such as ['int8', 'date'], not {names!r}")
    try:
        return tuple(resolve(name, redshift=dialect.redshift).oid for name in names)
    except SqlError as error:
        raise ValueError(f"types=: {error.message}") from error


def _casts(sql: str, dialect: Dialect) -> dict[int, int]:
    """The OIDs of the parameters that SQL casts, by their places from 0 on."""
    found: dict[int, int] = {}
    normal = squeezed(normalise(sql))
    outside = "".join(text for kind, text in tokens(normal) if kind != "string")
    for match in _CAST.finditer(outside):
        place, name = (match[1], match[2]) if match[1] else (match[3], match[4])
        try:
            found.setdefault(int(place) - 1, resolve(name, redshift=dialect.redshift).oid)
        except SqlError:
            continue
    return found


def _value(rules: Sequence[Rule], at: int) -> object:
    for rule in rules:
        expected = () if rule.params is None else rule.params.expected
        if at < len(expected) and expected[at] is not ANY:
            return expected[at]
    return None
