from __future__ import annotations

import pytest

from rs_driver import oids
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import Result, SqlError
from rs_driver_fakeserver.rules.parameters import ANY, parameters
from rs_driver_fakeserver.rules.resolving import resolved
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
