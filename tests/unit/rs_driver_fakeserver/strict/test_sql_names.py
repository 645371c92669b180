"""The names in PREPARE, DEALLOCATE and DECLARE."""

from __future__ import annotations

import pytest

from rs_driver_fakeserver.strict.sql_names import NONE, SqlNames, names_in


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("select 1", NONE),
        ("prepare transaction 'x'", NONE),
        ("PREPARE Abc (int) as select $1", SqlNames(prepared=("abc",))),
        ('prepare "A""b" as select 1; prepare c as x', SqlNames(prepared=('A"b', "c"))),
        ("deallocate a", SqlNames(deallocated=("a",))),
        ("deallocate prepare a", SqlNames(deallocated=("a",))),
        ("DEALLOCATE ALL", SqlNames(deallocated=("all",))),
        ("declare c1 cursor for select 1", SqlNames(cursors=("c1",))),
        ("begin; declare c cursor for select 1; fetch 1 from c", SqlNames(cursors=("c",))),
        ("prepare", NONE),
        ("prepare a" + " " * 2000, SqlNames(unclear=True)),
    ],
)
def test_names(sql: str, names: SqlNames) -> None:
    assert names_in(sql) == names
