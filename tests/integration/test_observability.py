"""The Python blocks of docs/observability.md, and what they rely on in PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

import rs_driver
from rs_driver_fakeserver import FakeServer
from support.ears import Ears
from support.pages import page
from support.policies import UNANSWERED
from support.postgres import PostgresServer

PAGE = page("observability.md")
BLOCKS = re.findall(r"^```python( otel| redshift)?\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
Connect = Callable[..., Any]


def run(number: int, options: dict[str, Any]) -> None:
    kind, block = BLOCKS[number]
    if kind == " otel":
        pytest.importorskip("opentelemetry.sdk")
    exec(compile(block, f"block {number + 1}", "exec"), {"options": options})


def test_the_page_has_blocks() -> None:
    assert len(BLOCKS) == PAGE.count("```python") == 5


@pytest.fixture
def redshift() -> FakeServer:
    """Answers what the page asks of a cluster."""
    server = FakeServer(policy=UNANSWERED)
    server.when("select 1").returns(["n"], [(1,)])
    server.when("select $1::int as n").returns(["n"], [(1,)])
    server.when("select nonsense from nowhere").raises("42P01", "no nowhere")
    server.when("create temp table sums as select 1 as n").completes("SELECT")
    server.when("select pg_last_query_id()").returns({"id": "int4"}, [(4711,)])
    server.when("select set_config('query_group', $1, false)").returns(["x"], [("etl",)])
    server.when("select set_config($1, $2, false)").returns(["x"], [("etl",)])
    return server


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_a_block_on_redshift(
    number: int, redshift: FakeServer, capsys: pytest.CaptureFixture[str]
) -> None:
    with redshift:
        run(number, {"transport": redshift.memory(), "user": "alice", "database": "dev"})
    if BLOCKS[number][0] == " redshift":
        assert capsys.readouterr().out == "4711\n"


@pytest.mark.postgres
@pytest.mark.parametrize("number", [n for n, block in enumerate(BLOCKS) if block[0] != " redshift"])
def test_a_block_on_postgres(number: int, postgres: PostgresServer) -> None:
    run(number, postgres.connect_kwargs())


def test_the_loggers_and_the_methods_are_those_of_the_code() -> None:
    methods = re.findall(r"^\| `(\w+)\(event\)` \|", PAGE, re.MULTILINE)
    assert sorted(methods) == sorted(name for name in vars(Ears) if name in methods)
    assert len(methods) == 7


@pytest.mark.postgres
def test_what_hooks_hear_of_postgres(shell: Connect, postgres: PostgresServer) -> None:
    ears = Ears()
    where = postgres.connect_kwargs()
    with shell(**where, hooks=[ears], application_name="night") as connection:
        assert connection.run("show application_name") == (("night",),)
        pid = connection.run("select pg_backend_pid()")[0][0]
        (named,) = connection.run(
            "select application_name from pg_stat_activity where pid = pg_backend_pid()"
        )
        assert named == ("night",)
    info = ears.last("closed").connection
    assert (info.server, info.process_id) == ("postgres", pid)
    assert (info.host, info.port) == (where["host"], where["port"])
    told = [event.command for event in ears.named("executed")]
    assert told == ["SHOW", "SELECT", "SELECT", "COMMIT"]


@pytest.mark.postgres
def test_a_timeout_is_what_was_raised(shell: Connect, postgres: PostgresServer) -> None:
    ears = Ears()
    with shell(**postgres.connect_kwargs(), hooks=[ears]) as connection:
        with pytest.raises(rs_driver.QueryCanceled) as caught:
            connection.cursor().execute("select pg_sleep(60)", timeout=0.1)
        connection.rollback()
    assert ears.last("failed").error is caught.value
    assert ears.last("failed").elapsed >= 0.1
    assert ears.last("closed").error is None


@pytest.mark.postgres
def test_a_session_that_was_terminated(shell: Connect, postgres: PostgresServer) -> None:
    ears = Ears()
    connection = shell(**postgres.connect_kwargs(), hooks=[ears])
    with pytest.raises(rs_driver.OperationalError):
        connection.run("select pg_terminate_backend(pg_backend_pid())")
    assert ears.names[-2:] == ["closed", "failed"]
    assert ears.last("closed").error.sqlstate == "57P01"
    connection.close()
    assert ears.names.count("closed") == 1


@pytest.mark.postgres
def test_postgres_numbers_no_queries(shell: Connect, postgres: PostgresServer) -> None:
    with shell(**postgres.connect_kwargs()) as connection:
        with pytest.raises(rs_driver.NotSupportedError, match="Redshift"):
            connection.last_query_id()
        with pytest.raises(rs_driver.ProgrammingError, match="query_group"):
            connection.run("set query_group to 'etl'")
        connection.rollback()


def test_the_last_query_is_asked_for_outside_of_transactions(
    shell: Connect, redshift: FakeServer
) -> None:
    with redshift, shell(user="a", database="d", transport=redshift.memory()) as connection:
        connection.run("select 1")
        assert connection.last_query_id() == 4711
        assert connection.in_transaction
        connection.commit()
        assert connection.last_query_id() == 4711
        assert not connection.in_transaction
