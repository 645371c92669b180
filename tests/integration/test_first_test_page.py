"""docs/first-test.md is what examples/testing is, and both are true."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from support.pages import page, run_tests
from support.sources import ROOT

EXAMPLE = ROOT / "examples" / "testing"
PAGE = page("first-test.md")
BLOCKS = dict(re.findall(r"`examples/testing/([\w.]+)`:\n\n```python\n(.*?)```\n", PAGE, re.DOTALL))
HIDING = """try:
            cursor.execute(COPY)
        except rs_driver.Error:
            connection.rollback()"""


def test_every_block_is_a_file_and_every_file_a_block() -> None:
    files = {path.name: path.read_text("utf-8") for path in EXAMPLE.glob("*.py")}
    assert files == BLOCKS
    assert PAGE.count("```python") == len(BLOCKS) + 1 == 5
    assert HIDING in PAGE


def test_they_pass(tmp_path: Path) -> None:
    done = run_tests(Path(shutil.copytree(EXAMPLE, tmp_path / "testing")))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout


def test_what_the_page_says_of_an_error_that_is_swallowed(tmp_path: Path) -> None:
    copy = Path(shutil.copytree(EXAMPLE, tmp_path / "testing"))
    conftest = copy / "conftest.py"
    text = conftest.read_text("utf-8")
    without = re.sub(r"^    when\(matching\.glob.*\n", "", text, flags=re.MULTILINE)
    assert without != text
    conftest.write_text(without, "utf-8")
    orders = copy / "orders.py"
    text = orders.read_text("utf-8")
    assert "cursor.execute(COPY)" in text
    orders.write_text(text.replace("cursor.execute(COPY)", HIDING), "utf-8")
    done = run_tests(copy)
    assert done.returncode == 1
    assert "FAILED test_orders.py::test_the_orders_are_loaded" in done.stdout
    assert "unmatched (connection 1): " in done.stdout
    assert "copy orders from 's3://lake/orders/2026-11-21/'" in done.stdout
    assert "fake Redshift 1" in done.stdout or "The conversation" in done.stdout
