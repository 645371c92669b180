"""Each DuckDB type through an engine session: the name that it gets and the exact value."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

import duckdb
import pytest

from rs_driver import oids
from rs_driver_fakeserver.engine.duckdb_ import DuckDbSession
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.engine.types import mapping, oid_of, sample, settled

UTC = timezone.utc


@pytest.mark.parametrize(
    ("expression", "type_", "value"),
    [
        ("true", "bool", True),
        ("(-128)::tinyint", "int2", -128),
        ("255::utinyint", "int2", 255),
        ("(-32768)::smallint", "int2", -32768),
        ("65535::usmallint", "int4", 65535),
        ("2147483647::int", "int4", 2147483647),
        ("4294967295::uinteger", "int8", 4294967295),
        ("9223372036854775807::bigint", "int8", 2**63 - 1),
        ("18446744073709551615::ubigint", "numeric(20,0)", Decimal(2**64 - 1)),
        ("sum(9223372036854775807::bigint)", "numeric(38,0)", Decimal(2**63 - 1)),
        ("('9' || repeat('9', 37))::uhugeint", "numeric(38,0)", Decimal("9" * 38)),
        ("12.30::decimal(10,2)", "numeric(10,2)", Decimal("12.30")),
        (
            "'-0.99999999999999999999999999999999999999'::decimal(38,38)",
            "numeric(38,38)",
            Decimal("-0.99999999999999999999999999999999999999"),
        ),
        ("0.1::float4", "float4", 0.10000000149011612),
        ("0.1::float8", "float8", 0.1),
        ("'infinity'::float8", "float8", float("inf")),
        ("'größe 👋'", "varchar", "größe 👋"),
        ("'ab'::varchar(20)", "varchar", "ab"),
        ("'\\x00\\xff'::blob", "varbyte", b"\x00\xff"),
        ("'0001-01-01'::date", "date", date(1, 1, 1)),
        ("'9999-12-31'::date", "date", date(9999, 12, 31)),
        ("'23:59:59.999999'::time", "time", time(23, 59, 59, 999999)),
        ("'24:00:00'::time", "time", time()),
        ("'10:00:00+02'::timetz", "timetz", time(10, tzinfo=timezone(timedelta(hours=2)))),
        (
            "'0001-01-01 00:00:00.000001'::timestamp",
            "timestamp",
            datetime(1, 1, 1, 0, 0, 0, 1),
        ),
        (
            "'9999-12-31 23:59:59.999999'::timestamp",
            "timestamp",
            datetime(9999, 12, 31, 23, 59, 59, 999999),
        ),
        ("'2020-01-02 03:04:05'::timestamp_s", "timestamp", datetime(2020, 1, 2, 3, 4, 5)),
        (
            "'2020-01-02 03:04:05.123456000'::timestamp_ns",
            "timestamp",
            datetime(2020, 1, 2, 3, 4, 5, 123456),
        ),
        (
            "'2020-01-02 03:04:05.000006+02'::timestamptz",
            "timestamptz",
            datetime(2020, 1, 2, 1, 4, 5, 6, tzinfo=UTC),
        ),
        ("interval '-3 days 04:05:06'", "varchar", "-3 days 04:05:06"),
        ("'{\"a\": 1}'::json", "super", '{"a": 1}'),
        ("[1, null]", "super", "[1,null]"),
        ("{'a': [1]}", "super", '{"a":[1]}'),
        ("map {'k': 1}", "super", '{"k":1}'),
        (
            "'00000000-0000-0000-0000-000000000001'::uuid",
            "varchar",
            "00000000-0000-0000-0000-000000000001",
        ),
        ("'101'::bit", "varchar", "101"),
    ],
)
def test_values_are_exact(
    session: DuckDbSession, expression: str, type_: str, value: object
) -> None:
    result = session.execute(f"select {expression} as x", ())
    assert result.columns is not None
    assert [(column.name, column.type) for column in result.columns] == [("x", type_)]
    ((found,),) = result.rows
    assert found == value
    assert type(found) is type(value)


def test_timestamptz_is_aware_and_utc(session: DuckDbSession) -> None:
    ((found,),) = session.execute("select '2020-06-01 00:00:00+05'::timestamptz", ()).rows
    assert isinstance(found, datetime)
    assert found.utcoffset() == timedelta()


@pytest.mark.parametrize(
    "type_",
    "boolean int bigint hugeint decimal(9,2) float8 varchar blob date time timetz timestamp "
    "timestamptz interval int[] json".split(),
)
def test_null_is_none_in_every_type(session: DuckDbSession, type_: str) -> None:
    assert list(session.execute(f"select null::{type_}", ()).rows) == [(None,)]


@pytest.mark.parametrize(
    ("expression", "sqlstate"),
    [
        ("date 'infinity'", "22008"),
        ("date '10000-01-01'", "22008"),
        ("date '0044-03-15 (BC)'", "22008"),
        ("timestamp '-infinity'", "22008"),
        ("timestamp '10000-01-01 00:00:00'", "22008"),
        ("timestamptz 'infinity'", "22008"),
        ("170141183460469231731687303715884105727::hugeint", "22003"),
    ],
)
def test_what_python_cannot_hold_is_an_error_and_never_clamped(
    session: DuckDbSession, expression: str, sqlstate: str
) -> None:
    with pytest.raises(SqlError) as caught:
        session.execute(f"select {expression}", ())
    assert caught.value.sqlstate == sqlstate


def test_oids_of_types() -> None:
    assert oid_of("INTEGER") == oids.INT4
    assert oid_of("DECIMAL(10,2)") == oids.NUMERIC
    assert oid_of("TIMESTAMP WITH TIME ZONE") == oids.TIMESTAMPTZ
    assert oid_of("INTEGER[]") == oids.SUPER
    assert oid_of("A TYPE OF TOMORROW") == oids.VARCHAR
    assert mapping("A TYPE OF TOMORROW").fetch == "CAST({} AS VARCHAR)"


@pytest.mark.parametrize(
    ("oid", "duckdb_type"),
    [
        (oids.BOOL, "BOOLEAN"),
        (oids.INT2, "INTEGER"),
        (oids.INT4, "INTEGER"),
        (oids.INT8, "BIGINT"),
        (oids.NUMERIC, "DECIMAL(38,10)"),
        (oids.FLOAT8, "DOUBLE"),
        (oids.VARBYTE, "BLOB"),
        (oids.DATE, "DATE"),
        (oids.TIME, "TIME"),
        (oids.TIMETZ, "TIME WITH TIME ZONE"),
        (oids.TIMESTAMP, "TIMESTAMP"),
        (oids.TIMESTAMPTZ, "TIMESTAMP WITH TIME ZONE"),
        (oids.VARCHAR, "VARCHAR"),
        (oids.UNKNOWN, "VARCHAR"),
        (999_999, "VARCHAR"),
    ],
)
def test_samples_have_the_type_of_their_oid(oid: int, duckdb_type: str) -> None:
    with duckdb.connect(":memory:") as connection:
        value = sample(duckdb.Value, oid, "text")
        found = connection.execute("describe select $1", [value]).fetchall()
    assert found[0][1] == duckdb_type


@pytest.mark.parametrize(
    ("actual", "described", "found"),
    [
        ("INTEGER", "BIGINT", "BIGINT"),
        ("BIGINT", "INTEGER", "INTEGER"),
        ('"NULL"', "DATE", "DATE"),
        ("DECIMAL(3,2)", "DECIMAL(38,10)", "DECIMAL(38,10)"),
        ("VARCHAR", '"NULL"', "VARCHAR"),
        ("VARCHAR", "INTEGER", "VARCHAR"),
        ("DOUBLE", "DECIMAL(38,10)", "DOUBLE"),
        ("DATE", "DATE", "DATE"),
    ],
)
def test_a_column_keeps_to_its_description_where_nothing_is_lost(
    actual: str, described: str, found: str
) -> None:
    assert settled(actual, described) == found


def test_digits_are_not_rounded_away() -> None:
    with pytest.raises(SqlError, match="22003: numeric with 11 fractional digits"):
        settled("DECIMAL(12,11)", "DECIMAL(38,10)")
