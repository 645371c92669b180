from __future__ import annotations

import pytest

from rs_driver import oids
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import Result, SqlError
from rs_driver_fakeserver.rules.parameters import ANY, parameters
from rs_driver_fakeserver.rules.resolving import checked_types, resolved
from rs_driver_fakeserver.rules.rule import Rule

DONE = Result(None, (), "DONE")


def types(sql: str, given: list[int], *params: tuple[object, ...] | None) -> tuple[int, ...]:
    return resolved(sql, given, [Rule("x", one, DONE) for one in params], Dialect())


def test_the_clients_types_count() -> None:
    assert types("$1, $2", [oids.INT8, 0], (7, 7)) == (oids.INT8, oids.INT4)
    assert types("$1", [oids.UNKNOWN, oids.INT2], (7,)) == (oids.INT4, oids.INT2)


def test_what_nobody_knows_is_text() -> None:
    assert types("$1, $2", []) == (oids.TEXT, oids.TEXT)
    assert types("$1, $2", [], (ANY, None)) == (oids.TEXT, oids.TEXT)


def test_the_first_rule_with_a_value_counts() -> None:
    assert types("$1, $2", [], None, (ANY, 1.5), (7, 7)) == (oids.INT4, oids.FLOAT8)


def test_a_function_tells_nothing() -> None:
    rule = Rule("x", parameters(lambda _: True, "x"), DONE)
    assert resolved("$1", [], [rule], Dialect()) == (oids.TEXT,)


def test_a_number_out_of_reason() -> None:
    with pytest.raises(SqlError, match="42P02"):
        types("$99999", [])


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select $1::int4, $2", (oids.INT4, oids.TEXT)),
        ("select CAST( $2 AS bigint ), $1 :: date", (oids.DATE, oids.INT8)),
        ("select $1::varchar(20), $2::numeric(9, 2)", (oids.VARCHAR, oids.NUMERIC)),
        ("select $1::nonsense, '$2::int4', $2", (oids.TEXT, oids.TEXT)),
        ("select $1::double precision", (oids.FLOAT8,)),
    ],
)
def test_a_cast_says_the_type(sql: str, expected: tuple[int, ...]) -> None:
    assert types(sql, []) == expected


def test_what_a_rule_says_goes_before_casts_and_values() -> None:
    said = checked_types(["int8", "date"], Dialect())
    rules = [Rule("x", (7,), DONE), Rule("x", (7,), DONE, types=said)]
    assert resolved("$1::int2, $2, $3", [], rules, Dialect()) == (oids.INT8, oids.DATE, oids.TEXT)
    assert resolved("$1", [oids.INT4], rules, Dialect()) == (oids.INT4,)


def test_what_are_no_types() -> None:
    assert checked_types(None, Dialect()) == ()
    with pytest.raises(TypeError, match=r"types= takes a list such as \['int8', 'date'\]"):
        checked_types("int8", Dialect())
    with pytest.raises(ValueError, match='type "integr" does not exist'):
        checked_types(["integr"], Dialect())
