"""Each DuckDB type through an engine session: the name that it gets and the exact value."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest

from rs_driver import oids
from rs_driver.intervals import Interval
from rs_driver_fakeserver.engine.duckdb_ import DuckDbEngine, DuckDbSession
from rs_driver_fakeserver.engine.port import Column, SqlError
from rs_driver_fakeserver.engine.types import mapping, oid_of, settled

UTC = timezone.utc
MIDNIGHT = datetime(2020, 1, 1, tzinfo=UTC)


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
        ("interval '-3 days 04:05:06'", "interval", timedelta(-3, 14706)),
        (
            "interval '-14 months 3 days -30:00:00.5'",
            "interval",
            Interval(-108_000_500_000, 3, -14),
        ),
        ("date 'infinity'", "date", "infinity"),
        ("date '-infinity'", "date", "-infinity"),
        ("date '10000-01-01'", "date", "10000-01-01"),
        ("date '0044-03-15 (BC)'", "date", "0044-03-15 BC"),
        ("timestamp '-infinity'", "timestamp", "-infinity"),
        ("timestamp '10000-01-01 00:00:00.5'", "timestamp", "10000-01-01 00:00:00.5"),
        ("timestamptz 'infinity'", "timestamptz", "infinity"),
        (
            "timestamptz '0044-03-15 (BC) 01:02:03+00'",
            "timestamptz",
            "0044-03-15 01:02:03+00 BC",
        ),
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
    "timestamptz interval int[] json super uuid".split(),
)
def test_null_is_none_in_every_type(session: DuckDbSession, type_: str) -> None:
    assert list(session.execute(f"select null::{type_}", ()).rows) == [(None,)]


def test_a_number_too_large_is_an_error(session: DuckDbSession) -> None:
    with pytest.raises(SqlError, match="22003"):
        session.execute(f"select {2**127 - 1}::hugeint", ())


@pytest.mark.parametrize(
    ("expression", "type_", "value"),
    [
        ("[1, null]", "int4[]", [1, None]),
        ("[[1], [2]]", "int4[]", [[1], [2]]),
        ("[1, 2]::int[2]", "int4[]", [1, 2]),
        ("[date 'infinity', null]", "date[]", ["infinity", None]),
        ("[[timestamptz '2020-01-01 00:00:00+00']]", "timestamptz[]", [[MIDNIGHT]]),
        ("[interval '1 month']", "interval[]", [Interval(0, 0, 1)]),
        ("[1::hugeint, null]", "numeric(38,0)[]", [Decimal(1), None]),
        ("['\\xff'::blob]", "bytea[]", [b"\xff"]),
        ("[{'a': 1}]", "json[]", ['{"a":1}']),
        ("['101'::bit]", "varchar[]", ["101"]),
        ("null::int[]", "int4[]", None),
        ("uuid '00000000-0000-0000-0000-000000000001'", "uuid", uuid.UUID(int=1)),
        ("'a'::blob", "bytea", b"a"),
        ("'{}'::json", "json", "{}"),
        ("{'a': 1}", "json", '{"a":1}'),
    ],
)
def test_types_of_postgres(expression: str, type_: str, value: object) -> None:
    engine = DuckDbEngine(redshift=False)
    session = engine.open_session("alice", "dev")
    result = session.execute(f"select {expression} as x", ())
    assert result.columns == (Column("x", type_),)
    assert list(result.rows) == [(value,)]
    session.close()
    engine.close()


DUCKDB_TYPES = [
    *("BOOLEAN", "TINYINT", "INTEGER", "HUGEINT", "BIGNUM", "FLOAT", "DOUBLE", "DECIMAL(9,2)"),
    *("VARCHAR", '"NULL"', "BLOB", "DATE", "TIME", "TIME WITH TIME ZONE", "TIMESTAMP_NS"),
    *("TIMESTAMP WITH TIME ZONE", "INTERVAL", "JSON", "UUID", "STRUCT(a INTEGER)", "BIT"),
    *("ENUM('a', 'b')", "A TYPE OF TOMORROW"),
]


@pytest.mark.parametrize("name", DUCKDB_TYPES)
def test_every_type_and_its_lists_have_an_oid(name: str) -> None:
    assert oid_of(name) > 0
    assert oid_of(f"{name}[]") == oids.SUPER
    array = mapping(f"{name}[][3]", redshift=False).name
    assert array == f"{mapping(name, redshift=False).name}[]"
    assert oid_of(f"{name}[]", redshift=False) != oid_of(name, redshift=False) > 0


def test_oids_of_types() -> None:
    assert oid_of("INTEGER") == oids.INT4
    assert oid_of("DECIMAL(10,2)") == oids.NUMERIC
    assert oid_of("TIMESTAMP WITH TIME ZONE") == oids.TIMESTAMPTZ
    assert oid_of("INTEGER[]") == oids.SUPER
    assert oid_of("INTEGER[]", redshift=False) == oids.INT4_ARRAY
    assert oid_of("INTERVAL") == oids.INTERVAL
    assert oid_of("UUID") == oids.VARCHAR
    assert oid_of("UUID", redshift=False) == oids.UUID
    assert oid_of("A TYPE OF TOMORROW") == oids.VARCHAR
    assert mapping("A TYPE OF TOMORROW").fetch == "CAST({} AS VARCHAR)"


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
        ("INTEGER[]", "BIGINT[]", "BIGINT[]"),
        ('"NULL"[]', "DATE[]", "DATE[]"),
        ('"NULL"[][]', "DATE[]", "DATE[][]"),
        ("DECIMAL(2,1)[][]", "DECIMAL(38,10)[]", "DECIMAL(38,10)[][]"),
        ("INTEGER[]", "INTEGER", "INTEGER[]"),
        ("DOUBLE", "VARCHAR", "VARCHAR"),
        ("DOUBLE", '"NULL"', "VARCHAR"),
        ("INTEGER[]", "VARCHAR", "VARCHAR"),
        ("INTEGER", "INTEGER[]", "INTEGER"),
    ],
)
def test_a_column_keeps_to_its_description_where_nothing_is_lost(
    actual: str, described: str, found: str
) -> None:
    assert settled(actual, described) == found


def test_digits_are_not_rounded_away() -> None:
    with pytest.raises(SqlError, match="22003: numeric with 11 fractional digits"):
        settled("DECIMAL(12,11)", "DECIMAL(38,10)")
