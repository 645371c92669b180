from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver.wire.control import ReadyForQuery
from rs_driver.wire.results import CommandComplete, DataRow, RowDescription
from rs_driver_fakeserver.strategies.hostility import any_mutation
from rs_driver_fakeserver.strategies.mutations import (
    Count,
    End,
    Flip,
    Insert,
    Length,
    Mutation,
    Number,
    Remove,
    Repeat,
    Shorten,
    Swap,
    Tag,
    mutated,
)

ROW = DataRow((b"ab", None)).encode()
DONE = CommandComplete("SELECT").encode()
READY = ReadyForQuery("I").encode()
STREAM = [ROW, DONE, READY]


@pytest.mark.parametrize(
    ("mutation", "expected"),
    [
        (Length(1, 3), [ROW, b"C\0\0\0\3SELECT\0", READY]),
        (Length(1, -1), [ROW, b"C\xff\xff\xff\xffSELECT\0", READY]),
        (Length(1, add=2), [ROW, b"C\0\0\0\x0dSELECT\0", READY]),
        (Count(0, -1), [b"D\0\0\0\x10\xff\xff" + ROW[7:], DONE, READY]),
        (Count(1, 7), STREAM),
        (Number(0, 2, -2), [ROW[:7] + b"\xff\xff\xff\xfe" + ROW[11:], DONE, READY]),
        (Number(2, 0, 7), STREAM),
        (Flip(2, 5, 1), [ROW, DONE, b"Z\0\0\0\5H"]),
        (Flip(-1, -1, 1), [ROW, DONE, b"Z\0\0\0\5H"]),
        (Tag(1, 0), [ROW, b"\0" + DONE[1:], READY]),
        (Shorten(1, 2, adjust=False), [ROW, DONE[:-2], READY]),
        (Shorten(1, 2, adjust=True), [ROW, b"C\0\0\0\x09SELEC", READY]),
        (Shorten(2, 99, adjust=True), [ROW, DONE, b"Z\0\0\0\4"]),
        (End(1, 3), [ROW, DONE[:3]]),
        (Insert(1, 0, b"x"), [ROW, b"x" + DONE, READY]),
        (Insert(1, len(DONE), b"x"), [ROW, DONE + b"x", READY]),
        (Remove(1), [ROW, READY]),
        (Repeat(1), [ROW, DONE, DONE, READY]),
        (Swap(0), [DONE, ROW, READY]),
        (Swap(2), STREAM),
        (Remove(4), [ROW, READY]),
    ],
)
def test_each(mutation: Mutation, expected: list[bytes]) -> None:
    assert mutated(STREAM, [mutation]) == expected


def test_counts_are_where_each_message_has_them() -> None:
    columns = RowDescription(()).encode()
    assert mutated([columns], [Count(0, 9)]) == [columns[:5] + b"\0\x09"]
    copying = b"H\0\0\0\x09\0\0\1\0\0"
    assert mutated([copying], [Count(0, 9)]) == [b"H\0\0\0\x09\0\0\x09\0\0"]


def test_one_after_the_other() -> None:
    assert mutated(STREAM, [Remove(0), Remove(0), Tag(0, 65)]) == [b"A\0\0\0\5I"]
    assert mutated(STREAM, []) == STREAM


@given(st.lists(any_mutation(), max_size=6), st.lists(st.binary(max_size=7), max_size=3))
def test_any_stream_can_be_mutated(changes: list[Mutation], pieces: list[bytes]) -> None:
    assert all(isinstance(piece, bytes) for piece in mutated(pieces, changes))
