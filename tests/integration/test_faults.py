"""Every fault, end to end: a client gets the right rows or an error, never a wait without end.

rs_driver over TCP and in memory, in both shells, where the rows are never wrong either; and
psycopg over TCP. In memory time is virtual; on TCP whoever waits too long is hung up on.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
import pytest

import rs_driver
from rs_driver.wire.control import NotificationResponse, ParameterStatus
from rs_driver_fakeserver import FakeServer
from rs_driver_fakeserver.faults import (
    Coalesce,
    Delay,
    Drop,
    Duplicate,
    ErrorMidRows,
    Fatal,
    Fault,
    Garbage,
    Inject,
    Place,
    Reorder,
    SlowRead,
    Split,
    Stall,
    after,
    before,
    byte,
    inside,
    phase,
)
from rs_driver_fakeserver.faults.registry import FAULTS

Rows = list[tuple[Any, ...]]
Answer = Rows | rs_driver.Error | psycopg.Error

RIGHT: dict[str, Rows] = {
    "select old": [(1, "one"), (2, None), (3, "three")],
    "select new": [(4, "four")],
}
MEMORY: dict[str, Any] = {"user": "alice", "database": "dev"}
PATIENCE = 20.0
"""Seconds for what ought to come, on TCP."""
SHORT = 0.4
"""Seconds for what may not."""
EXAMPLES = [example for entry in FAULTS.values() for example in entry.examples]
PLACES: list[Place] = [
    *[phase("startup"), phase("authentication"), phase("settings"), phase("ready")],
    *[phase("query"), phase("rows"), before("ParseComplete"), before("CommandComplete")],
    *[inside("RowDescription", offset=4), inside("DataRow", offset=2), after("ReadyForQuery")],
    *[byte(0), byte(3), byte(30), byte(400)],
]


def scripted(*faults: Fault, **options: Any) -> FakeServer:
    """A server that knows the right answers and does not mind what clients do."""
    server = FakeServer(faults=faults, policy="ignore", **options)
    for sql, rows in RIGHT.items():
        server.when(sql).returns({"n": "int4", "name": "varchar(9)"}, rows)
    return server


def ask(connection: Any) -> list[Answer]:
    """What it answers to the questions, in their order. After an error it rolls back."""
    return [_ask(connection, sql) for sql in RIGHT]


def _ask(connection: Any, sql: str) -> Answer:
    try:
        found: Rows = connection.cursor().execute(sql).fetchall()
    except (rs_driver.Error, psycopg.Error) as error:
        with suppress(rs_driver.Error, psycopg.Error):
            connection.rollback()
        return error
    return found


def sync_client(where: dict[str, Any], patience: float = PATIENCE) -> list[Answer]:
    try:
        connection = rs_driver.connect(**where, timeout=patience)
    except rs_driver.Error as error:
        return [error]
    try:
        return ask(connection)
    finally:
        connection.close()


async def _async_client(where: dict[str, Any], patience: float) -> list[Answer]:
    try:
        connection = await rs_driver.AsyncConnection.connect(**where, timeout=patience)
    except rs_driver.Error as error:
        return [error]
    answers = [await _ask_async(connection, sql) for sql in RIGHT]
    await connection.close()
    return answers


async def _ask_async(connection: rs_driver.AsyncConnection, sql: str) -> Answer:
    try:
        cursor = connection.cursor()
        await cursor.execute(sql)
        return await cursor.fetchall()
    except rs_driver.Error as error:
        with suppress(rs_driver.Error):
            await connection.rollback()
        return error


def over_tcp(server: FakeServer, patience: float = PATIENCE) -> list[Answer]:
    return sync_client(server.connect_kwargs(), patience)


def in_memory(server: FakeServer, patience: float = PATIENCE) -> list[Answer]:
    return sync_client({**MEMORY, "transport": server.memory()}, patience)


def async_over_tcp(server: FakeServer, patience: float = PATIENCE) -> list[Answer]:
    return asyncio.run(_async_client(server.connect_kwargs(), patience))


def async_in_memory(server: FakeServer, patience: float = PATIENCE) -> list[Answer]:
    return asyncio.run(_async_client({**MEMORY, "transport": server.memory()}, patience))


@contextmanager
def hung_up_on(server: FakeServer, after: float) -> Iterator[None]:
    """Whoever is still there after so many seconds is hung up on."""
    timer = threading.Timer(after, server.hang_up)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


def with_psycopg(server: FakeServer, patience: float = PATIENCE) -> list[Answer]:
    where = server.connect_kwargs()
    where["dbname"] = where.pop("database")
    with hung_up_on(server, patience):
        try:
            connection = psycopg.connect(**where)
        except psycopg.Error as error:
            return [error]
        try:
            return ask(connection)
        finally:
            connection.close()


CLIENTS = [over_tcp, in_memory, async_over_tcp, async_in_memory]
Client = Callable[..., list[Answer]]


def right(answers: list[Answer]) -> bool:
    return answers == list(RIGHT.values())


def errors(answers: list[Answer]) -> list[Any]:
    return [answer for answer in answers if not isinstance(answer, list)]


def patience(fault: Fault) -> float:
    """Short where it is this that ends the wait."""
    return SHORT if FAULTS[type(fault).__name__].outcome in ("silent", "broken") else PATIENCE


def check(fault: Fault, answers: list[Answer]) -> None:
    """The answers are what the fault's outcome promises."""
    outcome = FAULTS[type(fault).__name__].outcome
    failed = errors(answers)
    if outcome == "same":
        assert right(answers)
    elif outcome == "failed":
        assert [error.sqlstate for error in failed] == ["57014"]
        assert answers[1] == RIGHT["select new"]
    else:
        assert failed
        assert all(isinstance(one, (rs_driver.Error, psycopg.Error)) for one in failed)
        lost = (rs_driver.OperationalError, psycopg.OperationalError)
        assert outcome == "broken" or isinstance(failed[0], lost)


