from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from rs_driver.adapters.transport import racing
from rs_driver.adapters.transport.attempts import Attempts
from rs_driver.adapters.transport.racing import Race
from rs_driver.adapters.transport.readiness import wait_for_any
from rs_driver.adapters.transport.sockets import Address, SocketAddress, TcpOptions
from rs_driver.errors import OperationalError
from support.loopback import full_backlog

Winner = tuple[socket.socket, SocketAddress]


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def local(port: int) -> SocketAddress:
    return socket.AF_INET, ("127.0.0.1", port)


def race_to(*addresses: SocketAddress) -> Race:
    return Race(Attempts(Address("db.example")), addresses, TcpOptions())


def run(race: Race) -> Winner:
    """Watch until one has won."""
    writable: list[int] = []
    while (winner := race.advance(writable)) is None:
        writable = wait_for_any(race.filenos, race.until(time.monotonic() + 30))
    return winner


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def test_the_first_that_answers(listening: int) -> None:
    race = race_to(local(listening), local(closed_port()))
    sock, where = run(race)
    with sock:
        assert where == local(listening)
        assert race.filenos == []
    race.close()


def test_the_next_one_is_due_when_one_fails(listening: int) -> None:
    sock, where = run(race_to(local(closed_port()), local(closed_port()), local(listening)))
    with sock:
        assert where == local(listening)


def test_one_that_says_nothing_goes_on_beside_the_next(listening: int) -> None:
    with ExitStack() as stack:
        silent = stack.enter_context(full_backlog())
        race = race_to(local(silent), local(silent), local(listening))
        stack.callback(race.close)
        assert race.advance([]) is None
        assert len(race.filenos) == 1
        begun = time.monotonic()
        due = race.until(begun + 30)
        assert due is not None
        assert begun < due <= begun + racing.STAGGER
        assert race.until(begun) == begun
        stack.enter_context(run(race)[0])
        assert len(race.filenos) == 2
        assert str(race.timed_out()) == (
            f"timed out while connecting to db.example:5439 (127.0.0.1:{silent}; "
            f"127.0.0.1:{silent})"
        )


def test_one_that_fails_beside_another_makes_the_next_one_due(listening: int) -> None:
    with ExitStack() as stack:
        silent = stack.enter_context(full_backlog())
        race = race_to(local(silent), local(listening))
        stack.callback(race.close)
        assert race.advance([]) is None
        failed = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)  # which has its error at once
        failed.connect(("127.0.0.1", 9))
        failed.send(b"x")
        race._under_way[failed.fileno()] = failed, local(9)
        winner = race.advance([failed.fileno()])
        assert len(race.filenos) == (2 if winner is None else 1)
        stack.enter_context((winner or run(race))[0])


def test_all_failures_are_told() -> None:
    ports = closed_port(), closed_port()
    with pytest.raises(OperationalError) as caught:
        run(race_to(*map(local, ports)))
    assert str(caught.value) == (
        f"could not connect to db.example:5439 (127.0.0.1:{ports[0]}: Connection refused; "
        f"127.0.0.1:{ports[1]}: Connection refused)"
    )
    assert isinstance(caught.value.__cause__, ConnectionRefusedError)


def test_no_address() -> None:
    with pytest.raises(OperationalError, match="it has no address"):
        race_to().advance([])


def test_the_local_end(listening: int) -> None:
    here = (socket.AF_INET, ("127.0.0.3", 0))
    race = Race(Attempts(Address("h")), [local(listening)], TcpOptions(), [here])
    with run(race)[0] as sock:
        assert sock.getsockname()[0] == "127.0.0.3"
