from __future__ import annotations

import io
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rs_driver.domain.copy_stream import CHUNK
from rs_driver.domain.operations.copy import FLIGHT, S3_ADVICE
from rs_driver.domain.operations.simple_query import simple_query
from rs_driver.domain.protocol import ClientProtocol
from rs_driver.domain.wants import UserCall, Want, Wants
from rs_driver.errors import (
    DataError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    RemoteProtocolError,
)
from rs_driver.wire.control import NoticeResponse, ReadyForQuery
from rs_driver.wire.copy import CopyData, CopyDone, CopyFail, CopyInResponse, CopyOutResponse
from rs_driver.wire.framing import MAX_HANDSHAKE_MESSAGE
from rs_driver.wire.messages import BackendMessage
from rs_driver.wire.query import Query
from rs_driver.wire.results import CommandComplete, DataRow
from support.dialogue import Dialogue, described, encoded, failure, hear

READY = ReadyForQuery("I")
LOAD = Query("copy t from stdin")
GIVE = CopyInResponse(0, (0, 0))
TAKE = CopyOutResponse(0, (0, 0))
FAILED = failure("57014", "COPY from stdin failed: reasons")
LINES = [b"1\ta\n", b"2\tb\n", b"3\tc\n"]


class Mine(Exception):
    """Raised by the user's code."""


class BusyDialogue(Dialogue):
    """A server that takes no bytes while it has something to say: each of ``meanwhile``
    arrives where the client wants to send. ``queued``: how much was, at every want."""

    def __init__(self, *meanwhile: BackendMessage) -> None:
        super().__init__()
        self._meanwhile = list(meanwhile)
        self.queued: list[int] = []

    def _fulfil(self, want: Wants) -> object:
        self.queued.append(self.core.pending)
        if want is Want.FLUSH and self._meanwhile:
            hear(self.core, self._meanwhile.pop(0))
            return None
        return super()._fulfil(want)


def load(dialogue: Dialogue, stream: object) -> list[str]:
    outcomes = dialogue.run(simple_query(dialogue.core, LOAD.sql, stream))
    return [outcome.command for outcome in outcomes]


def unload(stream: object, *words: BackendMessage, then: int = 1) -> list[str]:
    """A whole COPY TO STDOUT, its data in arrivals of ``then`` messages each."""
    dialogue = Dialogue().say(TAKE)
    for at in range(0, len(words), then):
        dialogue.say(*words[at : at + then])
    dialogue.say(CopyDone(), CommandComplete("COPY 3"), READY)
    outcomes = dialogue.run(simple_query(dialogue.core, "copy t to stdout", stream))
    check_in_step(dialogue.core)
    return [outcome.command for outcome in outcomes]


def check_in_step(core: ClientProtocol) -> None:
    assert (core.busy, core.broken, core.touching) == (None, None, False)


def check_given_up(stream: object, error: type[Exception], match: str, reason: str) -> Exception:
    """The stream fails: CopyFail, the server's answer is swallowed, the error leaves."""
    dialogue = Dialogue().say(GIVE).say(FAILED, ReadyForQuery("E"))
    with pytest.raises(error, match=match) as caught:
        load(dialogue, stream)
    assert dialogue.messages()[-1] == CopyFail(reason)
    check_in_step(dialogue.core)
    assert dialogue.core.transaction_status == "E"
    return caught.value


# -- from the stream to the server ----------------------------------------------------------


def test_data_from_a_stream() -> None:
    dialogue = Dialogue().say(GIVE).say(CommandComplete("COPY 3"), READY)
    (outcome,) = dialogue.run(simple_query(dialogue.core, LOAD.sql, LINES))
    assert (outcome.command, outcome.rowcount, outcome.fields) == ("COPY 3", 3, None)
    assert dialogue.messages() == [LOAD, CopyData(b"".join(LINES)), CopyDone()]
    check_in_step(dialogue.core)


