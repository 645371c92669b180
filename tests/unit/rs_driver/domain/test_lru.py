from __future__ import annotations

from rs_driver.domain.lru import Lru


def test_a_value_is_found_again() -> None:
    lru: Lru[str] = Lru(2, 100)
    assert lru.get("a") is None
    lru.put("a", "A", 1)
    assert lru.get("a") == "A"


def test_the_least_recently_used_goes_first() -> None:
    lru: Lru[str] = Lru(2, 100)
    lru.put("a", "A", 1)
    lru.put("b", "B", 1)
    assert lru.get("a") == "A"
    lru.put("c", "C", 1)
    assert lru.get("b") is None
    assert lru.get("a") == "A"
    assert lru.get("c") == "C"


def test_the_size_is_bounded() -> None:
    lru: Lru[int] = Lru(1000, 100)
    for number in range(50):
        lru.put(number, number, 20)
    assert len(lru) == 5
    assert lru.size == 100
    assert lru.get(45) == 45
    assert lru.get(44) is None


def test_a_value_may_be_replaced() -> None:
    lru: Lru[str] = Lru(2, 100)
    lru.put("a", "old", 20)
    lru.put("a", "new", 5)
    assert lru.get("a") == "new"
    assert (len(lru), lru.size) == (1, 5)


def test_what_is_too_large_is_not_kept_nor_its_predecessor() -> None:
    lru: Lru[str] = Lru(2, 100)
    lru.put("a", "small", 25)
    lru.put("b", "small", 25)
    lru.put("a", "large", 26)
    assert lru.get("a") is None
    assert lru.get("b") == "small"
    assert (len(lru), lru.size) == (1, 25)


def test_nothing_is_kept_without_room() -> None:
    lru: Lru[str] = Lru(0, 100)
    lru.put("a", "A", 1)
    assert (lru.get("a"), len(lru), lru.size) == (None, 0, 0)
