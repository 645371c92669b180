"""Settings of a session: SET, SHOW, RESET, and the ParameterStatus messages about them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from types import MappingProxyType

from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import SqlError

_REDSHIFT_REPORTED: Mapping[str, str] = MappingProxyType(
    {
        "application_name": "",
        "case_sensitive": "on",
        "client_encoding": "UTF8",
        "datestyle": "ISO, MDY",
        "integer_datetimes": "on",
        "is_superuser": "on",
        "server_encoding": "UNICODE",
        "server_version": "8.0.2",
        "session_authorization": "",
        "TimeZone": "UTC",
        "timezone_abbreviations": "Default",
        "padb_version": "1.0.63269",
        "padb_revision": "17187a5367",
        "max_numeric_precision": "38",
        "max_varchar_size": "65535",
        "datashare_enabled": "on",
    }
)
"""What a cluster reports after the login, in its order."""

_POSTGRES_REPORTED: Mapping[str, str] = MappingProxyType(
    {
        "application_name": "",
        "client_encoding": "UTF8",
        "DateStyle": "ISO, MDY",
        "default_transaction_read_only": "off",
        "in_hot_standby": "off",
        "integer_datetimes": "on",
        "IntervalStyle": "postgres",
        "is_superuser": "on",
        "server_encoding": "UTF8",
        "server_version": "15.0",
        "session_authorization": "",
        "standard_conforming_strings": "on",
        "TimeZone": "UTC",
    }
)
"""The same for PostgreSQL 15."""

_SILENT: Mapping[str, str] = MappingProxyType(
    {
        "extra_float_digits": "1",
        "query_group": "default",
        "search_path": '"$user", public',
        "statement_timeout": "0",
        "transaction_isolation": "read committed",
        "transaction_read_only": "off",
    }
)
"""Settings of both that are not reported."""

_POSTGRES_SILENT: Mapping[str, str] = MappingProxyType(
    {
        "bytea_output": "hex",
        "client_min_messages": "notice",
        "constraint_exclusion": "partition",
        "default_transaction_deferrable": "off",
        "default_transaction_isolation": "read committed",
        "geqo": "on",
        "idle_in_transaction_session_timeout": "0",
        "jit": "off",
        "lock_timeout": "0",
        "max_identifier_length": "63",
        "max_prepared_transactions": "0",
        "row_security": "on",
        "server_version_num": "150000",
        "synchronous_commit": "on",
        "tcp_user_timeout": "0",
        "transaction_deferrable": "off",
        "work_mem": "4096",
    }
)
_READ_ONLY = frozenset(
    {
        "in_hot_standby",
        "integer_datetimes",
        "is_superuser",
        "max_identifier_length",
        "max_prepared_transactions",
        "padb_revision",
        "padb_version",
        "server_encoding",
        "server_protocol_version",
        "server_version",
        "server_version_num",
    }
)
_TIME = re.compile(r"\s*(\d{1,10})\s*(us|ms|s|min|h|d)?\s*")
_UNITS = {"us": 0.001, "ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_UTF8 = frozenset({"utf8", "unicode"})


def _postgres_settings() -> Mapping[str, str]:
    return {**_POSTGRES_REPORTED, **_SILENT, **_POSTGRES_SILENT}


def is_setting(name: str) -> bool:
    """Whether PostgreSQL has a setting of this name; with a dot in it any name will do."""
    return "." in name or name.lower() in {known.lower() for known in _postgres_settings()}


class Settings:
    """The values of one session; names in any case. Takes part in transactions.

    ``given``: the server's own values, reported too; None is one that is not reported
    although servers usually do. ``silent``: more values, that are not reported.
    ``asked``: those of the client's startup message, which RESET goes back to. SqlError
    for a value that is not valid.
    """

    def __init__(
        self,
        dialect: Dialect,
        given: Mapping[str, str | None],
        asked: Mapping[str, str],
        silent: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        kept = _REDSHIFT_REPORTED if dialect.redshift else _POSTGRES_REPORTED
        unsaid = {name.lower() for name, value in given.items() if value is None}
        said = {name: value for name, value in given.items() if value is not None}
        reported = {name: kept[name] for name in kept if name.lower() not in unsaid}
        known = {**kept, **_SILENT} if dialect.redshift else {**_postgres_settings()}
        known |= silent
        self._strict = not dialect.redshift
        self._reported = {name.lower(): name for name in (*reported, *said)}
        self._names = {name.lower(): name for name in (*known, *reported, *said)}
        self._values = {name.lower(): value for name, value in known.items()}
        self._values |= {name.lower(): value for name, value in {**reported, **said}.items()}
        self._told: dict[str, str] = {}
        self._saved: dict[str, str] | None = None
        self._local: set[str] = set()
        for name, value in asked.items():
            self._values[name.lower()] = _valid(name.lower(), value)
        self._initial = dict(self._values)

    def knows(self, name: str) -> bool:
        """Whether there is a setting of this name."""
        return name.lower() in self._values

    def spelling(self, name: str) -> str:
        """A setting's name as the server spells it."""
        return self._names.get(name.lower(), name)

    def get(self, name: str) -> str:
        """A setting's value. SqlError 42704 where there is none of this name."""
        try:
            return self._values[name.lower()]
        except KeyError:
            raise _unrecognized(name) from None

    @property
    def statement_timeout(self) -> float:
        """Seconds, infinite if it is 0."""
        milliseconds = _milliseconds(self._values.get("statement_timeout", "0"))
        return milliseconds / 1000 if milliseconds else math.inf

    def set(self, name: str, value: str, *, local: bool = False) -> None:
        """SET, or SET LOCAL, which lasts as long as the transaction."""
        key = name.lower()
        if self._strict and not self.knows(name) and "." not in name:
            raise _unrecognized(name)
        if key in _READ_ONLY:
            raise SqlError("55P02", f'parameter "{name}" cannot be changed')
        valid = _valid(key, value)
        if local and self._saved is None:
            return
        self._values[key] = valid
        (self._local.add if local else self._local.discard)(key)

    def reset(self, name: str) -> None:
        """RESET; ``all`` for every setting."""
        if name.lower() == "all":
            self._values = dict(self._initial)
        elif name.lower() in self._initial:
            self._values[name.lower()] = self._initial[name.lower()]
        elif self._values.pop(name.lower(), None) is None:
            raise _unrecognized(name)

    def news(self) -> list[tuple[str, str]]:
        """Reported settings, with the server's spelling, that changed since this was called."""
        news = []
        for key, name in self._reported.items():
            value = self._values.get(key, "")
            if self._told.get(key) != value:
                self._told[key] = value
                news.append((name, value))
        return news

    def mark(self) -> dict[str, str]:
        """The values as they are now, for ``restore``."""
        return dict(self._values)

    def restore(self, mark: dict[str, str]) -> None:
        """ROLLBACK TO SAVEPOINT: be as when ``mark`` was taken."""
        self._values = dict(mark)

    def begin(self) -> None:
        """A transaction begins: what is set from now on goes with its rollback."""
        self._saved = dict(self._values)
        self._local.clear()

    def commit(self) -> None:
        """It is over: what was SET LOCAL goes."""
        saved, self._saved = self._saved or {}, None
        for key in self._local & saved.keys():
            self._values[key] = saved[key]
        self._local.clear()

    def rollback(self) -> None:
        """It is undone: everything that was set in it goes."""
        if self._saved is not None:
            self._values, self._saved = self._saved, None
        self._local.clear()


def _unrecognized(name: str) -> SqlError:
    return SqlError("42704", f'unrecognized configuration parameter "{name}"')


def _valid(key: str, value: str) -> str:
    """The value as the server keeps it."""
    if key == "client_encoding":
        # The fake writes UTF-8 only, so it must not promise anything else.
        # Of an encoding's name only letters and digits count, on a real server too.
        if "".join(filter(str.isalnum, value)).lower() not in _UTF8:
            raise SqlError("22023", f'invalid value for parameter "client_encoding": "{value}"')
        return "UTF8"
    if key == "statement_timeout" and _milliseconds(value) is None:
        raise SqlError("22023", f'invalid value for parameter "statement_timeout": "{value}"')
    if key == "datestyle" and value.strip().upper() == "ISO":
        return "ISO, MDY"
    return value


def _milliseconds(text: str) -> float | None:
    """What a setting that is a time says; None where it says nothing of the kind."""
    said = _TIME.fullmatch(text)
    return None if said is None else int(said[1]) * _UNITS[said[2] or "ms"]
