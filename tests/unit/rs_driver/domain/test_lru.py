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


def test_put_gives_what_it_has_forgotten() -> None:
    lru: Lru[str] = Lru(3, 100)
    assert lru.put("a", "A", 10) == []
    assert lru.put("b", "B", 10) == []
    assert lru.put("a", "new", 10) == ["A"]
    assert lru.put("c", "C", 10) == []
    assert lru.put("d", "D", 10) == ["B"]
    assert lru.put("e", "E", 25) == ["new"]
    assert lru.put("f", "F", 25) == ["C"]


def test_the_bound_on_the_size_may_cost_several() -> None:
    lru: Lru[int] = Lru(100, 100)
    for number in range(10):
        assert lru.put(number, number, 10) == []
    assert lru.put("large", -1, 25) == [0, 1, 2]
    assert (len(lru), lru.size) == (8, 95)


def test_put_gives_the_predecessor_of_what_it_does_not_keep() -> None:
    lru: Lru[str] = Lru(2, 100)
    lru.put("a", "small", 25)
    assert lru.put("a", "large", 26) == ["small"]
    assert lru.put("a", "large", 26) == []
    assert (len(lru), lru.size) == (0, 0)


def test_nothing_is_forgotten_where_nothing_may_be_kept() -> None:
    lru: Lru[str] = Lru(0, 100)
    assert lru.max_entries == 0
    assert lru.put("a", "A", 1) == []
    assert lru.pop("a") is None


def test_pop() -> None:
    lru: Lru[str] = Lru(2, 100)
    lru.put("a", "A", 10)
    lru.put("b", "B", 5)
    assert lru.pop("a") == "A"
    assert lru.pop("a") is None
    assert lru.get("a") is None
    assert (len(lru), lru.size) == (1, 5)
