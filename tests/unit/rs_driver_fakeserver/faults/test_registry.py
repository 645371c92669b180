from __future__ import annotations

import re
import typing
from pathlib import Path

import pytest

from rs_driver_fakeserver import faults
from rs_driver_fakeserver.faults import Drop, Fault, Split, Truncate, byte, inside, message, phase
from rs_driver_fakeserver.faults.place import At, after, before
from rs_driver_fakeserver.faults.registry import FAULTS, Outcome, markdown_table
from rs_driver_fakeserver.faults.unit import END
from support.fault_lines import FLIGHTS, STREAM, conversation, line, sent
from support.sources import ROOT, SRC

PLACES: list[At] = [
    0,
    1,
    7,
    len(STREAM) - 1,
    len(STREAM),
    message(),
    message(5),
    before("SSLResponse"),
    "DataRow",
    after("RowDescription"),
    inside("DataRow", offset=3),
    inside("ReadyForQuery", offset=-1),
    *[phase(name) for name in ("tls", "startup", "authentication", "settings")],
    *[phase(name) for name in ("ready", "query", "rows", "copy")],
]
EXAMPLES = [example for entry in FAULTS.values() for example in entry.examples]
EVERYWHERE = list(
    dict.fromkeys(
        fault for entry in FAULTS.values() for where in PLACES for fault in entry.at(where)
    )
)


def test_all_faults_are_there() -> None:
    files = {path.stem for path in Path(SRC, "rs_driver_fakeserver", "faults").glob("*.py")}
    names = {re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower() for name in FAULTS}
    assert names <= files
    exported = {name for name in faults.__all__ if isinstance(getattr(faults, name), type)}
    assert set(FAULTS) == exported - {"Fault", "FaultPlan", "Place"}
    assert {entry.outcome for entry in FAULTS.values()} == set(typing.get_args(Outcome))


def test_examples_are_of_one_class() -> None:
    for name, entry in FAULTS.items():
        assert {type(example).__name__ for example in entry.examples} == {name}


def test_an_entry_can_be_put_elsewhere() -> None:
    assert list(FAULTS["Drop"].at(7)) == [Drop(byte(7))]
    assert Split(every=1) in FAULTS["Split"].at(7)


@pytest.mark.parametrize("fault", EVERYWHERE, ids=repr)
def test_independent_of_how_the_words_come(fault: Fault) -> None:
    whole = conversation(line(fault))
    for size in (1, 5):
        assert conversation(line(fault), size) == whole


@pytest.mark.parametrize("fault", EVERYWHERE, ids=repr)
def test_nothing_is_held_for_ever(fault: Fault) -> None:
    """After each flight all of it was said, or its end; or the connection has ended."""
    made, outcome = line(fault), FAULTS[type(fault).__name__].outcome
    least, said = 0, 0
    for tags, flight in FLIGHTS:
        for tag in tags:
            made.frontend(tag)
        moves = made.out(flight)
        if moves and isinstance(moves[-1], END):
            assert outcome in ("lost", "silent")
            return
        least += len(flight)
        said += len(sent(moves))
        if outcome == "failed":
            assert sent(moves)[-6:] == flight[-6:]
        else:
            assert said >= least - isinstance(fault, Truncate)


def test_the_table_of_the_docs() -> None:
    page = (ROOT / "docs" / "faults.md").read_text("utf-8")
    assert markdown_table() in page


def test_docstrings_say_what_to_make_of_it() -> None:
    for entry in FAULTS.values():
        assert len(entry.paragraphs) == 3, entry.fault
