"""What no source file may contain (security goals and house style), as a checker."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator

Finding = tuple[int, str]

_MODULES = {
    "pickle": "no unpickling",
    "marshal": "no unmarshalling",
    "shelve": "no unpickling",
    "random": "random numbers come from secrets or a port",
}
_CALLS = {"eval", "exec", "__import__"}
_FIXED_IMPORT_PREFIX = "rs_driver."
_UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
_BARE_IGNORE = re.compile(r"#\s*(type:\s*ignore(?!\[)|noqa(?!:))")
_BROAD = {"Exception", "BaseException"}


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _fixed_module(argument: ast.expr | None) -> bool:
    """A constant, or an f-string below our own package."""
    if isinstance(argument, ast.JoinedStr):
        first = argument.values[0]
        return isinstance(first, ast.Constant) and str(first.value).startswith(_FIXED_IMPORT_PREFIX)
    return isinstance(argument, ast.Constant)


def _calls(node: ast.AST) -> Iterator[Finding]:
    if not isinstance(node, ast.Call):
        return
    if _called(node) in _CALLS:
        yield node.lineno, f"{_called(node)}() runs what it is given"
    attribute = node.func.attr if isinstance(node.func, ast.Attribute) else _called(node)
    if attribute == "import_module" and not _fixed_module(node.args[0] if node.args else None):
        yield node.lineno, "import_module() of a name that is not fixed"
    if attribute == "_create_unverified_context":
        yield node.lineno, "certificates are verified"
    for keyword in node.keywords:
        value = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
        if keyword.arg == "verify" and value is False:
            yield node.lineno, "certificates are verified"
        if keyword.arg == "shell" and value is True:
            yield node.lineno, "no shell"


def _imports(node: ast.AST) -> Iterator[Finding]:
    names: list[str] = []
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and not node.level:
        names = [node.module or ""]
    for name in names:
        if reason := _MODULES.get(name.split(".")[0]):
            yield node.lineno, reason  # type: ignore[attr-defined]


def _statements(node: ast.AST) -> Iterator[Finding]:
    if isinstance(node, ast.Assert):
        yield node.lineno, "assert vanishes under -O: raise instead"
    if isinstance(node, ast.Raise):
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        if isinstance(raised, ast.Name) and raised.id == "NotImplementedError":
            yield node.lineno, "nothing is left to implement later"


def _broad_excepts(node: ast.AST, lines: list[str]) -> Iterator[Finding]:
    """A broad except tells why in a comment: on its line, the one above or the one below."""
    if not isinstance(node, ast.ExceptHandler):
        return
    types = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    broad = any(
        kind is None or (isinstance(kind, ast.Name) and kind.id in _BROAD) for kind in types
    )
    near = lines[max(node.lineno - 2, 0) : node.lineno + 1]
    if broad and not any("#" in line for line in near):
        yield node.lineno, "a broad except says why in a comment"


def _comments(source: str) -> Iterator[Finding]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            if _UNFINISHED.search(token.string):
                yield token.start[0], "unfinished work goes to the tracker"
            if _BARE_IGNORE.search(token.string):
                yield token.start[0], "an ignore names what it ignores"


_CHECKS: tuple[Callable[[ast.AST], Iterator[Finding]], ...] = (_calls, _imports, _statements)


def findings(source: str) -> list[Finding]:
    """Line and reason for everything in ``source`` that must not be there."""
    lines = source.splitlines()
    found = list(_comments(source))
    for node in ast.walk(ast.parse(source)):
        for check in _CHECKS:
            found.extend(check(node))
        found.extend(_broad_excepts(node, lines))
    return sorted(found)
