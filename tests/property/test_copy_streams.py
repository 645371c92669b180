"""COPY streams: whatever the pieces in which data come and go, they are the same data.

And whatever a server says in the middle of a COPY, it ends: in the outcome, in an error of
PEP 249's, or in the end of the connection.
"""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rs_driver.domain.copy_stream import CHUNK
from rs_driver.domain.operations.simple_query import simple_query
from rs_driver.domain.result import Outcome
from rs_driver.domain.wants import UserCall, Want
from rs_driver.errors import DatabaseError, InterfaceError
from rs_driver.shells.link import attempt
from rs_driver.wire.control import ReadyForQuery
from rs_driver.wire.copy import CopyData, CopyDone, CopyInResponse, CopyOutResponse
from rs_driver.wire.results import CommandComplete
from support.dialogue import Dialogue, arrive, encoded, failure, new_core, take_sent

READY = ReadyForQuery("I")
GIVE, TAKE, DONE = CopyInResponse(0, (0,)), CopyOutResponse(0, (0,)), CommandComplete("COPY 1")


def view(data: bytes) -> memoryview:
    return memoryview(data)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
sizes = st.sampled_from([0, 1, 2, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 3])
items = st.one_of(
    texts,
    st.binary(max_size=30),
    st.binary(max_size=30).map(bytearray),
    st.binary(max_size=30).map(view),
    st.builds(lambda size, fill: bytes([fill]) * size, sizes, st.integers(0, 255)),
    st.builds(lambda size, fill: fill * size, sizes, st.sampled_from(["a", "ä", "€"])),
)


def plain(item: Any) -> bytes:
    return item.encode() if isinstance(item, str) else bytes(item)


@settings(max_examples=200)
@given(st.lists(items, max_size=12))
def test_what_is_sent_is_what_the_stream_gave(stream: list[Any]) -> None:
    dialogue = Dialogue().say(GIVE).say(DONE, READY)
    dialogue.run(simple_query(dialogue.core, "copy t from stdin", stream))
    _, *sent, done = dialogue.messages()
    assert done == CopyDone()
    data = [message.data for message in sent if isinstance(message, CopyData)]
    assert len(data) == len(sent)
    assert all(0 < len(piece) <= CHUNK for piece in data)
    assert b"".join(data) == b"".join(map(plain, stream))


def cut(data: bytes, lengths: Sequence[int]) -> list[CopyData]:
    """``data`` in messages of these lengths, and one with the rest."""
    found, at = [], 0
    for length in lengths:
        found.append(CopyData(data[at : at + length]))
        at += length
    return [*found, CopyData(data[at:])]


@given(
    text=texts,
    lengths=st.lists(st.integers(0, 5), max_size=10),
    arrivals=st.lists(st.integers(1, 3), max_size=10),
)
def test_what_is_written_is_what_the_server_gave(
    text: str, lengths: list[int], arrivals: list[int]
) -> None:
    messages = cut(text.encode(), lengths)
    for stream in (io.BytesIO(), io.StringIO(newline="")):
        dialogue, rest = Dialogue().say(TAKE), list(messages)
        for count in arrivals:
            dialogue.say(*rest[:count])
            del rest[:count]
        dialogue.say(*rest, CopyDone(), DONE, READY)
        dialogue.run(simple_query(dialogue.core, "copy t to stdout", stream))
        assert stream.getvalue() in (text, text.encode())


class Both(io.BytesIO):
    """A stream for every COPY, whose reads fail at the second time."""

    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads += 1
        if self.reads % 3 == 2:
            raise ZeroDivisionError
        return b"x" * min(self.reads, 2)


words = st.lists(
    st.one_of(
        st.sampled_from([GIVE, TAKE, CopyData(b"1\n"), CopyDone(), DONE, READY, failure()]).map(
            lambda message: message.encode()
        ),
        st.binary(max_size=12),
    ),
    max_size=12,
)


@settings(max_examples=1000)
@given(words=words, lengths=st.lists(st.integers(1, 40), min_size=1), stream=st.booleans())
def test_whatever_the_server_says_it_ends(
    words: list[bytes], lengths: list[int], stream: bool
) -> None:
    """The words come in pieces of ``lengths``, again and again; then the server hangs up."""
    core, data = new_core(), encoded(words)
    pieces: deque[bytes] = deque()
    while data:
        for length in lengths:
            pieces.append(data[:length])
            data = data[length:]
    operation = simple_query(core, "copy", Both() if stream else None)
    answer: object = None
    outcomes: list[Outcome] | None = None
    try:
        while outcomes is None:
            try:
                want = operation.send(answer)
            except StopIteration as stop:
                outcomes = stop.value
                break
            take_sent(core)
            answer = attempt(want.call) if isinstance(want, UserCall) else None
            if want is Want.READ:
                arrive(core, pieces.popleft() if pieces else b"")
    except (DatabaseError, InterfaceError, ZeroDivisionError):
        pass
    assert core.busy is None or core.broken is not None