def check_rows(answers: list[Answer]) -> None:
    """What is no error is right."""
    for answer, rows in zip(answers, RIGHT.values(), strict=False):
        assert not isinstance(answer, list) or answer == rows


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("fault", EXAMPLES, ids=repr)
def test_every_fault(fault: Fault, client: Client) -> None:
    with scripted(fault) as server:
        answers = client(server, patience(fault))
        assert "# fault: " in server.log.transcript()
    check(fault, answers)
    check_rows(answers)


@pytest.mark.parametrize("fault", EXAMPLES, ids=repr)
def test_every_fault_with_psycopg(fault: Fault) -> None:
    with scripted(fault) as server:
        answers = with_psycopg(server, patience(fault))
    if FAULTS[type(fault).__name__].outcome == "broken":
        assert all(isinstance(error, psycopg.Error) for error in errors(answers))
    else:
        check(fault, answers)
        check_rows(answers)


def elsewhere() -> list[Fault]:
    """Every fault at every place, but rows that come twice or change places: they look right."""
    found = [fault for entry in FAULTS.values() for where in PLACES for fault in entry.at(where)]
    rows = {repr(phase("rows")), repr(inside("DataRow", offset=2))}
    return [
        fault
        for fault in dict.fromkeys(found)
        if not (isinstance(fault, (Duplicate, Reorder)) and repr(fault.at) in rows)
    ]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("fault", elsewhere(), ids=repr)
def test_every_fault_at_every_place(fault: Fault, seed: int) -> None:
    with scripted(fault, seed=seed) as server:
        answers = in_memory(server)
    assert all(isinstance(error, rs_driver.Error) for error in errors(answers))
    check_rows(answers)


@pytest.mark.parametrize("client", [over_tcp, in_memory])
def test_harmless_ones_together(client: Client) -> None:
    faults = [Coalesce(bytes=50), Split(3), Delay(0.0005, "DataRow", times=None), Coalesce()]
    with scripted(*faults, ErrorMidRows(connections=2)) as server:
        assert right(client(server))
        (failed,) = errors(client(server))
        assert failed.sqlstate == "XX000"


