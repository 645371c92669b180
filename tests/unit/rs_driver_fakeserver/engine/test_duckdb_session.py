from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest

from rs_driver import oids
from rs_driver.intervals import Interval
from rs_driver_fakeserver.engine.duckdb_ import DuckDbEngine, DuckDbSession
from rs_driver_fakeserver.engine.port import Column, SqlError
from support.duckdb_versions import duckdb_2


def rows(session: DuckDbSession, sql: str, *parameters: object) -> list[tuple[object, ...]]:
    return [tuple(row) for row in session.execute(sql, parameters).rows]


def sqlstate(action: Callable[[], object]) -> str:
    with pytest.raises(SqlError) as caught:
        action()
    return caught.value.sqlstate


class TestExecute:
    def test_a_table_filled_and_read(self, session: DuckDbSession) -> None:
        created = session.execute("create table t (a int, b varchar(20), c numeric(10,2))", ())
        assert (created.columns, list(created.rows), created.tag) == (None, [], "CREATE TABLE")
        added = session.execute("insert into t values ($1, $2, $3), (2, null, null)", (1, "x", "9"))
        assert added.tag == "INSERT 0 2"
        result = session.execute("select * from t order by a desc", ())
        assert result.columns == (
            Column("a", "int4"),
            Column("b", "varchar"),
            Column("c", "numeric(10,2)"),
        )
        assert list(result.rows) == [(2, None, None), (1, "x", Decimal("9.00"))]
        assert session.execute("update t set b = 'y'", ()).tag == "UPDATE 2"
        assert session.execute("delete from t where a = $1", (1,)).tag == "DELETE 1"

    def test_returning_gives_rows_and_counts_them(self, session: DuckDbSession) -> None:
        session.execute("create table t (a int, moment timestamptz)", ())
        result = session.execute(
            "insert into t values ($1, '2020-01-01 00:00:00+01') returning a + 1, moment", (1,)
        )
        moment = datetime(2019, 12, 31, 23, tzinfo=timezone.utc)
        assert list(result.rows) == [(2, moment)]
        assert result.columns == (Column("?column?", "int4"), Column("moment", "timestamptz"))
        assert result.tag == "INSERT 0 1"
        assert session.execute("delete from t returning *", ()).tag == "DELETE 1"
        assert rows(session, "select * from t") == []

    def test_values_of_parameters_arrive_exactly(self, session: DuckDbSession) -> None:
        values = (
            True,
            2**31,
            Decimal("-12345678901234567890.123456789"),
            0.1,
            "ü'; --",
            b"\x00\xff",
            date(1, 1, 1),
            time(23, 59, 59, 999999),
            datetime(9999, 12, 31, 23, 59, 59, 999999),
            datetime(2020, 1, 1, 12, tzinfo=timezone.utc),
            None,
        )
        marks = ", ".join(f"${number}" for number in range(1, len(values) + 1))
        assert rows(session, f"select {marks}", *values) == [values]

    @pytest.mark.parametrize("value", ["9" * 39, "1E+38", "0." + "1" * 39, "NaN", "Infinity"])
    def test_a_decimal_too_wide_is_an_error_and_no_float(
        self, session: DuckDbSession, value: str
    ) -> None:
        assert sqlstate(lambda: session.execute("select $1", (Decimal(value),))) == "22003"

    def test_text_is_cast_where_a_parameter_is_used(self, session: DuckDbSession) -> None:
        session.execute("create table t (a int, d date, n numeric(9,2))", ())
        session.execute("insert into t values ($1, $2, $3)", ("1", "2020-02-29", "1.5"))
        found = rows(session, "select * from t where a = $1 and d > $2", "1", "2020-01-01")
        assert found == [(1, date(2020, 2, 29), Decimal("1.50"))]

    def test_missing_parameters(self, session: DuckDbSession) -> None:
        assert sqlstate(lambda: session.execute("select $2", (1,))) == "08P01"
        assert rows(session, "select $2", 1, 2) == [(2,)]

    def test_explain_is_lines_of_one_column(self, session: DuckDbSession) -> None:
        result = session.execute("explain select 1", ())
        assert result.columns == (Column("QUERY PLAN"),)
        assert len(result.rows) > 1
        assert result.tag == "EXPLAIN"

    def test_an_empty_statement_has_no_tag(self, session: DuckDbSession) -> None:
        assert session.execute(" -- nothing", ()).tag == ""
        assert session.describe("", ()).columns is None

    def test_order_of_many_rows_with_decoded_columns(self, session: DuckDbSession) -> None:
        sql = "select i, date '2000-01-01' + i::int as d from range(5000) r(i) order by i desc"
        found = rows(session, sql)
        assert [row[0] for row in found] == list(range(4999, -1, -1))
        assert found[-1][1] == date(2000, 1, 1)


