"""What was measured of a case, and what it says."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from math import floor

from cases import CASES, LATENCY, Case

Rounds = dict[str, list[tuple[float, float, float]]]
"""By contender: seconds by the clock, of the client's processor, megabytes of growth."""
WALL, CPU, GROWTH = range(3)


@dataclass
class Result:
    """``load``: the machine's before the first round."""

    name: str
    rounds: Rounds
    load: float

    @property
    def case(self) -> Case:
        return CASES[self.name]

    def median(self, contender: str, part: int = WALL) -> float:
        return statistics.median(each[part] for each in self.rounds[contender])

    def ratio(self, contender: str, part: int = WALL) -> float:
        """The median of a round's ratio: theirs to ours."""
        ours = self.rounds[self.case.contenders[0]]
        pairs = zip(ours, self.rounds[contender], strict=True)
        return statistics.median(b[part] / max(a[part], 1e-9) for a, b in pairs)

    @property
    def reached(self) -> float:
        """What ``must`` is compared with."""
        ours, other = self.case.contenders[:2]
        if self.case.unit == "ms":
            return self.median(ours) * 1000
        if self.case.unit == "MB":
            return self.median(ours, GROWTH)
        if self.case.unit == "turns":
            return self.turns(ours)
        return self.ratio(other)

    def turns(self, contender: str) -> int:
        """How often it waited, without what it computed meanwhile."""
        waited = statistics.median(each[WALL] - each[CPU] for each in self.rounds[contender])
        return floor(waited / LATENCY)

    def reaches(self, goal: float) -> bool:
        return self.reached <= goal if self.case.unit else self.reached >= goal

    @property
    def verdict(self) -> str:
        if self.reaches(self.case.aim):
            return "aim reached"
        return "met" if self.reaches(self.case.must) else "MISSED"

    def number(self, value: float) -> str:
        """A goal, or what was reached, in the case's unit."""
        text = f"{value:.2f}" if value < 10 and not self.case.unit else f"{value:.1f}"
        text = text.rstrip("0").rstrip(".")
        return f"{text} {self.case.unit}" if self.case.unit else text

    def shown(self, contender: str) -> str:
        """What a contender needed, in the case's unit."""
        if self.case.unit == "MB":
            return f"{self.median(contender, GROWTH):.1f} MB"
        if self.case.unit == "turns":
            turns = self.turns(contender)
            return f"{turns} turn{'s' * (turns != 1)}"
        return f"{self.median(contender) * 1000:.1f} ms"

    def lines(self) -> Iterator[str]:
        """The case in a terminal."""
        case = self.case
        goals = f"must {self.number(case.must)}, aim {self.number(case.aim)}"
        reached = self.number(self.reached)
        yield f"{self.name}: {case.title}. {reached} ({goals}): {self.verdict}"
        for contender in self.rounds:
            ratios = f"ratio {self.ratio(contender):>6.2f}, cpu {self.ratio(contender, CPU):>6.2f}"
            cpu = f"{self.median(contender, CPU) * 1000:>9.1f} ms cpu"
            yield f"  {contender:<20} {self.shown(contender):>12} {cpu}   {ratios}"
