from __future__ import annotations

import datetime as dt
from decimal import Decimal

import duckdb
import pytest

from rs_driver_fakeserver.engine.duckdb_ import DuckDbSession
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.engine.redshift_functions import with_functions
from rs_driver_fakeserver.engine.tokens import tokens


def changed(sql: str) -> str:
    return with_functions(sql, tokens(sql, duckdb.tokenize))


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select dateadd(day, 1, a)", "select dateadd('day', 1, a)"),
        ("select DateAdd ( QTR ,1,a)", "select DateAdd ( 'quarter' ,1,a)"),
        ("select datediff(hrs,a,b), date_part(dow, a)", None),
        (
            "select datediff(mon, dateadd(y, 1, a), sysdate)",
            "select datediff('month', dateadd('year', 1, a), sysdate())",
        ),
        ("select 'ü', date_diff(s, a, b)", "select 'ü', date_diff('second', a, b)"),
        ("select SYSDATE", "select SYSDATE()"),
        ("select sysdate -- now", "select sysdate() -- now"),
        ("select sysdate()", "select sysdate()"),
        ("select 1 as sysdate, t.sysdate, sysdate.a", None),
        ("select 'dateadd(day, 1, a)' -- dateadd(day,", None),
        ("select dateadd('day', 1, a)", None),
        ("select dateadd(a, 1, a), dateadd(day), dateadd(day + 1, 1, a)", None),
        ("select dateadd(day", None),
        ("select dateadd", None),
        ("update t set a = 1", None),
    ],
)
def test_what_is_changed(sql: str, expected: str | None) -> None:
    if sql.startswith("select datediff(hrs"):
        expected = "select datediff('hour',a,b), date_part('dow', a)"
    assert changed(sql) == (sql if expected is None else expected)


NOW = "(getdate() between '2020-01-01' and sysdate)"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("dateadd(day, 3, date '2020-01-01')", dt.datetime(2020, 1, 4)),
        ("dateadd(mon, -1, timestamp '2020-03-31')", dt.datetime(2020, 2, 29)),
        ("dateadd(qtr, 1::bigint, date '2020-01-01')", dt.datetime(2020, 4, 1)),
        ("dateadd('year', 1, date '2020-02-29')", dt.datetime(2021, 2, 28)),
        ("dateadd(w, 1, date '2020-01-01')", dt.datetime(2020, 1, 8)),
        ("dateadd(hr, 25, date '2020-01-01')", dt.datetime(2020, 1, 2, 1)),
        ("dateadd(minutes, 1, date '2020-01-01')", dt.datetime(2020, 1, 1, 0, 1)),
        ("dateadd(s, 1, date '2020-01-01')", dt.datetime(2020, 1, 1, 0, 0, 1)),
        ("dateadd(ms, 1, date '2020-01-01')", dt.datetime(2020, 1, 1, 0, 0, 0, 1000)),
        ("dateadd(us, 1, date '2020-01-01')", dt.datetime(2020, 1, 1, 0, 0, 0, 1)),
        ("datediff(day, date '2020-01-31', timestamp '2020-02-01')", 1),
        ("datediff(mons, date '2020-01-31', date '2020-02-01')", 1),
        ("date_part(dow, date '2020-01-01')", 3),
        (NOW, True),
        ("getdate() = date_trunc('second', getdate())", True),
        ("nvl(null, 1)", 1),
        ("nvl(null, null, 2)", 2),
        ("nvl2(null, 1, 2)", 2),
        ("nvl2(0, 1, 2)", 1),
        ("len('größe')", 5),
        ("charindex('b', 'abc')", 2),
        ("add_months(date '2020-01-31', 1)", dt.datetime(2020, 2, 29)),
        ("convert_timezone('Asia/Tokyo', timestamp '2020-01-01')", dt.datetime(2020, 1, 1, 9)),
        (
            "convert_timezone('Asia/Tokyo', 'UTC', timestamp '2020-01-01 09:00')",
            dt.datetime(2020, 1, 1),
        ),
        ("json_parse('{\"a\":1}')", '{"a":1}'),
        ("json_serialize(json_parse('[1]'))", "[1]"),
        ("is_valid_json('{')", False),
        ("to_varbyte('6162', 'HEX')", b"ab"),
        ("to_varbyte('YWI=', 'base64')", b"ab"),
        ("to_varbyte('ab', 'utf8')", b"ab"),
        ("from_varbyte('a'::varbyte, 'hex')", "61"),
        ("from_varbyte('a'::varbyte, 'base64')", "YQ=="),
        ("from_varbyte('a'::varbyte, 'utf8')", "a"),
        ("listagg(a, ',') from (values ('x'), ('y')) v(a)", "x,y"),
        ("median(a) from (values (1), (3)) v(a)", 2.0),
    ],
)
def test_values(session: DuckDbSession, expression: str, value: object) -> None:
    ((found,),) = session.execute(f"select {expression}", ()).rows
    assert found == value
    assert not isinstance(found, Decimal)


def test_a_unit_that_there_is_not(session: DuckDbSession) -> None:
    with pytest.raises(SqlError, match='date part "eon" not supported'):
        session.execute("select dateadd('eon', 1, date '2020-01-01')", ())


def test_columns_have_the_functions_names(session: DuckDbSession) -> None:
    result = session.execute("select sysdate, getdate(), dateadd(day, 1, sysdate)", ())
    assert [column.name for column in result.columns or ()] == ["sysdate", "getdate", "dateadd"]
