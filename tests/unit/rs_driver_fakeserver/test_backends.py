from __future__ import annotations

from typing import Any

import pytest

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


def test_a_late_request_strikes_after_so_many_messages() -> None:
    backends, hit = Backends(lambda size: b"\7" * size, lateness=2), list[str]()
    first = backends.register(lambda: hit.append("first"))
    second = backends.register(lambda: hit.append("second"))
    backends.heard(first[0])
    assert backends.cancel(*first)
    backends.heard(second[0])
    backends.heard(first[0])
    assert hit == []
    backends.heard(first[0])
    backends.heard(first[0])
    assert hit == ["first"]
    assert backends.cancel(*second)
    backends.forget(second[0])
    backends.heard(second[0])
    assert hit == ["first"]


@pytest.mark.parametrize(
    ("lateness", "kind"), [(-1, ValueError), ("1", TypeError), (True, TypeError)]
)
def test_a_lateness_that_is_none(lateness: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind, match="cancel_lateness="):
        Backends(bytes, lateness)
