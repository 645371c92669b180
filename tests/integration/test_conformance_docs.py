"""The Python blocks of docs/conformance.md, each run as the test file of a user."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from rs_driver_fakeserver import conformance
from support.sources import ROOT

PAGE = (ROOT / "docs" / "conformance.md").read_text("utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
TESTS = {re.findall(r"^class (Test\w+)\(", block, re.MULTILINE)[0]: block for block in BLOCKS}


def test_the_page_is_complete() -> None:
    """Every block is a test, and every suite is in the table."""
    assert len(TESTS) == len(BLOCKS) == PAGE.count("```python") == 4
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == [
        "TransportConformance",
        "AsyncTransportConformance",
        "AuthenticatorConformance",
        "CredentialsProviderConformance",
        "TypeCodecConformance",
        "ParameterCodecConformance",
    ]
    assert sorted(conformance.__all__) == sorted(set(re.findall(r"`(\w+Conformance)`", PAGE)))


@pytest.mark.parametrize("name", TESTS)
def test_block(name: str, tmp_path: Path) -> None:
    file = tmp_path / f"test_{name.lower()}.py"
    file.write_text(TESTS[name], encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, file.name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    passed = re.search(r"^(\d+) passed", done.stdout, re.MULTILINE)
    assert passed is not None, done.stdout
    assert int(passed[1]) >= 10
