"""Whatever a server sends, and wherever it stops: a DatabaseError, or the right answer.

No bare exception of Python's, nor an InterfaceError (which is about the user, and what
stands in for an exception inside of an operation), no wait without an end, no memory for
bytes that never come.
The peer in memory cannot make anybody wait: where a client would, it gets an error.
"""

from __future__ import annotations

import asyncio
import tracemalloc
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np  # noqa: F401  (so that no import is measured)
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rs_driver
from rs_driver_fakeserver.recording.tape import Recording
from support import record_postgres, redshift_tape
from support.conversations import (
    Answer,
    Step,
    converse,
    converse_async,
    play,
    play_async,
    replay,
)
from support.frames import message_starts
from support.tape import RECORDINGS, TapePeer, with_server

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Talk:
    """A tape, how to connect to it and what to say."""

    tape: Recording
    options: dict[str, Any]
    steps: tuple[Step, ...]


@cache
def talk(name: str) -> Talk:
    """``redshift``: SCRAM, protocol 2; ``postgres``: a real one's words. Both: simple and
    extended queries, batches, errors, transactions."""
    if name == "postgres":
        tape = Recording.load(RECORDINGS / record_postgres.NAMES[0])
        return Talk(tape, record_postgres.OPTIONS, record_postgres.STEPS)
    tape, _ = redshift_tape.redshift_tape(1, redshift_tape.OPTIONS)
    return Talk(tape, redshift_tape.OPTIONS, redshift_tape.STEPS)


@cache
def right_answer(name: str) -> list[Answer]:
    return replay(talk(name).tape, talk(name).options, talk(name).steps)


TALKS = ("postgres", "redshift")


def check_lost(connection: rs_driver.Connection | rs_driver.AsyncConnection) -> None:
    """The connection says that it is gone, and is not in the middle of anything."""
    assert connection.broken
    assert connection.closed


def cut(name: str, offset: int) -> list[Answer]:
    """The conversation with a server that hangs up after ``offset`` bytes."""
    options = {**talk(name).options, "transport": TapePeer(talk(name).tape, cut=offset)}
    connection = rs_driver.connect(**options)
    try:
        return play(connection, talk(name).steps)
    except BaseException:
        check_lost(connection)
        raise
    finally:
        connection.close()


async def cut_async(name: str, offset: int) -> list[Answer]:
    """As ``cut``."""
    options = {**talk(name).options, "transport": TapePeer(talk(name).tape, cut=offset)}
    connection = await rs_driver.AsyncConnection.connect(**options)
    try:
        return await play_async(connection, talk(name).steps)
    except BaseException:
        check_lost(connection)
        raise
    finally:
        await connection.close()


@pytest.mark.parametrize("name", TALKS)
def test_cut_after_each_byte(name: str) -> None:
    size = len(talk(name).tape.sent_by("B"))
    for offset in range(size):
        with pytest.raises(rs_driver.DatabaseError) as caught:
            cut(name, offset)
        assert caught.value.is_disconnect, offset
    assert cut(name, size) == right_answer(name)


@pytest.mark.parametrize("name", TALKS)
def test_cut_after_every_third_byte_in_asyncio(name: str) -> None:
    """The same core takes the same bytes; only who waits for them is another."""

    async def all_cuts() -> None:
        size = len(talk(name).tape.sent_by("B"))
        for offset in range(TALKS.index(name) % 3, size, 3):
            with pytest.raises(rs_driver.DatabaseError) as caught:
                await cut_async(name, offset)
            assert caught.value.is_disconnect, offset
        assert await cut_async(name, size) == right_answer(name)

    asyncio.run(all_cuts())


# -- mutations ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Edit:
    """One change of a stream: ``kind`` is flip, insert, delete or set, ``value`` the byte."""

    kind: str
    place: int
    value: int

    def apply(self, stream: bytearray) -> None:
        if not stream:
            return
        at = self.place % len(stream)
        if self.kind == "flip":
            stream[at] ^= 1 << self.value % 8
        elif self.kind == "set":
            stream[at] = self.value
        elif self.kind == "insert":
            stream.insert(at, self.value)
        else:
            del stream[at : at + self.value % 8 + 1]


edits = st.lists(
    st.builds(
        Edit,
        st.sampled_from(["flip", "set", "insert", "delete"]),
        st.integers(0, 1 << 16),
        st.integers(0, 255),
    ),
    min_size=1,
    max_size=3,
)


def mutant(name: str, changes: list[Edit]) -> dict[str, Any]:
    """Options for a server whose words were changed."""
    stream = bytearray(talk(name).tape.sent_by("B"))
    for change in changes:
        change.apply(stream)
    tape = with_server(talk(name).tape, bytes(stream))
    return {**talk(name).options, "transport": TapePeer(tape, strict=False)}


@settings(max_examples=1500)
@given(name=st.sampled_from(TALKS), changes=edits, rows=st.sampled_from(["struct", "numpy"]))
def test_mutated_words(name: str, changes: list[Edit], rows: str) -> None:
    with suppress(rs_driver.DatabaseError):
        converse({**mutant(name, changes), "rows": rows}, talk(name).steps)


@settings(max_examples=500)
@given(name=st.sampled_from(TALKS), changes=edits)
def test_mutated_words_in_asyncio(name: str, changes: list[Edit]) -> None:
    with suppress(rs_driver.DatabaseError):
        asyncio.run(converse_async(mutant(name, changes), talk(name).steps))


@settings(max_examples=1000)
@given(changes=edits)
def test_mutated_rows(changes: list[Edit]) -> None:
    """A hundred rows at once, so that numpy decodes them."""
    stream = bytearray(_row_tape().sent_by("B"))
    for change in changes:
        change.apply(stream)
    peer = TapePeer(with_server(_row_tape(), bytes(stream)), strict=False)
    options = {**record_postgres.OPTIONS, "rows": "numpy", "transport": peer}
    with suppress(rs_driver.DatabaseError):
        converse(options, record_postgres.ROWS)


@cache
def _row_tape() -> Recording:
    return Recording.load(RECORDINGS / record_postgres.NAMES[1])


def _peak(options: dict[str, Any], steps: tuple[Step, ...]) -> int:
    """How much memory the conversation takes at most, in bytes."""
    tracemalloc.start()
    try:
        converse(options, steps)
    except rs_driver.DatabaseError:
        pass
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return peak


@pytest.mark.parametrize("name", TALKS)
def test_a_lying_length_costs_no_memory(name: str) -> None:
    stream = talk(name).tape.sent_by("B")
    for start in message_starts(stream):
        for lie in (2**31 - 1, 2**30, 2**26, 2**31, 2**32 - 1):
            lying = bytearray(stream)
            lying[start + 1 : start + 5] = lie.to_bytes(4, "big")
            tape = with_server(talk(name).tape, bytes(lying))
            options = {**talk(name).options, "transport": TapePeer(tape, strict=False)}
            assert _peak(options, talk(name).steps) < 8 * MEGABYTE


def test_a_lying_value_costs_no_memory() -> None:
    """The lengths and counts inside of messages: every run of four bytes is one."""
    stream = talk("redshift").tape.sent_by("B")
    for at in range(0, len(stream), 7):
        lying = bytearray(stream)
        lying[at : at + 4] = (2**31 - 1).to_bytes(4, "big")
        tape = with_server(talk("redshift").tape, bytes(lying[: len(stream)]))
        options = {**talk("redshift").options, "transport": TapePeer(tape, strict=False)}
        assert _peak(options, talk("redshift").steps) < 8 * MEGABYTE
