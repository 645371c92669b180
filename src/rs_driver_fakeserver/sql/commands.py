"""Statements about the session itself, which no engine needs to know.

SET, RESET, SHOW of a setting, DISCARD, DEALLOCATE, and the SELECTs by which clients ask
where they are. BEGIN, COMMIT and ROLLBACK are in ``runner``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from rs_driver_fakeserver.client import Client
from rs_driver_fakeserver.engine.port import Column, Description, Result, SqlError
from rs_driver_fakeserver.sql.text import first_words, normalise

_NAME = r'(?P<name>[\w.]+|"[^"]+")'
_SET = re.compile(
    rf"set (?:session |(?P<local>local ))?{_NAME}(?: to | ?= ?)(?P<value>.+)", re.DOTALL
)
_SET_ZONE = re.compile(r"set (?:session |(?P<local>local ))?time zone (?P<value>.+)", re.DOTALL)
_SET_TRANSACTION = re.compile(r"set (?:session characteristics as )?transaction .+", re.DOTALL)
_RESET = re.compile(rf"reset {_NAME}")
_SHOW = re.compile(rf"show {_NAME}")
_SHOW_WORDS = MappingProxyType(
    {"show time zone": "TimeZone", "show transaction isolation level": "transaction_isolation"}
)
_SHOW_PHRASE = re.compile("|".join(_SHOW_WORDS))
_DEALLOCATE = re.compile(rf"deallocate (?:prepare )?{_NAME}")
_ASK = re.compile(
    r"select (?:pg_catalog\.)?(?P<what>version|current_database|current_user|session_user"
    r"|pg_backend_pid|current_schema|pg_advisory_unlock_all)(?:\(\))?"
)
_UNLOCK = "pg_advisory_unlock_all"
"""asyncpg's pool says it; there are no such locks here."""
_VARBYTE = re.compile(
    r"select (?:'(?P<text>[^'\\]*)'::(?:varbyte|varbinary|binary varying)(?:\(\d+\))?"
    r"|cast\('(?P<cast>[^'\\]*)' as (?:varbyte|varbinary)\))(?:(?: |(?<=\)))as (?P<name>\w+))?"
)
"""By which a client finds out how VARBYTE looks on the wire."""
_PATTERNS = (
    ("set", _SET_ZONE),
    ("set transaction", _SET_TRANSACTION),
    ("set", _SET),
    ("reset", _RESET),
    ("show", _SHOW_PHRASE),
    ("show", _SHOW),
    ("discard", re.compile("discard all")),
    ("deallocate", _DEALLOCATE),
    ("ask", _ASK),
    ("varbyte", _VARBYTE),
)
_FIRST = frozenset({"set", "reset", "show", "discard", "deallocate", "select"})
_LONGEST = 10_000
"""A longer text is none of these statements."""

_REDSHIFT_VERSION = (
    "PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 "
    "(Red Hat 3.4.2-6.fc3), Redshift "
)


class NamedStatements(Protocol):
    """The prepared statements, as DEALLOCATE sees them."""

    def deallocate(self, name: str | None) -> None:
        """Forget one (SqlError 26000 if it is unknown), or with None all of them."""


