"""Prepared statements: which are known, under which names, for which parameter types.

A statement is known by its text *and* by the types of its parameters, because the server
resolves operators by them. Python's values would make many statements of one text: 2**n where n
parameters may be None. So where there is none of just these types, another one is taken:

* None fits every type. The text then means what it meant with a value there: after
  ``coalesce($1, 5)`` was run with a Decimal, it gives a Decimal for None, too.
* Where a type was left open (None, a str), the server has chosen one itself, and a value
  of that very type fits, as does an int where it chose int8 or numeric: the text means the
  same either way. So does a value whose type is left open now, if that choice does not
  hang on a type that a None of today had then: ``coalesce('007', None)`` is no number,
  whatever has been beside it before.
* Nothing else. An int is never widened where the user's own type was int8: ``to_hex($1)``
  of -1 has eight digits, and ``date + $1`` takes no int8.

An insert of n columns that may be NULL is one statement or two, as what the server chooses
for a column is the column's type.

What the server chose for a str is believed for as long as the str is a text there. Where it is
a date or a number, the text is parsed anew at each use, in the same flight: the column may be
a text by now, or hold times, and PostgreSQL would say nothing of it.

Nothing here is believed for long. An entry belongs to an epoch; DDL, ROLLBACK and the like
begin a new one, and older entries are described anew when they are used next. What falls
out of the cache is closed lazily: its name waits until some later flight takes the Close
along, and is forgotten when the server has confirmed it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from rs_driver import oids
from rs_driver.domain.again import Again
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
OPEN = frozenset((0, oids.UNKNOWN))
"""Types that are left to the server."""
_INTEGERS = frozenset((oids.INT4, oids.INT8))
_WHOLE = _INTEGERS | {oids.INT2}
_WIDER = frozenset((oids.INT8, oids.NUMERIC))
_TEXTS = frozenset((oids.TEXT, oids.VARCHAR))
_ELEMENTS: Mapping[int, int] = MappingProxyType(
    {
        oids.INT2_ARRAY: oids.INT2,
        oids.INT4_ARRAY: oids.INT4,
        oids.INT8_ARRAY: oids.INT8,
        oids.NUMERIC_ARRAY: oids.NUMERIC,
        oids.FLOAT4_ARRAY: oids.FLOAT4,
        oids.FLOAT8_ARRAY: oids.FLOAT8,
        oids.DATE_ARRAY: oids.DATE,
        oids.TIMESTAMP_ARRAY: oids.TIMESTAMP,
        oids.TIMESTAMPTZ_ARRAY: oids.TIMESTAMPTZ,
    }
)
"""Of the arrays that arguments are sent as, what ``value = ANY(array)`` makes of the value."""

_NUMBERS = (oids.INT2, oids.INT4, oids.INT8, oids.NUMERIC, oids.FLOAT4, oids.FLOAT8, oids.OID)
_TIMES = (
    *(oids.DATE, oids.TIME, oids.TIMETZ, oids.TIMESTAMP, oids.TIMESTAMPTZ, oids.INTERVAL),
    *(oids.INTERVALY2M, oids.INTERVALD2S),
)
_FAMILIES: Mapping[int, str] = MappingProxyType(
    {**dict.fromkeys(_NUMBERS, "number"), **dict.fromkeys(_TIMES, "time")}
)

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
    ``resolved``: the types that the server then told. ``chosen``: the places that are declared
    as what the server chose there, when they were open. ``fields``: None for a statement that
    gives no rows. ``name``: the server's name for it, empty as long as it has none. ``again``:
    how it was run the last time, and what that hangs on.
    """

    sql: str
    oids: tuple[int, ...]
    resolved: tuple[int, ...]
    fields: Fields | None
    epoch: int
    name: str = ""
    uses: int = 1
    chosen: frozenset[int] = frozenset()
    again: tuple[object, Again | None] = (None, None)

    @property
    def size(self) -> int:
        """How much it keeps alive, in characters or thereabouts."""
        return len(self.sql) + sum(map(_size, self.fields or ()))

    def declared(self, parameters: Sequence[Parameter]) -> tuple[int, ...]:
        """The types to declare for these parameters, as ``fit`` gave them, when the statement
        is parsed again: each value's own. What is open stays open, and None as it was."""
        return tuple([self._declared(at, parameter) for at, parameter in enumerate(parameters)])

    def _declared(self, at: int, parameter: Parameter) -> int:
        if parameter.data is not None and parameter.oid not in OPEN:
            return parameter.oid
        return parameter.oid if at in self.chosen else self.oids[at]

    def chosen_of(self, declared: Sequence[int]) -> frozenset[int]:
        """Which of the types that are declared now are the server's own choice."""
        places = [at for at, oid in enumerate(declared) if oid not in OPEN and self.is_open(at)]
        return frozenset(places)

    @cached_property
    def _chosen_values(self) -> tuple[int, ...]:
        """The places whose values are read as what the server has chosen, but for texts: a
        text is the same in any of them."""
        places = range(len(self.resolved))
        return tuple([at for at in places if self.is_open(at) and self.resolved[at] not in _TEXTS])

    def hangs_on_choice(self, parameters: Sequence[Parameter]) -> bool:
        """Whether a value, of a str, is read as a type that the server chose back then, and
        would choose anew for a new statement: no table may have changed in between."""
        return any(
            parameters[at].data is not None and parameters[at].oid in OPEN
            for at in self._chosen_values
        )

    def describes(self, fields: Fields | None) -> bool:
        """Whether the columns are still those, in whatever format."""
        if fields is None or self.fields is None:
            return fields is self.fields
        return list(map(_shape, self.fields)) == list(map(_shape, fields))

    def fit(self, parameters: Sequence[Parameter]) -> list[Parameter] | None:
        """The parameters as this statement takes them; None where it means something else."""
        if len(parameters) != len(self.oids) or self._taught(parameters):
            return None
        fitted = []
        for at, parameter in enumerate(parameters):
            taken = fit(parameter, self.oids[at])
            if taken is None and self.is_open(at):
                taken = fit(parameter, self.resolved[at], open_type=True)
            if taken is None:
                return None
            fitted.append(taken)
        return fitted

    def is_open(self, at: int) -> bool:
        """Whether the type of that place is the server's choice."""
        return self.oids[at] in OPEN or at in self.chosen

    def _taught(self, parameters: Sequence[Parameter]) -> bool:
        """Whether a value would be read by a type that one beside it had, which is None now."""
        gone = [
            oid
            for at, (parameter, oid) in enumerate(zip(parameters, self.oids, strict=True))
            if parameter.data is None and not self.is_open(at)
        ]
        if not gone:
            return False
        exactly = {_ELEMENTS.get(oid, oid) for oid in gone}
        nearly = set(map(_family, gone))
        return any(
            _family(resolved) in nearly if parameter.oid in OPEN else resolved in exactly
            for parameter, resolved in zip(parameters, self.resolved, strict=True)
            if parameter.data is not None and parameter.oid != resolved
        )


