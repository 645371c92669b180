"""A face that fails has fetched nothing: the rows are there for another one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

import rs_driver
from support.postgres import PostgresServer

pytestmark = pytest.mark.postgres

NAN = (
    "select n, case when n = %d then 'NaN' else n::numeric end::numeric(9, 2) x"
    " from generate_series(0, %d) n"
)
"""A result with something in it that Arrow has no form for."""
FACES = ("fetch_arrow_table", "fetch_dataframe", "fetch_polars")


@pytest.fixture
def connection(postgres: PostgresServer) -> Iterator[rs_driver.Connection]:
    with rs_driver.connect(**postgres.connect_kwargs()) as found:
        yield found


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("first", [0, 1, 4, 10])
def test_no_row_comes_twice(connection: rs_driver.Connection, face: str, first: int) -> None:
    cursor = connection.cursor()
    cursor.execute(NAN % (7, 30), ())
    assert [row[0] for row in cursor.fetchmany(first)] == list(range(first))
    if first <= 7:
        for _ in range(2):
            with pytest.raises(rs_driver.DataError, match="NaN"):
                getattr(cursor, face)()
    assert cursor.rownumber == first
    if first < 7:
        assert len(getattr(cursor, face)(2)) == 2
        first += 2
    rows = [row[0] for row in cursor.fetchall()]
    assert rows == list(range(first, 31))
    cursor.scroll(0, "absolute")
    assert [row[0] for row in cursor] == list(range(31))


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("options", [{"stream": True}, {}])
def test_nothing_is_lost_of_a_long_result(
    postgres: PostgresServer, face: str, options: dict[str, bool]
) -> None:
    with rs_driver.connect(**postgres.connect_kwargs(), result_budget=1000) as connection:
        cursor = connection.cursor(**options)
        cursor.execute(NAN % (15000, 20000), ())
        assert cursor.fetchone() == (0, Decimal("0.00"))
        with pytest.raises(rs_driver.DataError, match="NaN"):
            getattr(cursor, face)()
        assert cursor.rownumber == 1
        assert [row[0] for row in cursor.fetchall()] == list(range(1, 20001))


def test_a_closed_cursor_is_in_nobodys_way(connection: rs_driver.Connection) -> None:
    cursor = connection.cursor(stream=True)
    cursor.execute(NAN % (15000, 20000), ())
    with pytest.raises(rs_driver.DataError) as caught:
        cursor.fetch_arrow_table(15500)
    cursor.close()
    assert connection.run("select 1") == ((1,),)
    connection.rollback()
    assert caught.value.args  # the traceback still holds the rows


@pytest.mark.parametrize("rows", [2, 1000, 40000])
def test_a_cursor_that_has_given_all_is_in_nobodys_way(postgres: PostgresServer, rows: int) -> None:
    with rs_driver.connect(**postgres.connect_kwargs(), result_budget=1) as connection:
        cursor = connection.cursor(stream=True)
        cursor.execute(f"select n, repeat('x', 20) from generate_series(1, {rows}) n")
        assert len(cursor.fetchmany(rows)) == rows
        connection.rollback()
        assert cursor.fetchone() is None

    async def run() -> None:
        options = postgres.connect_kwargs()
        async with await rs_driver.AsyncConnection.connect(**options) as connection:
            cursor = connection.cursor(stream=True)
            await cursor.execute(f"select n, repeat('x', 20) from generate_series(1, {rows}) n")
            assert len(await cursor.fetchmany(rows)) == rows
            await connection.rollback()

    asyncio.run(run())


Fetch = Callable[[rs_driver.Cursor[Any]], Any]


@pytest.mark.parametrize(
    ("sql", "fetch", "error"),
    [
        ("select date '10000-01-01'", lambda it: it.fetch_dataframe(), rs_driver.DataError),
        ("select interval '1 day'", lambda it: it.fetch_polars(), rs_driver.NotSupportedError),
        (
            "select array[interval '1 day']",
            lambda it: it.fetch_polars(),
            rs_driver.NotSupportedError,
        ),
        ("select 1 a, 2 a", lambda it: it.fetch_polars(), rs_driver.ProgrammingError),
        (
            """select j::json from (values ('{"a": 1}'), ('[1]')) v(j)""",
            lambda it: it.fetch_arrow_table(nested=True),
            rs_driver.DataError,
        ),
    ],
)
def test_what_a_library_cannot_hold_is_an_error_of_ours(
    connection: rs_driver.Connection, sql: str, fetch: Fetch, error: type[Exception]
) -> None:
    connection.rollback()
    cursor = connection.cursor()
    cursor.execute(sql)
    for _ in range(2):
        with pytest.raises(error):
            fetch(cursor)
        assert cursor.rownumber == 0
    assert cursor.fetch_arrow_table().num_rows > 0


def test_lists_of_several_lengths_are_objects(connection: rs_driver.Connection) -> None:
    cursor = connection.cursor()
    cursor.execute("select array[1], 1 union all select array[1, 2], 2 order by 2")
    found = cursor.fetch_numpy_array()
    assert (found.shape, found.dtype) == ((2, 2), np.dtype(object))
    assert found[1, 0] == [1, 2]


@pytest.mark.parametrize("backend", [None, "numpy_nullable", "pyarrow", "plain"])
def test_integers_beside_null_in_a_list_keep_their_digits(
    connection: rs_driver.Connection, backend: Any
) -> None:
    cursor = connection.cursor()
    cursor.execute("select array[9007199254740993]::int8[] a union all select array[null]::int8[]")
    frame = cursor.fetch_dataframe(dtype_backend=backend)
    found = sorted((list(value) for value in frame["a"]), key=str)
    assert found == [[9007199254740993], [None]]


def test_rows_by_struct_have_no_columns_and_say_why(postgres: PostgresServer) -> None:
    with rs_driver.connect(**postgres.connect_kwargs(), rows="struct") as connection:
        cursor = connection.cursor()
        cursor.execute("select 1")
        with pytest.raises(rs_driver.InterfaceError, match="leave rows='struct' out"):
            cursor.fetch_arrow_table()
        assert cursor.fetchall() == [(1,)]
