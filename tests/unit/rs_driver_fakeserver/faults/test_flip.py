from __future__ import annotations

import pytest

from rs_driver_fakeserver.faults import Flip, after, byte, inside
from support.fault_lines import ANSWER, DONE, LOGIN, ROW_1, ROWS, answer, line, sent


def differences(said: bytes) -> dict[int, int]:
    """Offset in ``ANSWER`` to the bits that differ."""
    assert len(said) == len(ANSWER)
    return {at: a ^ b for at, (a, b) in enumerate(zip(said, ANSWER, strict=True)) if a != b}


def test_bits() -> None:
    row = len(ROWS)
    assert differences(sent(answer(Flip("DataRow", mask=0x81)))) == {row: 0x81}
    assert differences(sent(answer(Flip(inside("DataRow", offset=4), mask=2)))) == {row + 4: 2}


def test_the_byte_after_a_message_is_the_next_ones_first() -> None:
    said = sent(answer(Flip(after("RowDescription"), mask=1)))
    assert differences(said) == {len(ROWS): 1}


def test_the_byte_at_an_offset() -> None:
    made = line(Flip(len(LOGIN) + len(ROWS), mask=1))
    assert differences(sent([*made.out(LOGIN), *made.out(ANSWER)])[len(LOGIN) :]) == {len(ROWS): 1}


def test_a_value() -> None:
    said = sent(answer(Flip(inside("CommandComplete", offset=-1), to=ord("X"))))
    assert said == ANSWER.replace(DONE, DONE[:-1] + b"X")


def test_a_bit_by_chance() -> None:
    seen = {tuple(differences(sent(answer(Flip("DataRow"), seed=n))).values()) for n in range(60)}
    assert seen == {(1 << bit,) for bit in range(8)}


def test_every_byte_from_there_on() -> None:
    said = sent(line(Flip(byte(3), to=0, times=None)).out(ROW_1))
    assert said == ROW_1[:3] + bytes(len(ROW_1) - 3)
    assert sent(line(Flip(byte(3), to=0, times=2)).out(ROW_1)) == ROW_1[:3] + b"\0\0" + ROW_1[5:]


def test_checks() -> None:
    with pytest.raises(ValueError, match="mask= or to="):
        Flip(0, mask=1, to=1)
    with pytest.raises(ValueError, match="mask is from 1 to 255"):
        Flip(0, mask=0)
    with pytest.raises(ValueError, match="to is from 0 to 255"):
        Flip(0, to=256)
