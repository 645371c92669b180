"""How the bytes of a conversation arrive makes no difference to what they say."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import Any

import numpy as np  # noqa: F401  (rows are decoded by numpy only where it is loaded already)
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rs_driver.adapters.transport.memory import AsyncMemoryTransport
from rs_driver.wire.results import RowDescription
from rs_driver_fakeserver import FakeServer
from rs_driver_fakeserver.recording.tape import Recording
from support import record_postgres, redshift_tape
from support.conversations import (
    LOGIN,
    Answer,
    Step,
    converse_async,
    fixed_entropy,
    record,
    replay,
    replay_in_pieces,
)
from support.redshift_tape import TYPES, sample_rows
from support.sample_values import as_stored, exactly
from support.tape import RECORDINGS, OffTapeError, TapePeer

Talk = tuple[Recording, dict[str, Any], tuple[Step, ...]]

ROWS = ("struct", "numpy")
FEW, MANY = 3, 150
"""Rows a result: too few for numpy, and enough."""

REDSHIFT = [
    (protocol, result_format) for protocol in (0, 1, 2) for result_format in ("auto", "text")
]


@cache
def postgres_talk(name: str) -> Talk:
    steps = dict(
        zip(record_postgres.NAMES, (record_postgres.STEPS, record_postgres.ROWS), strict=True)
    )
    return Recording.load(RECORDINGS / name), record_postgres.OPTIONS, steps[name]


@cache
def redshift_talk(protocol: int, result_format: str, count: int) -> Talk:
    options = {
        **redshift_tape.OPTIONS,
        "client_protocol_version": protocol,
        "result_format": result_format,
    }
    tape, _ = redshift_tape.redshift_tape(count, options)
    return tape, options, redshift_tape.STEPS


@cache
def whole(talk: str, *key: Any) -> list[Answer]:
    """The answers when every turn arrives at once, by the plainer of the two decoders."""
    tape, options, steps = TALKS[talk](*key)
    return replay(tape, {**options, "rows": "struct"}, steps)


TALKS: dict[str, Any] = {"postgres": postgres_talk, "redshift": redshift_talk}

CASES = [
    *(("postgres", name) for name in record_postgres.NAMES),
    *(("redshift", *form, count) for form in REDSHIFT for count in (FEW, MANY)),
]


def shown(answers: list[Answer]) -> list[object]:
    """The answers such that only the very same are equal: NaN, -0.0, scales, classes."""
    return [
        tuple(
            [tuple(map(exactly, row)) for row in part] if isinstance(part, list) else part
            for part in answer
        )
        for answer in answers
    ]


def chopped(talk: Talk, rows: str, sizes: list[int]) -> list[Answer]:
    tape, options, steps = talk
    return replay_in_pieces(tape, {**options, "rows": rows}, steps, sizes)


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(map(str, case)))
def test_one_byte_at_a_time(case: tuple[Any, ...], rows: str) -> None:
    talk, *key = case
    answers = chopped(TALKS[talk](*key), rows, [1])
    assert shown(answers) == shown(whole(talk, *key))


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(map(str, case)))
def test_by_numpy_as_by_struct(case: tuple[Any, ...]) -> None:
    talk, *key = case
    tape, options, steps = TALKS[talk](*key)
    answers = replay(tape, {**options, "rows": "numpy"}, steps)
    assert shown(answers) == shown(whole(talk, *key))


@settings(max_examples=100)
@given(
    case=st.sampled_from(CASES),
    rows=st.sampled_from(ROWS),
    sizes=st.lists(st.one_of(st.integers(1, 12), st.integers(1, 40_000)), min_size=1, max_size=20),
)
def test_in_chunks(case: tuple[Any, ...], rows: str, sizes: list[int]) -> None:
    talk, *key = case
    answers = chopped(TALKS[talk](*key), rows, sizes)
    assert shown(answers) == shown(whole(talk, *key))


@cache
def long_talk() -> tuple[Talk, list[Answer]]:
    """A result longer than the core's buffer, and a value that is."""
    rows = [(number, chr(97 + number % 26) * (number % 500)) for number in range(3000)]
    rows.insert(1500, (-1, "long" * 150_000))
    steps = (Step("select long"), Step("select long; select long"))
    with FakeServer() as server:
        server.when("select long").returns({"n": "int8", "s": "varchar"}, rows)
        tape, answers = record(server.memory(), LOGIN, steps)
    assert all(answer[2] == rows for answer in answers)
    return (tape, LOGIN, steps), answers


@settings(max_examples=25)
@given(
    rows=st.sampled_from(ROWS),
    sizes=st.lists(st.integers(200, 400_000), min_size=1, max_size=20),
)
def test_a_long_result_in_chunks(rows: str, sizes: list[int]) -> None:
    talk, answers = long_talk()
    assert chopped(talk, rows, sizes) == answers


@pytest.mark.parametrize("case", [CASES[0], ("redshift", 2, "auto", FEW)])
def test_one_byte_at_a_time_in_asyncio(case: tuple[Any, ...]) -> None:
    talk, *key = case
    tape, options, steps = TALKS[talk](*key)

    async def connect(_deadline: float | None) -> AsyncMemoryTransport:
        return AsyncMemoryTransport(TapePeer(tape), chunk=1)

    answers = asyncio.run(converse_async({**options, "transport": connect}, steps))
    assert shown(answers) == shown(whole(talk, *key))


@pytest.mark.parametrize("form", REDSHIFT)
def test_the_replayed_rows_are_those_of_the_server(form: tuple[int, str]) -> None:
    expected = [
        tuple(as_stored(name, value) for name, value in zip(TYPES, row, strict=True))
        for row in sample_rows(MANY)
    ]
    rows = whole("redshift", *form, MANY)[0][2]
    assert [tuple(map(exactly, row)) for row in rows] == [
        tuple(map(exactly, row)) for row in expected
    ]


def test_the_postgres_tape_is_what_the_driver_says_today() -> None:
    """A strict replay refuses other bytes from the client: ``record_postgres`` makes anew."""
    answers = whole("postgres", record_postgres.NAMES[0])
    assert [answer[1] for answer in answers] == [
        *(3, 3, 3, 3, 1, -1, 2, "22012", "25P02", -1, "42P01", 1),
    ]


def test_the_tape_has_the_extended_description_and_redshifts_numeric() -> None:
    with FakeServer(entropy=fixed_entropy) as server:
        redshift_tape.script(server, FEW)
        record(server.memory(), LOGIN, redshift_tape.STEPS[:1])
        raw = [entry.raw for entry in server.log.entries if entry.raw[:1] == b"T"]
    fields = RowDescription.decode(raw[0][5:], 2).fields
    assert [field.name for field in fields] == [f"c{at}" for at in range(len(TYPES))]
    assert "numeric(38,37)" in TYPES
    tape, _, _ = redshift_talk(2, "auto", FEW)
    nines = int("9" * 38).to_bytes(16, "big", signed=True)
    assert nines in tape.sent_by("B")


def test_the_peer_notices_other_words() -> None:
    tape, options, steps = postgres_talk(record_postgres.NAMES[0])
    with pytest.raises(OffTapeError, match="not as recorded"):
        replay(tape, {**options, "application_name": "another"}, steps)
