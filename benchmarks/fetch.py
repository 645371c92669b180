"""How long it takes to fetch rows, next to other drivers, from a PostgreSQL of our own.

    make bench        or: PYTHONPATH=tests python benchmarks/fetch.py [rows] [rounds]

Each round runs every driver once, in a new order, so that what else the machine does
falls on all of them. Printed are medians, and the median of each round's ratio to
rs_driver: above 1 the other driver took longer. "cpu" is the time that this process
computed; the rest of "wall" is mostly the server's. The load average tells whether the
numbers are worth anything. Every driver fetches as it does by default; psycopg's default
is an implementation in C, named in brackets.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from importlib.util import find_spec
from typing import Any

import pg8000.dbapi
import psycopg

import rs_driver
from support.postgres import PostgresServer, postgres_server

QUERY = (
    "SELECT i, i * 1.5::float8, 'row number ' || i, i % 2 = 0,"
    " timestamp '2024-01-01' + i * interval '1 second' FROM generate_series(1, {rows}) AS i"
)

Fetch = Callable[[str], int]
Seconds = tuple[float, float]


def drivers(server: PostgresServer, stack: ExitStack) -> dict[str, Fetch]:
    """Each driver as a function that runs a query and says how many rows came."""
    plain = server.connect_kwargs(port=server.plain_port, sslmode="disable")
    libpq = server.libpq_kwargs(port=server.plain_port, sslmode="disable")
    pg = {name: plain[name] for name in ("host", "port", "user", "password", "database")}

    def fetcher(connection: Any) -> Fetch:
        stack.enter_context(closing(connection))

        def fetch(query: str) -> int:
            cursor = connection.cursor()
            cursor.execute(query)
            return len(cursor.fetchall())

        return fetch

    return {
        "rs_driver": fetcher(rs_driver.connect(**plain)),
        f"psycopg ({psycopg.pq.__impl__})": fetcher(psycopg.connect(**libpq)),
        "pg8000": fetcher(pg8000.dbapi.connect(**pg, ssl_context=False)),
    }


def timed(fetch: Fetch, query: str, rows: int) -> Seconds:
    """Wall and CPU seconds of one fetch."""
    wall, cpu = time.perf_counter(), time.process_time()
    if fetch(query) != rows:
        raise SystemExit("a driver lost rows: no numbers")
    return time.perf_counter() - wall, time.process_time() - cpu


def measure(rows: int, rounds: int) -> dict[str, list[Seconds]]:
    """The times of each driver, one entry a round, after a warm-up."""
    query = QUERY.format(rows=rows)
    with postgres_server() as server, ExitStack() as stack:
        candidates = drivers(server, stack)
        for fetch in candidates.values():
            timed(fetch, query, rows)
        times: dict[str, list[Seconds]] = {name: [] for name in candidates}
        for _ in range(rounds):
            for name in random.sample(list(candidates), len(candidates)):
                times[name].append(timed(candidates[name], query, rows))
        return times


def report(times: dict[str, list[Seconds]], rows: int) -> None:
    """Print one line a driver."""
    print(
        f"{'driver':<18} {'wall ms':>9} {'cpu ms':>9} {'ns/row':>8}"
        f" {'wall ratio':>11} {'cpu ratio':>10}"
    )
    ours = times["rs_driver"]
    for name, theirs in times.items():
        wall, cpu = (statistics.median(column) for column in zip(*theirs, strict=True))
        ratios = [
            statistics.median(b[part] / a[part] for a, b in zip(ours, theirs, strict=True))
            for part in (0, 1)
        ]
        print(
            f"{name:<18} {wall * 1e3:>9.1f} {cpu * 1e3:>9.1f} {wall / rows * 1e9:>8.0f}"
            f" {ratios[0]:>11.2f} {ratios[1]:>10.2f}"
        )


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 9
    print(
        f"{rows} rows of 5 columns, {rounds} rounds, load {os.getloadavg()[0]:.2f}, "
        f"numpy {'present' if find_spec('numpy') else 'absent'}"
    )
    report(measure(rows, rounds), rows)


if __name__ == "__main__":
    main()
