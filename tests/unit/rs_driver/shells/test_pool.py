"""The pool of threads, over the fake server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import rs_driver
from rs_driver.domain.pool import PoolLimits
from rs_driver.rows import dict_row
from rs_driver.shells.pool import Pool
from rs_driver_fakeserver import FakeServer
from rs_driver_fakeserver.faults import Drop, before
from support.alarm import Interrupted, alarm, interrupt
from support.policies import UNANSWERED
from support.shelled import LOGIN
from support.transports import ManualClock

INSERT = "insert into t values (1)"


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(policy=UNANSWERED) as found:
        found.when("select 1").returns({"n": "int4"}, [(1,)])
        found.when(INSERT).completes("INSERT 0 1")
        yield found


class Opener:
    """Opens connections over the fake server, and keeps them in mind."""

    def __init__(self, server: FakeServer, **options: Any) -> None:
        self.opened: list[rs_driver.Connection] = []
        self.refusals = 0
        self._server = server
        self._options = options

    def __call__(self) -> rs_driver.Connection:
        if self.refusals:
            self.refusals -= 1
            raise rs_driver.OperationalError("nobody is there")
        options = {**LOGIN, **self._options}
        self.opened.append(rs_driver.connect(transport=self._server.memory(), **options))
        return self.opened[-1]


def said(server: FakeServer) -> list[str]:
    return [text for m in server.log.frontend() if (text := str(getattr(m, "sql", "")))]


def pool_of(
    opener: Callable[[], rs_driver.Connection], **limits: Any
) -> Pool[rs_driver.Connection]:
    return Pool(opener, PoolLimits(**limits))


def test_a_connection_is_used_again(server: FakeServer) -> None:
    opener = Opener(server)
    with pool_of(opener, min_size=1) as pool:
        assert len(opener.opened) == 1
        for _ in range(3):
            with pool.connection() as connection:
                assert connection is opener.opened[0]
                connection.run(INSERT)
        assert len(opener.opened) == 1
        assert pool.stats().acquired == 3
    assert said(server) == ["BEGIN", INSERT, "COMMIT"] * 3
    assert opener.opened[0].closed


def test_a_block_that_fails_is_rolled_back(server: FakeServer) -> None:
    with pool_of(Opener(server)) as pool:
        with pytest.raises(ZeroDivisionError), pool.connection() as connection:
            connection.run(INSERT)
            raise ZeroDivisionError
        assert pool.stats().idle == 1
    assert said(server) == ["BEGIN", INSERT, "ROLLBACK"]


def test_a_connection_comes_back_as_it_was(server: FakeServer) -> None:
    with pool_of(Opener(server, session_settings={"query_group": "g"})) as pool:
        connection = pool.acquire()
        connection.run("set search_path to elsewhere")
        connection.rollback()
        connection.autocommit, connection.row_factory = True, dict_row
        connection.statement_timeout = 3
        pool.release(connection)
        with pool.connection() as same:
            assert same is connection
            assert (same.autocommit, same.row_factory, same.statement_timeout) == (
                *(False, None, None),
            )
            assert same.run("show search_path") != (("elsewhere",),)
            assert same.run("show query_group") == (("g",),)


def test_rows_that_nobody_fetched_are_in_nobodys_way(server: FakeServer) -> None:
    server.when("select many").returns({"n": "int4"}, [(n,) for n in range(50_000)])
    with pool_of(Opener(server)) as pool:
        with pool.connection() as connection:
            cursor = connection.cursor(stream=True)
            cursor.execute("select many")
            assert cursor.fetchone() == (0,)
        with pool.connection() as connection:
            assert connection.run("select 1") == ((1,),)


def test_what_leaves_objects_is_closed(server: FakeServer) -> None:
    server.when("create temp table t (a int)").completes("CREATE TABLE")
    opener = Opener(server)
    with pool_of(opener) as pool:
        with pool.connection() as connection:
            connection.run("create temp table t (a int)")
        assert opener.opened[0].closed
        assert pool.stats().size == 0


def test_who_asks_too_late_waits(server: FakeServer) -> None:
    with pool_of(Opener(server), max_size=1) as pool:
        connection = pool.acquire()
        with pytest.raises(rs_driver.OperationalError, match=r"within 0 seconds: 1 of 1"):
            pool.acquire(timeout=0)
        with pytest.raises(rs_driver.OperationalError, match=r"within 0\.01 seconds"):
            pool.acquire(timeout=0.01)
        with pytest.raises(rs_driver.InterfaceError, match="timeout"):
            pool.acquire(timeout=-1)
        with ThreadPoolExecutor(1) as other:
            waiting = other.submit(pool.acquire)
            while not pool.stats().waiting:
                pass
            pool.release(connection)
            assert waiting.result() is connection
        pool.release(connection)
        assert pool.stats().waited == 2


def test_a_pool_says_how_it_is(server: FakeServer) -> None:
    with pool_of(Opener(server, password="hidden"), max_size=3) as pool, pool.connection():
        assert repr(pool) == "<rs_driver.Pool: 1 lent, 0 idle of at most 3, 0 waiting>"


def test_an_interrupted_wait_takes_nothing(server: FakeServer) -> None:
    with pool_of(Opener(server), max_size=1) as pool:
        with pool.connection():
            with pytest.raises(Interrupted), alarm(interrupt):
                pool.acquire()
            assert pool.stats().waiting == 0
        with pool.connection(timeout=0) as connection:
            assert connection.run("select 1") == ((1,),)


def test_a_server_that_is_not_there(server: FakeServer) -> None:
    opener = Opener(server)
    opener.refusals = 2
    with pool_of(opener, max_size=1) as pool:
        for _ in range(2):
            with pytest.raises(rs_driver.OperationalError, match="nobody is there"):
                pool.acquire()
        pool.release(pool.acquire())
        assert pool.stats().failed == 2


def test_a_dead_connection_is_not_lent(server: FakeServer) -> None:
    opener = Opener(server)
    with pool_of(opener) as pool:
        pool.release(pool.acquire())
        opener.opened[0]._state.core.fail(rs_driver.OperationalError("lost"))
        with pool.connection() as connection:
            assert connection is opener.opened[1]
        assert pool.stats().lost == 1


@pytest.mark.parametrize("asked", [True, False])
def test_one_that_was_idle_is_asked(server: FakeServer, asked: bool) -> None:
    clock, opener = ManualClock(), Opener(server)
    with Pool(opener, PoolLimits(check_after=10 if asked else None), clock) as pool:
        pool.release(pool.acquire())
        clock.now += 10
        before = len(server.log.frontend())
        pool.release(pool.acquire())
        assert len(server.log.frontend()) - before == asked  # the Sync of a fence


def test_an_old_one_is_closed(server: FakeServer) -> None:
    clock, opener = ManualClock(), Opener(server)
    with Pool(opener, PoolLimits(max_lifetime=60), clock) as pool:
        pool.release(pool.acquire())
        clock.now += 60
        with pool.connection() as connection:
            assert connection is opener.opened[1]
            assert opener.opened[0].closed


def test_a_broken_one_is_not_kept(server: FakeServer) -> None:
    opener = Opener(server)
    with pool_of(opener) as pool:
        with (
            pytest.raises(rs_driver.OperationalError, match="lost"),
            pool.connection() as connection,
        ):
            connection.run(INSERT)
            error = rs_driver.OperationalError("lost")
            connection._state.core.fail(error)
            raise error
        assert (pool.stats().size, pool.stats().lost) == (0, 1)
        with pool.connection() as connection:
            connection.close()  # which is allowed
        assert pool.stats().size == 0


def test_what_is_lent_elsewhere_is_not_taken(server: FakeServer) -> None:
    stranger = Opener(server)()
    with pool_of(Opener(server)) as pool, stranger:
        with pytest.raises(rs_driver.InterfaceError, match="not one that this pool has lent"):
            pool.release(stranger)
        connection = pool.acquire()
        pool.release(connection)
        with pytest.raises(rs_driver.InterfaceError):
            pool.release(connection)


def test_the_end_of_a_pool(server: FakeServer) -> None:
    opener = Opener(server)
    pool = pool_of(opener, max_size=2)
    lent = pool.acquire()
    pool.release(pool.acquire())
    pool.close(timeout=0)
    assert pool.closed
    assert opener.opened[1].closed
    assert lent.is_alive()
    pool.release(lent)
    assert lent.closed
    with pytest.raises(rs_driver.InterfaceError, match="pool is closed"):
        pool.acquire()
    with pytest.raises(rs_driver.InterfaceError, match="pool is closed"):
        pool.open()
    pool.close()


def test_the_end_waits_for_what_is_lent(server: FakeServer) -> None:
    opener = Opener(server)
    pool = pool_of(opener, max_size=1)
    lent = pool.acquire()
    with ThreadPoolExecutor(2) as others:
        waiting = others.submit(pool.acquire)
        while not pool.stats().waiting:
            pass
        closing = others.submit(pool.close, 60)
        with pytest.raises(rs_driver.OperationalError, match="closed"):
            waiting.result()
        pool.release(lent)
        closing.result()
    assert lent.closed


def test_a_child_begins_anew(server: FakeServer) -> None:
    opener = Opener(server)
    pool = pool_of(opener)
    pool.release(pool.acquire())
    pool._lock.acquire()  # by a thread that is not there in the child
    pool._process = -1  # as it is after a fork
    with pool.connection() as connection:
        assert connection is opener.opened[1]
    assert opener.opened[0].closed
    pool.close()


# -- transactions ---------------------------------------------------------------------------


def lost() -> rs_driver.OperationalError:
    error = rs_driver.OperationalError("lost")
    error.is_disconnect = True
    return error


def test_a_transaction_that_was_lost_runs_again(server: FakeServer) -> None:
    opener = Opener(server)
    tries: list[rs_driver.Connection] = []

    def work(connection: rs_driver.Connection) -> int:
        tries.append(connection)
        connection.run(INSERT)
        if len(tries) == 1:
            raise connection._state.core.fail(lost())
        return 7

    with pool_of(opener) as pool:
        assert pool.run_transaction(work) == 7
    assert tries == opener.opened
    assert len(tries) == 2
    assert said(server).count("COMMIT") == 1


def test_one_that_may_have_been_committed_does_not(server: FakeServer) -> None:
    tries: list[int] = []

    def work(connection: rs_driver.Connection) -> None:
        tries.append(1)
        connection.run(INSERT)

    with (
        server.fault(Drop(before("CommandComplete", nth=3))) as dropped,
        pool_of(Opener(server)) as pool,
        pytest.raises(rs_driver.OperationalError) as caught,
    ):
        pool.run_transaction(work)
    assert dropped.strikes == 1
    assert caught.value.is_disconnect
    assert len(tries) == 1


def test_a_conflict_runs_again_and_gives_up(server: FakeServer) -> None:
    tries: list[int] = []
    server.when("update").raises("40001", "conflict")

    def work(connection: rs_driver.Connection) -> None:
        tries.append(1)
        connection.run("update")

    with pool_of(Opener(server)) as pool, pytest.raises(rs_driver.Error) as caught:
        pool.run_transaction(work, retries=2)
    assert caught.value.is_conflict
    assert len(tries) == 3


def test_who_commits_himself_is_not_run_again(server: FakeServer) -> None:
    tries: list[int] = []

    def work(connection: rs_driver.Connection) -> None:
        tries.append(1)
        connection.run(INSERT)
        connection.commit()
        connection.run(INSERT)
        raise connection._state.core.fail(lost())

    with pool_of(Opener(server)) as pool, pytest.raises(rs_driver.OperationalError):
        pool.run_transaction(work)
    assert len(tries) == 1


def test_other_errors_are_the_callers(server: FakeServer) -> None:
    tries: list[int] = []

    def work(connection: rs_driver.Connection) -> None:
        tries.append(1)
        connection.run("nonsense")

    with pool_of(Opener(server)) as pool, pytest.raises(rs_driver.InternalError, match="no rule"):
        pool.run_transaction(work)
    assert len(tries) == 1


# -- many ---------------------------------------------------------------------------------


def test_many_threads(server: FakeServer) -> None:
    opener = Opener(server)

    def work(_: int) -> None:
        for _ in range(20):
            with pool.connection() as connection:
                assert connection.run("select 1") == ((1,),)

    with pool_of(opener, max_size=3) as pool:
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(work, range(8)))
        stats = pool.stats()
    assert stats.acquired == 160
    assert len(opener.opened) == stats.opened <= 3
    assert (stats.lent, stats.waiting) == (0, 0)
