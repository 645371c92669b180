"""Columns of results: names that need not be words, or differ, and types of all kinds."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from rs_driver_fakeserver.dialect import ServerKind
from rs_driver_fakeserver.engine.port import Column
from rs_driver_fakeserver.strategies.checks import is_redshift, sizes
from rs_driver_fakeserver.strategies.texts import names
from rs_driver_fakeserver.strategies.values import resolved, type_names

_NAME_BYTES = {"redshift": 127, "postgres": 63}


def column_names(*, server: ServerKind = "redshift") -> st.SearchStrategy[str]:
    """Names that a server may give a column: with quotes, blanks, placeholders, of any script,
    reserved words, empty, as long as can be."""
    is_redshift(server)
    return names(_NAME_BYTES[server])


def columns(
    *,
    server: ServerKind = "redshift",
    types: Sequence[str] | None = None,
    min_size: int = 1,
    max_size: int = 6,
) -> st.SearchStrategy[tuple[Column, ...]]:
    """The columns of a result, as ``Column`` objects: a name may come more than once.

    ``types``: the names of the types to choose from, any that the server has if not given.
    ValueError for a type that there is not.
    """
    sizes("columns", min_size, max_size)
    redshift = is_redshift(server)
    if types is None:
        kinds = type_names(server=server)
    else:
        if isinstance(types, str):
            raise TypeError(f"types= takes a list, such as [{types!r}], not a str")
        for name in types:
            resolved(name, redshift=redshift)
        kinds = st.sampled_from(list(types))
    return _columns(column_names(server=server), kinds, min_size, max_size)


@st.composite
def _columns(
    draw: st.DrawFn,
    fresh: st.SearchStrategy[str],
    kinds: st.SearchStrategy[str],
    min_size: int,
    max_size: int,
) -> tuple[Column, ...]:
    found: list[Column] = []
    for kind in draw(st.lists(kinds, min_size=min_size, max_size=max_size)):
        taken = [column.name for column in found]
        name = draw(fresh | st.sampled_from(taken) if taken else fresh)
        found.append(Column(name, kind))
    return tuple(found)
