"""Every decoder against bytes that are nearly right: it reads them or refuses them, in its own
words, in bounded memory. ``make fuzz`` goes on for longer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np  # noqa: F401  (so that no input pays for the import)
import pytest

from rs_driver.errors import DataError
from rs_driver.wire.registry import BACKEND, FRONTEND
from support.fuzz import __main__ as command
from support.fuzz.attack import Attack, Finding, distinct
from support.fuzz.mutator import LONGEST, Mutator
from support.fuzz.registry import TARGETS
from support.fuzz.regressions import FOUND
from support.fuzz.target import MEMORY, Target, failure, watched

INPUTS = 60


@pytest.fixture(autouse=True)
def _watched() -> Iterator[None]:
    with watched():
        yield


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_is_found(name: str) -> None:
    attack = Attack(TARGETS[name])
    attack.inputs(INPUTS)
    assert [finding.complaint + "\n" + finding.line for finding in attack.findings] == []


@pytest.mark.parametrize(("name", "data"), FOUND)
def test_what_was_found_once(name: str, data: str) -> None:
    assert failure(TARGETS[name], bytes.fromhex(data)) is None


@pytest.mark.parametrize("name", TARGETS)
def test_some_seed_is_valid(name: str) -> None:
    """What is refused as it is would be refused for that reason however it is changed."""
    target = TARGETS[name]

    def taken(data: bytes) -> bool:
        try:
            target.run(data)
        except target.refusals:
            return False
        return True

    assert any(map(taken, target.seeds()))


def test_every_message_is_a_target() -> None:
    for side, table in (("backend", BACKEND), ("frontend", FRONTEND)):
        for kind in table.values():
            made = {kind, *kind.__subclasses__()}
            assert any(
                name.startswith(f"{side}:{one.__name__}") for name in TARGETS for one in made
            )


# -- the fuzzer itself --------------------------------------------------------------------


def _bad(data: bytes) -> None:
    if b"\xff" in data:
        raise KeyError("a bare exception")
    if len(data) > 3:
        raise DataError("refused")


BAD = Target("bad", _bad, lambda: [b"abc"], (DataError,), words=(b"\xff",))


def test_inputs_are_the_same_each_time_and_bounded() -> None:
    made = [Mutator([b"a" * LONGEST, b"12"], (b"word",), seed) for seed in (1, 1, 2)]
    first, again, other = [[mutator.next() for _ in range(200)] for mutator in made]
    assert first == again != other
    assert max(map(len, first)) <= LONGEST
    assert len(set(first)) > 100


def test_a_bare_exception_is_found() -> None:
    attack = Attack(BAD)
    attack.inputs(200)
    found = list(distinct(attack.findings))
    assert [finding.complaint.split(" (")[0] for finding in found] == [
        "KeyError: 'a bare exception'"
    ]
    assert failure(BAD, found[0].data) is not None


def test_memory_and_hangs_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[bytes] = []
    greedy = Target("greedy", lambda _: kept.append(bytes(2 * MEMORY)), list, ())
    assert "bytes of memory" in (failure(greedy, b"") or "")
    assert failure(greedy, b"", weighed=False) is None

    def forever(_data: bytes) -> None:
        while True:
            pass

    monkeypatch.setattr("support.fuzz.target.PATIENCE", 0.05)
    assert "seconds" in (failure(Target("endless", forever, list, ()), b"") or "")


def test_the_command_writes_what_it_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = tmp_path / "found"
    words = ["--seconds", "0.2", "--directory", str(directory), "--target"]
    monkeypatch.setattr(command, "TARGETS", {"bad": BAD, **TARGETS})
    assert command.main([*words, "bad"]) == 1
    (path,) = directory.iterdir()
    said = capsys.readouterr().out
    assert Finding("bad", path.read_bytes(), "").line in said
    assert command.main([*words, "backend:DataRow"]) == 0
    assert command.main([*words, "nobody"]) == 2
