"""What docs/recording.md shows is run: the test, the script, the lines of a cassette."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rs_driver_fakeserver.cli.arguments import serve_parser, verify_parser
from rs_driver_fakeserver.cli.script_file import read
from rs_driver_fakeserver.cli.script_rules import apply
from rs_driver_fakeserver.recording.cassette import Cassette
from rs_driver_fakeserver.server import FakeServer
from support.sources import ROOT

PAGE = (ROOT / "docs" / "recording.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    fences = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return [block for name, block in fences if name == language]


def test_the_example(tmp_path: Path) -> None:
    (block,) = blocks("python")
    (tmp_path / "test_price.py").write_text(block, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_price.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.skipif(sys.version_info < (3, 11), reason="TOML came with Python 3.11")
def test_the_script(tmp_path: Path) -> None:
    (block,) = blocks("toml")
    path = tmp_path / "rules.toml"
    path.write_text(block, encoding="utf-8")
    with FakeServer(policy="ignore") as server:
        apply(server, read(str(path)), str(path))
        assert len(server.script.rules) >= 4


def test_the_cassette(tmp_path: Path) -> None:
    (block,) = (block for block in blocks("") if '"cassette"' in block)
    path = tmp_path / "cassette.jsonl"
    path.write_text(block, encoding="utf-8")
    loaded = Cassette.load(path)
    assert [len(turn.said) for turn in loaded.conversations[0].turns] == [3, 5]
    assert list(loaded.lines())[1:] == block.splitlines()[1:]


def commands() -> Iterator[list[str]]:
    for block in blocks(""):
        for line in block.splitlines():
            if "python -m rs_driver_fakeserver" in line:
                yield line.partition("rs_driver_fakeserver")[2].partition(">")[0].split()


@pytest.mark.parametrize("arguments", list(commands()), ids=" ".join)
def test_the_commands(arguments: list[str]) -> None:
    if arguments[0] == "verify":
        verify_parser().parse_args(arguments[1:])
    else:
        serve_parser().parse_args(arguments)
