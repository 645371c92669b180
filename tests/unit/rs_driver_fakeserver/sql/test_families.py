from __future__ import annotations

import pytest

from rs_driver_fakeserver.engine.port import Description, Result, SqlError
from rs_driver_fakeserver.sql.families import Command, Families, Plain


class Done(Plain):
    def execute(self, parameters: object, parameter_oids: object) -> Result:
        return Result(None, (), "DONE")


class Family:
    first = frozenset({"do", "undo"})

    def __init__(self, word: str) -> None:
        self.word = word

    def parse(self, sql: str) -> Command | None:
        if "wrong" in sql:
            raise SqlError("42601", "syntax error")
        return Done() if self.word in sql else None


def test_the_first_that_understands() -> None:
    families = Families((Family("this"), Family("that")))
    assert families.find("/* x */ DO that") is not None
    assert families.find("undo nothing") is None
    assert families.find("select that") is None
    assert families.find("") is None
    with pytest.raises(SqlError):
        families.find("do wrong")


def test_a_plain_command() -> None:
    command = Done()
    assert command.describe((23,)) == Description((23,), None)
    assert (command.joins, command.volatile, command.delay(())) == (True, False, 0.0)
