from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from rs_driver.config.options import OPTIONS
from rs_driver.config.page import options_page

PAGE = Path(__file__).parents[4] / "docs" / "options.md"


def test_the_page_in_docs_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == options_page(), (
        "run: python -m rs_driver.config.page > docs/options.md"
    )


def test_every_option_has_a_row_with_six_cells() -> None:
    rows = [line for line in options_page().splitlines() if line.startswith("| `")]
    assert len(rows) == len(OPTIONS)
    for row, option in zip(rows, OPTIONS, strict=True):
        assert row.replace("\\|", "").count("|") == 7
        assert row.startswith(f"| `{option.name}`")
        for alias in option.aliases:
            assert f"`{alias}`" in row


def test_marks() -> None:
    page = options_page()
    assert "| `transport` † |" in page
    assert "| `dsn` |" in page
    assert "The password of `user`. *Secret.* |" in page
    assert "| `5439` | `PGPORT` |" in page
    assert "| `verify-full` | `PGSSLMODE` |" in page


def test_the_command_that_the_page_names() -> None:
    command = [sys.executable, "-m", "rs_driver.config.page"]
    done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
    assert done.stdout == options_page()