class Commands:
    """Answers the statements about one client's session."""

    def __init__(self, client: Client, statements: NamedStatements) -> None:
        self._client = client
        self._statements = statements

    def knows(self, sql: str) -> bool:
        """Whether ``sql`` is one of these statements."""
        return self._find(sql) is not None

    def describe(self, sql: str) -> Description:
        """What it gives; none of them takes parameters."""
        match self._find(sql):
            case "show", matched:
                return Description((), (Column(self._setting(matched) or "", "text"),))
            case "ask", matched:
                return Description((), (_asked(matched),))
            case "varbyte", matched:
                return Description((), (_varbyte(matched),))
        return Description((), None)

    def execute(self, sql: str) -> Result:
        """Run it."""
        match self._find(sql):
            case "set", matched:
                return self._set(matched)
            case "set transaction", _:
                return Result(None, (), "SET")  # the engine has one isolation level
            case "reset", matched:
                self._client.settings.reset(_bare(matched["name"]))
                return Result(None, (), "RESET")
            case "show", matched:
                return self._show(matched)
            case "discard", _:
                self._client.settings.reset("all")
                self._statements.deallocate(None)
                return Result(None, (), "DISCARD ALL")
            case "deallocate", matched:
                return self._deallocate(matched)
            case "ask", matched:
                row = (self._answer(matched["what"]),)
                return Result((_asked(matched),), (row,), "SELECT")
            case "varbyte", matched:
                value = (matched["text"] or matched["cast"] or "").encode()
                return Result((_varbyte(matched),), ((value,),), "SELECT")
        raise SqlError("XX000", "not a statement about the session")

    def _find(self, sql: str) -> tuple[str, re.Match[str]] | None:
        """Which of the statements ``sql`` is, and its parts."""
        if len(sql) > _LONGEST or not _FIRST & set(first_words(sql, 1)):
            return None
        text = normalise(sql)
        for kind, pattern in _PATTERNS:
            matched = pattern.fullmatch(text)
            if matched is not None and self._has(kind, matched):
                return kind, matched
        return None

    def _has(self, kind: str, match: re.Match[str]) -> bool:
        """Whether this server knows what the statement names."""
        if kind == "varbyte":
            return self._client.dialect.redshift
        if kind == "ask" and match["what"] == _UNLOCK:
            return not self._client.dialect.redshift
        return kind != "show" or self._setting(match) is not None

    def _setting(self, match: re.Match[str]) -> str | None:
        """The setting that a SHOW names; None for SHOW TABLES and the like on Redshift."""
        name = _SHOW_WORDS.get(match.group()) or _bare(match["name"])
        known = self._client.settings.knows(name) or not self._client.dialect.redshift
        return self._client.settings.spelling(name) if known else None

    def _set(self, match: re.Match[str]) -> Result:
        groups = match.groupdict()
        name = _bare(groups.get("name", "TimeZone"))
        value = _value(groups["value"])
        if value.lower() == "default":
            self._client.settings.reset(name)
        else:
            self._client.settings.set(name, value, local=bool(groups["local"]))
        return Result(None, (), "SET")

    def _show(self, match: re.Match[str]) -> Result:
        name = self._setting(match) or ""
        value = self._client.settings.get(name)
        return Result((Column(name, "text"),), ((value,),), "SHOW")

    def _deallocate(self, match: re.Match[str]) -> Result:
        name = match["name"]
        self._statements.deallocate(None if name == "all" else _bare(name))
        return Result(None, (), "DEALLOCATE ALL" if name == "all" else "DEALLOCATE")

    def _answer(self, what: str) -> object:
        client = self._client
        if what == "version":
            if client.dialect.redshift:
                return _REDSHIFT_VERSION + client.settings.get("padb_version")
            return f"PostgreSQL {client.settings.get('server_version')} (rs_driver_fakeserver)"
        if what == "current_schema":
            return "public"
        if what == _UNLOCK:
            return ""
        if what == "current_database":
            return client.database
        return client.process_id if what == "pg_backend_pid" else client.user


_ASK_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "pg_backend_pid": "int4",
        _UNLOCK: "void",
        **dict.fromkeys(
            ("current_database", "current_user", "session_user", "current_schema"), "name"
        ),
    }
)


def _asked(match: re.Match[str]) -> Column:
    return Column(match["what"], _ASK_TYPES.get(match["what"], "text"))


def _varbyte(match: re.Match[str]) -> Column:
    return Column(match["name"] or "varbyte", "varbyte")


def _bare(name: str) -> str:
    return name[1:-1] if name.startswith('"') else name


def _value(text: str) -> str:
    """``'a', b`` as ``a, b``."""
    if "," not in text:
        return _item(text)
    return ", ".join(_item(part) for part in text.split(","))


def _item(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    return text
