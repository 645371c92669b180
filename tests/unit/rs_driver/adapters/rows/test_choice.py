from __future__ import annotations

import subprocess
import sys

from rs_driver.adapters.rows.choice import row_adapters
from rs_driver.adapters.rows.numpy_ import NumpyDecoder, NumpyScanner
from rs_driver.adapters.rows.struct_ import StructDecoder, StructScanner
from support.sources import SRC


def test_struct() -> None:
    scanner, decoder = row_adapters("struct")
    assert isinstance(scanner, StructScanner)
    assert isinstance(decoder, StructDecoder)


def test_numpy() -> None:
    for scanner, decoder in (row_adapters("numpy"), row_adapters("auto")):
        assert isinstance(scanner, NumpyScanner)
        assert isinstance(decoder, NumpyDecoder)


def without_numpy(program: str) -> str:
    """What ``program`` prints in an interpreter that has the standard library and us."""
    path = f"import sys; sys.path.insert(0, {str(SRC)!r})\n"
    path += "from rs_driver.adapters.rows.choice import row_adapters\n"
    done = subprocess.run(
        [sys.executable, "-S", "-c", path + program], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_auto_without_numpy() -> None:
    program = "print(*(type(adapter).__name__ for adapter in row_adapters('auto')))"
    assert without_numpy(program) == "StructScanner StructDecoder"


def test_numpy_without_numpy() -> None:
    program = "try: row_adapters('numpy')\nexcept Exception as error: print(repr(error))"
    said = without_numpy(program)
    assert said.startswith("InterfaceError")
    assert "pip install 'rs_driver[numpy]'" in said
