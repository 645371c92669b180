"""Ways to cut bytes into pieces, which shrink to the smallest that fails.

A way is a list of offsets, however many: a cut or two somewhere, cuts all over, or a stretch
in which nearly every byte comes alone. How many there are is decided anew after each of them,
so that none is there to stay: Hypothesis takes them out, many at once, and moves those that
are left to lower offsets. A test that fails however the bytes come shrinks to one piece; one
that fails for a cut at one of some offsets to a single cut, at the lowest of them; one that
needs several cuts to just those.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from hypothesis import strategies as st

_STRETCH = 24
"""Bytes of which nearly every one comes alone."""
_CHANCES = 64
_FEW, _MANY = 16, 1
"""Out of so many chances, those of there being no more cuts."""


def cuts(size: int) -> st.SearchStrategy[tuple[int, ...]]:
    """Offsets, ascending, at which ``size`` bytes may be cut: from 1 to ``size - 1``.

    TypeError or ValueError for what is no size.
    """
    if isinstance(size, bool) or not isinstance(size, int):
        raise TypeError(f"a size is an int, not {type(size).__name__}")
    if size < 0:
        raise ValueError(f"a size is not negative: {size}")
    return st.just(()) if size < 2 else _cuts(size - 1)


@st.composite
def _cuts(draw: st.DrawFn, last: int) -> tuple[int, ...]:
    """Not ``st.lists``: one with a least length could not be shrunk below it."""
    enough, low, high = _FEW, 1, last
    density = draw(st.sampled_from(["few", "all over", "a stretch"]))
    if density != "few":
        enough = _MANY
    if density == "a stretch":
        low = draw(st.integers(1, last))
        high = min(low + _STRETCH, last)
    found: set[int] = set()
    while draw(st.integers(0, _CHANCES - 1)) >= enough:
        found.add(draw(st.integers(low, high)))
    return tuple(sorted(found))


def pieces(data: bytes, at: Iterable[int]) -> tuple[bytes, ...]:
    """``data``, cut at these offsets, which ascend; no piece is empty."""
    borders = [0, *at, len(data)]
    return tuple(data[start:stop] for start, stop in pairwise(borders) if start < stop)


def chunkings(data: bytes) -> st.SearchStrategy[tuple[bytes, ...]]:
    """Ways to cut ``data`` into pieces: in order, none empty, together all of it.

    Draw it in a test whose data come first::

        @given(stream=backend_streams(), data=st.data())
        def test_pieces_make_no_difference(stream, data):
            for piece in data.draw(chunkings(stream.data)):
                client.feed(piece)

    It shrinks to the fewest cuts with which the test fails, at the lowest offsets.
    """
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise TypeError(f"chunkings() takes bytes, not {type(data).__name__}")
    whole = bytes(data)
    return cuts(len(whole)).map(lambda at: pieces(whole, at))
