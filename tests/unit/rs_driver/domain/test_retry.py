from __future__ import annotations

import pytest

from rs_driver.config.retry import Retry
from rs_driver.domain.retry import backoff, is_for_the_next, is_passing, wait_after
from rs_driver.errors import (
    Error,
    InterfaceError,
    OperationalError,
    RemoteProtocolError,
    TlsError,
    from_fields,
)


def lost() -> Error:
    error = OperationalError("the connection was lost")
    error.is_disconnect = True
    return error


def said(sqlstate: str) -> Error:
    """A server's last words."""
    return from_fields({"S": "FATAL", "C": sqlstate, "M": "no"})


@pytest.mark.parametrize(
    "error", [lost(), said("57P03"), said("53300"), said("57P01"), said("57P02")]
)
def test_what_time_may_mend(error: Error) -> None:
    assert is_passing(error)
    assert is_for_the_next(error)


LASTING = [
    said("28P01"),
    said("28000"),
    said("3D000"),
    said("42704"),
    from_fields({"S": "FATAL", "M": "a server that gives no code"}),
    InterfaceError("no such option"),
    OperationalError("the password would be sent in plain text"),
    RemoteProtocolError("no message of the protocol"),
]


@pytest.mark.parametrize("error", LASTING, ids=str)
def test_what_is_the_same_in_a_minute_and_elsewhere(error: Error) -> None:
    assert not is_passing(error)
    assert not is_for_the_next(error)


def test_another_server_may_have_a_better_certificate() -> None:
    assert not is_passing(TlsError("expired"))
    assert is_for_the_next(TlsError("expired"))


def test_backoff() -> None:
    assert [backoff(attempt, 0.5, 3.0) for attempt in (1, 2, 3, 4)] == [0.5, 1.0, 2.0, 3.0]
    assert backoff(10_000, 1.0, 20.0) == 20.0


def test_waits() -> None:
    retry = Retry(attempts=3, first=1.0, longest=1.5, jitter=0.5)
    waits = [wait_after(lost(), attempt, retry, lambda: 0.0) for attempt in (1, 2, 3)]
    assert waits == [1.0, 1.5, None]
    assert wait_after(lost(), 1, retry, lambda: 1.0) == 0.5
    assert wait_after(said("28P01"), 1, retry, lambda: 0.0) is None
