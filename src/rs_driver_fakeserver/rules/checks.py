"""What is wrong with a scripted rule, said in the test's own line and not at the client."""

from __future__ import annotations

import decimal
import re
import reprlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import Column, Notice, SqlError
from rs_driver_fakeserver.values.encode import UNFIT
from rs_driver_fakeserver.values.encode_text import encoder
from rs_driver_fakeserver.values.limits import exceeded
from rs_driver_fakeserver.values.types import WireType, resolve, similar

Row = tuple[object, ...]
_T = TypeVar("_T")

MOST_ROWS = 10_000
"""The values of a longer result are not looked at when the rule is made."""

_SQLSTATE = re.compile(r"[0-9A-Z]{5}")
_SEVERITY = re.compile(r"WARNING|NOTICE|INFO|LOG|DEBUG[1-5]?")
_OF_ERRORS = ("ERROR", "FATAL", "PANIC")
_NO_ROWS = (str, bytes, bytearray, Mapping, set, frozenset)
"""What has values to iterate over, but not those of a row, or not in their order."""


def sqlstate(code: str) -> None:
    """ValueError for what is no SQLSTATE."""
    text("a SQLSTATE", code)
    if not _SQLSTATE.fullmatch(code):
        raise ValueError(f"{code!r} is not a SQLSTATE: five of 0-9 and A-Z, such as '42P01'")


def severity(word: str) -> None:
    """ValueError for what is no severity of a notice."""
    if not _SEVERITY.fullmatch(word):
        raise ValueError(
            f"{word!r} is no severity of a notice: WARNING, NOTICE, INFO, LOG, DEBUG; "
            'Notice("text", "INFO") has its text first'
        )


def text(what: str, value: object) -> None:
    """TypeError for what is no str, ValueError for one that the protocol cannot send."""
    if not isinstance(value, str):
        raise TypeError(f"{what} is a str, not {type(value).__name__}")
    if "\0" in value:
        raise ValueError(f"{what} ends at a NUL character on the wire: {reprlib.repr(value)}")


def tag(given: object) -> None:
    """TypeError, ValueError for what is no command tag, nor None."""
    if given is not None:
        text("a command tag, such as 'INSERT 0 3',", given)


def error(given: SqlError) -> None:
    """TypeError, ValueError for an error that could not be sent."""
    sqlstate(given.sqlstate)
    text("the message of an error", given.message)
    for what, value in (("detail", given.detail), ("hint", given.hint)):
        if value is not None:
            text(f"the {what} of an error", value)
    if given.severity not in _OF_ERRORS:
        raise ValueError(f"{given.severity!r} is no severity of an error: {', '.join(_OF_ERRORS)}")
    position: object = given.position
    if position is not None and (isinstance(position, bool) or not isinstance(position, int)):
        raise TypeError(f"position= takes a number of characters, not {type(position).__name__}")
    if given.position is not None and given.position < 1:
        raise ValueError(f"position= counts characters from 1, not {given.position}")


def notice(said: Notice | str | tuple[str, str]) -> Notice:
    """A notice, from its text, or from its severity and its text."""
    if isinstance(said, str):
        said = Notice(said)
    elif isinstance(said, tuple):
        said = _pair(said)
    if not isinstance(said, Notice):
        raise TypeError(f"a notice is a Notice or a str, not {type(said).__name__}")
    text("a notice", said.message)
    severity(said.severity)
    sqlstate(said.sqlstate)
    return said


def _pair(said: tuple[object, ...]) -> Notice:
    match said:
        case (str() as word, str() as text):
            return Notice(text, word)
    raise ValueError(f'a notice is a pair such as ("INFO", "text"), not {said!r}')


def some(given: Iterable[_T]) -> list[_T]:
    """What comes one after the other. TypeError for a text and for one error, ValueError for
    nothing at all."""
    if isinstance(given, _NO_ROWS) or not isinstance(given, Iterable):
        raise TypeError(f"answers are a list, one for each run, not a {type(given).__name__}")
    found = list(given)
    if not found:
        raise ValueError("there must be an answer at least")
    return found


def parameters(params: Sequence[object] | None) -> Row | None:
    """``params`` as a tuple; TypeError for a str or a dict, which look like sequences."""
    if params is None:
        return None
    if isinstance(params, _NO_ROWS) or not isinstance(params, Iterable):
        raise TypeError(f"params= takes a list such as [7, 'Ann'], not {type(params).__name__}")
    return tuple(params)


def rows(given: Iterable[Sequence[object]]) -> tuple[Row, ...]:
    """The rows as tuples. TypeError for a row that is none, such as a dict or a bare value."""
    if isinstance(given, _NO_ROWS) or not isinstance(given, Iterable):
        raise TypeError(f"rows are a list of tuples, not a {type(given).__name__}")
    return tuple(_row(row, number) for number, row in enumerate(given, 1))


def _row(row: Sequence[object], number: int) -> Row:
    if isinstance(row, _NO_ROWS) or not isinstance(row, Iterable):
        raise TypeError(
            f"row {number} is a {type(row).__name__}: "
            "write a row as a tuple with a value for each column, in their order, such as (7,)"
        )
    return tuple(row)


def widths(given: Sequence[Row], count: int) -> None:
    """ValueError for a row that has not ``count`` values."""
    for number, row in enumerate(given, 1):
        if len(row) != count:
            raise ValueError(f"row {number} has {len(row)} values for {count} columns")


def values(columns: Sequence[Column], given: Sequence[Row], dialect: Dialect) -> None:
    """ValueError, naming row and column, for a type or a value that cannot be sent."""
    problems = [_problems(column, dialect) for column in columns]
    for number, row in enumerate(given if len(given) <= MOST_ROWS else (), 1):
        for column, problem_with, value in zip(columns, problems, row, strict=True):
            if value is not None and (problem := problem_with(value)):
                raise ValueError(f'row {number}, column "{column.name}": {column.type} {problem}')


def _problems(column: Column, dialect: Dialect) -> Callable[[object], str]:
    """What says why a value of this column cannot be sent; empty if it can."""
    wire_type = _resolved(column, dialect)
    encode = encoder(wire_type, dialect)

    def problem_with(value: object) -> str:
        try:
            why = exceeded(wire_type, value, encode(value), redshift=dialect.redshift)
        except UNFIT as error:
            signal = isinstance(error, decimal.DecimalException)  # its text is a list of classes
            why = type(error).__name__ if signal else str(error)
        return f"does not hold {reprlib.repr(value)} ({why})" if why else ""

    return problem_with


def _resolved(column: Column, dialect: Dialect) -> WireType:
    try:
        return resolve(column.type, redshift=dialect.redshift)
    except SqlError as error:
        near = similar(column.type, redshift=dialect.redshift)
        hint = f"; near it: {', '.join(near)}" if error.sqlstate == "42704" and near else ""
        server = "Redshift" if dialect.redshift else "PostgreSQL"
        raise ValueError(f'column "{column.name}": {error.message} on {server}{hint}') from error
