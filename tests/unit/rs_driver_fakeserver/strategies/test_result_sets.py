from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver_fakeserver import FakeServer
from rs_driver_fakeserver.dialect import ServerKind
from rs_driver_fakeserver.engine.port import Column
from rs_driver_fakeserver.strategies.result_sets import ResultSet, result_sets
from support.minimal import minimal


@pytest.mark.parametrize("server", ["redshift", "postgres"])
@given(data=st.data(), beyond=st.booleans())
def test_a_rule_takes_it(server: ServerKind, data: st.DataObject, beyond: bool) -> None:
    result = data.draw(result_sets(server=server, beyond=beyond))
    FakeServer(server=server).when("select 1").returns(*result)


@given(result_sets(types=["int4"], min_columns=2, max_columns=3, min_rows=1, max_rows=2))
def test_sizes(result: ResultSet) -> None:
    assert 2 <= len(result.columns) <= 3
    assert 1 <= len(result.rows) <= 2
    assert all(len(row) == len(result.columns) for row in result.rows)


@given(result_sets(nullable=False))
def test_no_nulls(result: ResultSet) -> None:
    assert all(value is not None for row in result.rows for value in row)


def test_names_and_what_is_stored() -> None:
    zone = dt.timezone(dt.timedelta(hours=1))
    columns = (Column("a", "char(2)"), Column("a", "timetz"))
    result = ResultSet(columns, (("x", dt.time(2, tzinfo=zone)), (None, None)))
    assert result.names == ("a", "a")
    utc = dt.timezone.utc
    assert result.stored() == (("x ", dt.time(1, tzinfo=utc)), (None, None))
    assert result.stored(server="postgres")[0][1] == dt.time(2, tzinfo=zone)


def test_the_smallest() -> None:
    assert minimal(result_sets(min_columns=0)) == ((), ())


def test_bad_arguments() -> None:
    with pytest.raises(ValueError, match="rows"):
        result_sets(min_rows=2, max_rows=1)
    with pytest.raises(ValueError, match="columns"):
        result_sets(min_columns=2, max_columns=1)
