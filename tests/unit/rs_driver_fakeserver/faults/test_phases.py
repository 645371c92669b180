from __future__ import annotations

import typing

import pytest

from rs_driver.wire.control import NoticeResponse, ReadyForQuery
from rs_driver.wire.copy import CopyOutResponse
from rs_driver.wire.results import CommandComplete, DataRow
from rs_driver_fakeserver.faults.framing import Framer
from rs_driver_fakeserver.faults.phases import PHASES
from rs_driver_fakeserver.faults.place import PhaseName
from rs_driver_fakeserver.faults.unit import Unit
from support.fault_lines import FLIGHTS, unit


def stream() -> list[Unit]:
    """All units of the conversation."""
    framer = Framer()
    found = []
    for tags, said in FLIGHTS:
        for tag in tags:
            framer.frontend(tag)
        found += framer.feed(said)
    return found


EXPECTED = {
    "tls": [(0, 0)],
    "startup": [(1, 0)],
    "authentication": [(1, 0)],
    "settings": [(2, 9)],
    "ready": [(5, 6), (10, 6), (15, 6), (17, 6)],
    "query": [(6, 0), (11, 0), (16, 0)],
    "rows": [(7, 0), (13, 0)],
    "copy": [],
}


@pytest.mark.parametrize("name", PHASES)
def test_where_they_begin(name: str) -> None:
    finder = PHASES[name].finder()
    found = [(at, offset) for at, one in enumerate(stream()) for offset in finder.offsets(one)]
    assert found == EXPECTED[name]


def test_copy() -> None:
    begins = unit(CopyOutResponse(0, ()))
    assert PHASES["copy"].finder().offsets(begins) == (len(begins.data),)


def test_what_comes_unasked_is_no_answer_to_a_command() -> None:
    finder = PHASES["query"].finder()
    notice, done, ready = (
        unit(NoticeResponse({})),
        unit(CommandComplete("SET")),
        unit(ReadyForQuery("I")),
    )
    said = [ready, notice, Unit(b"garbage"), notice, done, ready, ready]
    assert [len(finder.offsets(one)) for one in said] == [0, 0, 0, 0, 1, 0, 1]


def test_a_notice_does_not_part_rows() -> None:
    finder = PHASES["rows"].finder()
    row, notice, done = unit(DataRow(())), unit(NoticeResponse({})), unit(CommandComplete("X"))
    said = [row, notice, row, done, row]
    assert [len(finder.offsets(one)) for one in said] == [1, 0, 0, 0, 1]


def test_the_names() -> None:
    assert tuple(PHASES) == typing.get_args(PhaseName)
    assert all(phase.begins for phase in PHASES.values())
