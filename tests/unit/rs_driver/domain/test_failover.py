from __future__ import annotations

from rs_driver.domain.failover import Failover
from rs_driver.errors import Error, OperationalError, TlsError, from_fields


def unreachable(server: str, *, retry_safe: bool = True) -> Error:
    error = OperationalError(f"could not connect to {server}")
    error.is_disconnect = True
    error.retry_safe = retry_safe
    return error


def refused() -> Error:
    return from_fields({"S": "FATAL", "C": "28P01", "M": "wrong password"})


def test_one_server_fails_as_it_is() -> None:
    for error in (unreachable("a"), refused(), TlsError("expired")):
        assert Failover(1, None).failed(error) is error
        assert error.advice is None


def test_all_are_named() -> None:
    failover = Failover(3, None)
    busy = from_fields({"S": "FATAL", "C": "53300", "M": "too many", "D": "a detail"})
    assert failover.failed(unreachable("a")) is None
    assert failover.failed(busy) is None
    error = failover.failed(TlsError("c: expired"))
    assert str(error) == (
        "none of 3 servers could take us: could not connect to a; too many [SQLSTATE 53300]; "
        "c: expired"
    )
    assert type(error) is OperationalError
    assert error.is_disconnect
    assert not error.retry_safe


def test_what_came_of_none_of_them() -> None:
    failover = Failover(2, None)
    failover.failed(unreachable("a"))
    error = failover.failed(unreachable("b"))
    assert error is not None
    assert error.retry_safe
    failover = Failover(2, None)
    failover.failed(TlsError("a"))
    assert type(failover.failed(TlsError("b"))) is TlsError


def test_a_refused_password_is_shown_to_nobody_else() -> None:
    failover = Failover(3, None)
    failover.failed(unreachable("a"))
    error = refused()
    assert failover.failed(error) is error
    assert str(error).endswith(
        "HINT: the servers before it could not take us: could not connect to a"
    )


def test_the_deadline_is_shared() -> None:
    failover = Failover(3, 100.0)
    assert failover.deadline(70.0) == 80.0
    failover.failed(unreachable("a"))
    assert failover.deadline(71.0) == 85.5
    failover.failed(unreachable("b"))
    assert failover.deadline(85.0) == 100.0
    assert Failover(3, None).deadline(70.0) is None
