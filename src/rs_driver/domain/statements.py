"""Prepared statements: which are known, under which names, for which parameter types.

A statement is known by its text *and* by the types of its parameters, because the server
resolves operators by them. Python's values would make many statements of one text, so a
known one is taken wherever its types mean the same for the values at hand:

* None fits every type.
* An int that fits an int4 is widened where the statement takes an int8.
* Where a type was left open (None, a str), the server has chosen one itself, and a value
  of that very type fits; so does an int where it chose int8 or numeric, and any value
  whose type is left open, too.

A new statement takes over what the text's newest one has learnt about the parameters that
are None now. So n parameters that may be None make two statements, not 2**n.

Nothing here is believed for long. An entry belongs to an epoch; DDL, ROLLBACK and the like
begin a new one, and older entries are described anew when they are used next. What falls
out of the cache is closed lazily: its name waits until some later flight takes the Close
along, and is forgotten when the server has confirmed it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from rs_driver import oids
from rs_driver.domain.lru import Lru
from rs_driver.domain.result import Fields, Outcome
from rs_driver.ports.codec import BINARY, TEXT, Parameter
from rs_driver.wire.results import FieldDescription

MAX_CHARACTERS = 4_000_000
"""How much a cache keeps: characters of the texts and of the columns' names, and 100 for
each described column."""
MAX_VARIANTS = 8
"""How many statements of one text, which differ in parameter types only, it keeps."""
MAX_CLOSES = 100
"""How many Closes ride in front of one flight."""

_COLUMN = 100
_OPEN = frozenset((0, oids.UNKNOWN))
_INTEGERS = frozenset((oids.INT4, oids.INT8))

_RESHAPING = frozenset(
    "CREATE ALTER DROP ROLLBACK DISCARD DEALLOCATE DECLARE CALL DO RESET SET".split()
)
"""First words of command tags after which what was described may be out of date. DECLARE: the
cursor of a FETCH may be another one now."""
_NAMES_AND_ROLES = re.compile("search_path|schema|role|authorization", re.IGNORECASE)


@dataclass(eq=False)
class Prepared:
    """A statement that the server has described.

    ``oids``: the parameter types that were declared, 0 or 705 where left open.
    ``resolved``: the types that the server then told. ``fields``: None for a statement that
    gives no rows. ``name``: the server's name for it, empty as long as it has none.
    """

    sql: str
    oids: tuple[int, ...]
    resolved: tuple[int, ...]
    fields: Fields | None
    epoch: int
    name: str = ""
    uses: int = 1
    _asked: tuple[tuple[int, ...], Fields] | None = field(default=None, init=False, repr=False)

    @property
    def size(self) -> int:
        """How much it keeps alive, in characters or thereabouts."""
        return len(self.sql) + sum(map(_size, self.fields or ()))

    def in_formats(self, formats: tuple[int, ...]) -> Fields | None:
        """The description with the formats asked for: Describe of a statement says text
        always. The latest answer is kept, as it is asked for at each use."""
        if self.fields is None:
            return None
        if self._asked is None or self._asked[0] != formats:
            pairs = zip(self.fields, formats, strict=True)
            self._asked = (formats, tuple([replace(each, format=fmt) for each, fmt in pairs]))
        return self._asked[1]

    def fit(self, parameters: Sequence[Parameter]) -> list[Parameter] | None:
        """The parameters as this statement takes them; None where it means something else."""
        if len(parameters) != len(self.oids):
            return None
        fitted = []
        for parameter, oid, resolved in zip(parameters, self.oids, self.resolved, strict=True):
            taken = fit(parameter, oid)
            if taken is None and oid in _OPEN:
                taken = fit(parameter, resolved, open_type=True)
            if taken is None:
                return None
            fitted.append(taken)
        return fitted


def fit(parameter: Parameter, oid: int, *, open_type: bool = False) -> Parameter | None:
    """``parameter`` as one of type ``oid``, if it means the same there.

    A type that both leave open (0, 705) is the server's choice for both.
    ``open_type``: the server chose ``oid`` itself. Then an int may become a numeric: with
    an int the server would have done that. (Where the user's own type was numeric it may
    not: 5 / 2 is 2, and 5.0 / 2 is 2.5.)
    """
    if parameter.data is None or parameter.oid == oid:
        return parameter
    if parameter.oid in _OPEN and oid in _OPEN:
        return parameter
    if parameter.oid not in _INTEGERS:
        return None
    if oid == oids.INT8 or (oid == oids.NUMERIC and open_type):
        return _widened(parameter, parameter.data, oid)
    return None


def _widened(parameter: Parameter, data: bytes, oid: int) -> Parameter:
    if parameter.format == TEXT:
        return Parameter(oid, TEXT, data)
    value = int.from_bytes(data, "big", signed=True)
    if oid == oids.INT8:
        return Parameter(oid, BINARY, value.to_bytes(8, "big", signed=True))
    return Parameter(oid, TEXT, b"%d" % value)


class StatementCache:
    """The statements of one connection, newest use last; see the module.

    ``max_statements``: 0 keeps none. ``threshold``: at which use one is named.
    """

    def __init__(self, max_statements: int = 1000, threshold: int = 2) -> None:
        self.epoch = 0
        self._threshold = threshold
        self._entries: Lru[Prepared] = Lru(max_statements, MAX_CHARACTERS)
        self._variants: dict[str, tuple[Prepared, ...]] = {}
        self._to_close: deque[str] = deque()
        self._names = 0

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def size(self) -> int:
        """How much is kept, see ``MAX_CHARACTERS``."""
        return self._entries.size

    # -- finding ------------------------------------------------------------------------

    def find(
        self, sql: str, parameters: Sequence[Parameter]
    ) -> tuple[Prepared, list[Parameter]] | None:
        """A statement for ``sql`` with these parameters, and the parameters as it takes them."""
        for known in reversed(self._variants.get(sql, ())):
            if self._entries.get((sql, known.oids)) is not known:
                self._dropped(known)  # an interrupt had struck while it was being dropped
            elif known.epoch != self.epoch:
                self.forget(known)
            elif (fitted := known.fit(parameters)) is not None:
                return known, fitted
        return None

    def declare(self, sql: str, parameters: Sequence[Parameter]) -> list[Parameter]:
        """The parameters with the types to declare for a new statement.

        Takes over from the text's newest one what these values leave open.
        """
        known = self._variants.get(sql)
        if not known or len(known[-1].oids) != len(parameters):
            return list(parameters)
        return [
            _learnt(parameter, oid)
            for parameter, oid in zip(parameters, known[-1].oids, strict=True)
        ]

    # -- keeping ------------------------------------------------------------------------

    def keep(self, statement: Prepared) -> None:
        """Remember a statement that was described in this epoch."""
        key = (statement.sql, statement.oids)
        for gone in self._entries.put(key, statement, statement.size):
            self._dropped(gone)
        if self._entries.get(key) is not statement:
            return self._close(statement)
        variants = (*self._variants.get(statement.sql, ()), statement)
        self._variants[statement.sql] = variants
        if len(variants) > MAX_VARIANTS:
            self.forget(variants[0])
        return None

    def forget(self, statement: Prepared) -> None:
        """Drop a statement; its name is closed with a later flight."""
        key = (statement.sql, statement.oids)
        if self._entries.get(key) is statement:
            self._entries.pop(key)
            self._dropped(statement)

    def _dropped(self, statement: Prepared) -> None:
        """Take it out of the index, too. An interrupt may have left it there, or not."""
        known = self._variants.get(statement.sql, ())
        if left := tuple([variant for variant in known if variant is not statement]):
            self._variants[statement.sql] = left
        else:
            self._variants.pop(statement.sql, None)
        self._close(statement)

    def _close(self, statement: Prepared) -> None:
        if statement.name:
            self._to_close.append(statement.name)
            statement.name = ""

    # -- names --------------------------------------------------------------------------

    def name_for(self, uses: int) -> str:
        """A new name for a statement at this use of it, or "" where it is not worth one."""
        if uses < self._threshold or not self._entries.max_entries:
            return ""
        self._names += 1
        return f"rs_driver_{self._names}"

    def to_close(self) -> tuple[str, ...]:
        """The names whose Close is due, for the next flight to take along."""
        return tuple(self._to_close)[:MAX_CLOSES]

    def abandoned(self, name: str) -> None:
        """The server may know this name, and nobody here does: to be closed."""
        self._to_close.append(name)

    def closed(self, count: int) -> None:
        """The server has confirmed the first ``count`` of ``to_close``."""
        for _ in range(count):
            self._to_close.popleft()

    # -- epochs -------------------------------------------------------------------------

    def saw(self, sql: str, outcome: Outcome) -> None:
        """Take note of a statement that has run: it may have changed what others mean.

        ``SELECT`` without rows is ``SELECT INTO``, which creates a table.
        """
        word = outcome.command.partition(" ")[0]
        if word == "SET" and _NAMES_AND_ROLES.search(sql) is None:
            return
        if word in _RESHAPING or (word == "SELECT" and outcome.fields is None):
            self.doubt()

    def doubt(self) -> None:
        """What was described until now may be out of date: begin a new epoch."""
        self.epoch += 1


def _size(column: FieldDescription) -> int:
    names = (column.name, column.schema, column.table, column.column, column.catalog)
    return _COLUMN + sum(map(len, names))


def _learnt(parameter: Parameter, oid: int) -> Parameter:
    if parameter.data is None:
        return Parameter(oid, TEXT, None) if parameter.oid in _OPEN else parameter
    return fit(parameter, oid) or parameter
