"""Every source module has its unit test, every unit test its source module.

``src/rs_driver/wire/buffer.py`` <-> ``tests/unit/rs_driver/wire/test_buffer.py``. Without
a twin are: ``__init__`` and ``_version`` (names only), ``__main__`` (run, not imported),
``ports`` (mypy proves them, test_ports.py) and the tests of the house, directly in
``tests/unit``.
"""

from __future__ import annotations

from pathlib import Path

from support.sources import SRC, UNIT, source_files

WITHOUT_TWIN = {"__init__", "__main__", "_version"}
PORTS = Path("rs_driver", "ports")


def twin(source: Path) -> Path:
    """The test of ``source``, both relative: ``a/_b.py`` -> ``a/test__b.py``."""
    return source.with_name(f"test_{source.name}")


def expected() -> set[Path]:
    relative = (path.relative_to(SRC) for path in source_files())
    return {
        twin(path) for path in relative if path.stem not in WITHOUT_TWIN and path.parent != PORTS
    }


def actual() -> set[Path]:
    """Tests of modules; a package's own is ``test_package.py`` in its directory."""
    tests = {path.relative_to(UNIT) for path in UNIT.rglob("test_*.py") if path.parent != UNIT}
    packages = {path for path in tests if path.name == "test_package.py"}
    assert all((SRC / path.parent / "__init__.py").is_file() for path in packages)
    return tests - packages - {PORTS / "test_ports.py"}


def test_every_module_has_a_unit_test() -> None:
    assert sorted(map(str, expected() - actual())) == []


def test_every_unit_test_has_its_module() -> None:
    assert sorted(map(str, actual() - expected())) == []


def test_the_names_are_paired_as_documented() -> None:
    assert twin(Path("rs_driver/wire/buffer.py")) == Path("rs_driver/wire/test_buffer.py")
    assert Path("rs_driver/wire/test_buffer.py") in expected()
