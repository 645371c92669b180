from __future__ import annotations

import pytest

from support import nonconforming_transports as broken
from support.suite_runs import check


@pytest.mark.parametrize(
    ("kind", "test", "args"),
    [
        (broken.BlocksInReading, "test_reading_what_is_not_there_does_not_block", ()),
        (broken.BlocksInSending, "test_a_peer_that_does_not_read", ()),
        (broken.ReadsAhead, "test_what_was_left_over_ends_a_wait", ()),
        (broken.ForgivesDeadlines, "test_a_deadline_that_has_passed", ()),
        (broken.GivesUpEarly, "test_the_deadline_of_a_wait", ()),
        (broken.GivesUpEarly, "test_a_wait_without_a_deadline", ()),
        (broken.ReadsOrWrites, "test_both_directions_at_once", ()),
        (broken.LosesTheEnd, "test_the_end_of_the_stream", ()),
        (broken.GivesBytesAgain, "test_what_is_there_is_read_in_pieces_of_any_size", ()),
        (broken.GivesBytesAgain, "test_bytes_that_come_singly", ()),
        (broken.SaysMoreThanItSent, "test_much_at_once_in_both_directions", ()),
        (broken.RaisesOsErrors, "test_a_reset_while_reading", ()),
        (broken.RaisesOsErrors, "test_a_reset_while_sending", ()),
        (broken.HidesTheCause, "test_a_reset_while_reading", ()),
    ],
)
def test_what_is_broken_fails(kind: type[broken.Wrapped], test: str, args: tuple[str, ...]) -> None:
    check(kind, test, *args)


def test_over_tls_it_is_the_same() -> None:
    check(broken.ReadsAhead, "test_what_was_left_over_ends_a_wait", secure=True)
    check(broken.RaisesOsErrors, "test_a_reset_while_reading", secure=True)
