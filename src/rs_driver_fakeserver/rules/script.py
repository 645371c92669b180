"""Scripted answers: the engine that returns what a test wrote down.

    script.when("select id from users where name = $1", params=["Ann"]).returns(["id"], [(7,)])
    script.when(re.compile(r"^copy ", re.I)).completes("COPY")
    script.when("select 1/0").raises("22012", "division by zero")

A text matches whatever differs only in layout, in the case of words, or in semicolons
at the end; a pattern is searched for in the SQL as it came. The newest rule that
matches answers, so that a test can override what its fixtures scripted.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence

from rs_driver import oids
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import Column, Description, Notice, Result, SqlError
from rs_driver_fakeserver.rules import checks, hints
from rs_driver_fakeserver.rules.rule import Rule
from rs_driver_fakeserver.sql.text import first_words, normalise, parameter_count
from rs_driver_fakeserver.values import infer

Columns = Mapping[str, str] | Sequence[str | Column]
"""Name to type, or names (types follow from the rows), or Column objects."""

_OPEN = (0, oids.UNKNOWN)
"""The OIDs by which a client leaves a parameter's type to the server."""


class When:
    """The first half of a rule; one of its methods gives the second half and adds the rule."""

    def __init__(
        self, script: Script, sql: str | re.Pattern[str], params: Sequence[object] | None
    ) -> None:
        if not isinstance(sql, (str, re.Pattern)):
            raise TypeError(f"a rule is about a str or a re.Pattern, not {type(sql).__name__}")
        self._script = script
        self._sql = normalise(sql) if isinstance(sql, str) else sql
        self._words = first_words(sql, 1) if isinstance(sql, str) else []
        self._params = checks.parameters(params)
        self._notices: tuple[Notice, ...] = ()

    def notices(self, *texts: str, severity: str = "NOTICE", sqlstate: str = "00000") -> When:
        """Say these before the answer, each in a NoticeResponse; the answer is to follow.

        ``severity`` may be WARNING, INFO, LOG or DEBUG, too. ValueError for what is no
        SQLSTATE.
        """
        checks.sqlstate(sqlstate)
        self._notices += tuple(Notice(text, severity, sqlstate) for text in texts)
        return self

    def returns(
        self, columns: Columns, rows: Sequence[Sequence[object]] = (), tag: str | None = None
    ) -> Rule:
        """Answer with rows. ``tag``: the command tag; by the SQL's first word if not given.

        ValueError or TypeError for columns and rows that could not be sent; the values of
        more than ``checks.MOST_ROWS`` rows are not looked at.
        """
        fixed = checks.rows(rows)
        described = _columns(columns, fixed, self._script.dialect)
        checks.values(described, fixed, self._script.dialect)
        return self._add(Result(described, fixed, tag or self._tag(len(fixed))))

    def completes(self, tag: str | None = None) -> Rule:
        """Answer without rows, by a command tag such as ``INSERT 0 3``."""
        return self._add(Result(None, (), tag or self._tag(0)))

    def raises(
        self,
        sqlstate: str,
        message: str,
        *,
        detail: str | None = None,
        hint: str | None = None,
        severity: str = "ERROR",
        position: int | None = None,
    ) -> Rule:
        """Answer with an error. ``position``: where in the SQL, in characters from 1.

        It comes when the statement runs, but for a SQLSTATE of class 42 (syntax, unknown
        names) already when it is prepared, as on a real server. ValueError for what is no
        SQLSTATE.
        """
        checks.sqlstate(sqlstate)
        return self._add(SqlError(sqlstate, message, detail, hint, severity, position))

    def _add(self, answer: Result | SqlError) -> Rule:
        rule = Rule(self._sql, self._params, answer, self._notices)
        self._script.add(rule)
        return rule

    def _tag(self, count: int) -> str:
        word = self._words[0].upper() if self._words else "SELECT"
        if word == "INSERT":
            return f"INSERT 0 {count}"
        if word in ("UPDATE", "DELETE"):
            return f"{word} {count}"
        return "SELECT" if word in ("WITH", "VALUES", "TABLE") else word


def _columns(columns: Columns, rows: Sequence[checks.Row], dialect: Dialect) -> tuple[Column, ...]:
    """The columns as Column objects. The width of every row is checked on the way."""
    if isinstance(columns, str):
        raise TypeError(f"columns are a dict or a list, such as [{columns!r}], not a str")
    checks.widths(rows, len(columns))
    if isinstance(columns, Mapping):
        return tuple(Column(name, type_name) for name, type_name in columns.items())
    return tuple(
        column
        if isinstance(column, Column)
        else infer.columns([column], [(row[at],) for row in rows], redshift=dialect.redshift)[0]
        for at, column in enumerate(columns)
    )


