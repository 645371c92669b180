from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver_fakeserver.strategies.chunkings import chunkings, cuts, pieces
from support.minimal import minimal, some

Cuts = tuple[int, ...]


@given(st.binary(max_size=200).flatmap(lambda data: st.tuples(st.just(data), chunkings(data))))
def test_the_pieces_are_the_data(found: tuple[bytes, tuple[bytes, ...]]) -> None:
    data, chunks = found
    assert b"".join(chunks) == data
    assert all(chunks)


def test_the_least_data() -> None:
    assert minimal(chunkings(b"")) == ()
    assert minimal(chunkings(b"a")) == (b"a",)
    bytes_like: Any = memoryview(b"ab")
    assert minimal(chunkings(bytes_like), lambda found: len(found) == 2) == (b"a", b"b")


def test_pieces() -> None:
    assert pieces(b"abcd", ()) == (b"abcd",)
    assert pieces(b"abcd", (1, 3)) == (b"a", b"bc", b"d")


def test_dense_and_sparse_ways() -> None:
    assert len(some(cuts(100), lambda found: len(found) > 40)) > 40
    assert _alone(some(cuts(5000), lambda found: _alone(found) > 20)) > 20
    assert len(some(cuts(5000), lambda found: len(found) == 2)) == 2


def _alone(found: Cuts) -> int:
    """How many bytes come in a piece of their own."""
    return sum(after - before == 1 for before, after in pairwise(found))


FAILURES: dict[str, tuple[int, Callable[[Cuts], bool], Cuts]] = {
    "however the bytes come": (1000, lambda _: True, ()),
    "if there is any cut": (1000, bool, (1,)),
    "for a cut at one offset": (100, lambda found: 37 in found, (37,)),
    "for a cut at the last offset": (1000, lambda found: 999 in found, (999,)),
    "for a cut within a header": (
        200,
        lambda found: any(130 < at < 135 for at in found),
        (131,),
    ),
    "for two cuts": (100, lambda found: 30 in found and 60 in found, (30, 60)),
    "for a single byte": (100, lambda found: 30 in found and 31 in found, (30, 31)),
}


@pytest.mark.parametrize("why", FAILURES)
@pytest.mark.parametrize("seed", [0, 1])
def test_a_failure_shrinks_to_the_smallest_split(why: str, seed: int) -> None:
    size, fails, expected = FAILURES[why]
    assert minimal(cuts(size), fails, seed=seed, examples=2000) == expected


def test_a_client_is_shown_the_one_cut_that_it_does_not_stand() -> None:
    """One that reads the length of a message before all of its header is there."""
    stream = b"Z\0\0\0\5I" + b"C\0\0\0\x0bSELECT\0" + b"Z\0\0\0\5I"

    def misreads(chunks: tuple[bytes, ...]) -> bool:
        left = b""
        for chunk in chunks:
            left += chunk
            while len(left) >= 5 and len(left) > (length := int.from_bytes(left[1:5], "big")):
                left = left[1 + length :]
            if 1 < len(left) < 5 and left[0] == ord("C"):
                return True
        return False

    assert [len(chunk) for chunk in minimal(chunkings(stream), misreads)] == [8, 16]


def test_bad_arguments() -> None:
    with pytest.raises(TypeError, match="takes bytes, not str"):
        chunkings("abc")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a size is an int"):
        cuts("3")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="not negative"):
        cuts(-1)
