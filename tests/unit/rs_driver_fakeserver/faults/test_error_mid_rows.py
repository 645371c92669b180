from __future__ import annotations

import pytest

from rs_driver.wire.control import ErrorResponse, NoticeResponse
from rs_driver.wire.results import CommandComplete, PortalSuspended
from rs_driver_fakeserver.faults import Delay, Drop, ErrorMidRows, before, inside
from rs_driver_fakeserver.hosts.moves import Close, Send, Wait
from support.fault_lines import (
    ANSWER,
    DONE,
    ERROR,
    FAILED,
    IN_BLOCK,
    LOGIN,
    PARSED,
    READY,
    ROW_1,
    ROW_2,
    ROWS,
    answer,
    line,
    logged_in,
    sent,
)

SAID = ErrorResponse(
    {"S": "ERROR", "C": "XX000", "M": "the query failed in the middle of its rows"}
).encode()
BEGIN = CommandComplete("BEGIN").encode()
COMMIT = CommandComplete("COMMIT").encode()


def test_instead_of_the_rest() -> None:
    assert sent(answer(ErrorMidRows(after=1))) == ROWS + ROW_1 + SAID + READY
    assert sent(answer(ErrorMidRows(after=0))) == ROWS + SAID + READY
    assert sent(answer(ErrorMidRows(after=2))) == ROWS + ROW_1 + ROW_2 + SAID + READY


def test_a_result_with_fewer_rows_is_let_pass() -> None:
    assert sent(answer(ErrorMidRows(after=3))) == ANSWER
    made = logged_in(ErrorMidRows(after=2))
    short = ROWS + ROW_1 + DONE + READY
    assert sent(made.out(short)) == short
    assert sent(made.out(ANSWER)) == ROWS + ROW_1 + ROW_2 + SAID + READY


def test_other_commands_have_no_rows() -> None:
    made = logged_in(ErrorMidRows(after=0))
    assert sent(made.out(BEGIN + READY)) == BEGIN + READY


def test_the_rest_of_the_group_is_skipped() -> None:
    notice = NoticeResponse({"M": "x"}).encode()
    made = logged_in(ErrorMidRows())
    said = sent(made.out(ROWS + ROW_1 + ROW_2 + DONE + notice + ROWS + ROW_1 + DONE + READY))
    assert said == ROWS + ROW_1 + SAID + READY
    assert sent(made.out(ANSWER)) == ANSWER


def test_a_portal_that_is_suspended() -> None:
    said = ROW_1 + PortalSuspended().encode() + READY
    assert sent(logged_in(ErrorMidRows()).out(said)) == ROW_1 + SAID + READY


def test_rows_that_come_in_portions() -> None:
    portion = ROW_1 + PortalSuspended().encode() + IN_BLOCK
    made = logged_in(ErrorMidRows(after=2))
    assert sent(made.out(BEGIN + portion)) == BEGIN + portion
    assert sent(made.out(portion)) == ROW_1 + SAID + FAILED


@pytest.mark.parametrize("over", [COMMIT + READY, ROWS])
def test_rows_of_a_portal_that_is_left_do_not_count_for_the_next(over: bytes) -> None:
    made = logged_in(ErrorMidRows(after=2))
    made.out(BEGIN + ROW_1 + PortalSuspended().encode() + IN_BLOCK + over)
    assert sent(made.out(ROW_1 + DONE)) == ROW_1 + DONE


def test_a_transaction_block_fails_until_it_ends() -> None:
    made = logged_in(ErrorMidRows())
    made.out(BEGIN + IN_BLOCK)
    assert sent(made.out(ROW_1 + DONE + IN_BLOCK)) == ROW_1 + SAID + FAILED
    assert sent(made.out(PARSED + IN_BLOCK)) == PARSED + FAILED
    assert sent(made.out(COMMIT + READY)) == COMMIT + READY
    assert sent(made.out(BEGIN + IN_BLOCK)) == BEGIN + IN_BLOCK


def test_a_block_that_began_in_the_same_group() -> None:
    said = BEGIN + ROW_1 + DONE + IN_BLOCK
    assert sent(logged_in(ErrorMidRows()).out(said)) == BEGIN + ROW_1 + SAID + FAILED


def test_a_block_that_would_have_ended_later_in_the_group() -> None:
    said = BEGIN + ROW_1 + DONE + COMMIT + READY
    assert sent(logged_in(ErrorMidRows()).out(said)) == BEGIN + ROW_1 + SAID + FAILED


def test_a_block_that_ended_before_the_rows() -> None:
    made = logged_in(ErrorMidRows())
    made.out(BEGIN + IN_BLOCK)
    assert sent(made.out(COMMIT + ROW_1 + DONE + READY)) == COMMIT + ROW_1 + SAID + READY


def test_rows_are_counted_anew_after_an_error() -> None:
    made = logged_in(ErrorMidRows(after=2))
    assert sent(made.out(ROW_1 + ERROR + READY)) == ROW_1 + ERROR + READY
    assert sent(made.out(ANSWER)) == ROWS + ROW_1 + ROW_2 + SAID + READY


def test_what_earlier_faults_did_in_the_bytes_that_are_skipped_happens() -> None:
    assert answer(Drop("CommandComplete"), ErrorMidRows()) == [Send(ROWS + ROW_1 + SAID), Close()]
    assert answer(Drop(before("DataRow", nth=2)), ErrorMidRows()) == [Send(ROWS + ROW_1), Close()]
    second = before("DataRow", nth=2)
    assert answer(Delay(1, second), Delay(2, "CommandComplete"), ErrorMidRows()) == [
        Send(ROWS + ROW_1),
        Wait(1),
        Send(SAID),
        Wait(2),
        Send(READY),
    ]
    assert answer(Drop(inside("DataRow", nth=2, offset=3)), ErrorMidRows()) == [
        Send(ROWS + ROW_1 + SAID),
        Close(),
    ]


def test_several_times() -> None:
    made = logged_in(ErrorMidRows(times=2))
    for _ in range(2):
        assert sent(made.out(ANSWER)) == ROWS + ROW_1 + SAID + READY
    assert sent(made.out(ANSWER)) == ANSWER


def test_the_words() -> None:
    fault = ErrorMidRows(sqlstate="57014", message="Query cancelled")
    error = ErrorResponse({"S": "ERROR", "C": "57014", "M": "Query cancelled"}).encode()
    assert error in sent(answer(fault))


def test_the_error_goes_out_at_once() -> None:
    made = line(ErrorMidRows())
    made.out(LOGIN)
    assert sent(made.out(ROW_1 + ROW_2)) == ROW_1 + SAID


def test_checks() -> None:
    with pytest.raises(ValueError, match="after is at least 0"):
        ErrorMidRows(after=-1)
    with pytest.raises(ValueError, match="is not a SQLSTATE"):
        ErrorMidRows(sqlstate="x")
