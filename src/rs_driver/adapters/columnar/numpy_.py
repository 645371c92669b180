"""numpy's arrays of rows, from tuples or from ``ColumnBuffer``s.

Importing this module imports numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

_KEPT = {
    "b": "?",
    "s": "i2",
    "i": "i4",
    "I": "u4",
    "l": "i8",
    "f": "f4",
    "g": "f8",
}
"""Arrow's formats to numpy's types; a column of these with a NULL, or of others, is of objects."""


def of_rows(rows: list[Any]) -> npt.NDArray[Any]:
    """An array of tuples, as AWS's driver makes it: numpy guesses one type for all, and objects
    where it cannot, as for lists of several lengths."""
    try:
        return np.array(rows)
    except ValueError:
        made = np.empty((len(rows), len(rows[0])), object)
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                made[at, column] = value
        return made


def structured(
    names: Sequence[str], formats: Sequence[str], rows: list[tuple[Any, ...]]
) -> npt.NDArray[Any]:
    """A structured array: a field for each column, named after it. ``formats``: Arrow's.

    Two columns of one name get a number behind it. Dates and timestamps are ``datetime64``
    with NaT for NULL; other columns with NULL are of objects, but floats, where it is NaN.
    """
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    pairs = zip(formats, columns, strict=True)
    kinds = [_kind(arrow, None in values) for arrow, values in pairs]
    fields = list(zip(_distinct(names), kinds, strict=True))
    made: npt.NDArray[Any] = np.empty(len(rows), np.dtype(fields))
    for (name, kind), values in zip(fields, columns, strict=True):
        if kind == "O":
            cell = np.empty(len(values), object)
            cell[:] = values
            made[name] = cell
        else:
            made[name] = np.array(values, kind)
    return made


def _kind(format: str, nulls: bool) -> str:
    if format in ("f", "g") or (format in _KEPT and not nulls):
        return _KEPT[format]
    if format == "tdD":
        return "M8[D]"
    return "M8[us]" if format == "tsu:" else "O"


def _distinct(names: Sequence[str]) -> list[str]:
    """The names, made different where they are not; numpy knows no empty ones."""
    made: list[str] = []
    for at, name in enumerate(names):
        base = name or f"f{at}"
        candidate, number = base, 1
        while candidate in made:
            number += 1
            candidate = f"{base}_{number}"
        made.append(candidate)
    return made
