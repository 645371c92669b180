"""SQL executed by the embedded engine, seen through whole drivers: ours and psycopg."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timezone
from decimal import Decimal
from typing import Any

import psycopg
import pytest

import rs_driver
from rs_driver_fakeserver import FakeServer

pytestmark = pytest.mark.engine

SELECT = """
select true as bool, cast(-32768 as int2) as int2, 2147483647::int4 as int4,
       cast(-9223372036854775808 as int8) as int8,
       '-12345678901234567.89'::numeric(20,2) as numeric,
       sum(9223372036854775807) as sum, 0.1::float8 as float8, 'größe' as text,
       date '0001-01-01' as date, time '23:59:59.999999' as time,
       timestamp '9999-12-31 23:59:59.999999' as timestamp,
       timestamptz '2020-06-01 12:00:00+05' as timestamptz, null as nothing
"""
ROW = (
    True,
    -32768,
    2147483647,
    -(2**63),
    Decimal("-12345678901234567.89"),
    Decimal(2**63 - 1),
    0.1,
    "größe",
    date(1, 1, 1),
    time(23, 59, 59, 999999),
    datetime(9999, 12, 31, 23, 59, 59, 999999),
    datetime(2020, 6, 1, 7, tzinfo=timezone.utc),
    None,
)


@pytest.fixture
def server() -> Iterator[FakeServer]:
    pytest.importorskip("duckdb")
    with FakeServer(engine="duckdb") as server:
        yield server


def connect(server: FakeServer) -> rs_driver.Connection:
    kwargs: dict[str, Any] = server.connect_kwargs()
    return rs_driver.connect(**kwargs)


@pytest.mark.parametrize("protocol", [0, 1, 2])
@pytest.mark.parametrize("result_format", ["text", "binary"])
def test_values_reach_our_driver(server: FakeServer, protocol: int, result_format: str) -> None:
    kwargs: dict[str, Any] = server.connect_kwargs()
    kwargs.update(client_protocol_version=protocol, result_format=result_format)
    with rs_driver.connect(**kwargs) as connection, connection.cursor() as cursor:
        cursor.execute(SELECT)
        assert cursor.fetchall() == [ROW]
        cursor.execute(SELECT + " where 1 = %s", (1,))
        assert cursor.fetchall() == [ROW]


@pytest.mark.parametrize("binary", [False, True])
def test_values_reach_psycopg(server: FakeServer, binary: bool) -> None:
    with (
        psycopg.connect(
            host=server.host, port=server.port, user="awsuser", dbname="dev", sslmode="disable"
        ) as connection,
        connection.cursor(binary=binary) as cursor,
    ):
        cursor.execute(SELECT + " where 1 = %s", (1,))
        assert cursor.fetchall() == [ROW]


def test_parameters_come_back_as_they_were(server: FakeServer) -> None:
    sent = (
        True,
        2**31 - 1,
        2**63 - 1,
        Decimal("-0.0000000001"),
        0.1,
        "ü'; --",
        date(9999, 12, 31),
        datetime(2020, 1, 1, 12, 0, 0, 1),
        datetime(2020, 1, 1, 12, 0, 0, 1, tzinfo=timezone.utc),
    )
    with connect(server) as connection, connection.cursor() as cursor:
        for value in sent:
            cursor.execute("select %s", (value,))
            assert cursor.fetchall() == [(value,)]
        cursor.execute(f"select {', '.join(['%s'] * len(sent))}", sent)
        assert cursor.fetchall() == [sent]


@pytest.mark.parametrize("result_format", ["text", "auto"])
def test_bytes_arrive_as_bytes(server: FakeServer, result_format: str) -> None:
    kwargs = {**server.connect_kwargs(), "result_format": result_format}
    with rs_driver.connect(**kwargs) as connection, connection.cursor() as cursor:
        cursor.execute("create table b (plain varbyte, sized varbyte(10))")
        cursor.execute("insert into b values (%s, %s)", (b"\0\xff", b""))
        cursor.execute("select *, octet_length(plain) from b where plain = %s", (b"\0\xff",))
        assert cursor.fetchall() == [(b"\0\xff", b"", 2)]
        cursor.execute("select %s", (b"\0\xff",))
        assert cursor.fetchall() == [(b"\0\xff",)]
        server.when("select $1::varbyte", params=[b"\0\xff"]).returns(["b"], [(b"scripted",)])
        cursor.execute("select %s::varbyte", (b"\0\xff",))
        assert cursor.fetchall() == [(b"scripted",)]


def test_a_cast_gives_a_decimal_its_scale(server: FakeServer) -> None:
    wide = Decimal("9" * 38)
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("select %s::numeric(9,2), %s::numeric(38,0)", (Decimal("1.50"), wide))
        assert [str(value) for value in cursor.fetchall()[0]] == ["1.50", str(wide)]
        with pytest.raises(rs_driver.DataError) as caught:
            cursor.execute("select %s", (wide,))
        assert caught.value.sqlstate == "22003"
        connection.rollback()


def test_a_failed_statement_and_what_it_leaves(server: FakeServer) -> None:
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("create table t (a int primary key)")
        connection.commit()
        cursor.execute("insert into t values (%s)", (1,))
        with pytest.raises(rs_driver.IntegrityError) as caught:
            cursor.execute("insert into t values (%s)", (1,))
        assert caught.value.sqlstate == "23505"
        with pytest.raises(rs_driver.InternalError) as failed:
            cursor.execute("select 1")
        assert failed.value.sqlstate == "25P02"
        connection.rollback()
        cursor.execute("select count(*) from t")
        assert cursor.fetchall() == [(0,)]
        assert [column[0] for column in cursor.description or ()] == ["count"]


def test_two_connections_are_isolated(server: FakeServer) -> None:
    with connect(server) as one, connect(server) as two:
        writer, reader = one.cursor(), two.cursor()
        writer.execute("create table t (a int)")
        one.commit()
        writer.executemany("insert into t values (%s)", [(1,), (2,)])
        assert writer.rowcount == 2
        reader.execute("select count(*) from t")
        assert reader.fetchall() == [(0,)]
        two.rollback()
        one.commit()
        reader.execute("select count(*) from t")
        assert reader.fetchall() == [(2,)]
