"""The Python blocks of the pages about testing, each run as the test file of a user."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from rs_driver_fakeserver.faults.phases import PHASES
from rs_driver_fakeserver.problems import DEFAULT_POLICY
from support.pages import blocks, by_test, page, passed

PAGES = ["fake-server.md", "checks.md", "faults.md", "strategies.md", "recording.md"]
BLOCKS = [(name, test) for name in PAGES for test in by_test(name)]
NEEDED = {
    "test_engine": "duckdb",
    "test_cursors": "duckdb",
    "test_redshift_connector": "redshift_connector",
}
NOT_HERE = {"test_cluster"}
"""It needs what is recorded first."""
_SAID = {"fail": "fails", "warn": "warns"}


@pytest.mark.parametrize("name", PAGES)
def test_every_block_is_a_test(name: str) -> None:
    assert len(by_test(name)) == len(blocks(name)) == page(name).count("```python") > 0


@pytest.mark.parametrize(("name", "test"), BLOCKS)
def test_block(name: str, test: str, tmp_path: Path) -> None:
    block = by_test(name)[test]
    compile(block, test, "exec")
    if test in NOT_HERE:
        return
    if test in NEEDED and importlib.util.find_spec(NEEDED[test]) is None:
        pytest.skip(f"{NEEDED[test]} is not installed")
    assert passed(block, tmp_path) >= 1


def test_the_phases() -> None:
    told = re.findall(r'^  - `phase\("(\w+)"\)`: (.*)$', page("faults.md"), re.MULTILINE)
    assert told == [(name, phase.begins) for name, phase in PHASES.items()]


def test_the_kinds_of_problems() -> None:
    told = re.findall(r"^\| `(\w+)` \|.*\| (\w+) \|$", page("checks.md"), re.MULTILINE)
    assert dict(told) == {kind: _SAID[verdict] for kind, verdict in DEFAULT_POLICY.items()}
