from __future__ import annotations

import time

import pytest

from rs_driver_fakeserver.rules.diff import words


@pytest.mark.parametrize(
    ("expected", "came", "shown"),
    [
        ("select 1", "select 1", "select 1"),
        ("select * from orders", "select * from order", "select * from [-orders-]{+order+}"),
        ("select a from t", "select a, b from t", "select a{+, b+} from t"),
        ("select a from t where b", "select a from t", "select a from t[- where b-]"),
        ("", "select 1", "{+select 1+}"),
    ],
)
def test_differences(expected: str, came: str, shown: str) -> None:
    assert words(expected, came) == shown


def test_long_stretches_that_are_the_same_are_left_out() -> None:
    same = ", ".join(f"c{n}" for n in range(50))
    assert words(f"select {same} from t", f"select {same} from u") == (
        "select c0, c1 ... , c49 from [-t-]{+u+}"
    )


def test_it_is_bounded() -> None:
    start = time.perf_counter()
    one = " ".join(f"a{n}" for n in range(50_000))
    other = " ".join(f"b{n}" for n in range(50_000))
    assert len(words(one, other)) < 1000
    assert time.perf_counter() - start < 2
