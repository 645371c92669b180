from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver_fakeserver.sql.scroll import Direction, goes_back, step

DIRECTIONS: tuple[Direction, ...] = ("forward", "backward", "absolute", "relative")


@pytest.mark.parametrize(
    ("direction", "count", "position", "rows", "left"),
    [
        ("forward", 1, 0, [0], 1),
        ("forward", 2, 1, [1, 2], 3),
        ("forward", 3, 1, [1, 2], 4),
        ("forward", None, 1, [1, 2], 4),
        ("forward", 1, 4, [], 4),
        ("forward", 0, 0, [], 0),
        ("forward", 0, 2, [1], 2),
        ("forward", -1, 3, [1], 2),
        ("backward", 1, 4, [2], 3),
        ("backward", 2, 3, [1, 0], 1),
        ("backward", 5, 3, [1, 0], 0),
        ("backward", None, 4, [2, 1, 0], 0),
        ("backward", 1, 0, [], 0),
        ("backward", -2, 0, [0, 1], 2),
        ("absolute", 2, 4, [1], 2),
        ("absolute", -1, 0, [2], 3),
        ("absolute", 0, 2, [], 0),
        ("absolute", 9, 0, [], 4),
        ("absolute", -9, 2, [], 0),
        ("relative", 0, 2, [1], 2),
        ("relative", 2, 1, [2], 3),
        ("relative", -1, 2, [0], 1),
        ("relative", 5, 2, [], 4),
    ],
)
def test_three_rows(
    direction: Direction, count: int | None, position: int, rows: list[int], left: int
) -> None:
    """As PostgreSQL does it: compared in integration/test_fake_against_postgres.py."""
    found = step(direction, count, position, 3)
    assert (list(found.rows), found.position) == (rows, left)


@given(
    st.lists(st.tuples(st.sampled_from(DIRECTIONS), st.none() | st.integers(-5, 5)), max_size=20),
    st.integers(0, 4),
)
def test_it_never_leaves_the_result(moves: list[tuple[Direction, int | None]], total: int) -> None:
    position = 0
    for direction, count in moves:
        found = step(direction, count, position, total)
        assert 0 <= found.position <= total + 1
        assert all(0 <= at < total for at in found.rows)
        if found.rows and 1 <= found.position <= total:
            assert found.rows[-1] == found.position - 1
        position = found.position


def test_what_a_cursor_that_only_goes_forward_cannot_do() -> None:
    for direction, count, position in (("forward", 0, 2), ("backward", 1, 2), ("absolute", 1, 2)):
        assert goes_back(step(direction, count, position, 3), position)  # type: ignore[arg-type]  # literals in a tuple
    assert not goes_back(step("forward", 2, 1, 3), 1)
    assert not goes_back(step("absolute", 3, 1, 3), 1)
