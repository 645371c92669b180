from __future__ import annotations

import socket

import pytest

from rs_driver.adapters.transport.resolve import (
    ask_in_thread,
    judge,
    known_addresses,
    look_up,
    resolve,
)
from rs_driver.adapters.transport.sockets import Address, SocketAddress
from rs_driver.errors import OperationalError

LOOPBACK: SocketAddress = (socket.AF_INET, ("127.0.0.1", 5439))


def test_numbers_and_paths_need_no_look_up() -> None:
    assert known_addresses(Address("127.0.0.1", 5439)) == [LOOPBACK]
    assert known_addresses(Address("::1", 7)) == [(socket.AF_INET6, ("::1", 7, 0, 0))]
    assert known_addresses(Address("x", 1, "/run/db")) == [(socket.AF_UNIX, "/run/db")]


def test_names_do() -> None:
    assert known_addresses(Address("localhost", 5439)) is None


def test_each_address_comes_once() -> None:
    found = look_up(Address("127.0.0.1", 5439))
    assert found == [LOOPBACK]


def test_a_name_is_resolved() -> None:
    assert LOOPBACK in resolve(Address("localhost", 5439), None)


def test_the_thread_is_a_daemon_and_tells_once() -> None:
    told: list[object] = []
    thread = ask_in_thread(Address("localhost", 5439), told.append)
    assert thread.daemon
    thread.join()
    assert len(told) == 1


def test_what_cannot_be_a_name() -> None:
    host = "a" * 64 + ".invalid"
    with pytest.raises(
        OperationalError, match="could not find the address of host 'aaaa"
    ) as caught:
        resolve(Address(host, 5439), None)
    assert isinstance(caught.value.__cause__, ValueError)


def test_a_name_without_address() -> None:
    cause = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    with pytest.raises(OperationalError, match=r"host 'db\.example': Name or service") as caught:
        judge(Address("db.example", 5439), cause)
    assert caught.value.is_disconnect
    assert caught.value.retry_safe
    assert caught.value.__cause__ is cause


def test_a_look_up_that_takes_too_long() -> None:
    with pytest.raises(OperationalError, match=r"timed out while looking up .* 'db\.example'"):
        judge(Address("db.example", 5439), None)


def test_what_was_found_is_given() -> None:
    assert judge(Address("db.example", 5439), [LOOPBACK]) == [LOOPBACK]