def test_no_data_at_all() -> None:
    dialogue = Dialogue().say(GIVE).say(CommandComplete("COPY 0"), READY)
    assert load(dialogue, io.BytesIO()) == ["COPY 0"]
    assert dialogue.messages() == [LOAD, CopyDone()]


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, io.BytesIO, lambda data: [data]])
def test_long_data_go_in_pieces(kind: Callable[[bytes], object]) -> None:
    data = bytes(range(256)) * 2000
    dialogue = Dialogue().say(GIVE).say(CommandComplete("COPY 1"), READY)
    load(dialogue, kind(data))
    _, *sent, done = dialogue.messages()
    assert done == CopyDone()
    found = [message.data for message in sent if isinstance(message, CopyData)]
    assert len(found) == len(sent) == -(-len(data) // CHUNK)
    assert b"".join(found) == data


def test_little_is_queued_at_a_time() -> None:
    """And what the server says meanwhile does not make it more."""
    dialogue = BusyDialogue(*[NoticeResponse({"M": "row after row"})] * 20)
    dialogue.say(GIVE).say(CommandComplete("COPY 1"), READY)
    load(dialogue, [b"x" * (10 * CHUNK)])
    assert FLIGHT < max(dialogue.queued) <= FLIGHT + CHUNK + 5
    assert len(dialogue.core.session.notices) == 20


def test_memory_does_not_grow_with_the_data() -> None:
    def lines() -> Iterator[bytes]:
        for _ in range(300):
            yield b"x" * 100_000

    class Forgetful(Dialogue):
        def _send(self) -> None:
            super()._send()
            self.sent = b""

    dialogue = Forgetful().say(GIVE).say(CommandComplete("COPY 300"), READY)
    tracemalloc.start()
    try:
        load(dialogue, lines())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2 << 20


def test_the_stream_raises_at_once() -> None:
    mine = Mine("a secret")

    class Failing:
        def read(self, size: int) -> bytes:
            raise mine

    assert check_given_up(Failing(), Mine, "a secret", "Mine") is mine
    assert (mine.__cause__, mine.__context__) == (None, None)


def test_the_stream_raises_in_the_middle() -> None:
    cause = ValueError("why")

    def lines() -> Iterator[bytes]:
        yield b"x" * (CHUNK + 1)
        raise Mine from cause

    assert check_given_up(lines(), Mine, "^$", "Mine").__cause__ is cause


def test_the_stream_raises_an_error_of_the_drivers_own() -> None:
    """It may read from another connection."""
    lost = OperationalError("the other connection is lost")

    def lines() -> Iterator[bytes]:
        yield from ()
        raise lost

    assert check_given_up(lines(), OperationalError, "the other", "OperationalError") is lost
    assert lost.__cause__ is None


@pytest.mark.parametrize(
    ("stream", "error", "match"),
    [
        ([b"1\n", 2], InterfaceError, "gave int"),
        ([None], InterfaceError, "gave NoneType"),
        (["\ud800"], DataError, "surrogate"),
        (type("Waiting", (), {"read": lambda self, size: None})(), InterfaceError, "NoneType"),
        (type("Writer", (), {"write": lambda self, data: None})(), InterfaceError, "only write"),
        (None, ProgrammingError, "stream="),
    ],
)
def test_a_stream_that_is_of_no_use(stream: object, error: type[Exception], match: str) -> None:
    check_given_up(stream, error, match, error.__name__)


def test_the_server_fails_between_two_chunks() -> None:
    """It is heard before the stream is asked again."""
    dialogue = Dialogue().say(GIVE).say(READY)
    asked = []

    class Stream:
        def read(self, size: int) -> bytes:
            asked.append(size)
            if len(asked) == 3:
                hear(dialogue.core, failure("22P02", "invalid input syntax"))
            return b"x\n"

    with pytest.raises(DataError, match="invalid input syntax") as caught:
        load(dialogue, Stream())
    assert caught.value.query == LOAD.sql
    assert len(asked) == 3
    assert dialogue.messages() == [LOAD, CopyData(b"x\n"), CopyData(b"x\n")]
    check_in_step(dialogue.core)


def test_the_server_fails_while_it_is_sent_a_chunk() -> None:
    dialogue = BusyDialogue(failure("22P02", "invalid input syntax")).say(GIVE).say(READY)
    taken = []

    def lines() -> Iterator[bytes]:
        for number in range(9):
            taken.append(number)
            yield b"x" * (2 * CHUNK)

    with pytest.raises(DataError, match="invalid input syntax"):
        load(dialogue, lines())
    assert taken == [0]
    check_in_step(dialogue.core)


def test_a_view_is_released_where_the_server_fails() -> None:
    dialogue = BusyDialogue(failure()).say(GIVE).say(READY)
    block = bytearray(9 * CHUNK)
    with pytest.raises(ProgrammingError):
        load(dialogue, block)
    block.clear()


def test_the_server_and_the_stream_fail() -> None:
    """The user's exception leaves; no CopyFail, as the COPY is over."""
    dialogue = Dialogue().say(GIVE).say(READY)

    def lines() -> Iterator[bytes]:
        hear(dialogue.core, failure())
        yield from ()
        raise Mine

    with pytest.raises(Mine):
        load(dialogue, lines())
    assert dialogue.messages() == [LOAD]
    check_in_step(dialogue.core)


def test_the_server_fails_after_all_data() -> None:
    dialogue = Dialogue().say(GIVE).say(failure("23505", "twice"), READY)
    with pytest.raises(Exception, match="twice"):
        load(dialogue, LINES)
    assert dialogue.messages()[-1] == CopyDone()
    check_in_step(dialogue.core)


def test_the_server_does_not_wait_for_the_end() -> None:
    """What is still under way might be taken for the data of the next COPY."""
    dialogue = Dialogue().say(GIVE)

    def lines() -> Iterator[bytes]:
        hear(dialogue.core, CommandComplete("COPY 0"), GIVE)
        yield b"x\n"

    with pytest.raises(RemoteProtocolError, match="before it had got all") as caught:
        load(dialogue, lines())
    assert dialogue.core.broken is caught.value


def test_the_connection_is_lost_while_the_copy_is_given_up() -> None:
    dialogue = Dialogue().say(GIVE).hang_up()
    mine = Mine()

    def lines() -> Iterator[bytes]:
        yield from ()
        raise mine

    with pytest.raises(OperationalError, match="closed the connection") as caught:
        load(dialogue, lines())
    assert caught.value.is_disconnect
    assert caught.value.__cause__ is mine


def test_the_connection_is_lost_during_the_copy() -> None:
    dialogue = Dialogue().say(GIVE).hang_up()
    with pytest.raises(OperationalError, match="closed the connection") as caught:
        load(dialogue, LINES)
    assert caught.value.__cause__ is None


# -- from the server to the stream ----------------------------------------------------------


class Collector:
    """Keeps what is written; raises ``error`` at the write with this number."""

    def __init__(self, fails_at: int = -1, error: Exception | None = None) -> None:
        self.written: list[Any] = []
        self._fails_at = fails_at
        self._error = error or Mine("no room")

    def write(self, data: Any) -> None:
        if len(self.written) == self._fails_at:
            raise self._error
        self.written.append(data)


def test_data_for_a_stream() -> None:
    stream = Collector()
    assert unload(stream, *map(CopyData, LINES)) == ["COPY 3"]
    assert stream.written == LINES


def test_what_has_arrived_is_written_at_once() -> None:
    stream = Collector()
    unload(stream, *map(CopyData, LINES), then=3)
    assert stream.written == [b"".join(LINES)]


def test_no_rows() -> None:
    stream = Collector()
    assert unload(stream) == ["COPY 3"]
    assert stream.written == []


def test_the_pieces_are_of_about_a_chunk() -> None:
    stream = Collector()
    unload(stream, *[CopyData(b"x" * 1000)] * 200, then=200)
    sizes = [len(data) for data in stream.written]
    assert sum(sizes) == 200_000
    # The first is what the first read has brought, into a buffer that is small as yet.
    assert all(CHUNK <= size < CHUNK + 1000 for size in sizes[1:-1])


def test_a_long_row_is_written_as_it_came() -> None:
    stream = Collector()
    unload(stream, CopyData(b"x" * 500_000))
    assert [len(data) for data in stream.written] == [500_000]


def test_text_for_a_text_stream() -> None:
    stream = io.StringIO()
    data = "1\t€\n".encode()
    unload(stream, *[CopyData(data[at : at + 1]) for at in range(len(data))])
    assert stream.getvalue() == "1\t€\n"


@pytest.mark.parametrize("data", [b"PGCOPY\n\xff\r\n\0", b"a\xe2"])
def test_binary_data_are_no_text(data: bytes) -> None:
    with pytest.raises(DataError, match="binary stream"):
        unload(io.StringIO(), CopyData(data))


def test_a_raw_file_gets_the_rest_again() -> None:
    class Raw(io.RawIOBase):
        taken = b""

        def write(self, data: Any) -> int:
            self.taken += bytes(data[:3])
            return min(3, len(data))

    stream = Raw()
    unload(stream, CopyData(b"0123456789"))
    assert stream.taken == b"0123456789"


def test_a_raw_file_that_would_have_to_wait() -> None:
    class Raw(io.RawIOBase):
        def write(self, data: Any) -> None:
            return None

    with pytest.raises(InterfaceError, match="took None of 1 bytes"):
        unload(Raw(), CopyData(b"0"))


@pytest.mark.parametrize("fails_at", [0, 1])
def test_the_stream_raises_and_the_rest_is_dropped(fails_at: int) -> None:
    mine = Mine("no room")
    stream = Collector(fails_at, mine)
    with pytest.raises(Mine) as caught:
        unload(stream, *map(CopyData, LINES))
    assert caught.value is mine
    assert stream.written == LINES[:fails_at]


def test_dropping_keeps_nothing() -> None:
    words = encoded([CopyData(b"x" * 10_000)] * 100)
    dialogue = Dialogue().say(TAKE)
    for _ in range(30):
        dialogue.say(words)
    dialogue.say(CopyDone(), CommandComplete("COPY 3000"), READY)
    tracemalloc.start()
    try:
        with pytest.raises(Mine):
            dialogue.run(simple_query(dialogue.core, "copy t to stdout", Collector(0)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 << 20


@pytest.mark.parametrize(
    ("stream", "error", "match"),
    [(None, ProgrammingError, "stream="), ([b""], InterfaceError, "list has no write")],
)
def test_nowhere_to_write(stream: object, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        unload(stream, *map(CopyData, LINES))


def test_the_server_fails_after_some_rows() -> None:
    stream = Collector()
    dialogue = Dialogue().say(TAKE, CopyData(b"1\n")).say(failure("22012", "by zero"), READY)
    with pytest.raises(DataError, match="by zero"):
        dialogue.run(simple_query(dialogue.core, "copy t to stdout", stream))
    assert stream.written == [b"1\n"]
    check_in_step(dialogue.core)


def test_half_a_character_is_no_fault_of_a_server_that_failed() -> None:
    dialogue = Dialogue().say(TAKE, CopyData(b"\xe2")).say(failure("22012", "by zero"), READY)
    with pytest.raises(DataError, match="by zero"):
        dialogue.run(simple_query(dialogue.core, "copy t to stdout", io.StringIO()))


def test_a_row_longer_than_allowed_is_the_end() -> None:
    dialogue = Dialogue()
    dialogue.core._max_message = MAX_HANDSHAKE_MESSAGE
    dialogue.say(TAKE, CopyData(b"x" * MAX_HANDSHAKE_MESSAGE))
    with pytest.raises(RemoteProtocolError, match="limit"):
        dialogue.run(simple_query(dialogue.core, "copy t to stdout", Collector()))


# -- several of them ------------------------------------------------------------------------


def test_one_stream_for_several() -> None:
    """Written one after the other; what is exhausted gives no more."""
    row = [described(23), DataRow((b"1",)), CommandComplete("SELECT")]
    dialogue = Dialogue().say(*row, GIVE).say(CommandComplete("COPY 1"), GIVE)
    dialogue.say(CommandComplete("COPY 0"), TAKE, CopyData(b"a\n"), CopyDone())
    dialogue.say(CommandComplete("COPY 1"), TAKE, CopyData(b"b\n"), CopyDone())
    dialogue.say(CommandComplete("COPY 1"), *row, READY)

    class Both(Collector):
        def __iter__(self) -> Iterator[bytes]:
            return iter([b"x\n"])

    stream = Both()
    outcomes = dialogue.run(simple_query(dialogue.core, "several", stream))
    assert [outcome.rowcount for outcome in outcomes] == [1, 1, 0, 1, 1, 1]
    assert [type(message) for message in dialogue.messages()] == [
        *(Query, CopyData, CopyDone, CopyDone),
    ]
    assert stream.written == [b"a\n", b"b\n"]


def test_a_file_is_asked_again() -> None:
    chunks = [b"one\n", b"", b"two\n", b""]

    class Parts:
        def read(self, size: int) -> bytes:
            return chunks.pop(0)

    dialogue = Dialogue().say(GIVE).say(CommandComplete("COPY 1"), GIVE)
    dialogue.say(CommandComplete("COPY 1"), READY)
    load(dialogue, Parts())
    assert dialogue.messages()[1:] == [
        *(CopyData(b"one\n"), CopyDone(), CopyData(b"two\n"), CopyDone()),
    ]


def test_after_a_failed_one_the_stream_is_left_alone() -> None:
    calls = 0

    class Both(Collector):
        def read(self, size: int) -> bytes:
            nonlocal calls
            calls += 1
            return b""

    stream = Both(0)
    dialogue = Dialogue().say(TAKE, CopyData(b"a\n"), CopyDone(), CommandComplete("COPY 1"))
    dialogue.say(TAKE, CopyData(b"b\n"), CopyDone(), CommandComplete("COPY 1"), GIVE)
    dialogue.say(FAILED, READY)
    with pytest.raises(Mine):
        dialogue.run(simple_query(dialogue.core, "several", stream))
    assert dialogue.messages()[1:] == [CopyFail("Mine")]
    assert (stream.written, calls) == ([], 0)
    assert sum(isinstance(want, UserCall) for want in dialogue.wants) == 1


def test_the_first_error_is_kept() -> None:
    """By a server that goes on where it should not, too."""

    def lines() -> Iterator[bytes]:
        yield from ()
        raise Mine

    dialogue = Dialogue().say(GIVE).say(CommandComplete("COPY 0"), TAKE, CopyData(b"a\n"))
    dialogue.say(CopyDone(), CommandComplete("COPY 1"), READY)
    with pytest.raises(Mine):
        dialogue.run(simple_query(dialogue.core, "several", lines()))
    assert dialogue.messages()[1:] == [CopyFail("Mine")]


def test_a_server_that_asks_for_data_in_answer_to_a_select() -> None:
    dialogue = Dialogue().say(GIVE).say(FAILED, READY)
    with pytest.raises(ProgrammingError, match="COPY FROM STDIN takes its data"):
        dialogue.run(simple_query(dialogue.core, "select 1"))
    check_in_step(dialogue.core)


def test_the_advice_names_the_ways_that_redshift_has() -> None:
    assert "Amazon S3" in S3_ADVICE
    assert "UNLOAD" in S3_ADVICE
