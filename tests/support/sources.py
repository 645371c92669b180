"""The project's source files, as the tests of the house read them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
UNIT = ROOT / "tests" / "unit"


def module_name(path: Path, base: Path) -> str:
    """``base/a/b.py`` -> ``a.b``; ``base/a/__init__.py`` -> ``a``."""
    parts = path.relative_to(base).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def source_files() -> Iterator[Path]:
    """Every Python file of both packages."""
    yield from sorted(SRC.rglob("*.py"))


def source_tree() -> dict[str, str]:
    """Module name -> source text, for every module of both packages."""
    return {module_name(path, SRC): path.read_text(encoding="utf-8") for path in source_files()}
