from __future__ import annotations

import pytest

from rs_driver_fakeserver.faults import BadLength, after
from support.fault_lines import ANSWER, LOGIN, ROW_1, answer, line, sent


def told(fault: BadLength) -> int:
    """The length that the first DataRow tells; all else must be as it was."""
    said = sent(answer(fault))
    at = ANSWER.index(ROW_1)
    assert (said[: at + 1], said[at + 5 :]) == (ANSWER[: at + 1], ANSWER[at + 5 :])
    return int.from_bytes(said[at + 1 : at + 5], "big", signed=True)


def test_set() -> None:
    assert told(BadLength("DataRow", length=3)) == 3
    assert told(BadLength("DataRow", length=-(2**31))) == -(2**31)


def test_added() -> None:
    assert told(BadLength(after("RowDescription"), add=-2)) == len(ROW_1) - 1 - 2
    assert told(BadLength("DataRow", add=2**31 - 1)) == 2**31 - 1


def test_the_answer_before_tls_has_no_length() -> None:
    made = line(BadLength("SSLResponse", length=99))
    made.frontend(None)
    made.frontend(None)
    assert sent(made.out(b"N" + LOGIN)) == b"NR\0\0\0\x63" + LOGIN[5:]


def test_checks() -> None:
    for wrong in ({}, {"length": 1, "add": 1}):
        with pytest.raises(ValueError, match="length= or add="):
            BadLength("DataRow", **wrong)
    with pytest.raises(ValueError, match="the length would be right"):
        BadLength("DataRow", add=0)
    with pytest.raises(ValueError, match="length is from"):
        BadLength("DataRow", length=2**31)
