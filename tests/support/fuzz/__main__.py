"""Fuzzes for a given time: ``make fuzz ARGS="--seconds 600 --target 'codec:*'"``.

Prints the executions of each target, writes every input that did what it should not to a
file, and the line with which it becomes a regression test. Exits with 1 if there was any.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from fnmatch import fnmatch
from pathlib import Path

import numpy as np  # noqa: F401  (so that no input pays for the import)

from support.fuzz.attack import Attack, Finding, distinct
from support.fuzz.guidance import Guidance, guidance
from support.fuzz.registry import TARGETS
from support.fuzz.target import Target, watched

TURN = 1.0
"""How many seconds each target has at a time."""


def main(words: list[str]) -> int:
    given = _arguments(words)
    chosen = [target for name, target in TARGETS.items() if fnmatch(name, given.target)]
    if not chosen:
        print(f"no target is called {given.target}; there are: {' '.join(TARGETS)}")
        return 2
    print(f"{len(chosen)} targets, {given.seconds:g} seconds, --seed {given.seed}")
    with watched(), guidance() as guide:
        attacks = run(chosen, given.seconds, given.seed, guide)
    for attack in attacks:
        print(f"{attack.executions:9} inputs, {len(attack.mutator.corpus):4} to start from, "
              f"{len(attack.findings):4} findings  {attack.target.name}")  # fmt: skip
    print(f"{sum(attack.executions for attack in attacks):9} inputs in all")
    found = [finding for attack in attacks for finding in attack.findings]
    report(list(distinct(found)), given.directory)
    return 1 if found else 0


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make fuzz ARGS=...", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="for all targets together")
    parser.add_argument("--target", default="*", help="a name, with * as in file names")
    parser.add_argument("--seed", default=str(secrets.randbits(32)), help="repeats a run's inputs")
    parser.add_argument("--directory", type=Path, default=Path("fuzz-findings"))
    return parser.parse_args(words)


def run(targets: list[Target], seconds: float, seed: str, guide: Guidance) -> list[Attack]:
    """All targets in turn, until the time is over."""
    attacks = [Attack(target, seed) for target in targets]
    turns = max(1, round(seconds / (TURN * len(attacks))))
    for _ in range(turns):
        for attack in attacks:
            attack.seconds(seconds / turns / len(attacks), guide)
    return attacks


def report(findings: list[Finding], directory: Path) -> None:
    """Each as a file, and the lines for ``regressions.FOUND``."""
    for number, finding in enumerate(findings):
        directory.mkdir(exist_ok=True)
        path = directory / f"{finding.target.replace(':', '-')}-{number}"
        path.write_bytes(finding.data)
        print(f"\n{path}: {finding.complaint}\n{finding.line}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
