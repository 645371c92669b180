from __future__ import annotations

import pytest

from rs_driver import oids

NAMED = {name: value for name, value in vars(oids).items() if name.isupper()}


def test_each_oid_is_a_number_of_its_own() -> None:
    assert len(set(NAMED.values())) == len(NAMED) > 80
    assert all(type(value) is int and 0 < value < 2**32 for value in NAMED.values())


@pytest.mark.parametrize(
    ("name", "oid"),
    [
        ("BOOL", 16),
        ("BYTEA", 17),
        ("INT8", 20),
        ("INT2", 21),
        ("INT4", 23),
        ("TEXT", 25),
        ("FLOAT4", 700),
        ("FLOAT8", 701),
        ("UNKNOWN", 705),
        ("BPCHAR", 1042),
        ("VARCHAR", 1043),
        ("DATE", 1082),
        ("TIME", 1083),
        ("TIMESTAMP", 1114),
        ("TIMESTAMPTZ", 1184),
        ("TIMETZ", 1266),
        ("NUMERIC", 1700),
        ("SUPER", 4000),
        ("VARBYTE", 6551),
    ],
)
def test_the_numbers_of_the_catalogues(name: str, oid: int) -> None:
    assert NAMED[name] == oid
