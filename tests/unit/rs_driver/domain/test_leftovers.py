from __future__ import annotations

import pytest

from rs_driver.domain.leftovers import Leftovers, left_by
from rs_driver.domain.result import Outcome
from rs_driver.wire.results import FieldDescription

NONE, SETTINGS, OBJECTS = Leftovers.NONE, Leftovers.SETTINGS, Leftovers.OBJECTS


@pytest.mark.parametrize(
    ("sql", "command", "left"),
    [
        ("insert into t values (1)", "INSERT 0 1", NONE),
        ("create table t (a int)", "CREATE TABLE", NONE),
        ("drop table t", "DROP TABLE", NONE),
        ("set query_group to 'a'", "SET", SETTINGS),
        ("reset query_group", "RESET", SETTINGS),
        ("call p()", "CALL", SETTINGS),
        ("do $$ begin end $$", "DO", SETTINGS),
        ("set session authorization bob", "SET", OBJECTS),
        ("SET ROLE bob", "SET", OBJECTS),
        ("create temp table t (a int)", "CREATE TABLE", OBJECTS),
        ("create local temporary table t (a int)", "CREATE TABLE", OBJECTS),
        ("create table #t (a int)", "CREATE TABLE", OBJECTS),
        ("select 1 into temp t", "SELECT", OBJECTS),
        ("select 1 into #t", "SELECT", OBJECTS),
        ("select 1 into t", "SELECT", NONE),
        ("prepare p as select 1", "PREPARE", OBJECTS),
        ("listen c", "LISTEN", OBJECTS),
        ("discard plans", "DISCARD", OBJECTS),
        ("declare c cursor with hold for select 1", "DECLARE CURSOR", OBJECTS),
        ("declare c cursor for select 1", "DECLARE CURSOR", NONE),
        ("", "", NONE),
    ],
)
def test_what_a_statement_leaves(sql: str, command: str, left: Leftovers) -> None:
    assert left_by(sql, Outcome(command=command)) is left


@pytest.mark.parametrize(
    ("sql", "left"),
    [("select set_config('a', 'b', false)", SETTINGS), ("select temp from #t", NONE)],
)
def test_a_query_leaves_what_set_config_sets(sql: str, left: Leftovers) -> None:
    outcome = Outcome(command="SELECT 1", fields=(FieldDescription("a"),))
    assert left_by(sql, outcome) is left
