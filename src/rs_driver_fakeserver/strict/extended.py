"""Parse, Bind, Describe and Execute, as the client has to use them."""

from __future__ import annotations

from rs_driver.wire.query import Bind, Describe, Execute, Parse
from rs_driver_fakeserver.strict.findings import Findings, Sent, counted, short
from rs_driver_fakeserver.strict.holdings import Holdings, Statement


def check(findings: Findings, held: Holdings, sent: Sent) -> None:
    """The server begins with this message."""
    match sent.message:
        case Parse(statement, _, _) if statement and held.statements.exists(statement):
            findings.violation(
                sent,
                f"there is a statement {short(statement)} already",
                "a named statement is closed before its name is given to another",
            )
        case Bind():
            _check_bind(findings, held, sent, sent.message)
        case Describe(kind, name):
            _check_known(findings, held, sent, kind, name)
        case Execute(name):
            _check_known(findings, held, sent, b"P", name)
            held.execute(name)


def _check_known(findings: Findings, held: Holdings, sent: Sent, kind: bytes, name: str) -> None:
    if kind == b"S":
        why, thing = held.statements.missing(name), "statement"
    else:
        why, thing = held.portals.missing(name), "portal"
    if why is not None:
        named = f"{thing} {short(name)}" if name else f"unnamed {thing}"
        findings.violation(
            sent,
            f"there is no {named}: {why}",
            f"a {thing} is made by {'Parse' if kind == b'S' else 'Bind'} before it is used",
        )


def _check_bind(findings: Findings, held: Holdings, sent: Sent, bind: Bind) -> None:
    _check_known(findings, held, sent, b"S", bind.statement)
    if bind.portal and held.portals.exists(bind.portal):
        findings.violation(
            sent,
            f"there is a portal {short(bind.portal)} already",
            "a named portal is closed before its name is given to another",
        )
    statement = held.statements.get(bind.statement)
    if statement is not None and held.statements.exists(bind.statement):
        _check_counts(findings, sent, bind, statement)


def _check_counts(findings: Findings, sent: Sent, bind: Bind, statement: Statement) -> None:
    given, taken = len(bind.parameters), statement.parameters
    if taken is None and given < statement.declared:
        taken = statement.declared
    if taken is not None and given != taken:
        findings.violation(
            sent,
            f"it gives {counted(given, 'parameter')}, and the statement takes {taken}",
            "a Bind gives as many parameters as ParameterDescription has",
        )
    codes, columns = len(bind.result_formats), statement.columns
    if columns is not None and codes > 1 and codes != columns:
        findings.violation(
            sent,
            f"it has {codes} result format codes, and the statement has "
            f"{counted(columns, 'column')}",
            "there are no codes, one for all columns, or one for each",
        )
