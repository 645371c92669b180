from __future__ import annotations

import functools
import inspect
import io
import tempfile
from array import array
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest

from rs_driver.domain.copy_stream import CHUNK, Part, Sink, Source, check_stream, pieces, source
from rs_driver.errors import DataError, Error, InterfaceError, ProgrammingError

LARGE = bytes(range(256)) * (CHUNK // 64)
"""Four chunks."""


class Bytes(bytes):
    """A subclass that lies about its length."""

    def __len__(self) -> int:
        return 1


class Text(str):
    """A subclass with ideas of its own about what a part of it is."""

    __slots__ = ()

    def __getitem__(self, key: Any) -> str:
        return "no"

    def __str__(self) -> str:
        return "no"


class Reader:
    """Not one of ``io``'s, and it gives what it likes."""

    def __init__(self, *chunks: Any) -> None:
        self._chunks = list(chunks)
        self.sizes: list[int] = []

    def read(self, size: int) -> Any:
        self.sizes.append(size)
        return self._chunks.pop(0) if self._chunks else b""


async def counting(items: Iterable[Any]) -> AsyncIterator[Any]:
    for item in items:
        yield item


def finished(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine gives that waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("it waits")


def fetched(found: Source) -> list[Part]:
    """What one call of ``fetch`` gives."""
    given = found.fetch()
    return list(found.parts(finished(given) if inspect.iscoroutine(given) else given))


def chunks(stream: object) -> list[bytes]:
    """Everything that is sent of ``stream``, joined fetch by fetch."""
    found = source(stream)
    whole = []
    while parts := fetched(found):
        sent = [piece for part in parts for piece in pieces(part)]
        assert all(0 < len(piece) <= CHUNK for piece in sent)
        whole.append(b"".join(sent))
    return whole


# -- what is a stream ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "stream",
    [
        None,
        io.BytesIO(),
        io.StringIO(),
        [],
        (),
        b"data",
        bytearray(),
        iter([]),
        Reader(),
        {"a": 1}.keys(),
        counting([]),
    ],
    ids=lambda stream: type(stream).__name__,
)
def test_what_is_a_stream(stream: object) -> None:
    check_stream(stream)


@pytest.mark.parametrize(
    ("stream", "words"),
    [
        (True, "not bool: how rows are fetched"),
        (False, "not bool"),
        ("t.csv", "not str: open the file"),
        (Path("t.csv"), "Path: open the file"),
        (5, "not int"),
        (object(), "not object"),
        (io.BytesIO, "not type"),
        (lambda: [b""], "not function"),
    ],
)
def test_what_is_none(stream: object, words: str) -> None:
    with pytest.raises(InterfaceError, match=f"a file or an iterable for COPY, .*{words}"):
        check_stream(stream)


# -- sources ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "stream",
    [
        io.BytesIO("1\tä\n2\t€\n".encode()),
        io.StringIO("1\tä\n2\t€\n"),
        "1\tä\n2\t€\n".encode(),
        bytearray("1\tä\n2\t€\n".encode()),
        memoryview("1\tä\n2\t€\n".encode()),
        ["1\tä\n", "2\t€\n".encode()],
        ("1\tä\n", "", b"", bytearray("2\t€\n".encode())),
        (line for line in ["1\tä\n", "2\t€\n"]),
        counting(["1\tä\n", memoryview("2\t€\n".encode())]),
        [Text("1\tä\n"), Bytes("2\t€\n".encode())],
    ],
    ids=lambda stream: type(stream).__name__,
)
def test_every_kind_gives_its_bytes(stream: object) -> None:
    assert chunks(stream) == ["1\tä\n2\t€\n".encode()]


@pytest.mark.parametrize("stream", [b"", [], [b""], io.StringIO(), counting([])])
def test_nothing_is_nothing(stream: object) -> None:
    assert b"".join(chunks(stream)) == b""


