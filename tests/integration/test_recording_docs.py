"""What docs/recording.md and docs/command-line.md show: lines of a cassette, a script, commands."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rs_driver_fakeserver.cli.arguments import serve_parser, verify_parser
from rs_driver_fakeserver.cli.script_file import read
from rs_driver_fakeserver.cli.script_rules import apply
from rs_driver_fakeserver.recording.cassette import Cassette
from rs_driver_fakeserver.server import FakeServer
from support.pages import blocks


@pytest.mark.skipif(sys.version_info < (3, 11), reason="TOML came with Python 3.11")
def test_the_script(tmp_path: Path) -> None:
    (block,) = blocks("command-line.md", "toml")
    path = tmp_path / "rules.toml"
    path.write_text(block, encoding="utf-8")
    with FakeServer(policy="ignore") as server:
        apply(server, read(str(path)), str(path))
        assert len(server.script.rules) >= 4


def test_the_cassette(tmp_path: Path) -> None:
    (block,) = (block for block in blocks("recording.md", "") if '"cassette"' in block)
    path = tmp_path / "cassette.jsonl"
    path.write_text(block, encoding="utf-8")
    loaded = Cassette.load(path)
    assert [len(turn.said) for turn in loaded.conversations[0].turns] == [3, 5]
    assert list(loaded.lines())[1:] == block.splitlines()[1:]


def commands() -> Iterator[list[str]]:
    for block in blocks("command-line.md", ""):
        for line in block.splitlines():
            if "python -m rs_driver_fakeserver" in line:
                yield line.partition("rs_driver_fakeserver")[2].partition(">")[0].split()


@pytest.mark.parametrize("arguments", list(commands()), ids=" ".join)
def test_the_commands(arguments: list[str]) -> None:
    if arguments[0] == "verify":
        verify_parser().parse_args(arguments[1:])
    else:
        serve_parser().parse_args(arguments)
