from __future__ import annotations

import pytest

from rs_driver_fakeserver.strategies.checks import is_redshift, sizes


def test_servers() -> None:
    assert is_redshift("redshift")
    assert not is_redshift("postgres")
    with pytest.raises(ValueError, match="server= takes one of"):
        is_redshift("oracle")  # type: ignore[arg-type]


def test_sizes() -> None:
    sizes("rows", 0, 0)
    with pytest.raises(ValueError, match="from 2 to 1 rows"):
        sizes("rows", 2, 1)
    with pytest.raises(ValueError, match="at least 1"):
        sizes("rows", 0, 1, floor=1)
    with pytest.raises(TypeError, match="the number of rows is an int, not str"):
        sizes("rows", "0", 1)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="not bool"):
        sizes("rows", 0, True)
