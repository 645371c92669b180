"""Which adapters scan and decode rows: by numpy where it is installed, else by struct."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import Literal

from rs_driver.errors import InterfaceError
from rs_driver.ports.rows import RowDecoder, RowScanner


def row_adapters(choice: Literal["auto", "struct", "numpy"]) -> tuple[RowScanner, RowDecoder]:
    """The scanner and decoder for the option ``rows``.

    InterfaceError where ``numpy`` is asked for and not installed. Neither choice imports
    numpy here: that happens at the first batch of rows that is worth it.
    """
    installed = sys.modules.get("numpy") is not None or find_spec("numpy") is not None
    if choice == "numpy" and not installed:
        raise InterfaceError("rows='numpy' needs numpy: pip install 'rs_driver[numpy]'")
    if choice == "struct" or not installed:
        from rs_driver.adapters.rows.struct_ import StructDecoder, StructScanner

        return StructScanner(), StructDecoder()
    from rs_driver.adapters.rows.numpy_ import NumpyDecoder, NumpyScanner

    return NumpyScanner(), NumpyDecoder()
