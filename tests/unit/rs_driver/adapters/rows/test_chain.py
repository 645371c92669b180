from __future__ import annotations

import pytest

from rs_driver.adapters.rows.chain import LAST_WINDOW, follow, heads
from rs_driver.errors import RemoteProtocolError
from support.wire_values import row


def found(data: bytes, columns: int) -> tuple[list[int], int]:
    starts, end = heads(memoryview(data), columns)
    return starts.tolist(), end


def test_rows_in_a_straight_chain() -> None:
    one = row(b"abc")
    assert found(one * 3, 1) == ([0, len(one), 2 * len(one)], 3 * len(one))


def test_nothing_to_find() -> None:
    for data in (b"", b"D", b"D\0\0\0\x0a\0\1", b"x" + row(b"a"), row(b"a", b"b")):
        assert found(data, 1) == ([], 0)


def test_a_value_that_looks_like_a_row_is_passed_over() -> None:
    outer = row(row(b"inner"))
    assert found(outer + row(b"a"), 1) == ([0, len(outer)], len(outer) + len(row(b"a")))


def test_it_ends_where_the_next_row_is_malformed_or_incomplete() -> None:
    one = row(b"abc")
    for after in (b"D\0\0\0\4\0\1xxxxx", row(b"a", b"b"), one[:-1], b"C\0\0\0\4"):
        assert found(one + after, 1) == ([0], len(one))


def test_it_gives_up_where_disguises_are_frequent_and_what_it_has_is_right() -> None:
    outer = row(row(b"", b""), row(b"", b""))
    starts, end = found(outer * 500, 2)
    assert starts == [len(outer) * at for at in range(len(starts))]
    assert end == len(outer) * len(starts)


@pytest.mark.parametrize("window", [1, 7, 30, 100, 10_000])
def test_a_run_is_followed_through_all_its_windows(window: int) -> None:
    rows = [row(b"x" * (at % 50)) for at in range(500)]
    rows[100] = row(row(b"a disguise") * 30)
    rows[300] = row(b"x" * 5000)
    data = b"".join(rows)
    expected = [sum(map(len, rows[:at])) for at in range(500)]
    for tail in (b"", b"C\0\0\0\4", rows[1][:-1]):
        starts, end = follow(memoryview(data + tail), 1, expected[:2], expected[2], window)
        assert starts.tolist() == expected
        assert end == len(data)
    with pytest.raises(RemoteProtocolError, match="DataRow"):
        follow(memoryview(data + row()), 1, [], 0, window)


def test_a_run_longer_than_the_last_window() -> None:
    one = row(b"x" * 1000)
    count = 3 * LAST_WINDOW // len(one)
    starts, end = follow(memoryview(one * count), 1, [], 0)
    assert starts.tolist() == list(range(0, count * len(one), len(one)))
    assert end == count * len(one)


def test_a_column_count_of_two_bytes() -> None:
    one = row(*[None] * 300)
    assert found(one * 2, 300) == ([0, len(one)], 2 * len(one))
