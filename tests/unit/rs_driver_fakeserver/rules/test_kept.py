from __future__ import annotations

from rs_driver_fakeserver.rules.kept import MOST_BYTES, MOST_KEPT, Kept


def test_in_their_order() -> None:
    kept = Kept[str]()
    assert kept.all() == []
    kept.add("a", 1)
    kept.add("b", 1)
    assert kept.all() == ["a", "b"]


def test_not_too_many() -> None:
    kept = Kept[int]()
    for n in range(MOST_KEPT + 5):
        kept.add(n, 0)
    assert len(kept.all()) == MOST_KEPT
    assert kept.all()[-1] == MOST_KEPT + 4


def test_not_too_large() -> None:
    kept = Kept[str]()
    for name in "abcd":
        kept.add(name, MOST_BYTES // 3)
    assert kept.all() == ["b", "c", "d"]
    kept.add("e", 2 * MOST_BYTES)
    assert kept.all() == ["e"]  # the last one in any case
    kept.add("f", 1)
    assert kept.all() == ["f"]
