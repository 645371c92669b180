"""The plugin in a pytest of its own, as its users run it."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rs_driver_fakeserver.server import FakeServer

TESTS = """
import pytest
from rs_driver_fakeserver import Auth, FakeServer, SqlError

PORTS = set()

@pytest.mark.parametrize("round", [1, 2])
def test_server(redshift_server, round):
    assert redshift_server.script.rules == ()
    assert redshift_server.log.entries == ()
    redshift_server.when("select 1").returns(["a"], [(1,)])
    PORTS.add(redshift_server.port)
    assert len(PORTS) == 1

def test_factory(redshift_server_factory):
    server = redshift_server_factory(auth=Auth.trust())
    assert isinstance(server, FakeServer)
    assert server.port

def test_connection(redshift_server, redshift_connection):
    redshift_server.when("select 1").returns(["a"], [(1,)])
    assert redshift_connection.cursor().execute("select 1").fetchall() == [(1,)]

@pytest.mark.redshift(server="postgres", auth=Auth.md5({"alice": "Secret1!"}))
def test_marker(redshift_server, redshift_connection):
    row = redshift_connection.cursor().execute("select current_user").fetchone()
    assert row == ("alice",)
    (version,) = redshift_connection.cursor().execute("select version()").fetchone()
    assert version.startswith("PostgreSQL 15")
"""

WRONG = """
import pytest
import rs_driver
from rs_driver_fakeserver import FakeServerError

def test_swallowed(redshift_server, redshift_connection):
    try:
        redshift_connection.cursor().execute("select nothing_known")
    except rs_driver.Error:
        pass

def test_unmet(redshift_server):
    redshift_server.when("select 1").returns(["a"], [(1,)]).once()

def test_leaked(redshift_server):
    global kept
    kept = rs_driver.connect(**redshift_server.connect_kwargs())

def test_after_the_leak(redshift_server, redshift_connection):
    redshift_connection.cursor().execute("select 1 as one_without_a_rule")

def test_fails_by_itself(redshift_server):
    redshift_server.when("select 1").returns(["a"], [(1,)]).once()
    with rs_driver.connect(**redshift_server.connect_kwargs()) as connection:
        connection.cursor().execute("select current_user")
    assert "itself" == "not"

def test_allowed(redshift_server, redshift_connection):
    redshift_server.policy["unmatched"] = "ignore"
    with pytest.raises(rs_driver.Error):
        redshift_connection.cursor().execute("select nothing_known")
"""

MARKERS = """
import pytest
from pathlib import Path

pytestmark = pytest.mark.redshift(server="postgres")

def test_of_a_module_it_is_for_those_that_use_it():
    pass

@pytest.mark.redshift(databases=["x"])
def test_several_add_up(redshift_server):
    assert redshift_server.connect_kwargs()["database"] == "x"
    assert redshift_server.script.dialect.kind == "postgres"

class TestPolicies:
    pytestmark = pytest.mark.redshift(policy={"leaked": "ignore"})

    @pytest.mark.redshift(policy={"statements": "fail"})
    def test_they_add_up(self, redshift_server):
        assert redshift_server.policy["leaked"] == "ignore"
        assert redshift_server.policy["statements"] == "fail"

@pytest.mark.redshift("postgres")
def test_arguments(redshift_server):
    pass

@pytest.mark.redshift(engine="duckdb")
def test_unused(redshift_server_factory):
    pass

@pytest.mark.redshift(databases=["x"])
def test_asked_for_late(request):
    assert request.getfixturevalue("redshift_server").connect_kwargs()["database"] == "x"

@pytest.mark.redshift(load="schema.sql")
def test_one_file(redshift_server):
    pass

@pytest.mark.redshift(tls=Path("x"))
def test_wrong(redshift_server):
    pass
"""

ENGINE = """
import pytest

@pytest.mark.redshift(engine="duckdb", load=["schema.sql"])
def test_loaded(redshift_server, redshift_connection):
    assert redshift_connection.cursor().execute("select count(*) from t").fetchone() == (2,)

def test_engine(redshift_engine):
    redshift_engine.run("create table t (a int)")

@pytest.mark.redshift(server="postgres", load=["schema.sql"])
def test_engine_with_options(redshift_engine):
    assert redshift_engine.script.dialect.kind == "postgres"
    redshift_engine.run("insert into t values (1)")
"""


def run(directory: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    return subprocess.run(
        command, cwd=directory, capture_output=True, text=True, timeout=120, check=False
    )


def test_it_is_found_and_works(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TESTS)
    done = run(tmp_path, "-W", "error", "--strict-markers")
    assert "5 passed" in done.stdout, done.stdout + done.stderr


def test_what_the_code_hid_fails_the_test(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(WRONG)
    done = run(tmp_path)
    assert "4 failed, 2 passed, 1 error" in done.stdout, done.stdout + done.stderr
    summary = done.stdout[done.stdout.index("short test summary") :]
    for line in (
        "FAILED test_it.py::test_swallowed",
        "FAILED test_it.py::test_unmet",
        "FAILED test_it.py::test_after_the_leak",
        "FAILED test_it.py::test_fails_by_itself",
        "ERROR test_it.py::test_leaked",
    ):
        assert line in summary
    assert "unmatched (connection 1): " in done.stdout
    assert "nothing_known" in done.stdout
    assert "leaked" in done.stdout
    assert "fake Redshift 1" in done.stdout, "the conversation is in the report"
    assert "pytest_plugin.py" not in done.stdout, "nobody is led into the plugin"
    swallowed = done.stdout[done.stdout.index("_ test_swallowed _") :]
    swallowed = swallowed[: swallowed.index("_ test_unmet _")]
    assert swallowed.count("unmatched (connection 1): ") == 1
    assert swallowed.count("1\tF\t4\tSync") == 1
    assert "ReadyForQuery" in done.stdout


@pytest.mark.skipif(importlib.util.find_spec("duckdb") is None, reason="needs the engine")
def test_engines(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(ENGINE)
    (tmp_path / "schema.sql").write_text("create table t (a int); insert into t values (1), (2);")
    done = run(tmp_path, "-W", "error")
    assert "3 passed" in done.stdout, done.stdout + done.stderr


def test_markers(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(MARKERS)
    done = run(tmp_path)
    assert "1 failed, 4 passed, 3 errors" in done.stdout, done.stdout + done.stderr
    for told in (
        "takes options by keyword, as FakeServer does, such as engine='duckdb', not 'postgres'",
        "is for a test that uses redshift_server or redshift_engine",
        "load= takes a list of files, such as ['schema.sql']",
        "tls= takes",
    ):
        assert told in done.stdout


def test_the_server_is_fresh(redshift_server: FakeServer) -> None:
    assert redshift_server.script.rules == ()
    assert redshift_server.log.sends == 0


def test_the_factory_makes_what_is_asked(
    redshift_server_factory: Callable[..., FakeServer],
) -> None:
    assert redshift_server_factory(databases=["x"]).connect_kwargs()["database"] == "x"
