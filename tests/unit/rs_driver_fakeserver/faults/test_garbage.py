from __future__ import annotations

import pytest

from rs_driver_fakeserver.faults import Garbage, after, inside
from support.fault_lines import ANSWER, DONE, READY, ROW_1, ROW_2, ROWS, answer, sent


def test_given_bytes() -> None:
    assert sent(answer(Garbage("DataRow", b"xyz"))) == ANSWER.replace(ROW_1, b"xyz" + ROW_1)
    assert sent(answer(Garbage(after("ReadyForQuery", nth=2), b"xyz"))) == ANSWER + b"xyz"


def test_within_a_message() -> None:
    said = sent(answer(Garbage(inside("DataRow", offset=2), b"xyz")))
    assert said == ROWS + ROW_1[:2] + b"xyz" + ROW_1[2:] + ROW_2 + DONE + READY


def test_random_bytes_follow_from_the_seed() -> None:
    one, same, other = (sent(answer(Garbage("DataRow", 9), seed=seed)) for seed in (1, 1, 2))
    assert one == same != other
    assert len(one) == len(other) == len(ANSWER) + 9


def test_checks() -> None:
    with pytest.raises(ValueError, match="data is empty"):
        Garbage("DataRow", b"")
    with pytest.raises(ValueError, match="data is at least 1"):
        Garbage("DataRow", 0)
    with pytest.raises(TypeError, match="data is bytes, not str"):
        Garbage("DataRow", "x")  # type: ignore[arg-type]  # what is tested
