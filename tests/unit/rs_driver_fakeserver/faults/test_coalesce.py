from __future__ import annotations

import pytest

from rs_driver_fakeserver.faults import Coalesce, Delay, Drop, Inject, SlowRead, Split
from rs_driver_fakeserver.faults.place import At, message, phase
from rs_driver_fakeserver.faults.unit import Reading
from rs_driver_fakeserver.hosts.moves import Close, Move, Send, Wait
from support.fault_lines import (
    ANSWER,
    ASKED,
    DONE,
    ERROR,
    LOGIN,
    PARSED,
    READY,
    ROW_1,
    ROW_2,
    ROWS,
    line,
    logged_in,
)


def test_up_to_ready_for_query() -> None:
    made = logged_in(Coalesce())
    assert made.out(ROWS) == made.out(ROW_1 + ROW_2) == made.out(DONE) == []
    assert made.out(READY) == [Send(ANSWER)]


def test_nothing_is_held_where_the_client_is_waited_for() -> None:
    made = line(Coalesce())
    made.frontend(None)
    assert made.out(b"N") == [Send(b"N")]
    made.frontend(None)
    assert made.out(ASKED) == [Send(ASKED)]
    made.frontend(ord("p"))
    assert made.out(LOGIN) == [Send(LOGIN)]
    made.frontend(ord("P"))
    made.frontend(ord("H"))
    assert made.out(PARSED) == [Send(PARSED)]
    assert made.out(ERROR) == [Send(ERROR)]


def test_nor_what_is_said_unasked() -> None:
    made = line(Coalesce())
    made.frontend(None)
    made.out(LOGIN)
    assert made.out(PARSED) == [Send(PARSED)]


def test_bytes() -> None:
    made = logged_in(Coalesce(bytes=len(ROW_1) + 1))
    assert made.out(ROW_1) == []
    assert made.out(ROW_2 + ROW_1 + READY) == [Send(ROW_1 + ROW_2), Send(ROW_1 + READY)]


def test_messages() -> None:
    made = logged_in(Coalesce(messages=2))
    assert made.out(ROW_1 + ROW_2 + ROW_1) == [Send(ROW_1 + ROW_2)]
    assert made.out(ROW_2) == [Send(ROW_1 + ROW_2)]


def test_times_are_pieces() -> None:
    made = line(Coalesce(times=1))
    made.frontend(None)
    assert made.out(LOGIN) == [Send(LOGIN)]
    made.frontend(ord("Q"))
    assert made.out(ROWS) == [Send(ROWS)]


def test_a_piece_that_does_not_happen_is_left_as_it_is() -> None:
    made = logged_in(Coalesce(probability=1e-9))
    assert made.out(ROWS) == [Send(ROWS)]
    assert made.out(ROW_1) == [Send(ROW_1)]


@pytest.mark.parametrize("seed", range(20))
def test_a_piece_is_held_from_its_beginning_or_not_at_all(seed: int) -> None:
    made = logged_in(Coalesce(probability=0.5), seed=seed)
    moves = [made.out(said) for said in (ROWS, ROW_1, DONE + READY)]
    piece = ROWS + ROW_1 + DONE + READY
    assert moves in (
        [[Send(ROWS)], [Send(ROW_1)], [Send(DONE + READY)]],
        [[], [], [Send(piece)]],
    )


def test_it_undoes_cuts_and_waits_first() -> None:
    made = logged_in(Split(1), Delay(1, "DataRow"), SlowRead(9), Coalesce())
    assert made.out(ANSWER) == [Wait(1), Send(ANSWER)]
    assert made.reading == Reading(9, 0.01)


def test_what_comes_after_it_cuts_it_again() -> None:
    moves: list[Move] = logged_in(Coalesce(), Split(at=[len(LOGIN) + 3])).out(ANSWER)
    assert moves == [Send(ANSWER[:3]), Send(ANSWER[3:])]


@pytest.mark.parametrize("at", [message(6), phase("rows"), "CommandComplete"])
def test_an_end_releases_what_is_held(at: At) -> None:
    moves = logged_in(Drop(at), Coalesce()).out(ANSWER)
    assert moves == logged_in(Drop(at)).out(ANSWER)
    assert moves[-1] == Close()


def test_what_is_inserted_where_the_client_is_waited_for_is_not_held() -> None:
    made = line(Inject(b"xx", phase("ready")), Coalesce())
    made.frontend(None)
    assert made.out(LOGIN) == [Send(LOGIN), Send(b"xx")]


def test_checks() -> None:
    with pytest.raises(ValueError, match="bytes is at least 1"):
        Coalesce(bytes=0)
    with pytest.raises(ValueError, match="messages is at least 1"):
        Coalesce(messages=0)
