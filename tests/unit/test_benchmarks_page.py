"""docs/benchmarks and the README's table say what was measured, and nothing else."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def report(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The benchmarks' module, which imports its neighbours by their names."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    before = set(sys.modules)
    import report

    yield report
    for name in {"report", "results", "cases", "interrupted", "contenders"} - before:
        sys.modules.pop(name, None)


def test_the_page_is_made_of_the_rounds(report: Any) -> None:
    assert report.PAGE.joinpath("README.md").read_text() == report.page(*report.kept_rounds())


def test_the_readmes_table_is(report: Any) -> None:
    found, results = report.kept_rounds()
    assert found["Python"]
    assert report.table_in(report.README.read_text()) == report.table(results)


def test_nine_rounds_or_more_of_every_case(report: Any) -> None:
    _, results = report.kept_rounds()
    assert {result.name for result in results} == set(sys.modules["cases"].CASES)
    for result in results:
        assert {len(rounds) for rounds in result.rounds.values()} >= {9}
        assert all(len(rounds) >= 9 for rounds in result.rounds.values())


def test_a_ratio_is_a_median_of_rounds(report: Any) -> None:
    rounds = {
        "ours": [(1.0, 0.5, 0.0), (2.0, 0.5, 0.0), (4.0, 0.5, 0.0)],
        "redshift_connector": [(2.0, 1.0, 0.0), (6.0, 2.0, 0.0), (20.0, 1.5, 0.0)],
    }
    result = report.Result("e", rounds, 0.0)
    assert (result.ratio("redshift_connector"), result.ratio("redshift_connector", 1)) == (3, 3)
    assert (result.median("ours"), result.verdict) == (2, "aim reached")
    missed = report.Result("a", {"ours+pyarrow": rounds.pop("ours"), **rounds}, 0.0)
    assert (missed.reached, missed.verdict) == (3, "MISSED")


def test_the_page_of_interrupts_is_made_of_its_counts(
    report: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "interrupted", raising=False)
    import interrupted

    found = json.loads(report.PAGE.joinpath("interrupted.json").read_text())
    assert report.PAGE.joinpath("interrupted.md").read_text() == interrupted.page(found)
    ours, incumbent, _ = (each["outcomes"] for each in found["drivers"])
    assert set(ours) <= {"right", "error"}
    assert incumbent["WRONG"] > 0
    assert sum(ours.values()) == sum(incumbent.values()) == found["times"]
