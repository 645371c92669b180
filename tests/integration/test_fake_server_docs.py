"""The Python blocks of docs/fake-server.md, each run as the test file of a user."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.sources import ROOT

PAGE = ROOT / "docs" / "fake-server.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
TESTS = {re.findall(r"^def (test_\w+)\(", block, re.MULTILINE)[0]: block for block in BLOCKS}
NEEDED = {
    "test_engine": "duckdb",
    "test_cursors": "duckdb",
    "test_redshift_connector": "redshift_connector",
}


def test_every_block_is_a_test() -> None:
    assert len(TESTS) == len(BLOCKS) == PAGE.read_text("utf-8").count("```python")
    assert {"test_names", "test_rules", *NEEDED} <= set(TESTS)


@pytest.mark.parametrize("name", TESTS)
def test_block(name: str, tmp_path: Path) -> None:
    block = TESTS[name]
    compile(block, name, "exec")
    if name in NEEDED and importlib.util.find_spec(NEEDED[name]) is None:
        pytest.skip(f"{NEEDED[name]} is not installed")
    (tmp_path / f"{name}.py").write_text(block, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"{name}.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr
