from __future__ import annotations

from rs_driver_fakeserver.faults import Coalesce, Drop, Garbage, Reorder, inside
from rs_driver_fakeserver.hosts.moves import Close, Send
from support.fault_lines import (
    ANSWER,
    DONE,
    ERROR,
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


def test_it_comes_after_the_next() -> None:
    assert sent(answer(Reorder("DataRow"))) == ROWS + ROW_2 + ROW_1 + DONE + READY
    assert sent(answer(Reorder("CommandComplete"))) == ROWS + ROW_1 + ROW_2 + READY + DONE


def test_it_is_held_until_the_next_is_whole() -> None:
    made = logged_in(Reorder("DataRow"))
    assert made.out(ROWS + ROW_1) == [Send(ROWS)]
    assert made.out(ROW_2[:4]) == []
    assert made.out(ROW_2[4:]) == [Send(ROW_2 + ROW_1)]


def test_every_second_row() -> None:
    made = logged_in(Reorder("DataRow", times=None))
    assert sent(made.out(ROW_1 + ROW_2 + ROW_1 + ROW_2 + READY)) == (
        ROW_2 + ROW_1 + ROW_2 + ROW_1 + READY
    )


def test_where_the_client_may_be_waited_for_nothing_is_held() -> None:
    made = logged_in(Reorder("ErrorResponse"))
    assert made.out(ERROR) == [Send(ERROR)]
    made = logged_in(Reorder("ReadyForQuery"))
    assert made.out(READY) == [Send(READY)]
    made.frontend(ord("Q"))
    assert sent(made.out(ANSWER)) == ROW_1 + ROWS + ROW_2 + DONE + READY


def test_nor_after_a_flush() -> None:
    made = logged_in(Reorder("ParseComplete"))
    made.frontend(ord("H"))
    assert made.out(PARSED) == [Send(PARSED)]


def test_what_an_earlier_fault_ended_is_not_held() -> None:
    end = Drop(inside("DataRow", offset=3))
    assert answer(end, Reorder("DataRow")) == [Send(ROWS + ROW_1[:3]), Close()]


def test_bytes_that_are_no_message_do_not_change_places_but_are_passed() -> None:
    said = sent(answer(Garbage("DataRow", b"xx"), Reorder("DataRow")))
    assert said == ROWS + b"xx" + ROW_2 + ROW_1 + DONE + READY
    said = sent(answer(Reorder("RowDescription"), Garbage("DataRow", b"xx")))
    assert said == b"xx" + ROW_1 + ROWS + ROW_2 + DONE + READY


def test_what_comes_last_now_is_where_the_client_is_waited_for() -> None:
    moves = answer(Reorder("CommandComplete"), Coalesce())
    assert moves == [Send(ROWS + ROW_1 + ROW_2 + READY + DONE)]


def test_the_login_is_not_held_back() -> None:
    made = line(Reorder("BackendKeyData"))
    made.frontend(None)
    assert len(sent(made.out(LOGIN))) == len(LOGIN)
