from __future__ import annotations

import socket

from rs_driver.adapters.transport.attempts import Attempts
from rs_driver.adapters.transport.sockets import Address, SocketAddress

V4: SocketAddress = (socket.AF_INET, ("192.0.2.1", 5439))
V6: SocketAddress = (socket.AF_INET6, ("2001:db8::1", 5439, 0, 0))


def test_every_failure_is_told_and_the_last_is_the_cause() -> None:
    attempts = Attempts(Address("db.example", 5439))
    attempts.failed(V6, OSError(101, "Network is unreachable"))
    last = OSError(111, "Connection refused")
    attempts.failed(V4, last)
    error = attempts.error()
    assert str(error) == (
        "could not connect to db.example:5439 ([2001:db8::1]:5439: Network is unreachable; "
        "192.0.2.1:5439: Connection refused)"
    )
    assert attempts.cause is last
    assert error.is_disconnect
    assert error.retry_safe


def test_a_timeout_names_what_was_being_tried() -> None:
    attempts = Attempts(Address("db.example", 5439))
    attempts.failed(V6, OSError(101, "Network is unreachable"))
    assert str(attempts.timed_out([V4])) == (
        "timed out while connecting to db.example:5439 ([2001:db8::1]:5439: Network is "
        "unreachable; 192.0.2.1:5439)"
    )


def test_a_path() -> None:
    attempts = Attempts(Address(unix_sock="/run/db"))
    attempts.failed((socket.AF_UNIX, "/run/db"), OSError(2, "No such file or directory"))
    assert str(attempts.error()).startswith("could not connect to /run/db (/run/db: No such")


def test_no_address_at_all() -> None:
    assert "it has no address" in str(Attempts(Address("db.example")).error())
