"""Constructs that do not occur in the source at all."""

from __future__ import annotations

import ast
import struct
from pathlib import Path

import pytest

from support.gates import findings
from support.sources import SRC, source_files

FILES = {str(path.relative_to(SRC)): path for path in source_files()}

# What sslmode=require and verify-ca permit is decided in one place.
MAY_WEAKEN_TLS = {
    "rs_driver/adapters/transport/contexts.py",
    # Says whether a client of the fake server has to show a certificate.
    "rs_driver_fakeserver/certificates/tls.py",
}
# The driver writes no files; the fake server's certificates pass through OpenSSL's loader.
MAY_USE_TEMPORARY_FILES = {
    "rs_driver_fakeserver/certificates/authority.py",
    # Hands clients the root as the file that they ask for.
    "rs_driver_fakeserver/certificates/tls.py",
}


# Writes a function for rows of known columns; test_what_is_executed_is_ours says of what.
MAY_EXECUTE = {"rs_driver/adapters/rows/unrolled.py"}


@pytest.mark.parametrize("name", FILES)
def test_source_passes_the_gates(name: str) -> None:
    found = [reason for _, reason in findings(FILES[name].read_text(encoding="utf-8"))]
    allowed = ["exec() runs what it is given"] if name in MAY_EXECUTE else []
    assert found == allowed


def test_what_is_executed_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that a server or a user says of a column is in the source: not its name, not
    its type's; a codec's letter for ``struct`` is, in a format, in no code."""
    from rs_driver.adapters.rows import unrolled

    steps = [(lambda data: data, width, bytes, str, "'); import os; ('") for width in (4, 0, 8)]
    monkeypatch.setattr(struct, "Struct", lambda codes: unrolled.LENGTH)
    source = "\n".join(unrolled._Source(steps)._lines)
    assert "import" not in source
    names = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    assert {name for name in names if not name.rstrip("0123456789").isalpha()} <= {"one_by_one"}


def users_of(*words: str) -> set[str]:
    """The files in whose code (not in whose prose) one of ``words`` is a name."""

    def names(path: Path) -> set[str]:
        found: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif isinstance(node, ast.Name):
                found.add(node.id)
            elif isinstance(node, ast.alias):
                found.add(node.name)
        return found

    return {name for name, path in FILES.items() if names(path) & set(words)}


def test_tls_is_weakened_in_one_place_only() -> None:
    assert users_of("CERT_NONE", "CERT_OPTIONAL") <= MAY_WEAKEN_TLS
    assert users_of("check_hostname") <= MAY_WEAKEN_TLS


def test_the_driver_makes_no_temporary_files() -> None:
    assert [name for name in users_of("tempfile") if name.startswith("rs_driver/")] == []


@pytest.mark.parametrize(
    "source",
    [
        "eval('1')",
        "exec('x = 1')",
        "__import__(name)",
        "__import__('socket')",
        "import pickle",
        "from pickle import loads",
        "import marshal",
        "import random",
        "def f():\n    import random",
        "importlib.import_module(name)",
        "import_module(f'{name}.x')",
        "session.get(url, verify=False)",
        "ssl._create_unverified_context()",
        "subprocess.run('x', shell=True)",
        "assert x",
        "raise NotImplementedError",
        "raise NotImplementedError('later')",
        "try:\n    pass\nexcept Exception:\n    pass",
        "try:\n    pass\nexcept:\n    pass",
        "try:\n    pass\nexcept (ValueError, BaseException):\n    pass",
        "x = 1  # TODO: more",
        "x = 1  # type: ignore",
        "x = 1  # noqa",
    ],
)
def test_each_gate_closes(source: str) -> None:
    assert len(findings(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "re.compile('x')",
        "ast.literal_eval('1')",
        "import_module('numpy')",
        "import_module(f'rs_driver.{name}')",
        "session.get(url, verify=True)",
        "x = 1  # type: ignore[attr-defined]",
        "x = 1  # noqa: S101",
        "try:\n    pass\nexcept Exception:  # callbacks may raise anything\n    pass",
        "try:\n    pass\nexcept ValueError:\n    pass",
        "x = '# TODO in a string'",
    ],
)
def test_what_passes(source: str) -> None:
    assert findings(source) == []
