"""What is measured: a table, a query over it, and what each contender makes of the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

NUMBERS = (
    "create table numbers as select i::int4 as a, i::int8 * 7 as b, i * 1.5::float8 as c,"
    " timestamp '2024-01-01' + i * interval '1 second' as d, 'row number ' || i as e"
    " from generate_series(1, 1000000) as i"
)
TEXTS = (
    "create table texts as select "
    + ", ".join(
        f"case when (i + {at}) % 10 > 0 then 'näme {at} ' || repeat('x', (i * {at}) % 17) || i end"
        f" as t{at}"
        for at in range(10)
    )
    + " from generate_series(1, 200000) as i"
)
SETUP = (NUMBERS, TEXTS, "create index on numbers (a)", "analyze numbers", "analyze texts")


@dataclass(frozen=True)
class Case:
    """``shape``: tuples, loop, arrow, pandas or small. ``server``: who has the rows, "postgres"
    or "replay". ``must`` and ``aim``: how many times as
    long the incumbent takes. ``contenders``: ``ours`` first, the incumbent's second."""

    title: str
    query: str
    rows: int
    shape: str
    contenders: tuple[str, ...]
    must: float
    aim: float
    server: str = "postgres"


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
    }
)  # fmt: skip
