"""Five days of flights out of New York, by way of rs_driver.

    python examples/demo.py

needs no server: it starts one in this process (a fake Redshift with DuckDB inside), loads
the CSV files of examples/data, and asks them questions. The same script on a cluster,
where it makes temporary tables only and leaves nothing behind:

    python examples/demo.py --dsn redshift://user:password@host:5439/database

RS_DRIVER_DEMO_DSN in the environment does the same and keeps the password out of the
list of processes.
"""

from __future__ import annotations

import argparse
import csv
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import Any

import rs_driver
from rs_driver_fakeserver import FakeServer

DATA = Path(__file__).parent / "data"

# Table -> column -> SQL type. Columns of the files that nobody asks about are left out.
TABLES = {
    "airlines": {"carrier": "varchar(2)", "name": "varchar(40)"},
    "airports": {"faa": "varchar(3)", "name": "varchar(60)", "lat": "numeric(11,8)"},
    "planes": {"tailnum": "varchar(6)", "year": "int", "manufacturer": "varchar(40)"},
    "weather": {"origin": "varchar(3)", "time_hour": "timestamptz", "wind_gust": "float8"},
    "flights": {
        "carrier": "varchar(2)",
        "flight": "int",
        "tailnum": "varchar(6)",
        "origin": "varchar(3)",
        "dest": "varchar(3)",
        "dep_delay": "int",
        "distance": "int",
        "time_hour": "timestamptz",
    },
}


def main() -> None:
    parser = argparse.ArgumentParser(description="rs_driver on real data")
    parser.add_argument(
        "--dsn",
        default=os.environ.get("RS_DRIVER_DEMO_DSN"),
        help="redshift://user:password@host:5439/database (default: an embedded fake server)",
    )
    with connection(parser.parse_args().dsn) as conn, conn.cursor() as cur:
        load(cur)
        conn.commit()
        joins_and_aggregates(cur)
        parameters(cur)
        types(cur)
        transactions(conn, cur)
        errors(conn, cur)
    print("\nOn a cluster: python examples/demo.py --dsn redshift://user:password@host:5439/db")


@contextmanager
def connection(dsn: str | None) -> Iterator[rs_driver.Connection]:
    """A connection to the server of ``dsn``, or to a fake one that lives as long as it does."""
    if dsn:
        with rs_driver.connect(dsn=dsn) as conn:
            yield conn
        return
    with (
        FakeServer(engine="duckdb") as server,
        rs_driver.connect(**server.connect_kwargs()) as conn,
    ):
        yield conn


def load(cur: rs_driver.Cursor) -> None:
    title("Load the CSV files")
    start = perf_counter()
    for table, columns in TABLES.items():
        definition = ", ".join(f"{name} {type_}" for name, type_ in columns.items())
        cur.execute(f"create temp table {table} ({definition})")
        rows = list(read(DATA / f"{table}.csv", columns))
        insert(cur, table, rows)
        print(f"{table:10}{len(rows):6} rows")
    print(f"in {perf_counter() - start:.1f} seconds")


