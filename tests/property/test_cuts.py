"""Whatever a server sends, and wherever it stops: a DatabaseError, or the right answer.

No bare exception of Python's, nor an InterfaceError (which is about the user, and what
stands in for an exception inside of an operation), no wait without an end, no memory for
bytes that never come.
The peer in memory cannot make anybody wait: where a client would, it gets an error.
"""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np  # noqa: F401  (so that no import is measured)
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rs_driver
from support.conversations import Step, converse, converse_async
from support.frames import message_starts
from support.hardening.cuts import LOST, cut, cut_async, cuts
from support.hardening.page import cut_line
from support.sources import ROOT
from support.talks import TALKS, right_answer, talk

MEGABYTE = 1 << 20


@pytest.mark.parametrize("name", TALKS)
def test_cut_after_each_byte(name: str) -> None:
    size = len(talk(name).tape.sent_by("B"))
    assert cuts(name) == {LOST: size}
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


@pytest.mark.parametrize("name", TALKS)
def test_the_page_says_what_came_of_it(name: str) -> None:
    """Where this fails: ``python -m support.hardening.page > ../docs/hardening.md``."""
    assert cut_line(name) in (ROOT / "docs" / "hardening.md").read_text(encoding="utf-8")


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
    return talk(name).with_words(bytes(stream))


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
    with suppress(rs_driver.DatabaseError):
        converse({**mutant("rows", changes), "rows": "numpy"}, talk("rows").steps)


def _peak(options: dict[str, Any], steps: Sequence[Step]) -> int:
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
            assert _peak(talk(name).with_words(bytes(lying)), talk(name).steps) < 8 * MEGABYTE


def test_a_lying_value_costs_no_memory() -> None:
    """The lengths and counts inside of messages: every run of four bytes is one."""
    stream = talk("redshift").tape.sent_by("B")
    for at in range(0, len(stream), 7):
        lying = bytearray(stream)
        lying[at : at + 4] = (2**31 - 1).to_bytes(4, "big")
        options = talk("redshift").with_words(bytes(lying[: len(stream)]))
        assert _peak(options, talk("redshift").steps) < 8 * MEGABYTE
