"""What a fetched row is: a tuple, or what a row factory makes of one.

A row factory is called once a result, where its first row is fetched, with the columns. It
gives the function that makes a row of a tuple of values:

    conn.cursor(row_factory=dict_row)
    conn.cursor(row_factory=dataclass_row(User))
    conn.cursor(row_factory=lambda columns: lambda values: values[0])

What either raises leaves the fetch as it is, and no row is lost: another factory can be set
and the rows fetched again. Where a row may be None, as in the last line, ``fetchone`` cannot
tell one from the end; iteration and the other methods can.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections import Counter, namedtuple
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from rs_driver.errors import InterfaceError, ProgrammingError

__all__ = [
    "Column",
    "RowFactory",
    "RowMaker",
    "dataclass_row",
    "dict_row",
    "list_row",
    "namedtuple_row",
    "tuple_row",
]


class Column(NamedTuple):
    """One column of ``cursor.description``: PEP 249's seven.

    ``type_code``: the type's OID, which the type objects (``NUMBER`` ...) compare equal to.
    ``internal_size``: bytes of a value of fixed length, or the length declared for
    VARCHAR(n) and CHAR(n). ``precision`` and ``scale``: those declared for NUMERIC;
    ``precision`` also the digits of fractional seconds declared for a time. ``null_ok``:
    whether it may be NULL, where the server tells (Redshift does, for columns of tables).
    What is not known is None.
    """

    name: str
    type_code: int
    display_size: None
    internal_size: int | None
    precision: int | None
    scale: int | None
    null_ok: bool | None


R = TypeVar("R")
Values = tuple[Any, ...]
RowMaker = Callable[[Values], R]
RowFactory = Callable[[Sequence[Column]], RowMaker[R]]


def tuple_row(columns: Sequence[Column]) -> RowMaker[Values]:  # noqa: ARG001  (a RowFactory)
    """Rows are tuples: the default."""
    return tuple


def list_row(columns: Sequence[Column]) -> RowMaker[list[Any]]:  # noqa: ARG001  (the same)
    """Rows are lists, as AWS's driver has them."""
    return list


def dict_row(columns: Sequence[Column]) -> RowMaker[dict[str, Any]]:
    """Rows are dicts by column name. ProgrammingError where two columns share a name, as
    one of them would be lost."""
    names = _distinct(columns, "a dict")
    return lambda values: dict(zip(names, values))  # noqa: B905  (as long as the description)


def namedtuple_row(columns: Sequence[Column]) -> RowMaker[Any]:
    """Rows are named tuples. A name that is no identifier, or is there twice, becomes the
    column's number after an underscore: ``_0``."""
    names = [_as_identifier(column.name) for column in columns]
    # The names are known at run time only; neither mypy nor typing.NamedTuple has that.
    kind: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # noqa: PYI024
    make: RowMaker[Any] = kind._make
    return make


def dataclass_row(kind: type[R]) -> RowFactory[R]:
    """A factory of rows that are instances of a dataclass, made by its field names.

    ProgrammingError where the columns do not match the fields: one that is no field, a
    field without a default that is no column. InterfaceError for another kind of class.
    """
    given: object = kind
    if not (isinstance(given, type) and dataclasses.is_dataclass(given)):
        raise InterfaceError("dataclass_row takes a dataclass")
    # Its constructor knows what its fields do not: InitVar.
    fields = [field for field in inspect.signature(given).parameters.values() if _named(field)]
    known = {field.name for field in fields}
    needed = {field.name for field in fields if field.default is field.empty}

    def factory(columns: Sequence[Column]) -> RowMaker[R]:
        names = _distinct(columns, kind.__name__)
        if unknown := [name for name in names if name not in known]:
            raise ProgrammingError(f"{kind.__name__} has no field {unknown[0]!r} for that column")
        if missing := sorted(needed.difference(names)):
            raise ProgrammingError(f"no column gives {kind.__name__} its field {missing[0]!r}")
        return lambda values: kind(**dict(zip(names, values)))  # noqa: B905  (as above)

    return factory


def _named(parameter: inspect.Parameter) -> bool:
    return parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)


def _as_identifier(name: str) -> str:
    """``name`` as Python itself reads it in a program: two that look different may be one."""
    if name.isascii():
        return name
    import unicodedata

    return unicodedata.normalize("NFKC", name)


def _distinct(columns: Sequence[Column], what: str) -> list[str]:
    """The columns' names, all different."""
    names = [column.name for column in columns]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ProgrammingError(
            f"several columns are called {twice[0]!r}, of which {what} holds one only: "
            "name them apart by AS"
        )
    return names
