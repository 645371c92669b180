"""Pools on PostgreSQL, and over a server that drops its connections."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

import rs_driver
from rs_driver_fakeserver import FakeServer
from rs_driver_fakeserver.faults import Drop, before
from support.alarm import alarm
from support.policies import BROKEN_OFF
from support.postgres import PostgresServer

THREADS, EACH = 8, 1000


@pytest.fixture
def options(postgres: PostgresServer) -> dict[str, Any]:
    return postgres.connect_kwargs(sslmode="require")


@pytest.mark.postgres
def test_threads_share_connections(options: dict[str, Any]) -> None:
    with rs_driver.Pool(max_size=3, **options) as pool:

        def work(number: int) -> tuple[int, int]:
            with pool.connection() as connection:
                ((found, backend),) = connection.run(f"select {number}, pg_backend_pid()")
                return found, backend

        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(work, range(200)))
    assert [number for number, _ in found] == list(range(200))
    assert len({backend for _, backend in found}) <= 3


@pytest.mark.postgres
def test_nothing_is_left_for_the_next(options: dict[str, Any]) -> None:
    settings = {"search_path": "pg_catalog", "application_name": "pooled"}
    with rs_driver.Pool(max_size=1, session_settings=settings, **options) as pool:
        with pool.connection() as connection:
            backend = connection.run("select pg_backend_pid()")
            connection.run("create temp table mine (a int); insert into mine values (1)")
            connection.run("set search_path to public; set statement_timeout to '7s'")
            connection.run("prepare p as select 1; listen c")
            for _ in range(3):
                connection.cursor().execute("select %s::int", (1,))
            connection.autocommit = False
        with pool.connection() as connection:
            assert connection.run("select pg_backend_pid()") == backend
            assert connection.run("show search_path") == (("pg_catalog",),)
            assert connection.run("show statement_timeout") == (("0",),)
            assert connection.run("show application_name") == (("pooled",),)
            for _ in range(3):
                cursor = connection.cursor().execute("select %s::int", (1,))
                assert cursor.fetchall() == [(1,)]
            with pytest.raises(rs_driver.ProgrammingError, match="mine"):
                connection.run("select * from mine")
            connection.rollback()


@pytest.mark.postgres
def test_a_server_that_ended_the_session_is_noticed(options: dict[str, Any]) -> None:
    with rs_driver.Pool(max_size=2, **options) as pool, rs_driver.connect(**options) as killer:
        with pool.connection() as connection:
            ((backend,),) = connection.run("select pg_backend_pid()")
        killer.autocommit = True
        killer.run(f"select pg_terminate_backend({backend}, 5000)")
        with pool.connection() as connection:
            assert connection.run("select 1") == ((1,),)
        assert pool.stats().lost == 1


@pytest.mark.postgres
def test_an_interrupted_task_gives_back_a_sound_connection(options: dict[str, Any]) -> None:
    async def work() -> None:
        async with rs_driver.AsyncPool(max_size=1, **options) as pool:

            async def long() -> None:
                async with pool.connection() as connection:
                    await connection.run("select pg_sleep(60)")

            for _ in range(3):
                with pytest.raises(asyncio.TimeoutError):
                    await asyncio.wait_for(long(), 0.1)
                async with pool.connection() as connection:
                    assert await connection.run("select 1") == ((1,),)
            assert pool.stats().opened == 1

    asyncio.run(work())


@pytest.mark.postgres
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_has_connections_of_its_own(options: dict[str, Any]) -> None:
    with rs_driver.Pool(max_size=1, **options) as pool:
        with pool.connection() as connection:
            mine = connection.run("select pg_backend_pid()")
        child = os.fork()
        if child == 0:
            status = 1
            try:
                with pool.connection() as connection:
                    status = 0 if connection.run("select pg_backend_pid()") != mine else 2
                pool.close()
            finally:
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        with pool.connection() as connection:
            assert connection.run("select pg_backend_pid()") == mine


def test_no_statement_runs_twice_where_connections_are_dropped() -> None:
    """Each INSERT is answered, or its error says that it may have run; the server has seen none
    of them twice. Every connection is dropped at its fiftieth answer."""
    ran: Counter[object] = Counter()
    lock = threading.Lock()

    def note(number: object) -> list[tuple[object]]:
        with lock:
            ran[number] += 1
        return [(number,)]

    with FakeServer(policy=BROKEN_OFF) as server:
        server.when("select note($1::int)").answers(lambda c: note(c.params[0]), {"n": "int4"})
        server.faults.add(Drop(before("CommandComplete", nth=50)))
        where = server.connect_kwargs(autocommit=True)
        outcomes: Counter[str] = Counter()

        def work(thread: int) -> None:
            for each in range(EACH):
                number = thread * EACH + each
                try:
                    with pool.connection() as connection:
                        cursor = connection.cursor()
                        cursor.execute("select note(%s::int)", (number,))
                        assert cursor.fetchall() == [(number,)]
                    outcome = "right"
                except rs_driver.OperationalError as error:
                    lost = "unsent" if error.retry_safe else "in doubt"
                    outcome = lost if error.is_disconnect else str(error)
                with lock:
                    outcomes[outcome] += 1
                    assert outcome == "in doubt" or ran[number] == (outcome == "right")

        with rs_driver.Pool(max_size=5, **where) as pool, ThreadPoolExecutor(THREADS) as threads:
            list(threads.map(work, range(THREADS)))
            lost = pool.stats().lost
    assert max(ran.values()) == 1
    assert outcomes.total() == THREADS * EACH
    assert outcomes["right"] > 0.9 * THREADS * EACH
    assert outcomes["in doubt"] == lost > THREADS * EACH / 100


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_interrupts_lose_no_place() -> None:
    """A signal's exception at any moment of borrowing, working and giving back; one that strikes
    inside of a finalizer is lost, whoever threw it."""
    chance = random.Random(20261123)
    with FakeServer(policy=BROKEN_OFF) as server:
        server.when("select 1").returns({"n": "int4"}, [(1,)])
        with rs_driver.Pool(max_size=2, acquire_timeout=5, **server.connect_kwargs()) as pool:
            ways: list[Callable[[], object]] = [
                lambda: pool.run_transaction(lambda connection: connection.run("select 1")),
                lambda: pool.release(pool.acquire()),
            ]
            for _ in range(60):
                with suppress(Struck), alarm(interrupt, chance.uniform(1e-5, 1e-2)):
                    for _ in range(20):
                        chance.choice(ways)()
            gc.collect()
            assert pool.stats().lost > 0
            assert pool.stats().size == pool.stats().idle <= 2
            assert pool.acquire(timeout=0) is not pool.acquire(timeout=0)


class Struck(BaseException):
    """What the signal's handler throws. Like KeyboardInterrupt, no ``Exception``."""


def interrupt() -> None:
    raise Struck
