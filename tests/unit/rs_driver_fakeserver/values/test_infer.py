from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from ipaddress import ip_address, ip_interface

import pytest

from rs_driver import oids
from rs_driver.intervals import Interval, IntervalDayToSecond, IntervalYearToMonth
from rs_driver_fakeserver.engine.port import Column
from rs_driver_fakeserver.values.infer import column_type, columns, parameter_oid

UTC = dt.timezone.utc


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], "varchar"),
        ([1, -(2**31)], "int4"),
        ([1, 2**31], "int8"),
        ([2**63], "numeric(38,0)"),
        ([1, Decimal("1.25")], "numeric(38,2)"),
        ([Decimal("1E+5")], "numeric(38,0)"),
        ([1, 1.5], "float8"),
        ([True], "bool"),
        (["a"], "varchar"),
        ([b"a"], "varbyte"),
        ([dt.date(2024, 1, 1)], "date"),
        ([dt.datetime(2024, 1, 1)], "timestamp"),
        ([dt.datetime(2024, 1, 1, tzinfo=UTC)], "timestamptz"),
        ([dt.time(1)], "time"),
        ([dt.time(1, tzinfo=UTC)], "timetz"),
        ([uuid.UUID(int=1)], "uuid"),
        ([{}, []], "super"),
        ([bytearray(b"a"), memoryview(b"a")], "varbyte"),
        ([dt.timedelta(1), Interval(0, 0, 1)], "interval"),
        ([IntervalYearToMonth(1)], "intervaly2m"),
        ([IntervalDayToSecond(1)], "intervald2s"),
        ([ip_address("::1"), ip_interface("10.0.0.1/8")], "inet"),
    ],
)
def test_column_types(values: list[object], expected: str) -> None:
    assert column_type(values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([b"a"], "bytea"),
        ([{}], "jsonb"),
        ([IntervalYearToMonth(1), dt.timedelta(1)], "interval"),
        ([[1, None], [[2**40]]], "int8[]"),
        ([["a"]], "varchar[]"),
        ([[]], "varchar[]"),
        ([[uuid.UUID(int=1)]], "uuid[]"),
    ],
)
def test_column_types_of_postgres(values: list[object], expected: str) -> None:
    assert column_type(values, redshift=False) == expected


def test_lists_that_are_no_arrays() -> None:
    for values in ([[1, "a"]], [[1], [[1], 2]], [[1], "a"]):
        with pytest.raises(ValueError, match=r"no column type|array"):
            column_type(values, redshift=False)


@pytest.mark.parametrize("values", [[1, "a"], [True, 1], [1.5, Decimal(1)], [object()]])
def test_values_of_no_common_type(values: list[object]) -> None:
    with pytest.raises(ValueError, match="no column type"):
        column_type(values)


def test_columns_skip_nulls() -> None:
    rows = [(None, "a", None), (7, None, None)]
    assert columns(["n", "s", "x"], rows) == (
        Column("n", "int4"),
        Column("s", "varchar"),
        Column("x", "varchar"),
    )


@pytest.mark.parametrize(
    ("value", "oid"),
    [
        (None, oids.TEXT),
        (7, oids.INT4),
        (2**40, oids.INT8),
        (2**70, oids.NUMERIC),
        ("a", oids.TEXT),
        (b"a", oids.BYTEA),
        (dt.date(2024, 1, 1), oids.DATE),
        ({}, oids.TEXT),
        ([1, 2], oids.INT4_ARRAY),
        ([["a"]], oids.VARCHAR_ARRAY),
        ([object()], oids.TEXT),
        (object(), oids.TEXT),
        (dt.timedelta(1), oids.INTERVAL),
        (IntervalYearToMonth(1), oids.INTERVALY2M),
        (dt.time(1, tzinfo=UTC), oids.TIMETZ),
        (uuid.UUID(int=1), oids.UUID),
        (ip_address("::1"), oids.INET),
    ],
)
def test_parameter_oids(value: object, oid: int) -> None:
    assert parameter_oid(value) == oid


def test_parameter_oids_of_postgres() -> None:
    assert parameter_oid(IntervalYearToMonth(1), redshift=False) == oids.INTERVAL
    assert parameter_oid({}, redshift=False) == oids.TEXT


def test_a_column_without_a_type_is_named() -> None:
    with pytest.raises(ValueError, match='column "s": no column type holds int4, varchar'):
        columns(["n", "s"], [(1, 1), (2, "x")])
