from __future__ import annotations

import pytest

from rs_driver.adapters.transport.memory import MemoryTransport
from rs_driver_fakeserver.conformance import moving


class Echo:
    """A ``Peer`` that gives back what it is fed, and hangs up after ``most`` bytes."""

    def __init__(self, most: int = 1000) -> None:
        self.left = most
        self.closed = False

    def feed(self, data: bytes) -> bytes:
        self.left -= len(data)
        self.closed = self.left <= 0
        return data

    def eof(self) -> None:
        self.closed = True


class Lying(MemoryTransport):
    """Its numbers are wrong, but never by much."""

    count: object = None

    def recv_into(self, view: memoryview) -> int | None:
        return self.count  # type: ignore[return-value]

    def send(self, data: memoryview) -> int:
        return self.count  # type: ignore[return-value]

    def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        return self.count  # type: ignore[return-value]


def test_an_exchange() -> None:
    transport = MemoryTransport(Echo(), chunk=3)
    assert moving.exchange(transport, b"0123456789", 10, 1e9) == b"0123456789"
    moving.put(transport, b"abc", 1e9)
    assert moving.read(transport, 2, 1e9, step=1) == b"ab"
    assert moving.read_some(transport, 5) == b"c"
    assert moving.read_some(transport, 5) is None


def test_the_end() -> None:
    transport = MemoryTransport(Echo(most=3))
    assert moving.exchange(transport, b"abc", 3, 1e9) == b"abc"
    assert moving.read(transport, 3, 1e9) == b""


@pytest.mark.parametrize("count", ["1", True, -1, 3, 1.0])
def test_numbers_that_are_none(count: object) -> None:
    transport = Lying(Echo())
    transport.count = count
    with pytest.raises(AssertionError, match="recv_into"):
        moving.receive(transport, memoryview(bytearray(2)))
    with pytest.raises(AssertionError, match="send"):
        moving.send(transport, memoryview(b"ab"))


def test_a_wait_that_is_no_bool() -> None:
    transport = Lying(Echo())
    transport.count = 1
    with pytest.raises(AssertionError, match="wait gives a bool"):
        moving.wait(transport, True, True, None)


def test_a_view_that_is_kept() -> None:
    class Keeping(MemoryTransport):
        def recv_into(self, view: memoryview) -> int | None:
            self.kept = memoryview(view.obj)
            return None

    with pytest.raises(BufferError):
        moving.read_some(Keeping(Echo()), 3)


def test_writing_beyond_the_view() -> None:
    class Overflowing(MemoryTransport):
        def recv_into(self, view: memoryview) -> int | None:
            memoryview(view.obj)[len(view)] = 0
            return None

    with pytest.raises(AssertionError, match="beyond the view"):
        moving.read_some(Overflowing(Echo()), 3)


def test_noise_is_always_the_same() -> None:
    assert moving.noise(8) == moving.noise(8) == moving.noise(16)[:8]
    assert moving.noise(8, "a") != moving.noise(8, "b")


def test_no_backpressure() -> None:
    class Endless(MemoryTransport):
        def send(self, data: memoryview) -> int:
            return len(data)

    with pytest.raises(AssertionError, match="has to give 0"):
        moving.fill(Endless(Echo()))