def read(path: Path, columns: dict[str, str]) -> Iterator[list[Any]]:
    """The rows of a CSV file as Python values of the columns' types; None where it is empty."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield [value(row[name], type_) for name, type_ in columns.items()]


def value(text: str, type_: str) -> Any:
    if not text:
        return None
    if type_ == "timestamptz":
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")
    kind = {"int": int, "float8": float, "numeric": Decimal}.get(type_.partition("(")[0], str)
    return kind(text)


def insert(cur: rs_driver.Cursor, table: str, rows: Sequence[Sequence[Any]]) -> None:
    """Many rows with each INSERT: a statement has its price, above all on a cluster."""
    marks = "(" + ", ".join(["%s"] * len(rows[0])) + ")"
    for start in range(0, len(rows), 100):
        chunk = rows[start : start + 100]
        values = [value for row in chunk for value in row]
        cur.execute(f"insert into {table} values {', '.join([marks] * len(chunk))}", values)


def joins_and_aggregates(cur: rs_driver.Cursor) -> None:
    title("Which airlines leave late?")
    cur.execute("""
        select a.name as airline, count(*) as flights, sum(f.distance) as miles,
               cast(avg(f.dep_delay * 1.0) as numeric(6, 2)) as minutes_late
        from flights f join airlines a on a.carrier = f.carrier
        group by a.name order by minutes_late desc limit 5
    """)
    show(cur)

    title("Do gusts of wind make it worse?")
    cur.execute("""
        select case when w.wind_gust is null then 'calm' else 'gusts' end as weather,
               count(*) as flights,
               cast(avg(f.dep_delay * 1.0) as numeric(6, 2)) as minutes_late
        from flights f join weather w on w.origin = f.origin and w.time_hour = f.time_hour
        group by 1 order by 1
    """)
    show(cur)


def parameters(cur: rs_driver.Cursor) -> None:
    title("Parameters, in each of PEP 249's styles")
    longest = "select max(distance) from flights where origin = {} and dest <> {}"
    for style, marks, args in (
        ("format", ("%s", "%s"), ("JFK", "HNL")),
        ("qmark", ("?", "?"), ("JFK", "HNL")),
        ("numeric", (":1", ":2"), ("JFK", "HNL")),
        ("named", (":origin", ":dest"), {"origin": "JFK", "dest": "HNL"}),
        ("pyformat", ("%(origin)s", "%(dest)s"), {"origin": "JFK", "dest": "HNL"}),
    ):
        cur.paramstyle = style
        sql = longest.format(*marks)
        cur.execute(sql, args)
        print(f"{style:10}{sql.partition('where ')[2]:44}{cur.fetchone()}")
    cur.paramstyle = "format"


def types(cur: rs_driver.Cursor) -> None:
    title("SQL types are Python types, NULL is None")
    cur.execute(
        """
        select f.time_hour, f.flight, a.lat, p.year, w.wind_gust, f.tailnum
        from flights f
             join airports a on a.faa = f.dest
             join weather w on w.origin = f.origin and w.time_hour = f.time_hour
             left join planes p on p.tailnum = f.tailnum
        where f.dest = %s and f.time_hour < %s
        order by f.time_hour, f.flight limit 1
        """,
        ("BOS", datetime.fromisoformat("2013-01-02T00:00:00+00:00")),
    )
    names = [column[0] for column in cur.description or ()]
    for row in cur:
        for name, found in zip(names, row, strict=True):
            print(f"{name:10}{type(found).__name__:10}{found!r}")
    cur.execute("select cast(%s as numeric(38, 10)) * 3", (Decimal("1234567890123456.0000000001"),))
    print(f"exact     {'Decimal':10}{cur.fetchone()}")


def transactions(conn: rs_driver.Connection, cur: rs_driver.Cursor) -> None:
    title("A transaction, rolled back")
    print(f"before:   {flights_from_lga(cur)} flights from LGA")
    cur.execute("delete from flights where origin = %s", ("LGA",))
    print(f"          {cur.rowcount} deleted")
    cur.executemany(
        "insert into flights (origin, dest, flight) values (%s, %s, %s)",
        [("LGA", "BOS", 1), ("LGA", "PHL", 2), ("LGA", "IAD", 3)],
    )
    print(f"          {cur.rowcount} added")
    print(f"within:   {flights_from_lga(cur)} flights from LGA")
    conn.rollback()
    print(f"after:    {flights_from_lga(cur)} flights from LGA")


def flights_from_lga(cur: rs_driver.Cursor) -> int:
    cur.execute("select count(*) from flights where origin = 'LGA'")
    ((count,),) = cur.fetchall()
    return int(count)


def errors(conn: rs_driver.Connection, cur: rs_driver.Cursor) -> None:
    title("Errors have a class and a SQLSTATE")
    for sql in (
        "select altitude from flights",
        "select * from trains",
        "select cast('ten' as int)",
    ):
        error = failure(conn, cur, sql)
        print(f"{sql:30}{type(error).__name__:18}{error.sqlstate}  {error.message}")


def failure(conn: rs_driver.Connection, cur: rs_driver.Cursor, sql: str) -> rs_driver.Error:
    """The error that ``sql`` fails with."""
    try:
        cur.execute(sql)
    except rs_driver.Error as error:
        conn.rollback()  # a transaction in which a statement failed accepts nothing else
        return error
    raise AssertionError(f"it worked: {sql}")


def title(text: str) -> None:
    print(f"\n{text}\n{'-' * len(text)}")


def show(cur: rs_driver.Cursor) -> None:
    """Print what the cursor holds: text to the left, everything else to the right."""
    names = [column[0] for column in cur.description or ()]
    rows = cur.fetchall()
    left = [isinstance(cell, str) for cell in (rows[0] if rows else names)]
    table = [names] + [["NULL" if cell is None else str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        cells = zip(line, widths, left, strict=True)
        print("  ".join(f"{cell:{'<' if text else '>'}{width}}" for cell, width, text in cells))


if __name__ == "__main__":
    main()
