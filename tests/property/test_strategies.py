"""The strategies of the fake server on the driver itself, as its users have them."""

from __future__ import annotations

import datetime as dt
import json
from ast import literal_eval
from contextlib import suppress
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rs_driver
from rs_driver.wire.control import NotificationResponse, ParameterStatus
from rs_driver.wire.registry import decode_backend
from rs_driver_fakeserver import FakeServer
from rs_driver_fakeserver import strategies as st_redshift
from rs_driver_fakeserver.dialect import ServerKind
from rs_driver_fakeserver.faults import Fault, Split
from rs_driver_fakeserver.strategies import BackendStream, ResultSet, ServerModel
from support.models import Driven
from support.stream_client import UNASKED, ask, heard, listener

SERVERS: tuple[ServerKind, ...] = ("redshift", "postgres")
LOGIN: dict[str, Any] = {"user": "alice", "database": "dev"}
LIMITED: dict[str, Any] = {**LOGIN, "connect_timeout": 5, "read_timeout": 5}
"""By a clock that only waiting moves."""
VALUES: dict[str, Any] = {**LOGIN, "super_objects": True, "autocommit": True}
streams = st.one_of(
    *(st_redshift.backend_streams(protocol=protocol) for protocol in (0, 1, 2)),
    st_redshift.backend_streams(server="postgres"),
)


# -- streams ------------------------------------------------------------------------------


@given(stream=streams, data=st.data())
def test_pieces_make_no_difference(stream: BackendStream, data: st.DataObject) -> None:
    core = listener(stream)
    for flight in stream.flights:
        ask(core, flight)
        pieces = data.draw(st_redshift.chunkings(flight.data))
        meant = [message for message in flight.said if not isinstance(message, UNASKED)]
        assert list(heard(core, pieces)) == meant
        assert (core.busy, core.broken, core.transaction_status) == (None, None, flight.status)
    for unasked in stream.messages:
        if isinstance(unasked, ParameterStatus):
            assert unasked.name in core.session.parameters
    notifications = [one for one in stream.messages if isinstance(one, NotificationResponse)]
    assert core.session.notifications.total == len(notifications)


@given(streams)
def test_every_message_is_decoded_as_it_was_meant(stream: BackendStream) -> None:
    left = stream.data
    for message in stream.messages:
        size = 1 + int.from_bytes(left[1:5], "big")
        assert decode_backend(left[0], left[5:size], stream.protocol) == message
        left = left[size:]
    assert left == b""


def hostile() -> st.SearchStrategy[BackendStream]:
    return st.one_of(
        st_redshift.backend_streams(valid=False),
        st_redshift.backend_streams(valid=False, server="postgres"),
    )


@given(stream=hostile(), data=st.data())
def test_hostile_streams_raise_errors_of_the_driver_only(
    stream: BackendStream, data: st.DataObject
) -> None:
    core = listener(stream)
    pieces = list(data.draw(st_redshift.chunkings(stream.data)))
    with suppress(rs_driver.Error):
        for flight in stream.flights:
            ask(core, flight)
            while core.busy is not None and pieces:
                list(heard(core, [pieces.pop(0)]))
        core.received(0)
        while core.next() is not None:
            pass
    assert core.broken is None or core.broken.is_disconnect


# -- faults -------------------------------------------------------------------------------

ROWS = [(number, "x" * number) for number in range(4)]


def ask_twice(server: FakeServer) -> None:
    """Two statements, one of which fails."""
    server.when("select 1").returns({"n": "int4", "x": "varchar"}, ROWS)
    server.when("select 1/0").raises("22012", "division by zero")
    with rs_driver.connect(transport=server.memory(), **LIMITED) as connection:
        assert connection.cursor().execute("select 1").fetchall() == ROWS
        with pytest.raises(rs_driver.DataError):
            connection.cursor().execute("select 1/0")
        connection.rollback()


@given(st_redshift.fault_schedules(outcomes=["same"]))
def test_harmless_faults_change_no_result(faults: list[Fault]) -> None:
    with FakeServer(faults=faults) as server:
        ask_twice(server)


@given(st_redshift.fault_schedules(outcomes=["lost", "failed", "silent"], min_size=1))
def test_lost_connections_are_errors_of_the_driver(faults: list[Fault]) -> None:
    with FakeServer(faults=faults, policy="ignore") as server, suppress(rs_driver.Error):
        ask_twice(server)


