"""The columns of a rule's result, from what a test writes."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Mapping, Sequence

from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import Column
from rs_driver_fakeserver.rules import checks
from rs_driver_fakeserver.values import infer

Columns = Mapping[str, str] | Sequence[str | Column]
"""Name to type, or names (types follow from the rows), or Column objects."""


def described(columns: Columns, rows: Sequence[checks.Row], dialect: Dialect) -> tuple[Column, ...]:
    """The columns as Column objects, of the types that hold ``rows``.

    ValueError or TypeError, naming row and column, for rows that do not fit or that could
    not be sent.
    """
    columns = _checked(columns)
    checks.widths(rows, len(columns))
    if isinstance(columns, Mapping):
        found = tuple(Column(name, type_name) for name, type_name in columns.items())
    else:
        found = tuple(
            column if isinstance(column, Column) else _inferred(column, at, rows, dialect)
            for at, column in enumerate(columns)
        )
    checks.values(found, rows, dialect)
    return found


def typed(columns: Columns, dialect: Dialect) -> tuple[Column, ...]:
    """The same without rows. TypeError for a column that has no type."""
    columns = _checked(columns)
    names = [] if isinstance(columns, Mapping) else [c for c in columns if isinstance(c, str)]
    if names:
        raise TypeError(
            f"rows that are not known yet give no types: write columns={{{names[0]!r}: 'int4'}}"
        )
    return described(columns, (), dialect)


def _checked(columns: Columns) -> Mapping[str, str] | list[str | Column]:
    """As a dict or a list. TypeError for what is neither, nor like a list."""
    given: object = columns
    if isinstance(given, (str, bytes, set, frozenset)) or not isinstance(given, Iterable):
        example = repr(given) if isinstance(given, str) else "'id'"
        raise TypeError(
            f"columns are a dict or a list, such as [{example}], not a {type(given).__name__}"
        )
    found = given if isinstance(given, Mapping) else list(given)
    for column in found:
        if not isinstance(column, (str, Column)):
            raise TypeError(
                f"{reprlib.repr(column)} is no name of a column; "
                'the columns come before the rows, as in returns(["id"], [(7,)])'
            )
        checks.text("the name of a column", column.name if isinstance(column, Column) else column)
    for type_name in found.values() if isinstance(found, Mapping) else ():
        if not isinstance(type_name, str):
            raise TypeError(f"{type_name!r} is no SQL type, such as 'int4' or 'varchar(20)'")
    return found


def _inferred(name: str, at: int, rows: Sequence[checks.Row], dialect: Dialect) -> Column:
    values = [(row[at],) for row in rows]
    return infer.columns([name], values, redshift=dialect.redshift)[0]
