from __future__ import annotations

from rs_driver_fakeserver.backends import Backends


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