@given(st_redshift.fault_schedules(min_size=1))
def test_any_damage_is_an_error_of_the_driver_or_another_value(faults: list[Fault]) -> None:
    with FakeServer(faults=faults, policy="ignore") as server:
        server.when("select 1").returns({"n": "int4", "x": "varchar"}, ROWS)
        with (
            suppress(rs_driver.Error),
            rs_driver.connect(transport=server.memory(), **LIMITED) as connection,
        ):
            connection.cursor().execute("select 1").fetchall()


# -- values -------------------------------------------------------------------------------


def as_read(kind: str, value: object, received: object) -> object:
    """``received`` in the form of ``value``, where this driver has a form of its own."""
    if isinstance(value, list) and isinstance(received, list):
        pairs = zip(value, received, strict=True)
        return [as_read(kind.removesuffix("[]"), one, other) for one, other in pairs]
    if value is None or received is None:
        return received
    if kind in ("geometry", "geography", "geometryhex"):
        return bytes.fromhex(str(received))
    if kind in ("inet", "cidr"):  # on Redshift a str
        return type(value)(str(received))  # type: ignore[call-arg]  # one of ipaddress's classes
    if kind == "tid":
        return literal_eval(str(received))
    if kind == "hllsketch":
        return json.loads(str(received))
    if kind == "regproc":  # its text is a name, its binary form the number
        number, name = value if isinstance(value, tuple) else (value, str(value or "-"))
        return value if received in (number, name) else received
    return received


def in_utc(value: object) -> object:
    """Times with a zone come in UTC."""
    if isinstance(value, list):
        return [in_utc(item) for item in value]
    if isinstance(value, dt.time) and value.tzinfo is not None:
        return dt.datetime.combine(dt.date(2000, 1, 2), value).astimezone(dt.timezone.utc).timetz()
    return value


def check_rows(result: ResultSet, received: list[tuple[Any, ...]], server: ServerKind) -> None:
    assert len(received) == len(result.rows)
    types = [column.type for column in result.columns]
    for meant, row in zip(result.stored(server=server), received, strict=True):
        for kind, value, got in zip(types, meant, row, strict=True):
            assert st_redshift.same(in_utc(value), as_read(kind, value, got)), (kind, value, got)


def fetched(server: FakeServer, result: ResultSet, **options: Any) -> list[tuple[Any, ...]]:
    server.when("select 1").returns(*result)
    with rs_driver.connect(transport=server.memory(), **VALUES, **options) as connection:
        cursor = connection.cursor().execute("select 1")
        assert tuple(column[0] for column in cursor.description or ()) == result.names
        return cursor.fetchall()


@pytest.mark.parametrize("server", SERVERS)
@given(data=st.data(), result_format=st.sampled_from(["auto", "text"]))
def test_any_result_survives(server: ServerKind, data: st.DataObject, result_format: str) -> None:
    result = data.draw(st_redshift.result_sets(server=server))
    with FakeServer(server=server) as fake:
        check_rows(result, fetched(fake, result, result_format=result_format), server)


TYPES = [(server, name) for server in SERVERS for name in st_redshift.known_types(server)]


@pytest.mark.parametrize(("server", "name"), TYPES)
@settings(max_examples=6)
@given(data=st.data(), result_format=st.sampled_from(["auto", "text"]))
def test_values_of_each_type_survive(
    server: ServerKind, name: str, data: st.DataObject, result_format: str
) -> None:
    results = st_redshift.result_sets(
        server=server, types=[name], max_columns=1, min_rows=4, max_rows=12
    )
    result = data.draw(results)
    with FakeServer(server=server) as fake:
        check_rows(result, fetched(fake, result, result_format=result_format), server)


# -- the model of a server ----------------------------------------------------------------


class InMemory(Driven, ServerModel):
    """Redshift, without a socket."""


class OnPostgres(Driven, ServerModel):
    """PostgreSQL, with two-phase commit."""

    kind = "postgres"
    two_phase = True


class InPieces(Driven, ServerModel):
    """Redshift, a byte at a time."""

    server_options: ClassVar = {"faults": [Split(every=1)]}


class OverTcp(Driven, ServerModel):
    """Redshift, over a socket."""

    def connect(self, server: FakeServer) -> Any:
        return rs_driver.connect(**server.connect_kwargs())


TestInMemory = InMemory.TestCase
TestInMemory.settings = settings(max_examples=40, stateful_step_count=30)
TestOnPostgres = OnPostgres.TestCase
TestOnPostgres.settings = settings(max_examples=40, stateful_step_count=30)
TestInPieces = InPieces.TestCase
TestInPieces.settings = settings(max_examples=10, stateful_step_count=20)
TestOverTcp = OverTcp.TestCase
TestOverTcp.settings = settings(max_examples=5, stateful_step_count=20)
