"""The Python blocks of docs/guide.md do what the page says: on the embedded engine where they
can, on PostgreSQL where it is needed, all of them."""

from __future__ import annotations

import re
import sys
import types
from collections.abc import Callable
from typing import Any

import pytest

import rs_driver
from rs_driver_fakeserver import FakeServer
from support.postgres import PostgresServer
from support.sources import ROOT

PAGE = (ROOT / "docs" / "guide.md").read_text("utf-8")
BLOCKS = re.findall(r"^```python( postgres)?\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
NUMBERS = range(len(BLOCKS))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, dict[str, Any]], None]:
    """Runs one block, as a module of its own, with a connection and what opens more of them."""

    def running(number: int, options: dict[str, Any]) -> None:
        module = types.ModuleType("guide")
        monkeypatch.setitem(sys.modules, "guide", module)  # dataclasses ask for it
        conn = rs_driver.connect(**options)
        module.__dict__.update(conn=conn, cur=conn.cursor(), options=options)
        with conn:
            exec(compile(BLOCKS[number][1], f"block {number + 1}", "exec"), module.__dict__)
            conn.rollback()

    return running


Run = Callable[[int, dict[str, Any]], None]


def test_the_page_has_blocks() -> None:
    assert len(BLOCKS) == PAGE.count("```python") > 5


@pytest.mark.engine
@pytest.mark.parametrize("number", [number for number in NUMBERS if not BLOCKS[number][0]])
def test_a_block_on_the_engine(number: int, run: Run) -> None:
    pytest.importorskip("duckdb")
    with FakeServer(engine="duckdb") as server:
        run(number, server.connect_kwargs())


@pytest.mark.postgres
@pytest.mark.parametrize("number", NUMBERS)
def test_a_block_on_postgres(number: int, run: Run, postgres: PostgresServer) -> None:
    run(number, postgres.connect_kwargs())
