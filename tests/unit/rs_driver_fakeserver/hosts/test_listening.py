from __future__ import annotations

from typing import Any

import pytest

from rs_driver_fakeserver.hosts.listening import LOOPBACK, Listening


def test_loopback_if_not_told_otherwise() -> None:
    assert Listening().host == Listening().reached_at == LOOPBACK == "127.0.0.1"
    assert Listening(host="::1").reached_at == "::1"


@pytest.mark.parametrize(("host", "reached_at"), [("0.0.0.0", "127.0.0.1"), ("::", "::1")])
def test_all_interfaces_are_reached_by_loopback(host: str, reached_at: str) -> None:
    assert Listening(host=host).reached_at == reached_at


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"host": ""}, ValueError),
        ({"host": None}, TypeError),
        ({"port": -1}, ValueError),
        ({"port": 65536}, ValueError),
        ({"port": "5439"}, TypeError),
        ({"port": True}, TypeError),
        ({"max_connections": 0}, ValueError),
        ({"login_timeout": 0}, ValueError),
        ({"login_timeout": float("nan")}, ValueError),
        ({"login_timeout": "30"}, TypeError),
    ],
)
def test_options_that_are_wrong(options: dict[str, Any], kind: type[Exception]) -> None:
    (name,) = options
    with pytest.raises(kind, match=f"{name}="):
        Listening(**options)
