"""Spans, by the conventions for database clients."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import rs_driver
from rs_driver.hooks import ConnectionInfo, Executing
from rs_driver.otel import TracingHook
from rs_driver_fakeserver import FakeServer
from support.policies import UNANSWERED


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(rs_driver.InterfaceError, match=r"rs_driver\[otel\]"):
        TracingHook()


trace: Any = pytest.importorskip("opentelemetry.trace")
sdk: Any = pytest.importorskip("opentelemetry.sdk.trace")
export: Any = pytest.importorskip("opentelemetry.sdk.trace.export")
in_memory: Any = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")

LOGIN: dict[str, Any] = {"user": "alice", "database": "dev"}


class Spans:
    """A provider whose spans are kept."""

    def __init__(self) -> None:
        self._exporter = in_memory.InMemorySpanExporter()
        self.provider = sdk.TracerProvider(shutdown_on_exit=False)
        self.provider.add_span_processor(export.SimpleSpanProcessor(self._exporter))

    @property
    def all(self) -> list[Any]:
        return list(self._exporter.get_finished_spans())

    @property
    def last(self) -> Any:
        return self.all[-1]


@pytest.fixture
def spans() -> Spans:
    return Spans()


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(policy=UNANSWERED) as found:
        found.when("select a from t").returns(["a"], [(1,), (2,)])
        found.when("select a from t where a = $1").returns(["a"], [(1,)])
        found.when("select long").returns(["t"], [("x" * 100,)] * 200)
        found.when("insert into t values ($1)").completes("INSERT 0 1")
        found.when("update t set a = $1").raises("22012", "division by 'value'")
        yield found


@pytest.fixture
def connection(server: FakeServer, spans: Spans) -> Iterator[rs_driver.Connection]:
    hook = TracingHook(spans.provider)
    with rs_driver.connect(transport=server.memory(), hooks=[hook], **LOGIN) as found:
        yield found


def test_a_query(connection: rs_driver.Connection, spans: Spans) -> None:
    connection.cursor().execute("select a from t where a = %s", (1,))
    span = spans.last
    assert (span.name, span.kind) == ("SELECT dev", trace.SpanKind.CLIENT)
    assert dict(span.attributes) == {
        "db.system.name": "aws.redshift",
        "db.namespace": "dev",
        "db.operation.name": "SELECT",
        "db.query.text": "select a from t where a = %s",
        "db.response.returned_rows": 1,
    }
    assert span.status.status_code is trace.StatusCode.UNSET
    assert span.instrumentation_scope.name == "rs_driver"


def test_a_batch(connection: rs_driver.Connection, spans: Spans) -> None:
    connection.cursor().executemany("insert into t values (%s)", [(1,), (2,)])
    found = dict(spans.last.attributes)
    assert spans.last.name == "BATCH INSERT dev"
    assert (found["db.operation.name"], found["db.operation.batch.size"]) == ("BATCH INSERT", 2)
    assert "db.response.returned_rows" not in found
    connection.cursor().executemany("insert into t values (%s)", [(1,)])
    assert spans.last.name == "INSERT dev"
    assert "db.operation.batch.size" not in spans.last.attributes


def test_an_error(connection: rs_driver.Connection, spans: Spans) -> None:
    with pytest.raises(rs_driver.DataError):
        connection.cursor().execute("update t set a = %s", ("value",))
    span = spans.last
    connection.rollback()
    found = dict(span.attributes)
    assert (found["error.type"], found["db.response.status_code"]) == ("22012", "22012")
    assert span.status.status_code is trace.StatusCode.ERROR
    assert "value" not in span.to_json()


def test_an_error_of_the_driver_goes_by_its_class(
    connection: rs_driver.Connection, spans: Spans
) -> None:
    with pytest.raises(rs_driver.ProgrammingError):
        connection.cursor().execute("select %s, %s", (1,))
    found = dict(spans.last.attributes)
    assert found["error.type"] == "rs_driver.errors.ProgrammingError"
    assert "db.response.status_code" not in found


@pytest.mark.parametrize(
    ("wanted", "sql", "shown"),
    [
        (None, "select a from t where a = %s", True),
        (None, "select a from t", False),
        (True, "select a from t", True),
        (False, "select a from t where a = %s", False),
    ],
)
def test_the_text(
    server: FakeServer, spans: Spans, wanted: bool | None, sql: str, shown: bool
) -> None:
    hook = TracingHook(spans.provider, query_text=wanted)
    with rs_driver.connect(transport=server.memory(), hooks=[hook], **LOGIN) as connection:
        connection.cursor().execute(sql, (1,) if "%s" in sql else None)
    query, end = spans.all
    assert query.attributes.get("db.query.text") == (sql if shown else None)
    assert end.name == "COMMIT dev"


def test_a_long_result_ends_its_span_where_execute_returns(
    server: FakeServer, spans: Spans
) -> None:
    options: Any = {"transport": server.memory(), "result_budget": 1000, **LOGIN}
    with rs_driver.connect(hooks=[TracingHook(spans.provider)], **options) as connection:
        cursor = connection.cursor()
        cursor.execute("select long")
        assert "db.response.returned_rows" not in spans.last.attributes
        cursor.fetchall()
        assert len(spans.all) == 1


def test_several_statements_are_named_after_the_database(
    connection: rs_driver.Connection, spans: Spans
) -> None:
    connection.cursor().execute("select a from t; select a from t")
    assert spans.last.name == "dev"
    assert "db.operation.name" not in spans.last.attributes


def test_spans_are_children_of_the_current_one(server: FakeServer, spans: Spans) -> None:
    tracer = spans.provider.get_tracer("test")

    async def ask(number: int, connection: rs_driver.AsyncConnection) -> None:
        with tracer.start_as_current_span(f"task {number}"):
            await connection.cursor().execute("select a from t")

    async def run() -> None:
        options: Any = {"hooks": [TracingHook(spans.provider)], **LOGIN}
        connect = rs_driver.AsyncConnection.connect
        opened = [await connect(transport=server.memory(), **options) for _ in range(2)]
        await asyncio.gather(*(ask(number, found) for number, found in enumerate(opened)))
        for connection in opened:
            await connection.close()

    asyncio.run(run())
    parents = {span.context.span_id: span.name for span in spans.all}
    queries = [span for span in spans.all if span.name == "SELECT dev"]
    assert sorted(parents[span.parent.span_id] for span in queries) == ["task 0", "task 1"]


@pytest.mark.parametrize(
    ("info", "name", "attributes"),
    [
        (
            ConnectionInfo("db.example", 5439, "dev", "a", server="postgres"),
            "SELECT dev",
            {
                "db.system.name": "postgresql",
                "db.namespace": "dev",
                "server.address": "db.example",
                "server.port": 5439,
            },
        ),
        (
            ConnectionInfo("db.example", 5439, "", "a", server="redshift"),
            "SELECT db.example:5439",
            {
                "db.system.name": "aws.redshift",
                "server.address": "db.example",
                "server.port": 5439,
            },
        ),
    ],
)
def test_where_it_was(
    spans: Spans, info: ConnectionInfo, name: str, attributes: dict[str, Any]
) -> None:
    hook = TracingHook(spans.provider)
    hook.executing(Executing(info, "select 1", "SELECT", 0, None)).end()
    assert spans.last.name == name
    assert dict(spans.last.attributes) == {**attributes, "db.operation.name": "SELECT"}


def test_nothing_to_name_it_after(spans: Spans) -> None:
    info = ConnectionInfo("", 0, "", "", server="redshift")
    TracingHook(spans.provider).executing(Executing(info, "", "", 0, None)).end()
    assert spans.last.name == "aws.redshift"


def test_without_a_provider_nothing_is_recorded(server: FakeServer) -> None:
    hook = TracingHook()
    with rs_driver.connect(transport=server.memory(), hooks=[hook], **LOGIN) as connection:
        connection.cursor().execute("select a from t")
        with pytest.raises(rs_driver.DataError):
            connection.cursor().execute("update t set a = %s", ("value",))
        connection.rollback()