def _family(oid: int) -> object:
    """What a text is resolved to beside that type: any number, any time, the type itself."""
    oid = _ELEMENTS.get(oid, oid)
    return _FAMILIES.get(oid, oid)


def fit(parameter: Parameter, oid: int, *, open_type: bool = False) -> Parameter | None:
    """``parameter`` as one of type ``oid``, if it means the same there.

    A type that both leave open (0, 705) is the server's choice for both. ``open_type``: the
    server chose ``oid`` itself, then an int may be what it chose.
    """
    if parameter.data is None or parameter.oid == oid:
        return parameter
    if parameter.oid in OPEN and (oid in OPEN or open_type):
        return parameter
    return widened(parameter, oid) if open_type and oid in _WIDER else None


def widened(parameter: Parameter, oid: int) -> Parameter | None:
    """An int as an int8 or a numeric; None for what is no int."""
    if parameter.oid not in _INTEGERS or parameter.data is None:
        return None
    if parameter.format == TEXT:
        return Parameter(oid, TEXT, parameter.data)
    value = int.from_bytes(parameter.data, "big", signed=True)
    if oid == oids.INT8:
        return Parameter(oid, BINARY, value.to_bytes(8, "big", signed=True))
    return Parameter(oid, TEXT, b"%d" % value)


class StatementCache:
    """The statements of one connection, newest use last; see the module.

    ``max_statements``: 0 keeps none. ``threshold``: at which use one is named.
    """

    def __init__(self, max_statements: int = 1000, threshold: int = 2) -> None:
        self.epoch = self._settled = 0
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
        """A statement for ``sql`` with these parameters, and the parameters as it takes them:
        the one of just these types, else the newest of those that fit."""
        found = None
        types = tuple([parameter.oid for parameter in parameters])
        variants = self._variants.get(sql, ())
        for known in reversed(variants):
            if self._entries.get((sql, known.oids)) is not known:
                self._dropped(known)  # an interrupt had struck while it was being dropped
            elif known.epoch != self.epoch:
                self.forget(known)
            elif known.oids == types:
                return known, list(parameters)
            elif (
                found is None
                and (fitted := known.fit(parameters)) is not None
                and not _contradicted(known, parameters, variants)
            ):
                found = known, fitted
        return found

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
        if word in _RESHAPING or (word == "SELECT" and (outcome.fields is None or _sets(sql))):
            self.doubt()
        elif word == "COMMIT":
            self.committed()

    def committed(self) -> None:
        """With a transaction in which something changed goes what was so in it alone: by SET
        LOCAL, by a temporary table ON COMMIT DROP."""
        if self.epoch != self._settled:
            self.doubt()
            self._settled = self.epoch

    def doubt(self) -> None:
        """What was described until now may be out of date: begin a new epoch."""
        self.epoch += 1


def _sets(sql: str) -> bool:
    """Whether a query changes settings, among them perhaps the search path."""
    return "set_config" in sql or "SET_CONFIG" in sql


def _contradicted(
    known: Prepared, parameters: Sequence[Parameter], variants: Sequence[Prepared]
) -> bool:
    """Whether None would be of another type than the server was seen to choose for it. The
    integers are one type here: NULL of one is NULL of the other."""
    alike = [other for other in variants if len(other.oids) == len(parameters)]
    return any(
        parameter.data is None
        and not known.is_open(at)
        and any(other.oids[at] in OPEN and not _alike(other.resolved[at], oid) for other in alike)
        for at, (parameter, oid) in enumerate(zip(parameters, known.oids, strict=True))
    )


def _alike(one: int, other: int) -> bool:
    return one == other or (one in _WHOLE and other in _WHOLE)


def _shape(column: FieldDescription) -> tuple[str, int, int]:
    return column.name, column.type_oid, column.type_modifier


def _size(column: FieldDescription) -> int:
    names = (column.name, column.schema, column.table, column.column, column.catalog)
    return _COLUMN + sum(map(len, names))
