"""A cursor's state: the outcomes it holds and how far they have been fetched."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from rs_driver import oids
from rs_driver.domain.result import Fields, Outcome, Rows
from rs_driver.errors import InterfaceError, ProgrammingError
from rs_driver.ports.rows import Decoder
from rs_driver.wire.results import FieldDescription

Row = tuple[Any, ...]
Column = tuple[str, int, int | None, int | None, int | None, int | None, bool | None]
"""PEP 249's seven: name, type OID, display size, internal size, precision, scale, null_ok."""


class CursorState:
    """What PEP 249's cursor remembers between calls. No I/O, shared by both shells."""

    def __init__(self, compile: Callable[[Fields], Decoder]) -> None:
        self.closed = False
        self.description: list[Column] | None = None
        self.rowcount = -1
        self.statusmessage: str | None = None
        self._compile = compile
        self._outcomes: deque[Outcome] = deque()
        self._rows: Rows | None = None
        self._executed = False

    def check_open(self) -> None:
        """InterfaceError once the cursor is closed."""
        if self.closed:
            raise InterfaceError("the cursor is closed")

    def clear(self) -> None:
        """Forget everything: a failed execute must not leave the rows of the one before."""
        self.description = self.statusmessage = self._rows = None
        self.rowcount = -1
        self._outcomes.clear()
        self._executed = False

    def close(self) -> None:
        """Forget everything for good."""
        self.clear()
        self.closed = True

    def show(self, outcomes: Iterable[Outcome]) -> None:
        """Take over what a statement gave; the first outcome becomes current."""
        self._executed = True
        self._outcomes.extend(outcomes)
        self.next_outcome()

    def next_outcome(self) -> bool:
        """Go on to the next statement's outcome; False where there is none (``nextset``)."""
        if not self._outcomes:
            self._rows = self.description = None
            return False
        outcome = self._outcomes.popleft()
        self.rowcount = outcome.rowcount
        self.statusmessage = outcome.command or None
        self.description = self._rows = None
        if outcome.fields is not None:
            self._rows = Rows(outcome, self._compile)
            self.description = [_column(field) for field in outcome.fields]
        return True

    @property
    def rows(self) -> Rows:
        """The current rows; ProgrammingError where there are none to fetch from."""
        self.check_open()
        if self._rows is None:
            raise ProgrammingError(f"there is no result set to fetch from: {self._why()}")
        return self._rows

    def _why(self) -> str:
        if not self._executed:
            return "execute a query first"
        why = f"{self.statusmessage or 'the statement'} gave no rows"
        return f"{why}; nextset() goes on to the next statement" if self._outcomes else why


def _column(field: FieldDescription) -> Column:
    precision = scale = None
    if field.type_oid == oids.NUMERIC and field.type_modifier >= 4:
        precision, scale = divmod(field.type_modifier - 4, 1 << 16)
    size = field.type_length if field.type_length >= 0 else None
    if field.type_oid in (oids.VARCHAR, oids.BPCHAR) and field.type_modifier >= 4:
        size = field.type_modifier - 4
    null_ok = not field.not_null if field.table_oid and field.catalog else None
    return (field.name, field.type_oid, None, size, precision, scale, null_ok)
