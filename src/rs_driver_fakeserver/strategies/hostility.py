"""Strategies for mutations: every kind of lie and damage that ``mutations`` knows."""

from __future__ import annotations

from hypothesis import strategies as st

from rs_driver.wire.registry import BACKEND
from rs_driver_fakeserver.strategies import mutations
from rs_driver_fakeserver.strategies.mutations import Mutation

LENGTHS = (0, 1, 3, 4, 5, -1, -(2**31), 2**16, 2**24, 2**30, 2**31 - 1)
"""Of a message or a value: too short, negative, huge."""
COUNTS = (0, 1, 2, -1, -(2**15), 2**15 - 1)

_messages = st.integers(0, 60)
_offsets = st.integers(0, 200)
_known = st.sampled_from(sorted(BACKEND))


def any_mutation() -> st.SearchStrategy[Mutation]:
    """One change of a stream."""
    small = st.integers(-5, 5).filter(bool)
    return st.one_of(
        st.builds(mutations.Flip, _messages, _offsets, st.integers(1, 255)),
        st.builds(mutations.Length, _messages, st.sampled_from(LENGTHS)),
        st.builds(mutations.Length, _messages, add=small),
        st.builds(mutations.Count, _messages, st.sampled_from(COUNTS)),
        st.builds(mutations.Number, _messages, _offsets, st.sampled_from(LENGTHS)),
        st.builds(mutations.Tag, _messages, _known | st.integers(0, 255)),
        st.builds(mutations.Shorten, _messages, st.integers(1, 20), st.booleans()),
        st.builds(mutations.End, _messages, _offsets),
        st.builds(mutations.Insert, _messages, _offsets, st.binary(min_size=1, max_size=8)),
        st.builds(mutations.Remove, _messages),
        st.builds(mutations.Repeat, _messages),
        st.builds(mutations.Swap, _messages),
    )
