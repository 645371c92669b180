"""Whatever a message holds survives the wire, and whatever the wire holds is survived."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from rs_driver.errors import RemoteProtocolError
from rs_driver.wire import auth, redshift
from rs_driver.wire.base import Layout
from rs_driver.wire.buffer import ReceiveBuffer
from rs_driver.wire.framing import MAX_LENGTH
from rs_driver.wire.registry import PasswordKind, decode_backend, decode_frontend
from rs_driver.wire.results import RowDescription
from rs_driver.wire.startup import decode_startup
from support import messages
from support.frames import fill
from support.golden import body_of

ALL = sorted(messages.concrete_messages(), key=lambda message: message.__name__)


def password_kind(message: object) -> PasswordKind:
    if isinstance(message, auth.SASLInitialResponse):
        return "sasl_initial"
    return "sasl_response" if isinstance(message, auth.SASLResponse) else "password"


def readable(decode: Callable[[bytes], Any], body: bytes) -> Any:
    """What ``decode`` makes of ``body``; None where it refuses, in the only way it may."""
    try:
        return decode(body)
    except RemoteProtocolError:
        return None


def test_there_is_a_strategy_for_every_message() -> None:
    assert set(messages.STARTUP) | set(messages.FRONTEND) | set(messages.BACKEND) == set(ALL)


@given(messages.startup_messages)
def test_a_clients_first_message_survives(message: Layout) -> None:
    assert decode_startup(body_of(message, message.encode())) == message


@given(messages.frontend_messages)
def test_a_clients_message_survives(message: Any) -> None:
    wire = message.encode()
    decoded = decode_frontend(
        wire[0],
        body_of(message, wire),
        password_kind=password_kind(message),
        digest=isinstance(message, redshift.DigestResponse),
    )
    assert decoded == message


@given(messages.backend_messages)
def test_a_servers_message_survives(message: Any) -> None:
    wire = message.encode()
    version = message.protocol_version if isinstance(message, RowDescription) else 0
    assert decode_backend(wire[0], body_of(message, wire), version) == message


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
@given(body=st.binary(max_size=100))
def test_random_bodies_are_read_or_refused(kind: type[Layout], body: bytes) -> None:
    if (message := readable(kind.decode, body)) is not None:
        assert readable(kind.decode, body_of(message, message.encode())) == message


@given(st.binary(max_size=100), st.integers(0, 255), st.integers(0, 3))
def test_random_messages_are_read_or_refused(body: bytes, tag: int, version: int) -> None:
    readable(decode_startup, body)
    readable(partial(decode_backend, tag, protocol_version=version), body)
    readable(partial(decode_frontend, tag), body)
    readable(partial(decode_frontend, tag, digest=True), body)
    for kind in get_args(PasswordKind):
        readable(partial(decode_frontend, ord("p"), password_kind=kind), body)


@given(messages.backend_messages, st.data())
def test_damaged_messages_are_read_or_refused(message: Layout, draw: st.DataObject) -> None:
    wire = message.encode()
    body = bytearray(body_of(message, wire))
    for _ in range(draw.draw(st.integers(1, 3))):
        at = draw.draw(st.integers(0, len(body)))
        body[at : at + draw.draw(st.integers(0, 4))] = draw.draw(st.binary(max_size=4))
    for version in (0, 2):
        readable(partial(decode_backend, wire[0], protocol_version=version), bytes(body))


def frames(buffer: ReceiveBuffer) -> list[tuple[int, bytes]]:
    """Every complete message, consumed."""
    found = []
    while frame := buffer.frame(MAX_LENGTH):
        assert buffer.peek_tag() == frame.tag
        found.append((frame.tag, buffer.body(frame)))
        buffer.consume(frame)
    return found


@given(
    st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=40)), max_size=8),
    st.integers(1, 64),
    st.data(),
)
def test_any_chunks_give_the_same_frames(
    sent: list[tuple[int, bytes]], size: int, draw: st.DataObject
) -> None:
    stream = b"".join(
        bytes([tag]) + (len(body) + 4).to_bytes(4, "big") + body for tag, body in sent
    )
    buffer, seen, at = ReceiveBuffer(size), [], 0
    while at < len(stream):
        step = draw.draw(st.integers(1, len(stream) - at))
        fill(buffer, stream[at : at + step])
        at += step
        seen += frames(buffer)
    assert seen == sent
    assert len(buffer) == 0


@given(st.integers(5, MAX_LENGTH), st.integers(1, 5000), st.integers(1, 512))
@example(MAX_LENGTH, 1, 1)
def test_memory_is_taken_for_what_came_not_for_what_was_claimed(
    claimed: int, arriving: int, size: int
) -> None:
    buffer = ReceiveBuffer(size)
    fill(buffer, b"D" + claimed.to_bytes(4, "big"))
    for arrived in range(5, 5 + arriving, 97):
        if buffer.frame(MAX_LENGTH) is not None:
            return
        assert len(buffer) + len(buffer.get_buffer()) <= max(size, 2 * (arrived + 1))
        fill(buffer, bytes(97))


class BufferMachine(RuleBasedStateMachine):
    """A ReceiveBuffer against the plain bytes that it should hold, in any order of calls."""

    def __init__(self) -> None:
        super().__init__()
        self.buffer = ReceiveBuffer(16)
        self.held = b""
        self.handed_over: list[tuple[bytearray, bytes]] = []

    @rule(chunk=st.binary(min_size=1, max_size=60))
    def arrive(self, chunk: bytes) -> None:
        fill(self.buffer, chunk)
        self.held += chunk

    @precondition(lambda self: self.held)
    @rule(draw=st.data())
    def hand_over(self, draw: st.DataObject) -> None:
        count = draw.draw(st.integers(1, len(self.held)))
        taken, stop = self.buffer.detach(count)
        assert bytes(taken[:stop]) == self.held[:count]
        self.handed_over.append((taken, bytes(taken)))
        self.held = self.held[count:]

    @rule()
    def consume_a_frame(self) -> None:
        try:
            frame = self.buffer.frame(60)
        except RemoteProtocolError:
            return
        if frame is not None:
            self.buffer.consume(frame)
            size = 1 + int.from_bytes(self.held[1:5], "big")
            assert size <= len(self.held)
            self.held = self.held[size:]

    @invariant()
    def holds_what_came(self) -> None:
        assert bytes(self.buffer.view()) == self.held
        assert len(self.buffer) == len(self.held)

    @invariant()
    def never_writes_to_what_was_handed_over(self) -> None:
        for taken, content in self.handed_over:
            assert taken == content


TestBufferMachine = BufferMachine.TestCase
