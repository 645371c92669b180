"""Whatever a server says whenever: it is what the table allows, or the end of the connection.

And whatever a client asks in one breath: when the last ReadyForQuery has come, nothing is
owed any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rs_driver.domain.phases import AUTHENTICATION_OK, TRANSITIONS, Phase
from rs_driver.domain.protocol import ClientProtocol, Event
from rs_driver.errors import OperationalError, RemoteProtocolError
from rs_driver.ports.rows import RowBatch
from rs_driver.wire.auth import AuthenticationOk
from rs_driver.wire.base import Backend
from rs_driver.wire.control import ReadyForQuery
from rs_driver.wire.messages import BackendMessage, FrontendMessage
from rs_driver.wire.query import Bind, Close, Describe, Execute, Flush, Parse, Query, Sync
from rs_driver.wire.registry import BACKEND, decode_backend
from rs_driver.wire.results import DataRow, RowDescription
from support import messages
from support.dialogue import arrive, events, hear, new_core, take_sent
from support.golden import frame
from support.model_server import ModelServer, width
from support.phases import COLUMNS, RESTING, core_in

# -- every message in every phase ---------------------------------------------------------

BY_TAG: dict[int, list[st.SearchStrategy[Any]]] = {}
for _kind, _strategy in messages.BACKEND.items():
    BY_TAG.setdefault(_kind.tag[0], []).append(_strategy)


def is_readable(message: Backend) -> bool:
    """Whether a PostgreSQL sends it so: Redshift's descriptions have a version of their own."""
    return not isinstance(message, RowDescription) or message.protocol_version == 0


def well_formed(draw: st.DrawFn, tag: int) -> tuple[bytes, Backend | None]:
    """A message with this tag; None for the message where there is none."""
    if tag not in BACKEND:
        return frame(bytes([tag]), draw(st.binary(max_size=10))), None
    if tag == ord("D"):
        row = DataRow(tuple(draw(st.lists(messages.values, min_size=COLUMNS, max_size=COLUMNS))))
        return row.encode(), row
    message: Backend = draw(st.one_of(BY_TAG[tag]).filter(is_readable))
    return message.encode(), message


@st.composite
def one_of_each(draw: st.DrawFn) -> list[tuple[bytes, Backend | None]]:
    return [well_formed(draw, tag) for tag in range(256)]


def table_key(wire: bytes, message: Backend | None) -> int:
    return AUTHENTICATION_OK if isinstance(message, AuthenticationOk) else wire[0]


def check_ended(core: ClientProtocol) -> None:
    """It broke, for good, and has nothing more to give or to take."""
    assert isinstance(core.broken, RemoteProtocolError)
    assert core.phase is Phase.CLOSED
    assert core.pending == 0
    for _ in range(2):
        with pytest.raises(OperationalError, match="the connection is broken"):
            core.next()
        with pytest.raises(OperationalError):
            core.begin("another operation", Sync())


@settings(max_examples=5)
@given(words=one_of_each())
def test_every_message_is_legal_in_a_phase_or_the_end(
    words: list[tuple[bytes, Backend | None]],
) -> None:
    for phase in RESTING:
        for wire, message in words:
            if phase is not Phase.NEGOTIATING_TLS:
                check_message(phase, wire, message)


def check_message(phase: Phase, wire: bytes, message: Backend | None) -> None:
    core = core_in(phase)
    busy = core.busy
    hear(core, wire)
    after = TRANSITIONS.get((phase, table_key(wire, message)))
    if after is None:
        with pytest.raises(RemoteProtocolError):
            core.next()
        check_ended(core)
        assert core.busy == busy
        return
    heard = core.next()
    assert core.broken is None
    if isinstance(heard, RowBatch):
        assert wire == bytes(heard.buffer[: heard.stop])
    else:
        assert heard in (None, message)
    assert (core.busy is None) == (busy is None or wire[0] == ord("Z"))
    if after is not Phase.NEXT and wire[0] != ord("E"):
        assert core.phase is after


@given(st.sampled_from(RESTING), st.binary(max_size=200), st.integers(1, 50))
def test_noise_in_any_phase_is_read_or_the_end(phase: Phase, noise: bytes, size: int) -> None:
    core = core_in(phase)
    try:
        for at in range(0, len(noise), size):
            hear(core, noise[at : at + size])
            if phase is Phase.NEGOTIATING_TLS:
                core.tls_answer()
            events(core)
    except RemoteProtocolError:
        check_ended(core)
    else:
        assert core.broken is None


def test_there_is_a_body_for_every_tag() -> None:
    assert set(BY_TAG) == set(BACKEND)
    assert all(BACKEND[tag].tag[0] == tag for tag in BACKEND)
    assert decode_backend(ord("Z"), b"I") == ReadyForQuery("I")


# -- flights ------------------------------------------------------------------------------

