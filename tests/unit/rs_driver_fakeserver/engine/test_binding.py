"""What is bound, seen by what DuckDB makes of it."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from ipaddress import ip_address

import duckdb
import pytest

from rs_driver import oids
from rs_driver.intervals import Interval, IntervalDayToSecond, IntervalYearToMonth
from rs_driver_fakeserver.engine.binding import bound
from rs_driver_fakeserver.engine.port import SqlError
from support.duckdb_versions import duckdb_2

UTC = dt.timezone.utc


@pytest.mark.parametrize(
    ("oid", "value", "type_", "text"),
    [
        (oids.INT4, 7, "INTEGER", "7"),
        (oids.INT8, 7, "BIGINT", "7"),
        (oids.NUMERIC, Decimal("1.50"), "DECIMAL(3,2)", "1.50"),
        (oids.VARCHAR, "x BC", "VARCHAR", "x BC"),
        (oids.BYTEA, b"a", "BLOB", "a"),
        (oids.DATE, dt.date(2024, 2, 29), "DATE", "2024-02-29"),
        (oids.DATE, "0044-03-15 BC", "DATE", "0044-03-15 (BC)"),
        (oids.DATE, "infinity", "DATE", "infinity"),
        (oids.TIME, "24:00:00", "TIME", "24:00:00"),
        (oids.TIMETZ, dt.time(1, tzinfo=UTC), "TIME WITH TIME ZONE", "01:00:00+00"),
        (oids.TIMESTAMP, "0044-03-15 01:02:03 BC", "TIMESTAMP", "0044-03-15 (BC) 01:02:03"),
        (
            oids.TIMESTAMPTZ,
            "10000-01-01 00:00:00+00",
            "TIMESTAMP WITH TIME ZONE",
            "10000-01-01 00:00:00+00",
        ),
        (oids.INTERVAL, dt.timedelta(1, 1), "INTERVAL", "1 day 00:00:01"),
        (oids.INTERVAL, Interval(-1, 2, 14), "INTERVAL", "1 year 2 months 2 days -00:00:00.000001"),
        (oids.INTERVALY2M, IntervalYearToMonth(-3), "INTERVAL", "-3 months"),
        (oids.VARCHAR, IntervalDayToSecond(1_000_000), "INTERVAL", "00:00:01"),
        (oids.UUID, uuid.UUID(int=7), "UUID", str(uuid.UUID(int=7))),
        (oids.SUPER, '{"a":1}', "JSON", '{"a":1}'),
        (oids.INET, ip_address("10.0.0.1"), "VARCHAR", "10.0.0.1"),
        (oids.TID, (0, 1), "VARCHAR", "(0, 1)"),
        (oids.INT4_ARRAY, [1, None], "INTEGER[]", "[1, NULL]"),
        (oids.INT8_ARRAY, [1], "BIGINT[]", "[1]"),
        (oids.INT8_ARRAY, [[1], [2]], "BIGINT[][]", "[[1], [2]]"),
        (oids.NUMERIC_ARRAY, [Decimal("1.5")], "DECIMAL(2,1)[]", "[1.5]"),
        (oids.TEXT_ARRAY, [["a"], ["b"]], "VARCHAR[][]", "[[a], [b]]"),
        (oids.DATE_ARRAY, ["0044-03-15 BC", None], "DATE[]", "['0044-03-15 (BC)', NULL]"),
        (oids.INTERVAL_ARRAY, [Interval(0, 0, 1)], "INTERVAL[]", "[1 month]"),
        pytest.param(oids.INT8_ARRAY, [], '"NULL"[]', "[]", marks=duckdb_2),
        pytest.param(oids.DATE, None, '"NULL"', None, marks=duckdb_2),
    ],
)
def test_types_and_values(oid: int, value: object, type_: str, text: str | None) -> None:
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        given = bound(duckdb.Value, value, oid)
        relation = connection.sql("select $1 as a", params=[given])
        assert [str(found) for found in relation.types] == [type_]
        ((found,),) = relation.project("CAST(a AS VARCHAR)").fetchall()
    assert found == text


@pytest.mark.parametrize("value", [Decimal("1E+38"), [Decimal("1E+38")], [[Decimal("NaN")]]])
def test_decimals_that_are_too_wide(value: object) -> None:
    oid = oids.NUMERIC if isinstance(value, Decimal) else oids.NUMERIC_ARRAY
    with pytest.raises(SqlError, match="22003"):
        bound(duckdb.Value, value, oid)
