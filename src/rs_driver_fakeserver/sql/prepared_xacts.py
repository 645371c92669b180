"""SELECTs from pg_prepared_xacts, as the drivers write them; more of SQL an engine would need."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from rs_driver_fakeserver.client import Client
from rs_driver_fakeserver.engine.port import Column, Description, Result, SqlError
from rs_driver_fakeserver.prepared_transactions import PreparedTransaction
from rs_driver_fakeserver.sql.families import Command, Plain
from rs_driver_fakeserver.sql.text import normalise

_LONGEST = 1000
"""A longer text is none of these."""
_GAP = r"(?: |(?<=\)))"
"""Between two words, as ``normalise`` leaves it."""
_SELECT = re.compile(
    rf"select (?P<items>.+?){_GAP}from (?:pg_catalog\.)?pg_prepared_xacts"
    rf"(?: where (?P<where>.+?))?(?:{_GAP}order by (?P<order>[a-z, ]+))?",
    re.DOTALL,
)
_HERE = re.compile(r"database ?= ?(?:pg_catalog\.)?current_database\(\)")
_NAMED = re.compile(r"gid ?= ?(?:'(?P<gid>(?:[^']|'')*)'|\$1)")
_AS = re.compile(rf"(?P<what>.+?)(?:{_GAP}as (?P<name>\w+))?", re.DOTALL)
_IN_UTC = normalise("to_char(prepared at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00:00'")
"""A time as text that no setting changes."""

_Value = Callable[[PreparedTransaction], object]
_COLUMNS: Mapping[str, tuple[str, str, _Value]] = MappingProxyType(
    {
        "transaction": ("transaction", "xid", lambda found: found.number),
        "gid": ("gid", "text", lambda found: found.gid),
        "prepared": ("prepared", "timestamptz", lambda found: found.prepared),
        "owner": ("owner", "name", lambda found: found.owner),
        "database": ("database", "name", lambda found: found.database),
        _IN_UTC: (
            "?column?",
            "text",
            lambda found: found.prepared.strftime("%Y-%m-%d %H:%M:%S.%f") + "+00:00",
        ),
    }
)
_ALL = ("transaction", "gid", "prepared", "owner", "database")
_SORTED = frozenset({"number", "gid", "prepared", "owner", "database"})
_COUNT = re.compile(r"count\(\*\)")


class PreparedXacts:
    """The family of these SELECTs."""

    first = frozenset({"select"})

    def __init__(self, client: Client) -> None:
        self._client = client

    def parse(self, sql: str) -> Command | None:
        if "pg_prepared_xacts" not in sql.lower() or len(sql) > _LONGEST:
            return None
        matched = _SELECT.fullmatch(normalise(sql))
        if matched is None or not self._understands(matched["where"]):
            return None
        items = _items(matched["items"])
        order = [name.strip() for name in (matched["order"] or "number").split(",")]
        if items is None or not set(order) <= _SORTED:
            return None
        return _Select(self._client, items, matched["where"] or "", order)

    @staticmethod
    def _understands(where: str | None) -> bool:
        return where is None or bool(_HERE.fullmatch(where) or _NAMED.fullmatch(where))


def _items(text: str) -> list[tuple[Column, _Value | None]] | None:
    """The columns and where their values come from; a value of None counts the rows."""
    items: list[tuple[Column, _Value | None]] = []
    for part in re.split(r",(?![^(]*\))", text):
        found = _AS.fullmatch(part.strip())
        what, name = (found["what"], found["name"]) if found else ("", None)
        if what == "*":
            items += [(Column(each, _COLUMNS[each][1]), _COLUMNS[each][2]) for each in _ALL]
        elif _COUNT.fullmatch(what):
            items.append((Column(name or "count", "int8"), None))
        elif what in _COLUMNS:
            usual, type_name, value = _COLUMNS[what]
            items.append((Column(name or usual, type_name), value))
        else:
            return None
    counts = [value is None for _, value in items]
    return items if any(counts) == all(counts) else None


class _Select(Plain):
    def __init__(
        self,
        client: Client,
        items: Sequence[tuple[Column, _Value | None]],
        where: str,
        order: Sequence[str],
    ) -> None:
        self._client = client
        self._columns = tuple(column for column, _ in items)
        self._values = [value for _, value in items]
        self._where = where
        self._order = order

    def describe(self, parameter_oids: Sequence[int]) -> Description:
        wanted = self._where.count("$1")
        return Description((*parameter_oids, *[25] * (wanted - len(parameter_oids))), self._columns)

    def execute(self, parameters: Sequence[object], parameter_oids: Sequence[int]) -> Result:  # noqa: ARG002
        found = [one for one in self._client.instance.prepared.all if self._takes(one, parameters)]
        found.sort(key=lambda one: [getattr(one, name) for name in self._order])
        values = [value for value in self._values if value is not None]
        if values:
            return Result(
                self._columns, [tuple(value(each) for value in values) for each in found], "SELECT"
            )
        return Result(self._columns, [(len(found),) * len(self._columns)], "SELECT")

    def _takes(self, found: PreparedTransaction, parameters: Sequence[object]) -> bool:
        named = _NAMED.fullmatch(self._where)
        if named is None:
            return not self._where or found.database == self._client.database
        if named["gid"] is not None:
            return found.gid == named["gid"].replace("''", "'")
        if not parameters:
            raise SqlError("42P02", "there is no parameter $1")
        return found.gid == parameters[0]