class Script:
    """The rules of one server, as an Engine. Rules may be added while clients are connected.

    ``dialect``: the server's; it says which types there are.
    """

    def __init__(self, dialect: Dialect | None = None) -> None:
        self.dialect = dialect or Dialect()
        self._lock = threading.Lock()
        self._rules: tuple[Rule, ...] = ()  # newest first
        self.version = 0
        """Grows with every change of the rules."""

    def when(self, sql: str | re.Pattern[str], params: Sequence[object] | None = None) -> When:
        """Begin a rule for ``sql``, run with ``params`` (None: with any)."""
        return When(self, sql, params)

    def add(self, rule: Rule) -> None:
        """Add a rule, which comes before all the others."""
        with self._lock:
            self._rules = (rule, *self._rules)
            self.version += 1

    def clear(self) -> None:
        """Forget every rule."""
        with self._lock:
            self._rules = ()
            self.version += 1

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules, newest first."""
        return self._rules

    def open_session(self, user: str, database: str) -> ScriptSession:  # noqa: ARG002  (the port)
        return ScriptSession(self)

    def close(self) -> None:
        """Nothing to release."""


class ScriptSession:
    """The rules as one client sees them; without transactions of their own.

    ``notify`` says the notices of a rule that answers.
    """

    def __init__(self, script: Script, notify: Callable[[Notice], None] | None = None) -> None:
        self._script = script
        self._notify = notify
        self._last: tuple[tuple[Rule, ...], str, list[Rule]] = ((), "", [])

    def knows(self, sql: str) -> bool:
        """Whether a rule is about ``sql``, with whatever parameters."""
        return bool(self._matching(sql))

    def _matching(self, sql: str) -> list[Rule]:
        """The rules about ``sql``; the last answer is kept, as each statement asks thrice."""
        rules = self._script.rules
        if self._last[0] is not rules or self._last[1] != sql:
            normal = normalise(sql) if rules else ""
            self._last = rules, sql, [rule for rule in rules if rule.matches(sql, normal)]
        return self._last[2]

    def describe(self, sql: str, parameter_oids: Sequence[int]) -> Description:
        rules = self._matching(sql)
        if not rules:
            raise self._unmatched(sql)
        newest = rules[0].answer
        if isinstance(newest, SqlError) and newest.sqlstate[:2] == "42":
            raise copied(newest)
        expected = next((rule.params for rule in rules if rule.params is not None), ())
        results = [rule.answer for rule in rules if isinstance(rule.answer, Result)]
        return Description(
            _resolved(sql, parameter_oids, expected, self._script.dialect),
            results[0].columns if results else None,
        )

    def expects(self, sql: str, parameters: Sequence[object]) -> Result | None:
        """What ``execute`` would answer; None where that is an error."""
        rule = self._taking(sql, parameters)
        return rule.answer if rule is not None and isinstance(rule.answer, Result) else None

    def _taking(self, sql: str, parameters: Sequence[object]) -> Rule | None:
        return next((rule for rule in self._matching(sql) if rule.takes(parameters)), None)

    def execute(
        self,
        sql: str,
        parameters: Sequence[object],
        parameter_oids: Sequence[int] = (),  # noqa: ARG002  (the port)
    ) -> Result:
        rule = self._taking(sql, parameters)
        if rule is None:
            raise self._not_taken(sql, parameters)
        if self._notify is not None:
            for notice in rule.notices:
                self._notify(notice)
        if isinstance(rule.answer, SqlError):
            raise copied(rule.answer)
        return rule.answer

    def _not_taken(self, sql: str, parameters: Sequence[object]) -> SqlError:
        rules = self._matching(sql)
        if not rules:
            return self._unmatched(sql)
        expected = "; ".join(repr(list(rule.params or ())) for rule in rules[:3])
        return SqlError(
            "XX000",
            "no rule matches the parameters of this statement",
            f"It came with {list(parameters)!r}.",
            f"There are rules for {expected}.",
        )

    def _unmatched(self, sql: str) -> SqlError:
        hint = hints.unmatched(sql, [rule.sql for rule in self._script.rules])
        return SqlError("XX000", f"no rule matches: {sql[:1000]}", hint=hint)

    def begin(self) -> None:
        """A script has nothing to roll back."""

    def commit(self) -> None:
        """As ``begin``."""

    def rollback(self) -> None:
        """As ``begin``."""

    def cancel(self) -> None:
        """Scripted answers take no time."""

    def close(self) -> None:
        """Nothing to release."""


def copied(error: SqlError) -> SqlError:
    """The error anew: raising one object twice would chain it to itself."""
    return SqlError(
        error.sqlstate,
        error.message,
        error.detail,
        error.hint,
        error.severity,
        error.position,
        error.routine,
    )


def _resolved(
    sql: str, given: Sequence[int], expected: Sequence[object], dialect: Dialect
) -> tuple[int, ...]:
    """The client's OIDs, those left open taken from the values that a rule expects."""
    count = max(parameter_count(sql), len(given))
    resolved = []
    for at in range(count):
        oid = given[at] if at < len(given) else 0
        if oid in _OPEN:
            value = expected[at] if at < len(expected) else None
            oid = infer.parameter_oid(value, redshift=dialect.redshift)
        resolved.append(oid)
    return tuple(resolved)
