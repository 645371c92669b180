"""The servers that ``host``, ``hostaddr``, ``port`` and ``unix_sock`` name together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rs_driver.config.objects import Server
from rs_driver.config.options import BY_NAME
from rs_driver.errors import InterfaceError


def servers_of(merged: Mapping[str, Any]) -> tuple[Server, ...]:
    """At least one, in the order in which they are written.

    InterfaceError where the lists do not fit together, as for libpq.
    """
    if merged["unix_sock"] is not None:
        port = _ports(merged["port"], 1)[0]
        return (Server(merged["host"] or "", port, merged["unix_sock"]),)
    hosts, addresses = _items("host", merged), _items("hostaddr", merged)
    if hosts and addresses and len(hosts) != len(addresses):
        raise InterfaceError(
            f"hostaddr: {len(addresses)} addresses cannot belong to {len(hosts)} hosts"
        )
    count = max(len(hosts), len(addresses), 1)
    names, ports = hosts or [""] * count, _ports(merged["port"], count)
    places: Sequence[str | None] = addresses or [None] * count
    servers = tuple(map(_server, names, ports, places))
    if len({server.unix_sock is None for server in servers}) > 1:
        raise InterfaceError("host: names, or directories of Unix sockets, but not both in a list")
    return servers


def _items(name: str, merged: Mapping[str, Any]) -> list[str]:
    if merged[name] is None:
        return []
    items = [item.strip() for item in merged[name].split(",")]
    if "" in items:
        raise InterfaceError(f"{name}: an item of its list is empty")
    return items


def _ports(given: int | Sequence[int | None], count: int) -> Sequence[int]:
    """A port for each of so many servers; the usual one where an item is empty."""
    if isinstance(given, int):
        return [given] * count
    if len(given) != count:
        raise InterfaceError(f"port: {len(given)} ports cannot belong to {count} hosts")
    usual: Any = BY_NAME["port"].default
    return [usual if port is None else port for port in given]


def _server(host: str, port: int, address: str | None) -> Server:
    """A host that is a directory holds the Unix socket of that port, as for libpq."""
    if host.startswith("/") and address is None:
        return Server(host, port, f"{host.rstrip('/')}/.s.PGSQL.{port}")
    return Server(host, port, None, address)