class TestDescribe:
    def test_columns_have_the_types_of_the_parameters(self, session: DuckDbSession) -> None:
        types = (oids.INT8, oids.NUMERIC, oids.DATE, oids.VARCHAR, oids.TIMESTAMPTZ)
        found = session.describe("select $1, $2, $3, $4, $5, count(*)", types)
        assert found.parameter_oids == types
        assert found.columns is not None
        assert [column.type for column in found.columns] == [
            "int8",
            "numeric(38,10)",
            "date",
            "varchar",
            "timestamptz",
            "int8",
        ]

    def test_open_parameters_are_text(self, session: DuckDbSession) -> None:
        found = session.describe("select $1 as x, upper($2), $3", (oids.UNKNOWN, 0))
        assert found.parameter_oids == (oids.VARCHAR,) * 3
        assert found.columns is not None
        assert [column.type for column in found.columns] == ["varchar"] * 3

    @duckdb_2
    def test_open_parameters_take_their_type_from_their_place(self, session: DuckDbSession) -> None:
        session.execute("create table t (a int, d date, n numeric(9,2), b bool)", ())
        insert = session.describe("insert into t values ($1, $2, $3, $4)", ())
        assert insert.parameter_oids == (oids.INT4, oids.DATE, oids.NUMERIC, oids.BOOL)
        query = session.describe(
            "select $4::int8 from t where d between $1 and $2 and a = $3", (0, 0, oids.INT8, 705)
        )
        assert query.parameter_oids == (oids.DATE, oids.DATE, oids.INT8, oids.INT8)

    @pytest.mark.parametrize(
        "sql",
        [
            "insert into t values (1)",
            "insert into t values (1) returning a",
            "insert into t select nextval('s') returning a + 1",
            "update t set a = 5 returning *",
            "delete from t",
            "delete from t returning a",
            "truncate t",
            "drop table t",
            "create table u as select nextval('s') as a",
            "alter table t add column z int",
            "select nextval('s')",
            "explain analyze insert into t values (1)",
        ],
    )
    def test_it_has_no_side_effect(self, session: DuckDbSession, sql: str) -> None:
        session.execute("create sequence s", ())
        session.execute("create table t (a int)", ())
        session.execute("insert into t values (0)", ())
        session.describe(sql, ())
        assert rows(session, "select * from t") == [(0,)]
        assert sqlstate(lambda: session.execute("select * from u", ())) == "42P01"
        assert rows(session, "select nextval('s')") == [(1,)]
        assert rows(session, "select * from duckdb_prepared_statements()") == []

    @duckdb_2
    def test_open_parameters_of_columns_of_every_kind(self, session: DuckDbSession) -> None:
        session.execute("create table t (i interval, l int[], u uuid, s super, z timetz)", ())
        sql = "insert into t values ($1, $2, $3, $4, $5)"
        found = session.describe(sql, (oids.UNKNOWN,) * 5).parameter_oids
        assert found == (oids.INTERVAL, oids.SUPER, oids.VARCHAR, oids.SUPER, oids.TIMETZ)
        zoned = time(10, tzinfo=timezone.utc)
        values = (Interval(0, 0, 1), "[1,2]", str(uuid.UUID(int=3)), '{"a":1}', zoned)
        assert session.execute(sql, values, found).tag == "INSERT 0 1"
        assert rows(session, "select * from t where i > $1", timedelta(1)) == [values]
        # A text is as good, where the client says that it sends one.
        session.execute(sql, ("1 mon", "[1,2]", str(uuid.UUID(int=3)), "{}", "10:00"), (25,) * 5)
        assert rows(session, "select count(*) from t") == [(2,)]

    def test_arrays_of_postgres(self) -> None:
        engine = DuckDbEngine(redshift=False)
        session = engine.open_session("alice", "dev")
        session.execute("create table t (l int[], d date[])", ())
        values = ([1, None], [date(2024, 2, 29), "infinity"])
        types = (oids.INT4_ARRAY, oids.DATE_ARRAY)
        assert session.execute("insert into t values ($1, $2)", values, types).tag == "INSERT 0 1"
        result = session.execute("select * from t where l = $1", (values[0],), types[:1])
        assert result.columns == (Column("l", "int4[]"), Column("d", "date[]"))
        assert list(result.rows) == [values]
        for value in ([], [None], [[1], [2]]):
            described = session.describe("select $1 as x", types[:1])
            result = session.execute("select $1 as x", (value,), types[:1])
            assert (result.columns, list(result.rows)) == (described.columns, [(value,)])
        session.close()
        engine.close()

    def test_each_statement_of_one_text_keeps_to_its_own_description(
        self, session: DuckDbSession
    ) -> None:
        for oid in (oids.INT8, oids.INT4):
            session.describe("select $1 as x", (oid,))
        for oid, name in ((oids.INT8, "int8"), (oids.INT4, "int4")):
            assert session.execute("select $1 as x", (5,), (oid,)).columns == (Column("x", name),)
        # Also once the description is forgotten.
        never_described = session.execute("select $1 as y", (5,), (oids.INT8,))
        assert never_described.columns == (Column("y", "int8"),)

    def test_returning_is_described_by_its_table(self, session: DuckDbSession) -> None:
        session.execute("create table t (a int, d date)", ())
        found = session.describe("update t as x set a = $1 returning x.d, a + 1", (oids.INT4,))
        assert found.columns == (Column("d", "date"), Column("?column?", "int4"))
        assert session.describe("update t set a = 1", ()).columns is None

    @pytest.mark.parametrize(
        ("sql", "code"),
        [
            ("select * from missing", "42P01"),
            ("select missing from t", "42703"),
            ("insert into missing values (1)", "42P01"),
            ("update t set missing = 1", "42703"),
            ("selec", "42601"),
        ],
    )
    def test_faults_show_already_here(self, session: DuckDbSession, sql: str, code: str) -> None:
        session.execute("create table t (a int)", ())
        assert sqlstate(lambda: session.describe(sql, ())) == code

    @pytest.mark.parametrize(
        ("oid", "value"),
        [
            (oids.INT2, 5),
            (oids.INT4, 5),
            (oids.INT8, 5),
            (oids.NUMERIC, Decimal("1.50")),
            (oids.FLOAT4, 1.5),
            (oids.VARCHAR, "x"),
            (oids.UNKNOWN, "x"),
            (oids.DATE, date(2020, 1, 1)),
            (oids.TIMESTAMPTZ, datetime(2020, 1, 1, tzinfo=timezone.utc)),
            (oids.VARBYTE, b"x"),
            (oids.BOOL, True),
        ],
    )
    def test_execute_keeps_to_the_types_of_the_description(
        self, session: DuckDbSession, oid: int, value: object
    ) -> None:
        session.execute("create table t (a int)", ())
        session.execute("insert into t values (1)", ())
        for sql in ("select $1", "select $1, a, count(*) over () from t where $1 is not null"):
            described = session.describe(sql, (oid,))
            result = session.execute(sql, (value,), described.parameter_oids)
            assert result.columns == described.columns
            assert result.rows[0][0] == value
            assert type(result.rows[0][0]) is type(value)

    @duckdb_2
    def test_a_null_parameter_has_the_type_of_its_oid(self, session: DuckDbSession) -> None:
        types = (oids.INT8, oids.DATE, oids.NUMERIC)
        described = session.describe("select $1, $2, $3", types)
        result = session.execute("select $1, $2, $3", (None, None, None), types)
        assert result.columns == described.columns
        assert list(result.rows) == [(None, None, None)]

    def test_a_parameter_of_int8_counts_in_64_bits(self, session: DuckDbSession) -> None:
        result = session.execute("select $1 * 1000000", (5000,), (oids.INT8,))
        assert list(result.rows) == [(5_000_000_000,)]

    def test_a_table_that_changed_shows_as_changed(self, session: DuckDbSession) -> None:
        session.execute("create table t (a int)", ())
        session.describe("select a from t where a > $1", (oids.INT4,))
        session.execute("alter table t alter a type varchar", ())
        result = session.execute("select a from t where a::int > $1", (0,))
        assert result.columns == (Column("a", "varchar"),)
        session.execute("alter table t alter a type int", ())
        session.describe("select a from t", ())
        session.execute("alter table t alter a type bigint", ())
        assert session.execute("select a from t", ()).columns == (Column("a", "int8"),)
        session.describe("select * from t limit $1", (oids.INT4,))
        session.execute("alter table t add column b date", ())
        assert session.execute("select * from t limit $1", (1,)).columns == (
            Column("a", "int8"),
            Column("b", "date"),
        )

    def test_it_sees_what_the_transaction_made(self, session: DuckDbSession) -> None:
        session.begin()
        session.execute("create table t (a int)", ())
        assert session.describe("select * from t", ()).columns == (Column("a", "int4"),)
        session.rollback()
        assert sqlstate(lambda: session.describe("select * from t", ())) == "42P01"


