"""The pages of ``docs/``, and their Python blocks run as the test files of a user."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from support.sources import ROOT


def page(name: str) -> str:
    """The text of ``docs/<name>``."""
    return (ROOT / "docs" / name).read_text("utf-8")


def blocks(name: str, language: str = "python") -> list[str]:
    """What stands in the page's fences of this language."""
    fences = re.findall(r"^```(\w*)\n(.*?)^```$", page(name), re.MULTILINE | re.DOTALL)
    return [block for said, block in fences if said == language]


def by_test(name: str) -> dict[str, str]:
    """The page's Python blocks by the name of the first test in each."""
    return {
        re.findall(r"^(?:def |class )?([tT]est\w+)\b", block, re.MULTILINE)[0]: block
        for block in blocks(name)
    }


_WARNINGS = ["-W", "error", "-W", "ignore:ssl:DeprecationWarning"]
"""They are errors, except for what redshift_connector calls: ``ssl.SSLContext()``."""


def run_tests(directory: Path) -> subprocess.CompletedProcess[str]:
    """pytest in a process of its own, on the test files there."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *_WARNINGS, "-p", "no:cacheprovider"],
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def passed(block: str, directory: Path) -> int:
    """How many tests of the block passed; AssertionError where not all did."""
    (directory / "test_block.py").write_text(block, encoding="utf-8")
    done = run_tests(directory)
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.search(r"^(\d+) passed", done.stdout, re.MULTILINE)
    assert found is not None, done.stdout
    return int(found[1])
