"""Arrow, pandas, polars and numpy through the whole driver: PostgreSQL and a Redshift."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import rs_driver
from rs_driver_fakeserver import FakeServer
from support.postgres import PostgresServer

QUERY = (
    "select n, n * 0.5::float8 as half, 'text ' || n as s, date '2024-02-28' + n as d,"
    " case when n % 2 = 1 then n end as odd from generate_series(0, 999) as t(n)"
)
NAMES = ["n", "half", "s", "d", "odd"]
EVERYTHING = {
    "price": "numeric(10,2)", "doc": "super", "tz": "timestamptz", "raw": "varbyte",
    "list": "int4[]", "Upper": "varchar",
}  # fmt: skip
ROW = (
    Decimal("1.50"), '{"a":[1]}', dt.datetime(2024, 2, 29, 1, tzinfo=dt.timezone.utc), b"\xff\0",
    [1, None], "É",
)  # fmt: skip


@pytest.fixture
def connection(postgres: PostgresServer) -> Iterator[Any]:
    with rs_driver.connect(**postgres.connect_kwargs()) as connection:
        yield connection


@pytest.fixture
def redshift() -> Iterator[FakeServer]:
    with FakeServer() as server:
        server.when("select everything").returns(EVERYTHING, [ROW, (None,) * len(ROW)])
        server.when("select nothing").returns(EVERYTHING, [])
        server.when("drop it").completes("DROP TABLE")
        yield server


def executed(connection: Any, query: str = QUERY) -> Any:
    return connection.cursor().execute(query)


@pytest.mark.postgres
def test_every_way_gives_the_same(connection: Any) -> None:
    rows = executed(connection).fetchall()
    table = executed(connection).fetch_arrow_table()
    assert table.column_names == NAMES
    assert list(zip(*[column.to_pylist() for column in table.columns], strict=True)) == rows
    assert executed(connection).fetch_polars().rows() == rows
    frame = executed(connection).fetch_dataframe()
    assert [str(kind) for kind in frame.dtypes[["n", "half", "odd"]]] == [
        "int32", "float64", "Int32",
    ]  # fmt: skip
    assert frame["d"].tolist() == [row[3] for row in rows]
    array = executed(connection).fetch_numpy_array(structured=True)
    assert array["s"].tolist() == [row[2] for row in rows]
    assert array.dtype["half"] == np.float64
    plain = executed(connection).fetch_numpy_array()
    assert plain.shape == (1000, 5)


@pytest.mark.postgres
def test_in_pieces_and_by_turns(connection: Any) -> None:
    cursor = executed(connection)
    assert cursor.fetchone()[0] == 0
    assert cursor.fetch_arrow_table(3)["n"].to_pylist() == [1, 2, 3]
    assert cursor.fetch_dataframe(2)["n"].tolist() == [4, 5]
    assert cursor.fetch_polars(1)["n"].to_list() == [6]
    assert len(cursor.fetch_numpy_array(1)) == 1
    assert cursor.fetchmany(2)[0][0] == 8
    batches = list(cursor.fetch_record_batches())
    assert [batch.num_rows for batch in batches if not batch.num_rows] == []
    assert pa.Table.from_batches(batches)["n"].to_pylist() == list(range(10, 1000))
    assert cursor.fetchall() == []
    assert len(cursor.fetch_arrow_table()) == 0
    cursor.scroll(998, "absolute")
    assert cursor.fetch_arrow_table()["n"].to_pylist() == [998, 999]


@pytest.mark.postgres
def test_others_take_it_by_themselves(connection: Any) -> None:
    numbers = list(range(1000))
    assert pa.table(executed(connection))["n"].to_pylist() == numbers
    assert pl.DataFrame(executed(connection))["n"].to_list() == numbers
    summed: Any = duckdb.from_arrow(executed(connection).fetch_record_batch()).sum("n")
    assert summed.fetchall() == [(499500,)]
    if hasattr(pd.DataFrame, "from_arrow"):
        assert pd.DataFrame.from_arrow(executed(connection))["n"].tolist() == numbers


@pytest.mark.postgres
def test_a_large_result(connection: Any) -> None:
    cursor = executed(connection, "select n, repeat('x', 200) from generate_series(1, 50000) n")
    table = cursor.fetch_arrow_table()
    assert table.column(0).to_pylist() == list(range(1, 50001))
    assert table.column(1).num_chunks > 3


@pytest.mark.postgres
def test_in_asyncio(postgres: PostgresServer) -> None:
    async def talk() -> None:
        async with await rs_driver.AsyncConnection.connect(
            **postgres.connect_kwargs()
        ) as connection:
            cursor = connection.cursor()
            numbers = list(range(1000))
            await cursor.execute(QUERY)
            assert (await cursor.fetch_arrow_table(2))["n"].to_pylist() == [0, 1]
            assert (await cursor.fetch_dataframe(1))["n"].tolist() == [2]
            assert (await cursor.fetch_polars(1))["n"].to_list() == [3]
            assert (await cursor.fetch_numpy_array(1, structured=True))["n"].tolist() == [4]
            assert len(await cursor.fetch_numpy_array(1)) == 1
            assert (await cursor.fetch_dataframe(1, "plain"))["n"].tolist() == [6]
            rest = [batch async for batch in cursor.fetch_record_batches()]
            assert pa.Table.from_batches(rest)["n"].to_pylist() == numbers[7:]
            await cursor.execute(QUERY)
            assert (await cursor.fetch_record_batch()).read_all()["n"].to_pylist() == numbers

    asyncio.run(talk())


def test_types_of_redshift(redshift: FakeServer) -> None:
    with rs_driver.connect(**redshift.connect_kwargs()) as connection:
        table = executed(connection, "select everything").fetch_arrow_table()
        assert table.schema.types == [
            pa.decimal128(10, 2), pa.string(), pa.timestamp("us", "UTC"), pa.binary(),
            pa.list_(pa.int32()), pa.string(),
        ]  # fmt: skip
        assert list(table.to_pylist()[0].values()) == list(ROW)
        assert set(table.to_pylist()[1].values()) == {None}
        frame = executed(connection, "select everything").fetch_dataframe(dtype_backend="plain")
        assert list(frame.columns) == [*list(EVERYTHING)[:-1], "upper"]


def test_super_as_what_it_holds(redshift: FakeServer) -> None:
    with rs_driver.connect(**redshift.connect_kwargs()) as connection:
        table = executed(connection, "select everything").fetch_arrow_table(nested=True)
        assert table["doc"].to_pylist() == [{"a": [1]}, None]
        assert table.schema.field("doc").type == pa.struct({"a": pa.list_(pa.int64())})
        frame = executed(connection, "select everything").fetch_polars(nested=True)
        assert frame["doc"].struct.field("a").to_list() == [[1], None]
        plain = executed(connection, "select everything").fetch_arrow_table()
        assert plain["doc"].to_pylist() == ['{"a":[1]}', None]


def test_no_rows_have_types_all_the_same(redshift: FakeServer) -> None:
    with rs_driver.connect(**redshift.connect_kwargs()) as connection:
        table = executed(connection, "select nothing").fetch_arrow_table()
        assert table.schema.types[0] == pa.decimal128(10, 2)
        assert executed(connection, "select nothing").fetch_dataframe().shape == (0, 6)
        assert executed(connection, "select nothing").fetch_polars().shape == (0, 6)
        assert list(executed(connection, "select nothing").fetch_record_batches()) == []
        assert pa.table(executed(connection, "select nothing")).num_rows == 0


def test_where_there_is_no_result(redshift: FakeServer) -> None:
    with rs_driver.connect(**redshift.connect_kwargs(), autocommit=True) as connection:
        cursor = executed(connection, "drop it")
        for ask in (
            cursor.fetch_arrow_table, cursor.fetch_record_batch, cursor.fetch_record_batches,
            cursor.__arrow_c_stream__, cursor.fetch_dataframe, cursor.fetch_polars,
            cursor.fetch_numpy_array,
        ):  # fmt: skip
            with pytest.raises(rs_driver.ProgrammingError, match="no result set"):
                ask()
        with pytest.raises(rs_driver.ProgrammingError, match="dtype_backend"):
            cursor.fetch_dataframe(dtype_backend="excel")


def test_a_value_without_a_form_in_arrow_loses_nothing() -> None:
    with FakeServer() as server:
        server.when("select late").returns({"t": "time"}, [(dt.time(1),), ("24:00:00",)])
        options = {**server.connect_kwargs(), "out_of_range_dates": "text"}
        with rs_driver.connect(**options) as connection:
            cursor = executed(connection, "select late")
            with pytest.raises(rs_driver.DataError, match='column "t": the time 24:00'):
                cursor.fetch_arrow_table()
            assert cursor.fetchall() == [(dt.time(1),), ("24:00:00",)]
