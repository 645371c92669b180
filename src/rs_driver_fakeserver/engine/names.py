"""The names of a result's columns as PostgreSQL and Redshift give them.

DuckDB calls a column that nobody named by its expression: ``count_star()``,
``CAST(a AS VARCHAR)``, ``(a + 1)``. Redshift calls it by its function (``count``), by
the column that is cast (``a``), or ``?column?``. Only the parse tree can tell a name
that somebody wrote from one that DuckDB made up, so DuckDB is asked for the tree
(``json_serialize_sql``), and only where a name does not look like a written one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

__all__ = ["ANONYMOUS", "redshift_names"]

ANONYMOUS: Final = "?column?"

_PLAIN: Final = re.compile(r"[a-z_][a-z0-9_]*")
_WRITTEN: Final = re.compile(r"(?!col\d+$)[a-z_][a-z0-9_]*")  # col0 is a column of VALUES
_OPERATORS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "OPERATOR_COALESCE": "coalesce",
        "OPERATOR_NULLIF": "nullif",
        "OPERATOR_TRY": "try",
    }
)
# What DuckDB's parser turns a function into, back to what was written.
_FUNCTIONS: Final[Mapping[str, str]] = MappingProxyType({"count_star": "count"})

Node = dict[str, Any]


def redshift_names(
    names: Sequence[str], types: Sequence[str], tree: Callable[[], Node | None]
) -> list[str]:
    """``names`` with those replaced that DuckDB made up.

    ``types`` are the columns' Redshift types. ``tree`` gives the statement's parse tree
    as ``json_serialize_sql`` writes it, or None where there is none.
    """
    if all(_WRITTEN.fullmatch(name) for name in names):
        return list(names)
    node = tree()
    expressions = _select_list(node) if node else None
    if expressions is None:
        return list(names)
    if _is_values(node):
        return [f"column{number}" for number in range(1, len(names) + 1)]
    return [
        _name(expression, type_) or name
        for name, type_, expression in zip(
            names, types, _aligned(expressions, len(names)), strict=True
        )
    ]


def _select_list(node: Node | None) -> list[Node] | None:
    """The expressions of the SELECT that names the columns: the first one of a UNION."""
    while node is not None and node.get("type") != "SELECT_NODE":
        children = node.get("children") or [node.get("left") or node.get("child")]
        node = children[0]
    return None if node is None else node.get("select_list")


def _is_values(node: Node | None) -> bool:
    source = (node or {}).get("from_table") or {}
    return source.get("type") == "EXPRESSION_LIST" and source.get("alias") == "valueslist"


def _aligned(expressions: list[Node], width: int) -> list[Node]:
    """One expression for each column: a star is repeated until it fills its place.

    With two stars nobody knows where the one ends, so all between them count as stars.
    """
    stars = [place for place, found in enumerate(expressions) if found.get("class") == "STAR"]
    if not stars:
        return (expressions + [{}] * width)[:width]
    before, after = expressions[: stars[0]], expressions[stars[-1] + 1 :]
    return before + [{}] * (width - len(before) - len(after)) + after


def _name(expression: Node, type_: str) -> str | None:
    """The name for an expression; None to keep the one that it has."""
    if not expression or expression.get("alias"):
        return None
    match expression["class"]:
        case "COLUMN_REF" | "STAR":
            return None
        case "CAST":
            inner = _name(expression["child"], type_)
            column = (expression["child"].get("column_names") or [None])[-1]
            return column or (inner if inner not in (None, ANONYMOUS) else _bare(type_))
        case "FUNCTION" | "WINDOW":
            return _function_name(expression)
        case "CASE":
            return "case"
        case "OPERATOR":
            return _OPERATORS.get(expression["type"], ANONYMOUS)
        case "SUBQUERY":
            return _subquery_name(expression, type_)
        case _:
            return ANONYMOUS


def _function_name(expression: Node) -> str:
    name = str(expression.get("function_name", "")).lower()
    if expression.get("is_operator") or not _PLAIN.fullmatch(name):
        return ANONYMOUS
    return _FUNCTIONS.get(name, name)


def _subquery_name(expression: Node, type_: str) -> str | None:
    if expression.get("subquery_type") == "EXISTS":
        return "exists"
    inner = _select_list((expression.get("subquery") or {}).get("node"))
    if expression.get("subquery_type") != "SCALAR" or not inner:
        return ANONYMOUS
    columns = inner[0].get("column_names") or [None]
    return inner[0].get("alias") or columns[-1] or _name(inner[0], type_) or ANONYMOUS


def _bare(type_: str) -> str:
    """``numeric(10,2)`` without its precision."""
    return type_.partition("(")[0]
