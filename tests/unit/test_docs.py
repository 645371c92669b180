"""What the documents say of one another and of the code is true."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.sources import ROOT, SRC

ADR = ROOT / "docs" / "adr"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted(path for path in ADR.glob("[0-9]*.md") if not path.name.startswith("0000"))
PARTS = ["## Context", "## Decision", "## Consequences", "## How it is checked"]

# `make ...`, and paths in backticks that start with one of the project's directories.
_TARGET = re.compile(r"`make ([a-z-]+)")
_PATH = re.compile(r"`((?:src|tests|docs|examples|benchmarks|\.ci)/[\w./-]*)`")
_LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


@pytest.mark.parametrize("name", names(PAGES))
def test_links_and_paths_lead_somewhere(name: str) -> None:
    page = ROOT / name
    text = page.read_text(encoding="utf-8")
    targets = [page.parent / link for link in _LINK.findall(text)]
    targets += [ROOT / path for path in _PATH.findall(text)]
    assert [str(target) for target in targets if not target.exists()] == []


@pytest.mark.parametrize("name", names(PAGES))
def test_make_targets_exist(name: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert set(_TARGET.findall((ROOT / name).read_text(encoding="utf-8"))) <= known


@pytest.mark.parametrize("name", names(DECISIONS))
def test_decision_has_its_parts(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith(f"# {Path(name).name[:4]}: ")
    assert re.fullmatch(r"Status: (proposed|accepted|replaced by \d{4})", lines[2])
    assert [line for line in lines if line.startswith("## ")] == PARTS


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in DECISIONS]
    assert numbers == list(range(1, len(DECISIONS) + 1))
    assert numbers


def test_index_lists_every_decision_with_title_and_status() -> None:
    rows = (ADR / "README.md").read_text(encoding="utf-8").splitlines()
    expected = []
    for path in DECISIONS:
        lines = path.read_text(encoding="utf-8").splitlines()
        title, status = lines[0][len("# 0000: ") :], lines[2][len("Status: ") :]
        expected.append(f"| [{path.name[:4]}]({path.name}) | {title} | {status} |")
    assert [row for row in rows if row.startswith("| [")] == expected


def test_modules_named_in_decisions_exist() -> None:
    """``domain/phases.py`` and the like stand for a file below src/rs_driver."""
    parts = {path.name for path in (SRC / "rs_driver").iterdir() if path.is_dir()}
    named = [
        (page.name, path)
        for page in [*DECISIONS, ROOT / "CONTRIBUTING.md"]
        for path in re.findall(r"`([\w/]+/(?:\w+\.py)?)`", page.read_text(encoding="utf-8"))
        if path.split("/")[0] in parts
    ]
    assert named
    assert [name for name in named if not (SRC / "rs_driver" / name[1]).exists()] == []


def test_options_page_is_what_the_table_generates() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rs_driver.config.page"], capture_output=True, check=True
    )
    assert (ROOT / "docs" / "options.md").read_bytes() == done.stdout


def test_changelog_keeps_its_form() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert sections[0] == "[Unreleased]"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", name) for name in sections[1:])
    kinds = set(re.findall(r"^### (.*)$", text, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
