"""OpenTelemetry: a span for each statement, by the conventions for clients of databases.

    from rs_driver.otel import TracingHook

    connection = rs_driver.connect(..., hooks=[TracingHook()])

Needs ``pip install 'rs_driver[otel]'``. No parameter and no text of an error is in a span.
"""

from __future__ import annotations

from typing import Any

from rs_driver._version import __version__
from rs_driver.errors import InterfaceError
from rs_driver.hooks import ConnectionInfo, Executed, Executing, Failed

__all__ = ["TracingHook"]

_SYSTEMS = {"redshift": "aws.redshift", "postgres": "postgresql"}


class TracingHook:
    """Spans of kind CLIENT, children of the span that is current where the statement runs.

    ``tracer_provider``: the global one if not given. ``query_text``: whether a span has the
    statement's text; None, as the conventions have it, is only that of a statement with
    parameters, as one without may hold values.
    """

    def __init__(self, tracer_provider: Any = None, *, query_text: bool | None = None) -> None:
        try:
            from opentelemetry import trace
        except ImportError as error:
            raise InterfaceError(
                "opentelemetry is needed for this: pip install 'rs_driver[otel]'"
            ) from error
        self._client = trace.SpanKind.CLIENT
        self._failed = trace.StatusCode.ERROR
        self._tracer = trace.get_tracer("rs_driver", __version__, tracer_provider)
        self._query_text = query_text

    def executing(self, event: Executing) -> Any:
        """Begins a span, which ends when ``execute`` returns."""
        attributes = self._attributes(event)
        operation = attributes.get("db.operation.name", "")
        name = f"{operation} {_target(event.connection)}".strip() or attributes["db.system.name"]
        return self._tracer.start_span(name, kind=self._client, attributes=attributes)

    def executed(self, event: Executed) -> None:
        """Ends it, with the number of rows where all of them have been read."""
        if (span := event.token) is None:
            return
        if event.columns and event.rowcount >= 0:
            span.set_attribute("db.response.returned_rows", event.rowcount)
        span.end()

    def failed(self, event: Failed) -> None:
        """Ends it as failed, by the error's class or code. A result that fails later on has
        none any more."""
        span = event.token
        if span is None or not span.is_recording():
            return
        kind = type(event.error)
        named = f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")
        span.set_attribute("error.type", event.sqlstate or named)
        if event.sqlstate:
            span.set_attribute("db.response.status_code", event.sqlstate)
        span.set_status(self._failed)
        span.end()

    def _attributes(self, event: Executing) -> dict[str, Any]:
        info = event.connection
        batched = event.batch is not None and event.batch > 1
        attributes: dict[str, Any] = {"db.system.name": _SYSTEMS.get(info.server, "other_sql")}
        if info.database:
            attributes["db.namespace"] = info.database
        if event.command:
            attributes["db.operation.name"] = ("BATCH " if batched else "") + event.command
        if batched:
            attributes["db.operation.batch.size"] = event.batch
        if self._shows(event):
            attributes["db.query.text"] = event.sql
        if info.host:
            attributes["server.address"] = info.host
            attributes["server.port"] = info.port
        return attributes

    def _shows(self, event: Executing) -> bool:
        return event.parameters > 0 if self._query_text is None else self._query_text


def _target(info: ConnectionInfo) -> str:
    """What stands behind the operation in a span's name."""
    if info.database:
        return info.database
    return f"{info.host}:{info.port}" if info.host else ""
