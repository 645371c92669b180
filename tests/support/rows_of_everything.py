"""A row with a value of each common type, as Python has it and as psql prints it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

COLUMNS = {
    "b": "bool",
    "i2": "int2",
    "i4": "int4",
    "i8": "int8",
    "f4": "float4",
    "f8": "float8",
    "n": "numeric(20,4)",
    "v": "varchar(20)",
    "d": "date",
    "ts": "timestamp",
    "tz": "timestamptz",
}
ROW = (
    *(True, -7, 2**31 - 1, -(2**63), 0.5, 1.1, Decimal("-1234567890123.4500"), "naïve ☃"),
    dt.date(2024, 2, 29),
    dt.datetime(2024, 2, 29, 13, 45, 30, 123456),
    dt.datetime(2024, 2, 29, 13, 45, 30, tzinfo=dt.timezone.utc),
)
NULLS = (None,) * len(ROW)
TEXTS = (
    *("t", "-7", "2147483647", "-9223372036854775808", "0.5", "1.1"),
    *("-1234567890123.4500", "naïve ☃", "2024-02-29"),
    *("2024-02-29 13:45:30.123456", "2024-02-29 13:45:30+00"),
)
