"""All the sequences of a server: whose turn it is."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence

from rs_driver_fakeserver.rules.calls import Call, Caller
from rs_driver_fakeserver.rules.failures import Told
from rs_driver_fakeserver.rules.rule import Rule
from rs_driver_fakeserver.rules.sequence import StepSequence

_LONGEST = 1000


class OutOfTurn(Told):
    """A statement came that is not the one that a sequence expects."""

    def __init__(self, sql: str, sequence: StepSequence) -> None:
        super().__init__(f"out of turn: {sql[:_LONGEST]}; {sequence.expected()[:_LONGEST]}")


class Sequences:
    """Used from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: tuple[StepSequence, ...] = ()  # newest first

    def add(self, sequence: StepSequence) -> None:
        """Add one, whose steps come before those of the others."""
        with self._lock:
            self._all = (sequence, *self._all)

    def clear(self) -> None:
        """Forget all of them."""
        with self._lock:
            self._all = ()

    def __bool__(self) -> bool:
        return bool(self._all)

    def about(self, sql: str, normal: str, caller: Caller) -> list[Rule]:
        """The steps about ``sql`` that are left, those that are due first.

        FunctionFailed where a test's function raises.
        """
        found: list[Rule] = []
        later: list[Rule] = []
        for sequence in self._all:
            due = sequence.due()
            for step in sequence.left():
                if step.sql.matches(sql, normal) and step.serves(caller):
                    (found if step in due else later).append(step)
        return found + later

    def due(self, matched: Collection[Rule]) -> Rule | None:
        """Which of these may come now."""
        steps = (step for sequence in self._all for step in sequence.due())
        return next((step for step in steps if step in matched), None)

    def take(
        self, matched: Collection[Rule], sql: str, parameters: Sequence[object], caller: Caller
    ) -> tuple[Rule, Call] | None:
        """A step of these has come, if one is due: the step and its call.

        None where no sequence has anything to say. OutOfTurn where one of these is due
        later or was due before, or a strict sequence is under way.
        """
        with self._lock:
            for sequence in self._all:
                for step in sequence.due():
                    if step in matched and (call := step.take(sql, parameters, caller)):
                        sequence.came(step)
                        return step, call
            for sequence in self._all:
                if sequence.out_of_turn(matched) or (sequence.strict and sequence.under_way):
                    raise OutOfTurn(sql, sequence)
        return None

    def unmet(self) -> list[str]:
        """What is missing, the oldest sequence first."""
        found = (sequence.unmet() for sequence in reversed(self._all))
        return [text for text in found if text is not None]

    def waiting(self) -> list[str]:
        """What the sequences that are not over expect now, for messages."""
        return [sequence.expected() for sequence in self._all if sequence.unmet()]
