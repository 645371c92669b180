from __future__ import annotations

import pytest

from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import Column
from rs_driver_fakeserver.rules.columns import described, typed

REDSHIFT = Dialect()


def test_three_ways() -> None:
    rows = [(1, "x"), (None, None)]
    assert described({"n": "int8", "s": "text"}, rows, REDSHIFT) == (
        Column("n", "int8"),
        Column("s", "text"),
    )
    assert described(["n", "s"], rows, REDSHIFT) == (Column("n", "int4"), Column("s", "varchar"))
    assert described(["n", Column("s", "text")], rows, REDSHIFT)[1] == Column("s", "text")


def test_rows_must_fit() -> None:
    with pytest.raises(ValueError, match="row 1 has 2 values for 1 columns"):
        described(["n"], [(1, 2)], REDSHIFT)
    with pytest.raises(ValueError, match='row 1, column "n": int4 does not hold'):
        described({"n": "int4"}, [("x",)], REDSHIFT)
    with pytest.raises(TypeError, match="columns are a dict or a list"):
        described("n", [(1,)], REDSHIFT)


def test_without_rows_columns_need_types() -> None:
    assert typed({"n": "int8"}, REDSHIFT) == (Column("n", "int8"),)
    assert typed([Column("n", "int8")], REDSHIFT) == (Column("n", "int8"),)
    with pytest.raises(TypeError, match=r"write columns=\{'n': 'int4'\}"):
        typed([Column("m", "int8"), "n"], REDSHIFT)
    with pytest.raises(ValueError, match='type "nope" does not exist'):
        typed({"n": "nope"}, REDSHIFT)
