"""Prepared statements that a client made and had no use for."""

from __future__ import annotations

from collections.abc import Iterable

from rs_driver_fakeserver.strict.findings import Findings, short
from rs_driver_fakeserver.strict.holdings import Statement
from rs_driver_fakeserver.strict.names import Names

MOST_OPEN = 1000
_LISTED = 5


def check_number(findings: Findings, statements: Names[Statement]) -> None:
    """More of them are open at a time than a server should have to keep."""
    if len(statements) > MOST_OPEN:
        findings.mild(
            "statements",
            f"more than {MOST_OPEN} prepared statements are open; "
            "each takes memory of the server until it is closed",
        )


def check_end(findings: Findings, statements: Names[Statement]) -> None:
    """The connection is over: report the named statements that were in vain."""
    named = {name: statement for name, statement in statements.all.items() if name}
    unused = [name for name, statement in named.items() if not statement.used]
    if unused:
        findings.mild(
            "statements",
            f"prepared and never executed: {_listed(named, unused)}",
        )
    by_identity: dict[bytes, list[str]] = {}
    for name, statement in named.items():
        by_identity.setdefault(statement.identity, []).append(name)
    for same in by_identity.values():
        if len(same) > 1:
            findings.mild(
                "statements",
                f"the same SQL with the same parameter types was prepared {len(same)} times: "
                f"{_listed(named, same)}",
            )


def _listed(named: dict[str, Statement], names: Iterable[str]) -> str:
    names = list(names)
    shown = ", ".join(f"{short(name)} ({short(named[name].sql)})" for name in names[:_LISTED])
    more = len(names) - _LISTED
    return f"{shown} and {more} more" if more > 0 else shown
