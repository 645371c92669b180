from __future__ import annotations

from typing import Any

import pytest

from rs_driver.config.objects import Server
from rs_driver.config.servers import servers_of
from rs_driver.errors import InterfaceError


def servers(**given: Any) -> list[Server]:
    merged = {"host": None, "hostaddr": None, "port": 5439, "unix_sock": None, **given}
    return list(servers_of(merged))


def test_one() -> None:
    assert servers(host="db") == [Server("db", 5439)]
    assert servers(host="::1", port=1) == [Server("::1", 1)]
    assert servers(port=1) == [Server("", 1)]  # where a transport of the user's leads anywhere


def test_several() -> None:
    assert servers(host="a, b") == [Server("a", 5439), Server("b", 5439)]
    assert servers(host="a,b", port=1) == [Server("a", 1), Server("b", 1)]
    assert servers(host="a,b", port=(1, None)) == [Server("a", 1), Server("b", 5439)]


def test_numeric_addresses() -> None:
    assert servers(hostaddr="::1,192.0.2.1", port=(1, 2)) == [
        Server("", 1, None, "::1"),
        Server("", 2, None, "192.0.2.1"),
    ]
    assert servers(host="a,b", hostaddr="::1,::2")[1] == Server("b", 5439, None, "::2")


def test_unix_sockets() -> None:
    assert servers(host="/run/db/") == [Server("/run/db/", 5439, "/run/db/.s.PGSQL.5439")]
    assert servers(host="/a,/b", port=(1, 2))[1] == Server("/b", 2, "/b/.s.PGSQL.2")
    assert servers(host="a,b", unix_sock="/s") == [Server("a,b", 5439, "/s")]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"host": "a,,b"}, "host: an item of its list is empty"),
        ({"host": "a,b", "port": (1, 2, 3)}, "port: 3 ports cannot belong to 2 hosts"),
        ({"host": "a", "port": (1, 2)}, "port: 2 ports cannot belong to 1 hosts"),
        ({"host": "a,b", "hostaddr": "::1"}, "hostaddr: 1 addresses cannot belong to 2 hosts"),
        ({"host": "a,/run"}, "but not both in a list"),
    ],
)
def test_lists_that_do_not_fit(given: dict[str, Any], problem: str) -> None:
    with pytest.raises(InterfaceError, match=problem):
        servers(**given)
