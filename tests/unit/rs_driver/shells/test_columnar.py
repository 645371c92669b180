from __future__ import annotations

import sys

import pytest

from rs_driver.errors import ProgrammingError
from rs_driver.shells.columnar import at_most, checked_backend


def test_how_many_rows() -> None:
    assert at_most(None) == sys.maxsize
    assert at_most(0) == 0


def test_backends() -> None:
    for known in (None, "numpy_nullable", "pyarrow", "plain"):
        checked_backend(known)
    with pytest.raises(ProgrammingError, match="dtype_backend is one of"):
        checked_backend("arrow")
