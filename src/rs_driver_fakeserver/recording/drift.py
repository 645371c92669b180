"""How the answer of today differs from the one that was recorded.

Rows, counts and times are data, and not compared unless that is asked for. Neither are
notices, settings and notifications, which come when they come, nor texts of errors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any, Literal, TypeVar

from rs_driver.wire.control import ErrorResponse
from rs_driver.wire.copy import CopyBothResponse, CopyInResponse, CopyOutResponse
from rs_driver.wire.results import (
    CommandComplete,
    DataRow,
    FieldDescription,
    ParameterDescription,
    RowDescription,
)
from rs_driver_fakeserver.recording.turns import Turn

DriftKind = Literal[
    "messages",
    "columns",
    "type",
    "typmod",
    "format",
    "parameters",
    "tag",
    "sqlstate",
    "status",
    "rows",
    "closed",
]
"""``messages``: their order. ``columns``: their number and names. ``type``: a column's OID.
``parameters``: the OIDs of a statement's. ``status``: that of the transaction. ``closed``:
one of the servers hung up."""

_T = TypeVar("_T")
_COPY = (CopyInResponse, CopyOutResponse, CopyBothResponse)
_ANY_TIME = frozenset((b"N", b"S", b"A"))
_DATA = frozenset((b"D", b"d"))


@dataclass(frozen=True)
class Drift:
    """One difference. ``connection`` and ``turn`` count from 1, the login being turn 1.

    ``sql``: what the turn was about. ``column``: its name, where it is about one.
    """

    kind: DriftKind
    recorded: str
    live: str
    column: str | None = None
    connection: int = 0
    turn: int = 0
    sql: str = ""

    def __str__(self) -> str:
        what = self.kind if self.column is None else f"{self.kind} of column {self.column}"
        return f"{what}: recorded {self.recorded}; live {self.live}"

    def at(self, connection: int, turn: int, sql: str) -> Drift:
        """The same, of this turn."""
        return replace(self, connection=connection, turn=turn, sql=sql)


def compare(recorded: Turn, live: Turn, *, data: bool = False) -> list[Drift]:
    """The differences between two answers. ``data``: rows and counts, too."""
    found = [*_errors(recorded, live)]
    if not found:
        found += _order(recorded, live)
    found += _descriptions(recorded, live)
    found += _parameters(recorded, live)
    found += _tags(recorded, live, data=data)
    found += _copies(recorded, live)
    if data:
        found += _rows(recorded, live)
    if recorded.status != live.status and recorded.status and live.status:
        found.append(Drift("status", recorded.status, live.status))
    if recorded.closed != live.closed:
        words = {True: "the server hung up", False: "the connection went on"}
        found.append(Drift("closed", words[recorded.closed], words[live.closed]))
    return found


def _all(turn: Turn, kind: type[_T]) -> list[_T]:
    return [said.message for said in turn.server if isinstance(said.message, kind)]


def _errors(recorded: Turn, live: Turn) -> Iterator[Drift]:
    pairs = zip_longest(_all(recorded, ErrorResponse), _all(live, ErrorResponse))
    for old, new in pairs:
        codes = [None if one is None else one.fields.get("C", "") for one in (old, new)]
        if codes[0] != codes[1]:
            yield Drift("sqlstate", _error(old), _error(new))


def _error(error: ErrorResponse | None) -> str:
    if error is None:
        return "no error"
    return f"{error.fields.get('C', '')} ({error.fields.get('M', '')})"


def _order(recorded: Turn, live: Turn) -> Iterator[Drift]:
    old, new = _names(recorded), _names(live)
    if old != new:
        yield Drift("messages", ", ".join(old) or "none", ", ".join(new) or "none")


def _names(turn: Turn) -> list[str]:
    return [
        "bytes" if said.message is None else type(said.message).__name__
        for said in turn.server
        if said.tag not in _ANY_TIME and said.tag not in _DATA
    ]


def _descriptions(recorded: Turn, live: Turn) -> Iterator[Drift]:
    pairs = zip(_all(recorded, RowDescription), _all(live, RowDescription), strict=False)
    for old, new in pairs:
        names = [[column.name for column in one.fields] for one in (old, new)]
        if names[0] != names[1]:
            yield Drift("columns", ", ".join(names[0]) or "none", ", ".join(names[1]) or "none")
        new_by_name = {column.name: column for column in new.fields}
        for at, column in enumerate(old.fields):
            same = at < len(new.fields) and new.fields[at].name == column.name
            other = new.fields[at] if same else new_by_name.get(column.name)
            if other is not None:
                yield from _column(column, other)


_PARTS: tuple[tuple[DriftKind, Callable[[FieldDescription], int]], ...] = (
    ("type", lambda column: column.type_oid),
    ("typmod", lambda column: column.type_modifier),
    ("format", lambda column: column.format),
)


def _column(old: FieldDescription, new: FieldDescription) -> Iterator[Drift]:
    for kind, part in _PARTS:
        if part(old) != part(new):
            yield Drift(kind, str(part(old)), str(part(new)), old.name)


def _parameters(recorded: Turn, live: Turn) -> Iterator[Drift]:
    pairs = zip(
        _all(recorded, ParameterDescription), _all(live, ParameterDescription), strict=False
    )
    yield from _different("parameters", [(old.oids, new.oids) for old, new in pairs])


def _tags(recorded: Turn, live: Turn, *, data: bool) -> Iterator[Drift]:
    pairs = zip(_all(recorded, CommandComplete), _all(live, CommandComplete), strict=False)
    read: Callable[[str], str] = str if data else _verb
    yield from _different("tag", [(read(old.command), read(new.command)) for old, new in pairs])


def _verb(tag: str) -> str:
    """A command tag without its numbers."""
    return " ".join(word for word in tag.split() if not word.isdigit())


def _copies(recorded: Turn, live: Turn) -> Iterator[Drift]:
    copies = [
        [
            (said.message.format, *said.message.column_formats)
            for said in turn.server
            if isinstance(said.message, _COPY)
        ]
        for turn in (recorded, live)
    ]
    yield from _different("format", list(zip(*copies, strict=False)))


def _rows(recorded: Turn, live: Turn) -> Iterator[Drift]:
    old, new = ([row.values for row in _all(turn, DataRow)] for turn in (recorded, live))
    if len(old) != len(new):
        yield Drift("rows", f"{len(old)} rows", f"{len(new)} rows")
        return
    changed = [
        number for number, pair in enumerate(zip(old, new, strict=True), 1) if pair[0] != pair[1]
    ]
    if changed:
        number = changed[0]
        yield Drift("rows", f"row {number} {old[number - 1]}", f"{new[number - 1]}")


def _different(kind: DriftKind, pairs: Sequence[tuple[Any, Any]]) -> Iterator[Drift]:
    for old, new in pairs:
        if old != new:
            yield Drift(kind, _shown(old), _shown(new))


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
