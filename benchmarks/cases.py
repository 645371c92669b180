"""What is measured: a table, a query over it, and what each contender makes of the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

NUMBERS = (
    "create table numbers as select i::int4 as a, i::int8 * 7 as b, i * 1.5::float8 as c,"
    " timestamp '2024-01-01' + i * interval '1 second' as d, 'row number ' || i as e"
    " from {numbers}"
)
TEXTS = (
    "create table texts as select "
    + ", ".join(
        f"case when (i + {at}) % 10 > 0 then 'näme {at} ' || repeat('x', (i * {at}) % 17) || i end"
        f" as t{at}"
        for at in range(10)
    )
    + " from {numbers} where i <= 200000"
)
NUMERICS = (
    "create table numerics as select i::numeric(18,2) as a, (i * 3)::numeric(18,2) as b,"
    " (i::numeric(38,10) * 1000000000000) as c, (i::numeric(38,10) * -7) as d"
    " from {numbers} where i <= 300000"
)
SETUP = (NUMBERS, TEXTS)
"""On any server; ``{numbers}`` is a source of integers ``i`` from 1 on."""
SERIES = "generate_series(1, 1000000) as i"
DIGITS = (
    "(select 1 + "
    + " + ".join(f"d{at}.n * {10**at}" for at in range(6))
    + " as i from "
    + " cross join ".join(
        "(select 0 as n" + "".join(f" union all select {n}" for n in range(1, 10)) + f") as d{at}"
        for at in range(6)
    )
    + ") as numbers_"
)
"""The same where generate_series makes no tables: Redshift."""


@dataclass(frozen=True)
class Case:
    """``shape``: what is done with the rows, or without any (``contenders``). ``server``: who
    has them, "postgres", "replay" or "far", behind a line of ``LATENCY``. ``must`` and ``aim``:
    how many times as long the second contender takes, ``ours`` being the first; or, with
    ``unit``, what ours is measured by at most. ``warm``: it is run once before it is measured."""

    title: str
    query: str
    rows: int
    shape: str
    contenders: tuple[str, ...]
    must: float
    aim: float
    server: str = "postgres"
    unit: str = ""
    warm: bool = True

    @property
    def warming(self) -> Case:
        """What is run before."""
        if self.shape not in ("stream", "growth"):
            return self
        return replace(self, query=f"{self.query} limit 20000", rows=20_000)


LATENCY = 0.020
"""Seconds that a turn takes to the far server."""


_ALL = "select * from numbers"
CASES: Mapping[str, Case] = MappingProxyType(
    {
        "a": Case(
            "1M x 5 to tuples", _ALL, 1_000_000, "tuples",
            ("ours+pyarrow", "redshift_connector", "psycopg"), 7, 10,
        ),
        "a-loop": Case(
            "the same, in a loop", _ALL, 1_000_000, "loop",
            ("ours+pyarrow", "redshift_connector", "psycopg"), 7, 12,
        ),
        "a-numpy": Case(
            "the same, numpy without pyarrow", _ALL, 1_000_000, "tuples",
            ("ours", "redshift_connector"), 5, 7,
        ),
        "a-stdlib": Case(
            "the same, without numpy", _ALL, 1_000_000, "tuples",
            ("ours-numpy", "redshift_connector"), 2.5, 3,
        ),
        "b-arrow": Case(
            "1M x 5 to Arrow", _ALL, 1_000_000, "arrow",
            ("ours+pyarrow", "redshift_connector", "adbc", "socket"), 15, 20,
        ),
        "b-pandas": Case(
            "1M x 5 to pandas", _ALL, 1_000_000, "pandas",
            ("ours+pyarrow", "redshift_connector", "adbc"), 15, 20,
        ),
        "c": Case(
            "300k x 4 NUMERIC in Redshift's binary form to Decimals", "select * from numerics",
            300_000, "tuples", ("ours+pyarrow", "redshift_connector"), 4, 6, "replay",
        ),
        "c-arrow": Case(
            "the same to decimal128", "select * from numerics", 300_000, "arrow",
            ("ours+pyarrow", "redshift_connector", "socket"), 40, 60, "replay",
        ),
        "d": Case(
            "200k x 10 texts, 10% NULL, to tuples", "select * from texts", 200_000, "tuples",
            ("ours+pyarrow", "redshift_connector", "psycopg"), 2.5, 4,
        ),
        "d-arrow": Case(
            "the same to Arrow", "select * from texts", 200_000, "arrow",
            ("ours+pyarrow", "redshift_connector", "adbc"), 6, 10,
        ),
        "e": Case(
            "1000 small queries, the same statement",
            "select * from numbers where a between %s and %s", 1_000, "small",
            ("ours", "redshift_connector", "psycopg"), 1.8, 2.3,
        ),
        "e-new": Case(
            "1000 small queries, a new statement each",
            "select * from numbers where a between %s and %s and {number} = {number}", 1_000,
            "small", ("ours", "redshift_connector", "psycopg"), 2.5, 3.4,
        ),
        "f": Case(
            "executemany of 20k x 3", "insert into many values (%s, %s, %s)", 20_000, "many",
            ("ours", "redshift_connector", "psycopg"), 8, 17,
        ),
        "g": Case(
            "connect and close, 50 times", "", 50, "connect",
            ("ours", "redshift_connector", "psycopg", "socket"), 1, 1,
        ),
        "h": Case(
            "import", "", 0, "import",
            ("ours", "redshift_connector", "psycopg", "stdlib"), 50, 35, unit="ms", warm=False,
        ),
        "i": Case(
            "5M x 5 streamed", "select n.* from numbers as n, generate_series(1, 5)", 5_000_000,
            "stream", ("ours", "redshift_connector", "psycopg"), 3, 5,
        ),
        "i-memory": Case(
            "the same: how much the process grows", "select n.* from numbers as n,"
            " generate_series(1, 5)", 5_000_000, "growth", ("ours", "psycopg"), 40, 25,
            unit="MB",
        ),
        "a-async": Case(
            "1M x 5 to tuples, AsyncConnection against Connection", _ALL, 1_000_000, "tuples",
            ("ours+async", "ours+pyarrow"), 1 / 1.25, 1 / 1.1,
        ),
        "e-async": Case(
            "1000 small queries, AsyncConnection against Connection",
            "select * from numbers where a between %s and %s", 1_000, "small",
            ("ours+async", "ours"), 1 / 1.25, 1 / 1.1,
        ),
        "a-tls": Case(
            "1M x 5 to tuples, TLS against plain", _ALL, 1_000_000, "tuples",
            ("ours+tls", "ours+pyarrow"), 1 / 1.3, 1 / 1.15,
        ),
        "turns": Case(
            "turns of a new SELECT, 20 ms each", "select a from numbers where a = %s", 1, "turns",
            ("ours", "redshift_connector", "psycopg"), 2, 2, "far", "turns", warm=False,
        ),
        "turns-dml": Case(
            "turns of a new UPDATE", "update numbers set b = b where a = %s", 1, "turns",
            ("ours", "redshift_connector", "psycopg"), 1, 1, "far", "turns", warm=False,
        ),
    }
)  # fmt: skip
