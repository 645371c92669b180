"""What is there by name, and what nobody can know."""

from __future__ import annotations

from rs_driver_fakeserver.strict.names import Names


def test_what_was_never_made_is_missing() -> None:
    names: Names[int] = Names()
    assert names.missing("a") == "nothing has made it"
    assert not names.exists("a")
    assert names.get("a") is None


def test_what_was_made_is_there_until_it_is_removed() -> None:
    names: Names[int] = Names()
    names.add("a", 1)
    assert (names.missing("a"), names.exists("a"), names.get("a")) == (None, True, 1)
    assert names.remove("a", "it was closed") == 1
    assert names.missing("a") == "it was closed"
    assert names.remove("a", "twice") is None
    names.add("a", 2)
    assert names.missing("a") is None


def test_clear() -> None:
    names: Names[int] = Names()
    names.add("a", 1)
    names.add("b", 2)
    names.doubt("c")
    names.clear("over")
    assert [names.missing(name) for name in "abc"] == ["over", "over", "nothing has made it"]
    assert len(names) == 0


def test_in_doubt_until_the_client_has_caught_up() -> None:
    names: Names[int] = Names()
    names.add("a", 1)
    for name in ("a", "b"):
        names.doubt(name)
        assert names.missing(name) is None
        assert not names.exists(name)
    names.settle()
    assert names.exists("a")
    assert names.missing("b") is not None


def test_what_is_made_anew_is_in_no_doubt() -> None:
    names: Names[int] = Names()
    names.doubt("a")
    names.add("a", 1)
    assert names.exists("a")


def test_what_is_removed_is_in_no_doubt() -> None:
    names: Names[int] = Names()
    names.add("a", 1)
    names.doubt("a")
    names.remove("a", "it was closed")
    assert names.missing("a") == "it was closed"


def test_the_reasons_of_old_are_forgotten() -> None:
    names: Names[int] = Names()
    for number in range(10_001):
        names.add(f"a{number}", number)
        names.remove(f"a{number}", "it was closed")
    assert names.missing("a0") == "nothing has made it"
    assert names.missing("a1") == "it was closed"


def test_what_is_vague_stays_vague() -> None:
    names: Names[int] = Names()
    names.blur("a")
    names.settle()
    assert names.missing("a") is None
    assert not names.exists("a")
    assert names.missing("b") is not None
    names.blur(None)
    assert names.missing("b") is None


def test_long_names_are_told_apart() -> None:
    names: Names[int] = Names()
    names.add("a" * 1000, 1)
    names.add("a" * 1001, 2)
    assert (names.get("a" * 1000), names.get("a" * 1001)) == (1, 2)
    assert all(len(name) < 100 for name in names.all)


def test_its_memory_has_a_bound() -> None:
    names: Names[int] = Names()
    for number in range(10_001):
        names.add(f"a{number}", number)
    assert len(names) == 10_000
    assert names.missing("whatever") is None  # nobody knows any more

    doubted: Names[int] = Names()
    for number in range(10_001):
        doubted.doubt(f"a{number}")
        doubted.add("b", number)
        doubted.remove("b", "gone")
    assert doubted.missing("whatever") is None

    vague: Names[int] = Names()
    for number in range(10_001):
        vague.blur(f"a{number}")
    assert vague.missing("whatever") is None
