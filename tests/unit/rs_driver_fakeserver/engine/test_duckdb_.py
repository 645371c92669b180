from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from rs_driver_fakeserver.engine.duckdb_ import DuckDbEngine, DuckDbSession
from rs_driver_fakeserver.engine.port import Column, Engine, SqlError
from support.duckdb_versions import duckdb_2


def rows(session: DuckDbSession, sql: str, *parameters: object) -> list[tuple[object, ...]]:
    return [tuple(row) for row in session.execute(sql, parameters).rows]


def sqlstate(action: Callable[[], object]) -> str:
    with pytest.raises(SqlError) as caught:
        action()
    return caught.value.sqlstate


def test_the_engine_satisfies_the_port(engine: DuckDbEngine) -> None:
    port: Engine = engine
    session = port.open_session("alice", "dev")
    assert session.execute("select 1", ()).tag == "SELECT"
    session.close()


class TestManners:
    def test_integer_division(self, session: DuckDbSession) -> None:
        assert rows(session, "select 7 / 2, -7 / 2, 7.0::float8 / 2") == [(3, -3, 3.5)]

    @duckdb_2
    @pytest.mark.parametrize("expression", ["1 / 0", "1 % 0", "1.0 / 0", "1::float8 / 0"])
    def test_division_by_zero(self, session: DuckDbSession, expression: str) -> None:
        with pytest.raises(SqlError, match="22012: division by zero"):
            session.execute(f"select {expression}", ())

    def test_identifiers_fold_to_lower_case(self, session: DuckDbSession) -> None:
        session.execute('create table MyTable (MyColumn int, "Quoted" int)', ())
        result = session.execute("SELECT * FROM MYTABLE", ())
        assert result.columns == (Column("mycolumn", "int4"), Column("Quoted", "int4"))

    def test_null_sorts_as_the_largest(self, session: DuckDbSession) -> None:
        sql = "select a from (values (1), (null), (2)) v(a) order by a"
        assert rows(session, sql) == [(1,), (2,), (None,)]
        assert rows(session, sql + " desc") == [(None,), (2,), (1,)]

    def test_attributes_of_tables_are_accepted(self, session: DuckDbSession) -> None:
        session.execute(
            "create table t (a int encode az64 distkey, b date) diststyle key sortkey (b)", ()
        )
        assert session.execute("select * from t", ()).columns == (
            Column("a", "int4"),
            Column("b", "date"),
        )


class TestTheOutsideIsOutOfReach:
    @pytest.mark.parametrize(
        "sql",
        [
            "select * from read_csv('{path}')",
            "select * from read_text('{path}')",
            "select * from '{path}'",
            "select * from glob('{directory}/*')",
            "copy t from '{path}'",
            "copy t to '{directory}/out.csv'",
            "attach '{directory}/other.db' as other",
            "attach ':memory:' as other",
            "export database '{directory}/out'",
            "install httpfs",
            "load httpfs",
            "set enable_external_access = true",
            "reset enable_external_access",
            "pragma enable_external_access = true",
            "create secret (type s3)",
        ],
    )
    def test_files_and_settings(self, session: DuckDbSession, tmp_path: Path, sql: str) -> None:
        secret = tmp_path / "secret.csv"
        secret.write_text("a\n1\n")
        session.execute("create table t (a int)", ())
        sql = sql.format(path=secret, directory=tmp_path)
        assert sqlstate(lambda: session.execute(sql, ())) in {"0A000", "42501", "42P01"}
        assert sqlstate(lambda: session.describe(sql, ())) in {"0A000", "42501", "42P01"}
        assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]

    def test_the_configuration_is_locked(self, session: DuckDbSession) -> None:
        found = rows(
            session,
            "select name, lower(value) from duckdb_settings() where name in "
            "('enable_external_access', 'lock_configuration', 'python_enable_replacements', "
            "'autoload_known_extensions', 'TimeZone') order by lower(name)",
        )
        assert found == [
            ("autoload_known_extensions", "false"),
            ("enable_external_access", "false"),
            ("lock_configuration", "true"),
            ("python_enable_replacements", "false"),
            ("TimeZone", "utc"),
        ]

    def test_variables_of_python_are_no_tables(self, session: DuckDbSession) -> None:
        reachable = duckdb.connect(":memory:")
        reachable.close()
        assert sqlstate(lambda: session.execute("select * from reachable", ())) == "42P01"


class TestLife:
    def test_engines_share_nothing(self, engine: DuckDbEngine, session: DuckDbSession) -> None:
        session.execute("create table t (a int)", ())
        other = DuckDbEngine()
        stranger = other.open_session("a", "dev")
        assert sqlstate(lambda: stranger.execute("select * from t", ())) == "42P01"
        stranger.close()
        other.close()
        other.close()
        assert sqlstate(lambda: other.open_session("a", "dev")) == "08003"

    def test_a_process_that_closes_everything_ends_in_silence(self) -> None:
        script = (
            "from rs_driver_fakeserver.engine.duckdb_ import DuckDbEngine\n"
            "from rs_driver_fakeserver.engine.port import SqlError\n"
            "engine = DuckDbEngine()\n"
            "session = engine.open_session('a', 'dev')\n"
            "session.execute('create table t (a timestamptz)', ())\n"
            "session.execute('insert into t values (now()) returning a', ())\n"
            "try:\n    session.execute('select nothing from t', ())\n"
            "except SqlError as error:\n    kept = error\n"
            "session.close()\nengine.close()\n"
        )
        done = subprocess.run(
            [sys.executable, "-W", "error", "-X", "dev", "-c", script],
            check=False,
            capture_output=True,
            text=True,
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    def test_without_duckdb_the_error_names_the_extra(self) -> None:
        script = (
            "import sys; sys.modules['duckdb'] = None\n"
            "from rs_driver_fakeserver.engine.duckdb_ import DuckDbEngine\n"
            "try:\n    DuckDbEngine()\n"
            "except ImportError as error:\n    print(error)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script], check=True, capture_output=True, text=True
        )
        assert "rs_driver[engine]" in done.stdout
