from __future__ import annotations

import pytest

from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.sql.cursor_syntax import CloseCursor, Declare, Fetch, parse


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("declare c cursor for select 1", Declare("c", "select 1")),
        ('DECLARE "C" CURSOR FOR (select 1)', Declare("C", "(select 1)")),
        (
            "declare c binary no scroll cursor without hold for values (1)",
            Declare("c", "values (1)", scroll=False, binary=True),
        ),
        (
            "declare c insensitive scroll cursor with hold for table t",
            Declare("c", "table t", scroll=True, hold=True),
        ),
        ("close c", CloseCursor("c")),
        ("close all", CloseCursor(None)),
        ("fetch c", Fetch("c")),
        ("fetch next", Fetch("next")),
        ("fetch next from c", Fetch("c")),
        ("fetch prior c", Fetch("c", "backward", 1)),
        ("fetch first in c", Fetch("c", "absolute", 1)),
        ("fetch last from c", Fetch("c", "absolute", -1)),
        ("fetch absolute -3 from c", Fetch("c", "absolute", -3)),
        ("fetch relative 3 c", Fetch("c", "relative", 3)),
        ("fetch 5 c", Fetch("c", "forward", 5)),
        ("fetch -5 from c", Fetch("c", "forward", -5)),
        ("fetch all c", Fetch("c", "forward", None)),
        ("fetch forward from c", Fetch("c", "forward", 1)),
        ("fetch forward all in c", Fetch("c", "forward", None)),
        ("fetch backward 2 c", Fetch("c", "backward", 2)),
        ("move forward 3 from c", Fetch("c", "forward", 3, move=True)),
        ("fetch from c", Fetch("c")),
    ],
)
def test_grammar(sql: str, expected: object) -> None:
    assert parse(sql, redshift=False) == expected


@pytest.mark.parametrize(
    "sql",
    [
        "declare c cursor for insert into t values (1)",
        "declare c cursor for",
        "declare c no cursor for select 1",
        "declare c cursor with for select 1",
        "declare cursor",
        "fetch",
        "fetch 1 2",
        "fetch absolute from c",
        "fetch all from c now",
        "close",
        "close c d",
    ],
)
def test_faults_of_syntax(sql: str) -> None:
    with pytest.raises(SqlError, match="42601"):
        parse(sql, redshift=False)


def test_redshift_has_no_close_all() -> None:
    with pytest.raises(SqlError, match='42601: syntax error at or near "all"'):
        parse("close all", redshift=True)
