"""Exceptions at every place: afterwards the connection is right, or it says it is broken."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from rs_driver import errors
from rs_driver.adapters.rows.struct_ import StructScanner
from rs_driver.adapters.transport.memory import MemoryTransport
from rs_driver.domain.phases import Phase
from rs_driver.domain.protocol import ClientProtocol
from rs_driver.domain.wants import Raised, Want
from rs_driver.ports.transport import Channel
from rs_driver.shells.link import Link, Route, Timeouts, attempt, cancels_of, foreign, usable
from rs_driver.wire.control import ErrorResponse, NoticeResponse
from rs_driver.wire.query import Query
from rs_driver_fakeserver import FakeServer
from support.policies import UNANSWERED
from support.shelled import (
    AsyncShell,
    Shell,
    SyncShell,
    plan_of,
    right_or_broken,
    script,
    trips,
    work,
)
from support.transports import ManualClock, Trip

SHELLS = [SyncShell, AsyncShell]


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(policy=UNANSWERED) as found:
        script(found)
        yield found


def strike(make: type[Shell], server: FakeServer, trip: Trip) -> str:
    """What became of a connection that stumbled over ``trip``."""
    shell = make()
    try:
        shell.connect(server.memory(), trip)
        trip.arm()
        with pytest.raises(trip.error):
            work(shell)
        return right_or_broken(shell)
    finally:
        shell.close()
        shell.finish()


@pytest.mark.parametrize("make", SHELLS)
def test_interrupted_at_every_place(make: type[Shell], server: FakeServer) -> None:
    interrupts: list[type[BaseException]] = [KeyboardInterrupt]
    if make is AsyncShell:
        interrupts.append(asyncio.CancelledError)
    outcomes = Counter(
        (trip.place, strike(make, server, trip))
        for trip in trips(make, server.memory(), interrupts)
    )
    assert outcomes["recv_into", "broken"] > 10
    assert outcomes["wait", "right"] > 10
    assert not outcomes["wait", "broken"]


@pytest.mark.parametrize("make", SHELLS)
def test_a_medium_that_fails_at_every_place(make: type[Shell], server: FakeServer) -> None:
    """Where only the way out fails, the server may still be heard: that is no failure yet."""
    for trip in trips(make, server.memory(), [errors.OperationalError]):
        shell = make()
        try:
            shell.connect(server.memory(), trip)
            trip.arm()
            with suppress(errors.OperationalError):
                work(shell)
            right_or_broken(shell)
        finally:
            shell.close()
            shell.finish()


@pytest.mark.parametrize("make", SHELLS)
def test_interrupted_at_every_place_of_the_login(make: type[Shell], server: FakeServer) -> None:
    counting = Trip(armed=True)
    shell = make()
    shell.connect(server.memory(), counting)
    calls = counting.calls.copy()
    shell.close()
    shell.finish()
    for place, count in calls.items():
        for call in range(1, count + 1):
            shell = make()
            with pytest.raises(KeyboardInterrupt):
                shell.connect(server.memory(), Trip(place, call, armed=True))
            assert all(transport.closed for transport in shell.transports)
            shell.finish()


@pytest.mark.parametrize("make", SHELLS)
@pytest.mark.parametrize("place", ["recv_into", "send", "wait"])
def test_interrupted_while_saying_goodbye(
    make: type[Shell], place: str, server: FakeServer
) -> None:
    trip = Trip(place, 1)
    shell = make()
    shell.connect(server.memory(), trip)
    trip.arm()
    try:
        shell.close()
    except KeyboardInterrupt:
        pass
    else:
        assert place == "wait"  # goodbye needs none, where it can be sent at once
    assert shell.transports[0].closed
    assert shell.opened.closed
    shell.close()
    shell.finish()


# -- one method at a time -----------------------------------------------------------------


class Interrupt(Exception):
    """What a signal handler might raise."""


class ScriptedTransport:
    """Receives ``incoming`` piece by piece, then nothing; ``sends`` is what it does of them.

    A piece that is an exception is raised.
    """

    def __init__(self, incoming: list[bytes | Exception], sends: int | Exception = 1000) -> None:
        self.incoming = incoming
        self.sends = sends
        self.sent = b""
        self.closed = False

    def recv_into(self, view: memoryview) -> int | None:
        if not self.incoming:
            return None
        piece = self.incoming.pop(0)
        if isinstance(piece, Exception):
            raise piece
        view[: len(piece)] = piece
        return len(piece)

    def send(self, data: memoryview) -> int:
        if isinstance(self.sends, Exception):
            raise self.sends
        taken = bytes(data[: self.sends])
        self.sent += taken
        return len(taken)

    def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        return True

    def start_tls(self, hostname: str, deadline: float | None) -> ScriptedTransport:
        return self

    def channel(self) -> Channel:
        return Channel(peer="db.example:5439")

    def close(self) -> None:
        self.closed = True


def linked(
    *incoming: bytes | Exception,
    sends: int | Exception = 1000,
    read_timeout: float | None = None,
) -> tuple[Link, ScriptedTransport, ManualClock]:
    transport = ScriptedTransport(list(incoming), sends)
    clock = ManualClock()
    core = ClientProtocol(StructScanner())
    core.phase = Phase.IDLE  # as after a login
    return Link(core, transport, clock, Timeouts(read=read_timeout)), transport, clock


NOTICE = NoticeResponse({"M": "well"}).encode()
FAREWELL = ErrorResponse({"S": "FATAL", "C": "57P01", "M": "shutting down"}).encode()


def test_poll_takes_in_what_nobody_asked_for() -> None:
    link, _, _ = linked(NOTICE)
    link.poll()
    assert link.core.next() is None
    assert [notice["M"] for notice in link.core.session.notices] == ["well"]


def test_poll_leaves_an_operation_alone() -> None:
    link, transport, _ = linked(NOTICE)
    link.core.begin("a test", Query("select 1"))
    link.poll()
    assert transport.incoming == [NOTICE]


@pytest.mark.parametrize(("status", "safe"), [("I", True), ("T", False), ("E", False)])
def test_poll_of_a_lost_connection_is_safe_to_retry(status: str, safe: bool) -> None:
    """Unless a transaction was open, whose statements are lost."""
    lost = errors.OperationalError("reading failed")
    lost.is_disconnect = True
    link, _, _ = linked(lost)
    link.core.transaction_status = status
    with pytest.raises(errors.OperationalError, match="reading failed") as caught:
        link.poll()
    assert caught.value.retry_safe is safe
    assert link.core.broken is lost


def test_a_farewell_reaches_the_next_operation() -> None:
    link, _, _ = linked(FAREWELL)
    link.poll()
    with pytest.raises(errors.OperationalError, match="shutting down") as caught:
        link.core.begin("a test", Query("select 1"))
    assert caught.value.retry_safe
    assert caught.value.is_disconnect


@pytest.mark.parametrize("move", [Link._receive, Link._send])
def test_bytes_that_may_be_lost_break_the_connection(move: Callable[[Link], object]) -> None:
    """No operation is under way that could tell; the next one must not begin."""
    link, transport, _ = linked(Interrupt(), sends=Interrupt())
    with pytest.raises(Interrupt) as caught:
        move(link)
    assert link.core.touching
    with pytest.raises(errors.OperationalError, match="interrupted"):
        link.core.begin("a test", Query("select 1"))
    link.out_of_step(caught.value)
    assert transport.closed


def test_short_sends_are_counted() -> None:
    link, transport, _ = linked(sends=3)
    link.core.begin("a test", Query("select 1"))
    size = link.core.pending
    link._send()
    assert link.core.pending == size - 3
    assert not link._finished(Want.FLUSH)
    while link.core.pending:
        link._send()
    assert link._finished(Want.FLUSH)
    assert not link._finished(Want.READ)
    assert transport.sent == Query("select 1").encode()


def test_a_closed_way_out_is_no_reason_to_stop_listening() -> None:
    link, _, _ = linked(FAREWELL, sends=errors.OperationalError("broken pipe"))
    link.core.begin("a test", Query("select 1"))
    link._send()
    assert link.core.pending == 0
    assert not link.core.touching
    assert link._receive()
    event = link.core.next()
    assert isinstance(event, ErrorResponse)
    assert event.fields["M"] == "shutting down"


@pytest.mark.parametrize(
    ("deadline", "read_timeout", "until"),
    [(None, None, None), (1007.0, None, 1007.0), (None, 3.0, 1003.0), (1007.0, 3.0, 1003.0)],
)
def test_a_wait_ends_with_the_earlier_of_two_limits(
    deadline: float | None, read_timeout: float | None, until: float | None
) -> None:
    link, _, _ = linked(read_timeout=read_timeout)
    assert link._until(deadline) == until


def test_a_deadline_that_is_past_allows_no_wait() -> None:
    link, _, clock = linked()
    clock.now = 1007.0
    with pytest.raises(errors.OperationalError, match=r"timed out .* db\.example:5439") as caught:
        link._until(1007.0)
    assert caught.value.is_disconnect


def test_out_of_step_while_something_is_under_way() -> None:
    link, transport, _ = linked()
    link.core.begin("a test", Query("select 1"))
    link.out_of_step(KeyboardInterrupt())
    assert transport.closed
    assert str(link.core.broken) == "KeyboardInterrupt interrupted a test"


def test_in_step_nothing_happens() -> None:
    link, transport, _ = linked()
    link.out_of_step(KeyboardInterrupt())
    assert not transport.closed
    assert link.core.broken is None


def test_an_error_of_ours_is_the_reason_itself() -> None:
    link, _, _ = linked()
    link.core.begin("a test", Query("select 1"))
    error = errors.OperationalError("timed out")
    link.out_of_step(error)
    assert link.core.broken is error


def test_check() -> None:
    link, _, _ = linked()
    link.check()
    link._process += 1
    assert link.inherited
    with pytest.raises(errors.InterfaceError, match="after a fork"):
        link.check()
    link.closed = True
    with pytest.raises(errors.InterfaceError, match="is closed"):
        link.check()


def test_channel() -> None:
    link, _, _ = linked()
    assert link.channel().peer == "db.example:5439"


def test_a_close_is_put_off_until_the_operation_is_over() -> None:
    link, transport, _ = linked()
    link.close_deferred()
    assert not transport.closed
    link.core.begin("a test", Query("select 1"))
    link.defer_close()
    assert link.closed
    assert not transport.closed
    assert "closed during an operation" in str(link.core.broken)
    link.close_deferred()
    assert transport.closed


def test_what_is_no_transport() -> None:
    transport = ScriptedTransport([])
    assert usable(transport) is transport
    for thing in (None, "tcp", object()):
        with pytest.raises(errors.InterfaceError, match=r"which is no transport: .* recv_into\(\)"):
            usable(thing)
    transport.channel = None  # type: ignore[assignment, method-assign]
    with pytest.raises(errors.InterfaceError, match=r"ScriptedTransport, .* no method channel\(\)"):
        usable(transport)


def test_an_exception_of_somebody_elses_leaves_as_one_of_ours() -> None:
    error = foreign(RecursionError("too deep"))
    assert type(error) is errors.InterfaceError
    assert str(error) == "RecursionError was raised inside of an operation: too deep"


# -- the user's own code ------------------------------------------------------------------


def test_an_attempt_gives_what_it_raises() -> None:
    error = ValueError("mine")

    def fail() -> None:
        raise error

    assert attempt(lambda: 5) == 5
    assert attempt(fail) == Raised(error)


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, asyncio.CancelledError])
def test_an_attempt_does_not_hold_up_what_is_no_exception(error: type[BaseException]) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(error):
        attempt(fail)


def test_what_may_leave() -> None:
    link, _, _ = linked()
    mine, other = ValueError("mine"), ValueError("mine")
    assert link._noted(5) == 5
    assert link._noted(Raised(mine)) == Raised(mine)
    assert [link.may_leave(error) for error in (mine, other)] == [True, False]
    assert link.may_leave(errors.DataError("ours"))


def test_a_stop_iteration_leaves_as_python_lets_it() -> None:
    def operation() -> Iterator[None]:
        yield from ()
        raise stop

    link, _, _ = linked()
    stop = StopIteration("mine")
    with pytest.raises(RuntimeError) as caught:
        next(operation())
    assert not link.may_leave(caught.value)
    link._noted(Raised(stop))
    assert link.may_leave(caught.value)
    assert not link.may_leave(RuntimeError("generator raised StopIteration"))


class Pinned:
    """A connector that finds the way back."""

    def __call__(self, deadline: float | None) -> object:
        return deadline

    def back_to(self, medium: object) -> tuple[str, object]:
        return "back to", medium


def test_a_cancel_request_goes_where_the_session_is(server: FakeServer) -> None:
    medium = MemoryTransport(server.memory().open_peer())
    login = plan_of({"host": "db.example"}).login
    cancels = cancels_of(Route(Pinned(), login), medium)
    connect: object = cancels.connect
    assert connect == ("back to", medium)
    assert cancels.hostname == "db.example"
    assert cancels_of(Route(print, login), medium).connect is print
    medium.close()
