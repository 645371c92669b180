"""Types of parameters that a client left to the server."""

from __future__ import annotations

from collections.abc import Sequence

from rs_driver import oids
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.rules.parameters import ANY
from rs_driver_fakeserver.rules.rule import Rule
from rs_driver_fakeserver.sql.text import parameter_count
from rs_driver_fakeserver.values import infer

_OPEN = (0, oids.UNKNOWN)
"""The OIDs by which a client leaves a parameter's type to the server."""


def resolved(
    sql: str, given: Sequence[int], rules: Sequence[Rule], dialect: Dialect
) -> tuple[int, ...]:
    """The client's OIDs, those left open taken from the values that the rules expect.

    Of several rules the first with a value at a place counts; text where there is none.
    """
    count = max(parameter_count(sql), len(given))
    found = []
    for at in range(count):
        oid = given[at] if at < len(given) else 0
        if oid in _OPEN:
            oid = infer.parameter_oid(_value(rules, at), redshift=dialect.redshift)
        found.append(oid)
    return tuple(found)


def _value(rules: Sequence[Rule], at: int) -> object:
    for rule in rules:
        expected = () if rule.params is None else rule.params.expected
        if at < len(expected) and expected[at] is not ANY:
            return expected[at]
    return None
