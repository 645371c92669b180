"""A cursor beside what it must give: rows in order, each once, none missing without an error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from support.numbered import Question, Row


@dataclass
class Held:
    """``question``: whose rows it has to give, None for none; ``later``: those that nextset
    goes on to. ``at``: the place of the next one. ``doubtful``: an error may come instead, as
    something went wrong since."""

    cursor: Any
    streams: bool = False
    question: Question | None = None
    later: list[Question] = field(default_factory=list)
    at: int = 0
    doubtful: bool = False

    def forget(self) -> None:
        """It is about to run something."""
        self.question, self.at, self.later, self.doubtful = None, 0, [], False

    def show(self, questions: Sequence[Question]) -> None:
        """It has been answered."""
        self.question, self.at, self.later = questions[0], 0, list(questions[1:])
        described, count = self.cursor.description, self.cursor.rowcount
        assert [column[0] for column in described] == ["asked", "place", "padding"]
        assert count in (-1, self.question.count), f"rowcount {count} for {self.question}"

    @property
    def unread(self) -> bool:
        """Whether rows of it may still be with the server."""
        return self.question is not None and (self.at < self.question.count or self.streams)

    def take(self, rows: Sequence[Row], wanted: int | None) -> bool:
        """AssertionError unless these are the next rows; ``wanted``: how many were asked for,
        None for all. Whether there were fewer: then only an error can come."""
        question = self.question
        assert question is not None, f"rows of nothing that was asked: {rows[:3]}"
        meant = question.rows(self.at, self.at + len(rows))
        assert list(rows) == meant, f"{question} at {self.at}: {_told(rows)}, not {_told(meant)}"
        self.at += len(rows)
        if self.at == question.count:
            return False
        enough = wanted is not None and (len(rows) == wanted or len(rows) > 0)
        assert enough, f"{question}: after {self.at} rows the end, and no error"
        return len(rows) < (wanted or 0)


def _told(rows: Sequence[Row]) -> list[tuple[int, int]]:
    return [row[:2] for row in rows]
