"""Attacks on one target: so many inputs, or as many as a time allows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from support.fuzz.guidance import Guidance
from support.fuzz.mutator import Mutator
from support.fuzz.target import Target, failure

WEIGHED = 8
"""The memory of every so many-th input is looked at."""


@dataclass(frozen=True)
class Finding:
    """An input that should not do what it does."""

    target: str
    data: bytes
    complaint: str

    @property
    def line(self) -> str:
        """What to add to ``regressions.FOUND``."""
        return f'    ("{self.target}", "{self.data.hex()}"),'


class Attack:
    """The inputs of one target: its seeds as they are, then changed ones."""

    def __init__(self, target: Target, seed: object = 0) -> None:
        self.target = target
        self.executions = 0
        self.findings: list[Finding] = []
        self._seeds = list(target.seeds())
        self.mutator = Mutator(self._seeds, target.words, (target.name, seed))

    def inputs(self, count: int) -> None:
        """Try ``count`` more, fewer where each takes longer."""
        for _ in range(max(2, count // self.target.cost)):
            self._one(None)

    def seconds(self, seconds: float, guide: Guidance) -> None:
        """Try more for so long; what reaches new lines is started from again."""
        end = time.monotonic() + seconds
        guide.news()
        while time.monotonic() < end:
            self._one(guide)

    def _one(self, guide: Guidance | None) -> None:
        data = self._seeds.pop() if self._seeds else self.mutator.next()
        complaint = failure(self.target, data, weighed=self.executions % WEIGHED == 0)
        self.executions += 1
        if complaint is not None:
            self.findings.append(Finding(self.target.name, data, complaint))
        elif guide is not None and guide.news():
            self.mutator.corpus.append(data)


def distinct(findings: list[Finding]) -> Iterator[Finding]:
    """The shortest input for each complaint of each target."""
    seen: set[tuple[str, str]] = set()
    for finding in sorted(findings, key=lambda found: len(found.data)):
        # The place in the code tells complaints apart, the values that they quote do not.
        key = finding.target, finding.complaint.rpartition(" (")[2]
        if key not in seen:
            seen.add(key)
            yield finding
