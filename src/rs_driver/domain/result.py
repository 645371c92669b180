"""What a statement gave: its description, its rows in wire form, its command tag."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from rs_driver.errors import ProgrammingError
from rs_driver.ports.rows import Decoder, RowBatch
from rs_driver.wire.results import FieldDescription

Fields = tuple[FieldDescription, ...]


@dataclass
class Outcome:
    """One statement's outcome. ``fields`` is None for a statement that gives no rows."""

    fields: Fields | None = None
    batches: list[RowBatch] = field(default_factory=list)
    command: str = ""

    @property
    def rowcount(self) -> int:
        """Rows given or touched; -1 where the server does not say.

        Redshift's ``SELECT`` tag has no count, so the rows that came are counted.
        """
        if self.fields is not None:
            return sum(map(len, self.batches))
        return command_count(self.command)


def command_count(command: str) -> int:
    """The row count at the end of a command tag (``INSERT 0 3``), or -1."""
    last = command.rpartition(" ")[2]
    return int(last) if last.isascii() and last.isdigit() else -1


class Rows:
    """The rows of one outcome, decoded batch by batch as they are asked for.

    A batch's memory is given back as soon as it has been decoded. An error of decoding
    leaves the batch where it is: asking again gives the error again, not other rows.
    """

    def __init__(self, outcome: Outcome, compile: Callable[[Fields], Decoder]) -> None:
        self._batches = outcome.batches
        self._decoder = compile(outcome.fields or ())
        self._ready: list[tuple[Any, ...]] = []
        self._next = 0

    def take(self, count: int) -> list[tuple[Any, ...]]:
        """The next ``count`` rows, fewer at the end."""
        if count < 0:
            raise ProgrammingError(f"{count} rows cannot be fetched")
        rows = self._ready[self._next : self._next + count]
        self._next += len(rows)
        while len(rows) < count and self._decode():
            more = self._ready[: count - len(rows)]
            self._next = len(more)
            rows += more
        return rows

    def one(self) -> tuple[Any, ...] | None:
        """The next row, or None at the end."""
        if self._next >= len(self._ready) and not self._decode():
            return None
        row = self._ready[self._next]
        self._next += 1
        return row

    def all(self) -> list[tuple[Any, ...]]:
        """Every row that is left."""
        rows = self._ready[self._next :]
        while self._decode():
            rows += self._ready
        self._next = len(self._ready)
        return rows

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        while (row := self.one()) is not None:
            yield row

    def _decode(self) -> bool:
        """Make the next batch that has rows ready; False when there is none."""
        while self._batches:
            ready = self._decoder.tuples(self._batches[0])
            self._batches.pop(0)
            if ready:
                self._ready, self._next = ready, 0
                return True
        return False
