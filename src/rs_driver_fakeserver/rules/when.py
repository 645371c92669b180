"""The half of a rule that a test writes second: what the server says, and after how long."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import CopyIn, CopyOut, Notice, Result, SqlError
from rs_driver_fakeserver.rules import checks, copies
from rs_driver_fakeserver.rules.answers import Answer, Computed, Each, Fixed, Function, Outcome
from rs_driver_fakeserver.rules.columns import Columns, described, typed
from rs_driver_fakeserver.rules.rule import Rule

if TYPE_CHECKING:
    from typing_extensions import Self

Rows = Sequence[Sequence[object]]
Said = Notice | str | tuple[str, str]
"""A notice, its text, or its severity and its text."""


class When(ABC):
    """The first half of a rule; one of its methods gives the answer, and the rule is made.

    Bad arguments are a ValueError or a TypeError in the line that gives them.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._notices: tuple[Notice, ...] = ()
        self._delay = 0.0

    if not TYPE_CHECKING:  # where a checker says it better

        def __getattr__(self, name: str) -> object:
            if hasattr(Rule, name):
                raise AttributeError(
                    f"{name} comes after the answer: when(...).returns(...).{name}", name=name
                )
            raise AttributeError(f"a rule has no {name!r}", name=name)

    @abstractmethod
    def _add(self, answer: Answer) -> Rule:
        """Make the rule."""

    def notices(self, *texts: str, severity: str = "NOTICE", sqlstate: str = "00000") -> Self:
        """Say these before the answer, each in a NoticeResponse; the answer is to follow.

        ``severity`` may be WARNING, INFO, LOG or DEBUG, too.
        """
        said = [Notice(text, severity, sqlstate) for text in texts]
        self._notices += tuple(checks.notice(one) for one in said)
        return self

    def delays(self, seconds: float) -> Self:
        """Let time pass before the answer, which is to follow: real time for a client over TCP.

        A connection in memory lives by ``server.clock``, which is moved on at once.
        """
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
            raise TypeError(f"delays() takes seconds, not {type(seconds).__name__}")
        if not (math.isfinite(seconds) and seconds >= 0):
            raise ValueError(f"a delay is 0 or more seconds, not {seconds}")
        self._delay += seconds
        return self

    def returns(self, columns: Columns, rows: Rows = (), tag: str | None = None) -> Rule:
        """Answer with rows. ``tag``: the command tag; by the SQL's first word if not given.

        The values of more than ``checks.MOST_ROWS`` rows are not looked at.
        """
        checks.tag(tag)
        fixed = checks.rows(rows)
        found = described(columns, fixed, self._dialect)
        return self._add(Fixed(Result(found, fixed, tag or "")))

    def returns_each(
        self,
        columns: Columns | None,
        answers: Iterable[Rows | SqlError | str | None],
        tag: str | None = None,
    ) -> Rule:
        """Answer with one after the other, and then no more: the rule is used up.

        Each is the rows of one answer or an SqlError; without columns a command tag, None
        (the usual one) or an SqlError.
        """
        checks.tag(tag)
        given = checks.some(answers)
        if columns is None:
            return self._add(Each([_completion(one, tag) for one in given], None))
        rows = [
            _error(one) if isinstance(one, SqlError) else checks.rows(_rows(one)) for one in given
        ]
        every = [row for one in rows if not isinstance(one, SqlError) for row in one]
        found = described(columns, every, self._dialect)
        outcomes: list[Outcome] = [
            one if isinstance(one, SqlError) else Result(found, one, tag or "") for one in rows
        ]
        return self._add(Each(outcomes, found))

    def answers(
        self, function: Function, columns: Columns | None = None, tag: str | None = None
    ) -> Rule:
        """Answer with what ``function(call)`` gives: rows, or raise or give an SqlError.

        ``call`` has ``sql``, ``params``, ``user``, ``database``, ``connection`` and
        ``number``. ``columns`` need types, for clients that ask before they run the
        statement. Without columns the function gives a command tag or None.
        """
        if not callable(function):
            raise TypeError(f"answers() takes a function, not {type(function).__name__}")
        checks.tag(tag)
        found = None if columns is None else typed(columns, self._dialect)
        return self._add(Computed(function, found, tag or "", self._dialect))

    def completes(self, tag: str | None = None) -> Rule:
        """Answer without rows, by a command tag such as ``INSERT 0 3``."""
        checks.tag(tag)
        return self._add(Fixed(Result(None, (), tag or "")))

    def replies(self, tag: str | None = None, notices: Iterable[Said] = ()) -> Rule:
        """Answer without rows, with notices before: texts, ``("INFO", "text")`` or Notices."""
        if isinstance(notices, str):
            raise TypeError(f"notices= takes a list, such as [{notices!r}]")
        self._notices += tuple(checks.notice(said) for said in notices)
        return self.completes(tag)

    def raises(
        self,
        sqlstate: str | SqlError,
        message: str | None = None,
        *,
        detail: str | None = None,
        hint: str | None = None,
        severity: str = "ERROR",
        position: int | None = None,
    ) -> Rule:
        """Answer with an error. ``position``: where in the SQL, in characters from 1.

        It comes when the statement runs, but for a SQLSTATE of class 42 (syntax, unknown
        names) already when it is prepared, as on a real server; not so a delayed one.
        Instead of a SQLSTATE and a message it may be an SqlError.
        """
        if isinstance(sqlstate, SqlError):
            if message is not None:
                raise TypeError("raises() takes a SQLSTATE and a message, or an SqlError")
            error = sqlstate
        elif message is None:
            raise TypeError("raises() takes a message after the SQLSTATE")
        else:
            error = SqlError(sqlstate, message, detail, hint, severity, position)
        checks.error(error)
        return self._add(Fixed(error))

    def copies_in(
        self,
        columns: int = 1,
        *,
        binary: bool = False,
        tag: str | None = None,
        fails_after: SqlError | None = None,
    ) -> Rule:
        """Answer as COPY FROM STDIN: take what the client sends, see ``Rule.received``.

        ``columns``: how many. ``tag``: ``COPY n`` with the lines counted if not given.
        ``fails_after``: the error when all the data is there.
        """
        count = copies.checked_columns(columns)
        return self._add(_copy(CopyIn(count, binary, tag, fails_after)))

    def copies_out(
        self,
        data: str | bytes | Iterable[str | bytes],
        *,
        binary: bool = False,
        columns: int | None = None,
        tag: str | None = None,
        fails_after: SqlError | None = None,
    ) -> Rule:
        """Answer as COPY TO STDOUT: a text line by line, or the chunks of a list as they are.

        ``columns``: how many; as many as the first line has if not given. ``fails_after``:
        the error after the data.
        """
        found = copies.chunks(data, binary=binary)
        count = copies.column_count(found, binary=binary) if columns is None else columns
        count = copies.checked_columns(count)
        return self._add(_copy(CopyOut(found, count, binary, tag, fails_after)))


def _copy(how: CopyIn | CopyOut) -> Fixed:
    checks.tag(how.tag)
    if how.fails_after is not None:
        checks.error(how.fails_after)
    return Fixed(Result(None, (), how.tag or "COPY", how))


def _error(given: SqlError) -> SqlError:
    checks.error(given)
    return given


def _completion(given: object, tag: str | None) -> Outcome:
    if isinstance(given, SqlError):
        return _error(given)
    if given is not None and not isinstance(given, str):
        raise TypeError(
            "without columns each answer is a command tag, None or an SqlError, "
            f"not a {type(given).__name__}"
        )
    checks.tag(given)
    return Result(None, (), given or tag or "")


def _rows(given: Rows | str | None) -> Rows:
    if given is None or isinstance(given, str):
        raise TypeError("each answer is a list of rows or an SqlError, such as [[(1,)], [(2,)]]")
    return given
