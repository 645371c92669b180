from __future__ import annotations

from rs_driver.domain.portals import PortalNames


def test_each_has_its_own() -> None:
    names = PortalNames()
    assert [names.take(1), names.take(1)] == ["rs_driver_1", "rs_driver_2"]


def test_they_are_used_again() -> None:
    names = PortalNames()
    first = names.take(1)
    names.take(1)
    names.give_back(first, 1)
    names.give_back(first, 1)
    assert [names.take(1), names.take(1)] == [first, "rs_driver_3"]


def test_they_end_with_their_transaction() -> None:
    names = PortalNames()
    first = names.take(1)
    assert names.take(2) == first
    names.give_back(first, 1)  # which is another one's now
    assert names.take(2) == "rs_driver_2"