NAMES = st.sampled_from(["w0", "w1", "w2"])
EXTENDED = st.one_of(
    st.builds(Parse, NAMES, st.just("select"), st.just(())),
    st.builds(Bind, NAMES, NAMES, st.just(()), st.just(()), st.just(())),
    st.builds(Describe, st.sampled_from([b"S", b"P"]), NAMES),
    st.builds(Execute, NAMES, st.sampled_from([0, 3])),
    st.builds(Close, st.sampled_from([b"S", b"P"]), NAMES),
    st.just(Flush()),
)
QUERIES = st.lists(st.sampled_from(["", "w0", "w1", "w2"]), min_size=1, max_size=3).map(
    lambda names: Query(";".join(names))
)
GROUPS = st.tuples(st.lists(EXTENDED, max_size=6), st.one_of(st.just(Sync()), QUERIES))
"""Extended messages under one Sync, or ended by a simple Query instead."""


@dataclass(frozen=True)
class Step:
    """One message, and what happens after it was queued: whether the server gets to read,
    and how many bytes of its answers arrive."""

    message: FrontendMessage
    columns: int | None
    sent: bool
    heard: int


@st.composite
def flights(draw: st.DrawFn) -> list[Step]:
    """Groups that end with a Sync, queued at once or in pieces while answers arrive."""
    groups = draw(st.lists(GROUPS, min_size=1, max_size=5))
    flight: list[FrontendMessage] = [message for group, end in groups for message in (*group, end)]
    flight.append(Sync())
    in_pieces = draw(st.booleans())
    steps = []
    described: int | None = None
    for message in flight:
        columns: int | None = None
        if isinstance(message, Describe):
            described = width(message.name)
        elif isinstance(message, (Sync, Query)):
            described = None
        elif isinstance(message, Execute) and (
            width(message.portal) != described or draw(st.booleans())
        ):
            columns = width(message.portal)
        sent = in_pieces and draw(st.booleans())
        heard = draw(st.integers(0, 200)) if in_pieces else 0
        steps.append(Step(message, columns, sent, heard))
    return steps


class Wire:
    """A client's core and a server with bytes under way between them."""

    def __init__(self, server: ModelServer) -> None:
        self.core = new_core()
        self.server = server
        self.heard: list[BackendMessage] = []
        self._under_way = b""

    def queue(self, step: Step) -> None:
        if self.core.busy is None:
            self.core.begin("a flight", step.message, columns=step.columns)
        else:
            self.core.send(step.message, columns=step.columns)

    def send(self) -> None:
        self._under_way += self.server.feed(take_sent(self.core))

    def arrive(self, count: int) -> None:
        data, self._under_way = self._under_way[:count], self._under_way[count:]
        while data:
            data = data[arrive(self.core, data) :]
        self.heard += [part for event in events(self.core) for part in plain(event)]
        assert (self.core.busy is None) == (self.core.phase is Phase.IDLE)

    def arrive_all(self, sizes: list[int]) -> None:
        """Everything that is under way, in chunks of these sizes over and over."""
        while self._under_way:
            for size in sizes:
                assert self.core.busy is not None or not self._under_way
                self.arrive(size)


def plain(event: Event) -> Iterator[BackendMessage]:
    """The messages in an event: a batch's rows one by one."""
    if not isinstance(event, RowBatch):
        yield event
        return
    for start, stop in zip(event.starts, [*event.starts[1:], event.stop], strict=True):
        yield DataRow.decode(event.buffer[start + 5 : stop])


@given(
    flight=flights(),
    failing=st.sets(st.integers(0, 30), max_size=4),
    chatty=st.booleans(),
    sizes=st.lists(st.integers(1, 60), min_size=1, max_size=5),
)
def test_no_flight_leaves_a_debt(
    flight: list[Step], failing: set[int], chatty: bool, sizes: list[int]
) -> None:
    wire = Wire(ModelServer(failing, chatty=chatty))
    for step in flight:
        wire.queue(step)
        if step.sent:
            wire.send()
        wire.arrive(step.heard)
    wire.send()
    wire.arrive_all(sizes)
    core = wire.core
    assert wire.heard == wire.server.said
    assert isinstance(wire.heard[-1], ReadyForQuery)
    assert (core.phase, core.busy, core.broken) == (Phase.IDLE, None, None)
    assert not core._replies
    assert not core._skipping
    # The next operation finds a connection in step.
    core.begin("the next", Query("w1"))
    wire.send()
    wire.arrive_all(sizes)
    assert core.busy is None
    assert [type(word).__name__ for word in wire.heard[-6:-1]] == [
        *("RowDescription", "DataRow", "DataRow", "DataRow"),
        *("ErrorResponse" if wire.server.heeded - 1 in failing else "CommandComplete",),
    ]


@given(flight=flights(), failing=st.sets(st.integers(0, 10), max_size=2), extra=st.data())
def test_one_message_too_many_in_a_flight_is_noticed(
    flight: list[Step], failing: set[int], extra: st.DataObject
) -> None:
    """A ReadyForQuery that nobody asked for, anywhere in the answers: never a clean end."""
    server, core = ModelServer(failing), new_core()
    for step in flight:
        if core.busy is None:
            core.begin("a flight", step.message, columns=step.columns)
        else:
            core.send(step.message, columns=step.columns)
    server.feed(take_sent(core))
    words = list(server.said)
    at = extra.draw(st.integers(0, len(words)))
    words.insert(at, ReadyForQuery("I"))
    hear(core, *words)
    with pytest.raises(RemoteProtocolError):
        events(core)
        core.begin("the next", Sync())
    check_ended(core)