@pytest.mark.parametrize(
    "fault",
    [
        Drop(phase("tls")),
        Drop(after("SSLResponse")),
        Garbage(phase("tls"), b"E"),
        Garbage(after("SSLResponse"), b"R\0\0\0\x08\0\0\0\0"),
        Stall(after("SSLResponse")),
        Fatal(phase("tls")),
    ],
    ids=repr,
)
def test_around_the_start_of_tls(fault: Fault) -> None:
    with scripted(fault, tls=True) as server:
        (error,) = over_tcp(server, SHORT)
    assert isinstance(error, rs_driver.OperationalError)


def test_within_tls() -> None:
    with scripted(Split(7), SlowRead(bytes=20, seconds=0), tls=True) as server:
        assert right(over_tcp(server))
    with scripted(Drop("DataRow"), tls=True) as server:
        assert isinstance(over_tcp(server)[0], rs_driver.OperationalError)


def test_a_server_that_reads_slowly() -> None:
    sql = f"select '{'x' * 300_000}'"
    with scripted(SlowRead(bytes=16_384, seconds=0.001)) as server:
        server.when(sql).returns(["n"], [(1,)])
        with rs_driver.connect(**server.connect_kwargs()) as connection:
            assert connection.cursor().execute(sql).fetchall() == [(1,)]


def test_an_hour_in_memory() -> None:
    with scripted(Delay(3600, "DataRow")) as server:
        with rs_driver.connect(**MEMORY, transport=server.memory()) as connection:
            assert connection.cursor().execute("select old").fetchall() == RIGHT["select old"]
        assert server.clock.monotonic() == 3600
        (failed, _) = sync_client({**MEMORY, "transport": server.memory()})
        assert isinstance(failed, rs_driver.OperationalError)
        assert "timed out" in str(failed)


def test_only_some_connections_and_only_for_a_while() -> None:
    with scripted(Drop(phase("startup"), connections=1)) as server:
        assert not right(over_tcp(server))
        assert right(over_tcp(server))
        with server.fault(Drop("DataRow")):
            assert not right(over_tcp(server))
        assert right(over_tcp(server))


def test_the_words_of_a_shutdown() -> None:
    with scripted(Fatal("DataRow")) as server:
        for answers in (over_tcp(server), in_memory(server), with_psycopg(server)):
            (error, _) = errors(answers)
            assert error.sqlstate == "57P01"
            assert "terminating connection due to administrator command" in str(error)


def test_an_error_in_a_transaction() -> None:
    """The block has failed; after its rollback the connection is as good as new."""
    with scripted(ErrorMidRows(after=2)) as server:
        where = server.connect_kwargs()
        with rs_driver.connect(**where) as connection:
            cursor = connection.cursor()
            with pytest.raises(rs_driver.InternalError):
                cursor.execute("select old").fetchall()
            connection.rollback()
            assert cursor.execute("select old").fetchall() == RIGHT["select old"]


def test_a_row_that_comes_twice_is_a_row() -> None:
    """Nobody can tell; this is what the table of the docs says."""
    with scripted(Duplicate("DataRow")) as server:
        assert in_memory(server)[0] == [(1, "one"), *RIGHT["select old"]]


def test_what_comes_unasked() -> None:
    said = [ParameterStatus("application_name", "b"), NotificationResponse(1, "c", "p")]
    with scripted(Inject(said, "DataRow"), Inject(said, phase("ready"))) as server:
        for client in (*CLIENTS, with_psycopg):
            assert right(client(server))


def test_the_same_seed_gives_the_same_answers() -> None:
    def play(seed: int) -> list[str]:
        with scripted(Drop(0, probability=0.001), seed=seed) as server:
            return [str(in_memory(server)) for _ in range(5)]

    assert play(1) == play(1)
    assert len({tuple(play(seed)) for seed in range(4)}) > 1
