"""Numbers that are wrong whatever the server knows: format codes, their counts, row limits."""

from __future__ import annotations

from collections.abc import Sequence

from rs_driver.wire.query import Bind, Execute, FunctionCall
from rs_driver_fakeserver.strict.findings import Findings, Sent, counted

_CODES = (0, 1)


def check(findings: Findings, sent: Sent) -> None:
    """Check what stands in the message itself."""
    match sent.message:
        case Bind(parameter_formats=codes, parameters=values, result_formats=results):
            _check_codes(findings, sent, codes, "parameters")
            _check_count(findings, sent, codes, len(values))
            _check_codes(findings, sent, results, "results")
        case FunctionCall(argument_formats=codes, arguments=values, result_format=result):
            _check_codes(findings, sent, codes, "arguments")
            _check_count(findings, sent, codes, len(values))
            _check_codes(findings, sent, (result,), "results")
        case Execute(max_rows=limit) if limit < 0:
            findings.violation(
                sent, f"its row limit is {limit}", "it is a number of rows, or 0 for no limit"
            )


def _check_codes(findings: Findings, sent: Sent, codes: Sequence[int], what: str) -> None:
    for code in codes:
        if code not in _CODES:
            findings.violation(
                sent, f"a format code of its {what} is {code}", "0 stands for text and 1 for binary"
            )
            return


def _check_count(findings: Findings, sent: Sent, codes: Sequence[int], values: int) -> None:
    if len(codes) > 1 and len(codes) != values:
        findings.violation(
            sent,
            f"it has {len(codes)} format codes for {counted(values, 'value')}",
            "there are no codes, one for all values, or one for each",
        )
