from __future__ import annotations

import pytest

from rs_driver_fakeserver.backends import Backends
from rs_driver_fakeserver.late_cancels import LateCancels


def test_cancel_reaches_the_one_who_is_named() -> None:
    backends, hit = Backends(lambda size: b"\xff" * size), list[str]()
    first = backends.register(lambda: hit.append("first"))
    second = backends.register(lambda: hit.append("second"))
    assert first == (1, -1)
    assert second == (2, -1)
    assert backends.cancel(*second)
    assert hit == ["second"]


def test_a_wrong_key_or_a_forgotten_connection_is_nobody() -> None:
    backends, hit = Backends(lambda size: b"\7" * size), list[str]()
    process_id, key = backends.register(lambda: hit.append("x"))
    assert not backends.cancel(process_id, key + 1)
    assert not backends.cancel(process_id + 1, key)
    backends.forget(process_id)
    backends.forget(process_id)
    assert not backends.cancel(process_id, key)
    assert not backends.cancel(-1, 0)
    assert hit == []


class LateServer:
    """Two connections of a server on whose way requests are held back; ``hit``: what happened."""

    def __init__(self, turns: int | None) -> None:
        self.hit: list[str] = []
        self.backends = Backends(lambda size: b"\7" * size, LateCancels(turns))
        self.first, self.second = (
            self.backends.register(lambda name=name: self.hit.append(name))  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            for name in ("first", "second")
        )

    def cancel(self, which: tuple[int, int]) -> bool:
        return self.backends.cancel(*which, lambda: self.hit.append("passed on"))


@pytest.mark.parametrize("turns", [1, 2])
def test_a_late_request_strikes_so_many_turns_later(turns: int) -> None:
    late = LateServer(turns)
    assert late.cancel(late.first)
    for _ in range(turns):
        assert late.hit == []
        late.backends.turn(late.second[0])  # another's do not count
        late.backends.turn(late.first[0])
    assert late.hit == ["first", "passed on"]
    late.backends.turn(late.first[0])
    assert late.backends.release() == 0
    assert late.hit == ["first", "passed on"]


def test_or_when_it_is_released() -> None:
    late = LateServer(None)
    for connection in (late.first, late.second, late.second):
        assert late.cancel(connection)
        late.backends.turn(connection[0])
    assert late.hit == []
    assert late.backends.release() == 3
    assert late.hit == ["first", "passed on", *["second", "passed on"] * 2]
    assert late.backends.release() == 0


def test_whose_request_is_held_back_may_go_as_it_likes() -> None:
    for late, excused in ((None, []), (LateCancels(), ["excused"])):
        told = list[str]()
        backends = Backends(bytes, late)
        who = backends.register(lambda: None, lambda told=told: told.append("excused"))  # type: ignore[misc]  # as above
        assert backends.cancel(*who)
        assert told == excused


def test_what_strikes_nobody_is_not_held_back() -> None:
    late = LateServer(None)
    assert not late.cancel((late.first[0], 0))
    assert late.hit == ["passed on"]
    assert late.cancel(late.first)
    late.backends.forget(late.first[0])
    assert late.hit == ["passed on"] * 2
    assert late.backends.release() == 0
    late.backends.turn(late.first[0])
