"""docs/fidelity.md says what the differential test excuses, and knows its labels."""

from __future__ import annotations

import re

from support.deviations import DEVIATIONS, LABELS
from support.differential import SCRIPTS, UNEXCUSED
from support.sources import ROOT

PAGE = (ROOT / "docs" / "fidelity.md").read_text(encoding="utf-8")


def rows(title: str) -> list[list[str]]:
    """The table under a heading, without its head."""
    section = PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_list_of_deviations_is_that_of_the_test() -> None:
    written = [f"| {name} | {one.provenance} | {one.text} |" for name, one in DEVIATIONS.items()]
    assert rows("Where Redshift deviates from PostgreSQL") == [
        [cell.strip() for cell in line.strip("|").split("|")] for line in written
    ], "the table should be:\n" + "\n".join(written)


def test_every_deviation_is_met_and_none_is_unwritten() -> None:
    met = {flight.deviation for script in SCRIPTS.values() for flight in script.flights}
    assert met - {None} | set(UNEXCUSED) == set(DEVIATIONS)


def test_every_behaviour_has_a_label() -> None:
    for title in ("Connecting", "Messages and values", "Statements"):
        table = rows(title)
        assert table
        for behaviour, label in table:
            assert set(re.split(r"[,;] ", label)) <= set(LABELS), behaviour


def test_the_labels_are_explained() -> None:
    explained = re.findall(r"^\| ([a-z ]+) \| ", PAGE.partition("## ")[0], re.MULTILINE)
    assert explained[1:] == list(LABELS)
