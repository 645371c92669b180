from __future__ import annotations

import contextlib
import math
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from rs_driver.adapters.transport.readiness import (
    Readable,
    expired,
    remaining,
    wait_for_any,
    wait_for_socket,
)
from support.alarm import Interrupted, alarm, interrupt

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    here, there = socket.socketpair()
    with here, there:
        here.setblocking(False)
        yield here, there


Wait = Callable[[int, bool, bool, "float | None"], bool]


def by_readable(fileno: int, read: bool, write: bool, deadline: float | None) -> bool:
    return Readable(fileno).wait(read, write, deadline)


@pytest.fixture(params=[wait_for_socket, by_readable])
def wait(request: pytest.FixtureRequest) -> Wait:
    made: Wait = request.param
    return made


def past() -> float:
    return time.monotonic() - 1


def test_remaining_is_infinite_without_a_deadline() -> None:
    assert remaining(None) == math.inf


def test_remaining_is_never_negative() -> None:
    assert remaining(past()) == 0
    assert 0 < remaining(time.monotonic() + 100) <= 100


def test_bytes_make_it_readable(pair: Pair, wait: Wait) -> None:
    here, there = pair
    there.send(b"x")
    assert wait(here.fileno(), True, False, None)


def test_expired() -> None:
    assert not expired(None)
    assert not expired(time.monotonic() + 100)
    assert expired(past())


def test_a_deadline_that_has_passed_is_false_whatever_has_come(pair: Pair, wait: Wait) -> None:
    here, there = pair
    there.send(b"x")
    assert not wait(here.fileno(), True, False, past())
    assert wait(here.fileno(), True, False, time.monotonic() + 100)


def test_room_makes_it_writable(pair: Pair, wait: Wait) -> None:
    assert wait(pair[0].fileno(), False, True, None)


def test_either_of_the_two_ends_the_wait(pair: Pair, wait: Wait) -> None:
    assert wait(pair[0].fileno(), True, True, None)


def test_false_at_the_deadline(pair: Pair, wait: Wait) -> None:
    fileno = pair[0].fileno()
    assert not wait(fileno, True, False, past())
    assert not wait(fileno, True, False, time.monotonic() + 0.02)


def test_never_returns_false_before_the_deadline(pair: Pair, wait: Wait) -> None:
    deadline = time.monotonic() + 0.0105
    assert not wait(pair[0].fileno(), True, False, deadline)
    assert time.monotonic() >= deadline


def test_a_hang_up_counts_as_readable(pair: Pair, wait: Wait) -> None:
    here, there = pair
    there.close()
    assert wait(here.fileno(), True, False, None)


def test_a_signal_whose_handler_returns_does_not_end_the_wait(pair: Pair, wait: Wait) -> None:
    here, there = pair
    rings: list[bytes] = []

    def ring() -> None:
        rings.append(b"r")

    with alarm(ring):
        assert not wait(here.fileno(), True, False, time.monotonic() + 0.2)
    assert rings == [b"r"]

    with alarm(lambda: there.sendall(b"x")):
        assert wait(here.fileno(), True, False, None)


def test_an_exception_of_a_handler_leaves_it_and_loses_nothing(pair: Pair, wait: Wait) -> None:
    here, there = pair
    with pytest.raises(Interrupted), alarm(interrupt):
        wait(here.fileno(), True, False, None)
    there.send(b"x")
    assert wait(here.fileno(), True, False, None)
    assert here.recv(1) == b"x"


def test_which_of_several_can_be_written(pair: Pair) -> None:
    here, there = pair
    with contextlib.suppress(BlockingIOError):
        while here.send(bytes(65536)):
            pass
    both = [here.fileno(), there.fileno()]
    assert wait_for_any(both, None) == [there.fileno()]
    assert wait_for_any(both[:1], past()) == []
    assert wait_for_any(both, past()) == [there.fileno()]


def test_one_socket_again_and_again(pair: Pair) -> None:
    here, there = pair
    readable = Readable(here.fileno())
    for _ in range(3):
        there.send(b"x")
        assert readable.wait(True, False, None)
        assert here.recv(1) == b"x"
        assert not readable.wait(True, False, past())
        assert readable.wait(True, True, None)
