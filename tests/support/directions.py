"""Which module may import which: the direction rules of docs/adr/0001 as a checker.

``violations(tree)`` takes module names with their sources, so that it can be tried on
planted trees. Every import counts: at the top, inside functions, under TYPE_CHECKING,
relative ones, and ``import_module("constant")``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

CORE: tuple[tuple[str, ...], ...] = (
    ("oids", "_version", "excerpt"),
    ("errors",),
    ("intervals", "rows"),
    ("config",),
    ("wire",),
    ("ports",),
    ("domain",),
    ("metadata", "bulk"),
    ("shells",),
)
"""Lowest first. A part imports itself and the rows above its own."""

ADAPTERS_MAY = {"oids", "errors", "intervals", "wire", "ports"}
ROOTS: tuple[tuple[str, ...], ...] = (
    ("_wiring",),
    ("dbapi", "asyncapi", "codecs", "constructors", "hooks"),
    ("pool", "asyncpool"),
    ("", "otel", "plugin", "sqlalchemy", "compat", "__main__"),
)
"""Above the core and the adapters, lowest first; "" is ``rs_driver/__init__``."""

FACADES = {"codecs", "hooks", "plugin"}
"""Public names of adapters and ports, for users; nothing else is in them."""

SANS_IO = {"wire", "ports", "domain", "metadata", "bulk"}
OUTSIDE_WORLD = set(
    "socket ssl select selectors asyncio threading concurrent queue subprocess signal "
    "time random secrets urllib http requests boto3 botocore lxml numpy pandas pyarrow polars "
    "scramp duckdb".split()
)
"""What ``SANS_IO`` parts may not import: I/O, waiting, time, randomness, heavy packages."""

TEST_ONLY = {"rs_driver_fakeserver", "pytest", "hypothesis", "psycopg", "pg8000", "asyncpg"}
FAKE_SERVER_MAY = {"wire", "ports", "errors", "oids", "intervals"}
FAKE_SERVER_FRONTS = {
    "rs_driver_fakeserver.pytest_plugin",
    "rs_driver_fakeserver.__main__",
    "rs_driver_fakeserver.conformance",
}
"""What may import the public ``rs_driver``, inside of functions: what users see of the fake
server, and the suites that try a user's adapter with the whole driver above it. A package
stands for its modules."""


@dataclass(frozen=True)
class Import:
    """One imported module and where; ``lazy`` means inside a function."""

    target: str
    line: int
    lazy: bool


def _targets(node: ast.AST, package: str, known: Iterable[str]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*above, *([base] if base else [])])
        for alias in node.names:
            submodule = f"{base}.{alias.name}"
            yield submodule if submodule in known else base
    elif isinstance(node, ast.Call) and isinstance(node.func, (ast.Name, ast.Attribute)):
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        first = node.args[0] if node.args else None
        if name in ("import_module", "__import__") and isinstance(first, ast.Constant):
            yield str(first.value)


def imports_of(module: str, source: str, known: Iterable[str]) -> list[Import]:
    """Everything that ``module`` imports. ``known`` tells submodules from other names."""
    is_package = any(name.startswith(f"{module}.") for name in known)
    package = module if is_package else module.rpartition(".")[0]
    found: list[Import] = []

    def visit(node: ast.AST, lazy: bool) -> None:
        for child in ast.iter_child_nodes(node):
            line = getattr(child, "lineno", 0)
            found.extend(Import(target, line, lazy) for target in _targets(child, package, known))
            visit(child, lazy or isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)))

    visit(ast.parse(source), lazy=False)
    return found


def _part(module: str) -> str:
    """``rs_driver.wire.buffer`` -> ``wire``; ``rs_driver`` -> ``""``."""
    return [*module.split("."), ""][1]


def _rank(part: str, rows: tuple[tuple[str, ...], ...]) -> int | None:
    return next((rank for rank, row in enumerate(rows) if part in row), None)


def _family(module: str) -> str:
    """The adapter family: ``rs_driver.adapters.auth.scram`` -> ``auth``."""
    return [*module.split("."), "", ""][2]


def _within_driver(importer: str, target: str) -> str | None:
    """Why ``importer`` may not import ``target``, both of rs_driver; None if it may."""
    part, wanted = _part(importer), _part(target)
    if wanted == "compat" and part != "compat":
        return "nothing imports compat"
    if part == "adapters":
        same = wanted == "adapters" and _family(target) in ("", _family(importer))
        return None if same or wanted in ADAPTERS_MAY else "adapters import ports and wire values"
    rank, wanted_rank = _rank(part, CORE), _rank(wanted, CORE)
    if rank is not None:
        allowed = wanted == part or (wanted_rank is not None and wanted_rank < rank)
        return None if allowed else f"{part} is below {wanted or 'rs_driver itself'}"
    root_rank, wanted_root = _rank(part, ROOTS), _rank(wanted, ROOTS)
    if root_rank is None:
        return f"{part} is not on the layer map: add it to tests/support/directions.py"
    if wanted_root is not None and wanted_root > root_rank:
        return f"{part} is below {wanted or 'rs_driver itself'}"
    if wanted == "adapters" and part not in ("_wiring", *FACADES):
        return "only _wiring and the public names of adapters see them"
    if part in FACADES and wanted in ("domain", "shells"):
        return f"{part} is a list of public names of adapters: it sees no {wanted}"
    return None


def _why_not(importer: str, found: Import) -> str | None:
    target, top = found.target, found.target.partition(".")[0]
    if importer.partition(".")[0] == "rs_driver":
        if top in TEST_ONLY:
            return "the driver does not know its tests"
        if top == "rs_driver":
            return _within_driver(importer, target)
        if _part(importer) in SANS_IO and top in OUTSIDE_WORLD:
            return f"{_part(importer)} is sans-I/O"
        return None
    if top != "rs_driver" or _part(target) in FAKE_SERVER_MAY:
        return None
    if _is_front(importer) and found.lazy and target == "rs_driver":
        return None
    return "the fake server shares wire, ports, errors and oids, nothing else"


def _is_front(module: str) -> bool:
    return any(f"{module}.".startswith(f"{front}.") for front in FAKE_SERVER_FRONTS)


def violations(tree: Mapping[str, str], of: Iterable[str] | None = None) -> list[str]:
    """Each import against the rules as ``module:line: target: reason``.

    ``of`` names the modules to look at; all of the tree by default.
    """
    return [
        f"{module}:{found.line}: {found.target}: {reason}"
        for module in (tree if of is None else of)
        for found in imports_of(module, tree[module], tree)
        if (reason := _why_not(module, found))
    ]
