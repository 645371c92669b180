from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from rs_driver.adapters.transport.records import STEP, Records

Pair = tuple[Records, socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    here, there = socket.socketpair()
    with here, there:
        for sock in (here, there):
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * STEP)
        yield Records(here), here, there


def test_what_comes_is_fetched_in_order(pair: Pair) -> None:
    records, _, there = pair
    assert not records.fetch()
    there.send(b"abc")
    assert records.fetch()
    there.send(b"def")
    assert records.fetch()
    assert not records.fetch()
    assert records.incoming.read() == b"abcdef"
    assert not records.incoming.eof


def test_one_fetch_is_bounded(pair: Pair) -> None:
    records, here, there = pair
    there.send(bytes(STEP + 1))
    assert records.fetch()
    assert records.incoming.pending <= STEP
    assert here.recv(1, socket.MSG_PEEK) == b"\0"


def test_the_end_is_told(pair: Pair) -> None:
    records, _, there = pair
    there.send(b"bye")
    there.close()
    assert records.fetch()
    assert records.fetch()
    assert records.fetch()
    assert records.incoming.read() == b"bye"
    assert records.incoming.eof


def test_what_the_socket_does_not_take_is_kept(pair: Pair) -> None:
    records, _, there = pair
    data = bytes(range(256)) * 4096
    assert records.flush()
    records.outgoing.write(data)
    assert not records.flush()
    records.outgoing.write(b"the end")
    received = bytearray()
    while records.unsent:
        received += there.recv(STEP)
        records.flush()
    while len(received) < len(data) + 7:
        received += there.recv(STEP)
    assert received == data + b"the end"
    assert records.flush()


def test_errors_of_the_socket_come_as_they_are(pair: Pair) -> None:
    records, here, _ = pair
    records.outgoing.write(b"x")
    here.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        records.flush()
    with pytest.raises(OSError, match="Bad file descriptor"):
        records.fetch()
