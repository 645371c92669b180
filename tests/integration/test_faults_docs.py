"""The example of docs/faults.md, run as the test file of a user."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from rs_driver_fakeserver.faults.phases import PHASES
from support.sources import ROOT

PAGE = (ROOT / "docs" / "faults.md").read_text("utf-8")


def test_the_example(tmp_path: Path) -> None:
    (block,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "test_total.py").write_text(block, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_total.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_the_phases() -> None:
    told = re.findall(r'^  - `phase\("(\w+)"\)`: (.*)$', PAGE, re.MULTILINE)
    assert told == [(name, phase.begins) for name, phase in PHASES.items()]