def test_a_file_is_read_in_chunks() -> None:
    reader = Reader(b"a", LARGE, "ü" * CHUNK)
    assert chunks(reader) == [b"a", LARGE, "ü".encode() * CHUNK]
    assert set(reader.sizes) == {CHUNK}


def test_what_can_be_read_is_not_iterated_over() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(LARGE)
        file.seek(0)
        assert [len(chunk) for chunk in chunks(file)] == [CHUNK] * 4


def test_small_items_are_sent_together() -> None:
    lines = [b"%d\n" % number for number in range(50_000)]
    for stream in (lines, counting(lines)):
        found = chunks(stream)
        assert b"".join(found) == b"".join(lines)
        assert len(found) < 8


def test_a_large_item_is_not_copied() -> None:
    found = source([b"small", LARGE, b"after"])
    first, second = fetched(found), fetched(found)
    assert first[0] == b"small"
    assert first[1] is LARGE
    assert second == [b"after"]
    view = fetched(source([memoryview(LARGE)]))[0]
    assert isinstance(view, memoryview)
    assert view.obj is LARGE


@pytest.mark.parametrize("large", ["x" * (3 * CHUNK + 5), "aäb€" * CHUNK])
def test_a_long_text_is_sent_in_pieces(large: str) -> None:
    assert fetched(source([large])) == [large]
    assert chunks([large]) == [large.encode()]


def test_an_item_may_be_used_again_for_the_next() -> None:
    def lines() -> Iterator[bytearray]:
        line = bytearray(b"0\n")
        for digit in b"123":
            line[0] = digit
            yield line

    assert chunks(lines()) == [b"1\n2\n3\n"]


def test_a_long_item_can_be_resized_by_its_owner() -> None:
    def blocks() -> Iterator[Any]:
        block = bytearray(LARGE)
        yield block
        block += b"!"
        yield block
        view = memoryview(block)
        yield view
        view.release()
        block.clear()

    assert chunks(blocks()) == [LARGE, LARGE + b"!", LARGE + b"!"]


@pytest.mark.parametrize("size", [7, 2 * CHUNK])
def test_views_of_any_shape(size: int) -> None:
    numbers = memoryview(array("i", range(size)))
    assert b"".join(chunks([numbers])) == numbers.tobytes()
    assert b"".join(chunks([numbers[::2]])) == numbers[::2].tobytes()
    assert chunks([numbers[:0]]) == [b""]


def test_an_iterable_of_nothing_gives_time_to_others() -> None:
    found = source(repeat(b"", 3 * CHUNK))
    assert [fetched(found) for _ in range(4)] == [[b""], [b""], [b""], []]


def test_an_iterable_is_iterated_over_once() -> None:
    found = source([b"1\n"])
    assert fetched(found) == [b"1\n"]
    assert fetched(found) == fetched(found) == []


@pytest.mark.parametrize("wrong", [5, None, 1.5, (1, "a"), [b"1"], array("i", [1])])
def test_items_of_a_wrong_class(wrong: object) -> None:
    name = type(wrong).__name__
    for stream in ([wrong], [b"right", wrong], counting([wrong]), Reader(wrong)):
        with pytest.raises(InterfaceError, match=f"bytes or str .* gave {name}"):
            chunks(stream)


@pytest.mark.parametrize("text", ["secret \ud800", "x" * CHUNK * 2 + "secret \udfff", "\ud800"])
def test_text_that_has_no_bytes(text: str) -> None:
    for stream in ([text], io.StringIO(text), counting([b"a", text])):
        with pytest.raises(DataError, match="lone surrogate") as caught:
            chunks(stream)
        assert "secret" not in str(caught.value)
        assert caught.value.__cause__ is None


def test_what_the_stream_raises_is_its_own() -> None:
    def failing() -> Iterator[bytes]:
        yield b"1\n"
        raise KeyError("mine")

    found = source(failing())
    with pytest.raises(KeyError, match="mine"):
        found.fetch()


def test_no_source() -> None:
    with pytest.raises(ProgrammingError, match="pass them as stream="):
        source(None)
    with pytest.raises(InterfaceError, match=r"reads its stream: Sink can only write"):
        source(Sink(io.BytesIO()))


# -- sinks --------------------------------------------------------------------------------


class Raw(io.RawIOBase):
    """Takes what ``answers`` says; None stands for a file that must wait."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)

    def write(self, data: Any) -> Any:
        return self._answers.pop(0)


class Collector:
    """Keeps what is written to it, and gives ``answer``."""

    def __init__(self, answer: Any = None) -> None:
        self.written: list[Any] = []
        self._answer = answer

    def write(self, data: Any) -> Any:
        self.written.append(data)
        return self._answer


class Draining(Collector):
    """As asyncio's StreamWriter."""

    drained = 0

    async def drain(self) -> None:
        self.drained += 1


class AsyncDraining(Draining):
    """The same, but its ``write`` waits by itself."""

    async def write(self, data: Any) -> Any:
        return super().write(data)


def test_bytes_are_written_as_they_are() -> None:
    sink = Sink(file := io.BytesIO())
    data = sink.prepared(b"\xff\x00", last=True)
    assert sink.rest(data, sink.write(data)) == b""
    assert file.getvalue() == b"\xff\x00"


def test_text_is_decoded_as_it_comes() -> None:
    sink = Sink(io.StringIO())
    data = "a€b".encode()
    parts = [sink.prepared(data[at : at + 1]) for at in range(len(data))]
    assert parts == ["a", "", "", "€", "b"]
    assert sink.prepared(b"", last=True) == ""
    assert sink.rest("a", 1) == ""


def test_a_wrapped_text_file_is_one() -> None:
    with tempfile.NamedTemporaryFile("w+", encoding="utf-8") as text:
        assert Sink(text).prepared(b"a") == "a"
    with tempfile.NamedTemporaryFile() as binary:
        assert Sink(binary).prepared(b"a") == b"a"


@pytest.mark.parametrize(("data", "last"), [(b"PGCOPY\n\xff\r\n", False), (b"\xe2\x82", True)])
def test_text_files_take_text_only(data: bytes, last: bool) -> None:
    with pytest.raises(DataError, match="pass a binary stream") as caught:
        Sink(io.StringIO()).prepared(data, last=last)
    assert caught.value.__cause__ is None


def test_a_raw_file_may_take_less() -> None:
    sink = Sink(Raw(2, 3))
    assert sink.rest(b"abcde", sink.write(b"abcde")) == b"cde"
    assert sink.rest(b"cde", sink.write(b"cde")) == b""


@pytest.mark.parametrize("answer", [None, 0, -1, 6, "2"])
def test_a_raw_file_that_takes_nothing(answer: object) -> None:
    with pytest.raises(InterfaceError, match=f"took {answer!r} of 5 bytes"):
        Sink(Raw()).rest(b"abcde", answer)


@pytest.mark.parametrize("answer", [None, 0, 2, "ok"])
def test_what_others_answer_means_nothing(answer: object) -> None:
    sink = Sink(Collector(answer))
    assert sink.rest(b"abcde", sink.write(b"abcde")) == b""


def test_what_can_be_drained_is() -> None:
    writer = Draining()
    finished(Sink(writer).write(b"a"))
    assert (writer.written, writer.drained) == ([b"a"], 1)
    waiting = AsyncDraining()
    finished(Sink(waiting).write(b"a"))
    assert (waiting.written, waiting.drained) == ([b"a"], 0)


def test_no_sink() -> None:
    with pytest.raises(ProgrammingError, match="pass stream="):
        Sink(None)
    with pytest.raises(InterfaceError, match="writes to its stream: list has no write"):
        Sink([])


def test_the_errors_are_ours() -> None:
    """What the conversation keeps apart from what the user's code raises."""
    for call in (functools.partial(source, None), functools.partial(Sink, 5)):
        with pytest.raises(Error):
            call()
