"""Faults together: what they make of a conversation depends on its bytes, not on their pieces."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rs_driver_fakeserver.faults import Fault, Split, after, before, byte, inside, message, phase
from rs_driver_fakeserver.faults.names import MESSAGES
from rs_driver_fakeserver.faults.phases import PHASES
from rs_driver_fakeserver.faults.place import Place
from rs_driver_fakeserver.faults.registry import FAULTS
from rs_driver_fakeserver.faults.unit import END
from rs_driver_fakeserver.hosts.moves import Move, Send
from support.fault_lines import FLIGHTS, STREAM, joined, line, sent

NAMES = st.sampled_from(sorted(MESSAGES))
NTH = st.integers(1, 4)
PLACES: st.SearchStrategy[Place] = st.one_of(
    st.builds(byte, st.integers(0, len(STREAM) + 2)),
    st.builds(message, NTH),
    st.builds(before, NAMES, NTH),
    st.builds(after, NAMES, NTH),
    st.builds(inside, NAMES, NTH, offset=st.integers(-9, 40)),
    st.builds(phase, st.sampled_from(sorted(PHASES)), NTH),
)


@st.composite
def faults(draw: st.DrawFn) -> Fault:
    """Any fault of the registry, at any place, as often and as probably as may be."""
    entry = draw(st.sampled_from(list(FAULTS.values())))
    fault = draw(st.sampled_from(list(entry.at(draw(PLACES)))))
    often = draw(st.sampled_from([1, 2, None]))
    return replace(fault, times=often, probability=draw(st.sampled_from([1.0, 0.5])))


def said(schedule: list[Fault], seed: int, cuts: list[int]) -> list[Move]:
    """The conversation, its flights said in pieces that end at ``cuts``; joined Sends."""
    made, moves, start = line(*schedule, seed=seed), list[Move](), 0
    for tags, flight in FLIGHTS:
        for tag in tags:
            made.frontend(tag)
        borders = [cut - start for cut in cuts if start < cut < start + len(flight)]
        for low, high in zip([0, *borders], [*borders, len(flight)], strict=True):
            moves += made.out(flight[low:high])
        start += len(flight)
    return joined(moves)


ENDING = ("lost", "silent")
SCHEDULES = st.lists(faults(), max_size=3)
CUTS = st.sets(st.integers(1, len(STREAM) - 1), max_size=40).map(sorted)


@given(SCHEDULES, st.integers(0, 9), CUTS)
def test_pieces_do_not_matter(schedule: list[Fault], seed: int, cuts: list[int]) -> None:
    moves = said(schedule, seed, cuts)
    assert moves == said(schedule, seed, [])
    assert not any(isinstance(move, END) for move in moves[:-1])
    assert all(move.data for move in moves if isinstance(move, Send))


@given(SCHEDULES, st.integers(0, 9))
def test_nothing_is_held_for_ever_and_no_end_is_lost(schedule: list[Fault], seed: int) -> None:
    notes: list[str] = []
    made = line(*schedule, seed=seed, notes=notes)
    for tags, flight in FLIGHTS:
        for tag in tags:
            made.frontend(tag)
        moves = made.out(flight)
        if ended := moves and isinstance(moves[-1], END):
            break
        assert not any(getattr(stage, "_held", None) for stage in made._stages)
    ends = [entry.fault.__name__ for entry in FAULTS.values() if entry.outcome in ENDING]
    assert bool(ended) == any(
        note.removeprefix("fault: ").startswith(tuple(ends)) for note in notes
    )


@given(SCHEDULES, st.integers(0, 9))
def test_a_split_at_the_end_changes_no_byte(schedule: list[Fault], seed: int) -> None:
    assert sent(said([*schedule, Split(2)], seed, [])) == sent(said(schedule, seed, []))


@given(faults())
def test_they_can_be_compared_and_look_as_they_are_written(fault: Fault) -> None:
    assert fault == replace(fault)
    assert hash(fault) == hash(replace(fault))
    names = {"Place": Place, **{name: entry.fault for name, entry in FAULTS.items()}}
    assert repr(fault).split("(")[0] in names