class TestCancel:
    LONG = "select count(*) from range(10000000) a, range(100000) b where a.range <> b.range"

    @pytest.mark.parametrize("sql", [LONG, f"create table t as {LONG}"])
    def test_from_another_thread(self, session: DuckDbSession, sql: str) -> None:
        states: list[str] = []
        thread = threading.Thread(
            target=lambda: states.append(sqlstate(lambda: session.execute(sql, ())))
        )
        thread.start()
        while thread.is_alive():  # again and again: it may not have begun
            session.cancel()
            thread.join(0.05)
        assert states == ["57014"]
        assert rows(session, "select 1") == [(1,)]

    def test_when_nothing_runs_nothing_happens(self, session: DuckDbSession) -> None:
        session.cancel()
        assert rows(session, "select 1") == [(1,)]
        session.cancel()
        session.begin()
        session.cancel()
        session.commit()
        session.close()
        session.cancel()


class TestTransactions:
    def test_two_sessions_see_each_other_after_commit(self, engine: DuckDbEngine) -> None:
        one, two = engine.open_session("a", "dev"), engine.open_session("b", "dev")
        one.execute("create table t (a int)", ())
        one.begin()
        one.execute("insert into t values (1)", ())
        assert rows(one, "select * from t") == [(1,)]
        assert rows(two, "select * from t") == []
        one.commit()
        assert rows(two, "select * from t") == [(1,)]
        two.begin()
        two.execute("delete from t", ())
        two.rollback()
        assert rows(one, "select * from t") == [(1,)]
        one.close()
        two.close()

    def test_after_a_failure_rollback_makes_it_usable(self, session: DuckDbSession) -> None:
        session.execute("create table t (a int)", ())
        session.begin()
        session.execute("insert into t values (1)", ())
        assert sqlstate(lambda: session.execute("select 'a'::int", ())) == "22P02"
        session.rollback()
        assert rows(session, "select * from t") == []

    def test_conflicting_commits(self, engine: DuckDbEngine) -> None:
        one, two = engine.open_session("a", "dev"), engine.open_session("b", "dev")
        one.execute("create table t (a int primary key)", ())
        one.begin()
        one.execute("insert into t values (1)", ())
        two.execute("insert into t values (1)", ())
        assert sqlstate(one.commit) == "23505"
        one.rollback()  # DuckDB has done it already; that is no error
        two.begin()
        two.execute("update t set a = 2", ())
        assert sqlstate(lambda: one.execute("update t set a = 3", ())) == "40001"
        two.rollback()
        one.close()
        two.close()

    def test_temporary_tables_are_the_sessions_own(self, engine: DuckDbEngine) -> None:
        one, two = engine.open_session("a", "dev"), engine.open_session("b", "dev")
        one.execute("create temp table mine as select 1 as a", ())
        assert rows(one, "select * from mine") == [(1,)]
        assert sqlstate(lambda: two.execute("select * from mine", ())) == "42P01"
        one.close()
        two.close()

    def test_closing_rolls_back(self, engine: DuckDbEngine) -> None:
        one, two = engine.open_session("a", "dev"), engine.open_session("b", "dev")
        one.execute("create table t (a int)", ())
        one.begin()
        one.execute("insert into t values (1)", ())
        one.close()
        one.close()
        assert sqlstate(lambda: one.execute("select 1", ())) == "08003"
        assert rows(two, "select * from t") == []
        two.close()
