from __future__ import annotations

import pytest

from rs_driver.wire.auth import AuthenticationOk, AuthenticationRequest
from rs_driver.wire.results import DataRow
from rs_driver_fakeserver.faults.names import SSLResponse
from rs_driver_fakeserver.faults.place import (
    Place,
    after,
    before,
    byte,
    inside,
    message,
    phase,
    place,
)
from rs_driver_fakeserver.faults.unit import Unit
from support.fault_lines import unit

ROW = unit(DataRow((b"x",)))
SIZE = len(ROW.data)
OK = unit(AuthenticationOk())
ANSWER = Unit(b"N", SSLResponse)
GARBAGE = Unit(b"zz")


def found(at: Place, *units: Unit) -> list[list[int]]:
    finder = at.finder()
    return [list(finder.offsets(one)) for one in units]


def test_bytes() -> None:
    two = Unit(b"ab")
    assert found(byte(0), two, two) == [[0, 1, 2], [1, 2]]
    assert found(byte(1), two, two) == [[1, 2], [1, 2]]
    assert found(byte(2), two, two) == [[2], [1, 2]]
    assert found(byte(3), two, two) == [[], [1, 2]]
    assert found(byte(4), two, two, two) == [[], [2], [1, 2]]


def test_messages() -> None:
    said = (ANSWER, OK, GARBAGE, ROW, ROW)
    assert found(message(), *said) == [[], [0], [], [0], [0]]
    assert found(message(2), *said) == [[], [], [], [0], [0]]
    assert found(before("DataRow"), *said) == [[], [], [], [0], [0]]
    assert found(before(DataRow, nth=2), *said) == [[], [], [], [], [0]]
    assert found(after("DataRow"), *said) == [[], [], [], [SIZE], [SIZE]]
    assert found(before(AuthenticationRequest), *said) == [[], [0], [], [], []]
    assert found(before("SSLResponse"), *said) == [[0], [], [], [], []]


@pytest.mark.parametrize(
    ("offset", "at"), [(0, 0), (5, 5), (SIZE, SIZE), (SIZE + 9, SIZE), (-1, SIZE - 1), (-99, 0)]
)
def test_inside(offset: int, at: int) -> None:
    assert found(inside("DataRow", offset=offset), ROW) == [[at]]
    assert found(inside("DataRow", nth=2, offset=offset), ROW, ROW) == [[], [at]]


def test_phases() -> None:
    assert found(phase("settings"), OK, ROW) == [[9], []]
    assert found(phase("rows", nth=2), ROW) == [[]]


def test_each_connection_has_its_own_count() -> None:
    at = before("DataRow", nth=2)
    assert found(at, ROW) == found(at, ROW) == [[]]


def test_short_forms() -> None:
    assert place("DataRow") == place(DataRow) == before("DataRow")
    assert place(7) == byte(7)
    assert place(message()) == message()


def test_somebodys_own_place() -> None:
    class Own:
        def finder(self) -> Own:
            return self

        def offsets(self, unit: Unit) -> tuple[int, ...]:
            return ()

    own = Own()
    assert place(own) is own


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (byte(7), "byte(7)"),
        (message(), "message()"),
        (message(3), "message(nth=3)"),
        (before("DataRow"), "before('DataRow')"),
        (after("DataRow", nth=2), "after('DataRow', nth=2)"),
        (inside("DataRow", nth=2, offset=7), "inside('DataRow', nth=2, offset=7)"),
        (phase("rows"), "phase('rows')"),
        (phase("ready", 2), "phase('ready', nth=2)"),
    ],
)
def test_they_look_as_they_are_written(at: Place, text: str) -> None:
    assert repr(at) == text


def test_mistakes() -> None:
    with pytest.raises(ValueError, match="near it: DataRow"):
        before("Datarow")
    with pytest.raises(ValueError, match="no phase 'row'; near it: rows"):
        phase("row")  # type: ignore[arg-type]  # what is tested
    with pytest.raises(TypeError, match="by its name, not by int"):
        phase(1)  # type: ignore[arg-type]  # what is tested
    with pytest.raises(ValueError, match="nth is at least 1"):
        after("DataRow", nth=0)
    with pytest.raises(ValueError, match="n is at least 0"):
        byte(-1)
    for wrong in (True, None, 1.5, DataRow((b"x",))):
        with pytest.raises(TypeError, match=r"a place is byte\(n\)"):
            place(wrong)  # type: ignore[arg-type]  # what is tested
