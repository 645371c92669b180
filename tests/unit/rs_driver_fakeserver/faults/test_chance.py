from __future__ import annotations

from rs_driver_fakeserver.faults.chance import Chance


def test_it_follows_from_the_seed() -> None:
    one, same, other = Chance("a"), Chance("a"), Chance("b")
    first = [one.octets(3), one.octets(3), bytes([one.below(7)])]
    assert first == [same.octets(3), same.octets(3), bytes([same.below(7)])]
    assert first[0] != first[1]
    assert first[0] != other.octets(3)


def test_the_same_on_every_machine() -> None:
    assert Chance("0/1/0").octets(4).hex() == "f379d278"


def test_numbers_are_in_their_range_and_all_come() -> None:
    chance = Chance("x")
    assert {chance.below(5) for _ in range(200)} == set(range(5))


def test_probability() -> None:
    chance = Chance("x")
    assert all(chance.happens(1) for _ in range(50))
    assert 200 < sum(chance.happens(0.3) for _ in range(1000)) < 400
    assert not any(chance.happens(1e-12) for _ in range(50))


def test_what_is_certain_uses_up_no_chance() -> None:
    one, other = Chance("x"), Chance("x")
    one.happens(1.0)
    assert one.octets(8) == other.octets(8)
