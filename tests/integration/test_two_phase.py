"""Two-phase commit on a PostgreSQL that can prepare transactions, and on one that cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import pytest

import rs_driver
from rs_driver.domain.connection import ConnectionState
from rs_driver.domain.operations import two_phase
from rs_driver.domain.tpc import State, Xid, xid
from rs_driver.domain.wants import Operation
from rs_driver.errors import (
    DataError,
    Error,
    IntegrityError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
)
from rs_driver_fakeserver.certificates.authority import CertificateAuthority
from rs_driver_fakeserver.server import FakeServer
from support.postgres import PostgresServer
from support.postgres_cluster import DATABASE, Cluster

pytestmark = pytest.mark.postgres

T = TypeVar("T")

NAME = xid(42, "a transaction", "a branch")

HOSTILE = [
    "'",
    "''",
    "\\",
    "\\'",
    "'; drop table two_phase; --",
    "\\'; drop table two_phase; --",
    '"',
    "$$ $1 %s ? :a",
    "-- /* */",
    "_",
    "1_YQ==_YQ==",
    " ",
    "",
    "x" * 64,
    "'" * 64,
    "\\" * 64,
]


class Branch:
    """One participant: a connection, its cursor, and the operations of two-phase commit."""

    def __init__(self, **options: Any) -> None:
        self.connection = rs_driver.connect(**options)
        self.cursor = self.connection.cursor()
        self.state: ConnectionState = self.connection.state

    def run(self, operation: Operation[T]) -> T:
        return self.connection.run_operation(operation)

    def begin(self, name: Xid | str = NAME) -> None:
        self.run(two_phase.begin(self.state, name))

    def prepare(self) -> None:
        self.run(two_phase.prepare(self.state))

    def commit(self, name: Xid | str | None = None) -> None:
        self.run(two_phase.commit(self.state, name))

    def rollback(self, name: Xid | str | None = None) -> None:
        self.run(two_phase.rollback(self.state, name))

    def recover(self) -> list[Xid]:
        return self.run(two_phase.recover(self.state))

    def insert(self, number: int) -> None:
        self.cursor.execute("insert into two_phase values (%s)", (number,))

    @property
    def where(self) -> tuple[State, str]:
        return self.state.two_phase.state, self.state.core.transaction_status


OUTSIDE = (State.NONE, "I")
INSIDE = (State.BEGUN, "T")
PREPARED = (State.PREPARED, "I")


class FakePostgres:
    """The fake in PostgreSQL's clothes, with an engine, as if it were a ``PostgresServer``."""

    def __init__(self) -> None:
        self.server = FakeServer(
            server="postgres",
            engine="duckdb",
            two_phase=True,
            parameters={"is_superuser": "off"},
            policy="ignore",
        )

    def connect_kwargs(self, **overrides: Any) -> dict[str, Any]:
        given = {**self.server.connect_kwargs(), "user": "alice", "database": DATABASE}
        return {**given, **overrides}

    def libpq_kwargs(self, **overrides: Any) -> dict[str, Any]:
        arguments = self.connect_kwargs(**overrides)
        arguments["dbname"] = arguments.pop("database")
        return arguments


class Site:
    """A server with an empty table ``two_phase``. ``observer`` is not the driver under test."""

    def __init__(self, postgres: PostgresServer | FakePostgres) -> None:
        self.server = postgres
        self._branches: list[Branch] = []
        self.observer = psycopg.connect(**postgres.libpq_kwargs(), autocommit=True)
        self.observer.execute("set lock_timeout to '10s'")  # what is left must not hang the rest
        self.observer.execute("drop table if exists two_phase")
        deferred = "" if isinstance(postgres, FakePostgres) else " deferrable initially deferred"
        self.observer.execute(f"create table two_phase (n int4 primary key{deferred})")

    def branch(self, **options: Any) -> Branch:
        branch = Branch(**self.server.connect_kwargs(**options))
        self._branches.append(branch)
        return branch

    def stored(self) -> list[int]:
        rows = self.observer.execute("select n from two_phase order by n")
        return [number for (number,) in rows]

    def prepared(self) -> list[str]:
        rows = self.observer.execute(
            "select gid from pg_prepared_xacts where database = current_database()"
        )
        return [gid for (gid,) in rows]

    def close(self) -> None:
        for branch in self._branches:
            branch.connection.close()
        for gid in self.prepared():
            self.observer.execute(
                psycopg.sql.SQL("rollback prepared {}").format(psycopg.sql.Literal(gid))
            )
        self.observer.execute("drop table two_phase")
        self.observer.close()


ONLY_REAL = pytest.mark.parametrize("site", ["postgres"], indirect=True)
"""What the fake has not got: deferred constraints, functions of administrators."""


@pytest.fixture(params=["postgres", pytest.param("fake", marks=pytest.mark.engine)])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    with ExitStack() as stack:
        server: PostgresServer | FakePostgres
        if request.param == "fake":
            pytest.importorskip("duckdb")
            server = FakePostgres()
            stack.callback(server.server.close)
        else:
            server = request.getfixturevalue("postgres")
        site = Site(server)
        stack.callback(site.close)
        yield site


def fails(call: Callable[[], object], kind: type[Error], match: str | None = None) -> Error:
    with pytest.raises(kind, match=match) as caught:
        call()
    return caught.value


# -- the whole way ------------------------------------------------------------------------


@pytest.mark.parametrize("autocommit", [False, True])
def test_two_phases(site: Site, autocommit: bool) -> None:
    branch = site.branch(autocommit=autocommit)
    branch.begin()
    assert branch.where == INSIDE
    branch.insert(1)
    branch.insert(2)
    branch.prepare()
    assert branch.where == PREPARED
    assert site.prepared() == [NAME.gid]
    assert site.stored() == []
    branch.commit()
    assert branch.where == OUTSIDE
    assert (site.prepared(), site.stored()) == ([], [1, 2])
    branch.insert(3)
    branch.connection.commit()
    assert site.stored() == [1, 2, 3]


@pytest.mark.parametrize("autocommit", [False, True])
def test_two_phases_undone(site: Site, autocommit: bool) -> None:
    branch = site.branch(autocommit=autocommit)
    branch.begin()
    branch.insert(1)
    branch.prepare()
    branch.rollback()
    assert branch.where == OUTSIDE
    assert (site.prepared(), site.stored()) == ([], [])


@pytest.mark.parametrize("autocommit", [False, True])
@pytest.mark.parametrize(("end", "left"), [("commit", [1]), ("rollback", [])])
def test_a_single_phase(site: Site, end: str, left: list[int], autocommit: bool) -> None:
    branch = site.branch(autocommit=autocommit)
    branch.begin()
    branch.insert(1)
    getattr(branch, end)()
    assert branch.where == OUTSIDE
    assert (site.prepared(), site.stored()) == ([], left)


def test_several_branches_one_after_another(site: Site) -> None:
    first, second = site.branch(), site.branch()
    for number, branch in enumerate((first, second)):
        branch.begin(xid(1, "both", f"branch {number}"))
        branch.insert(number)
        branch.prepare()
    assert len(site.prepared()) == 2
    second.commit()
    first.commit()
    assert (site.prepared(), site.stored()) == ([], [0, 1])
    first.begin()
    first.insert(2)
    first.commit()
    assert site.stored() == [0, 1, 2]


# -- recovery -----------------------------------------------------------------------------


@pytest.mark.parametrize("autocommit", [False, True])
@pytest.mark.parametrize(("end", "left"), [("commit", [1]), ("rollback", [])])
def test_another_connection_finishes_what_was_left(
    site: Site, end: str, left: list[int], autocommit: bool
) -> None:
    before = datetime.now(timezone.utc) - timedelta(minutes=5)
    branch = site.branch()
    branch.begin()
    branch.insert(1)
    branch.prepare()
    branch.connection.close()
    heir = site.branch(autocommit=autocommit)
    heir.cursor.execute("set datestyle to 'german'")
    heir.cursor.execute("set timezone to 'Asia/Kathmandu'")
    heir.connection.commit()
    (found,) = heir.recover()
    assert heir.where == OUTSIDE
    assert found[:3] == (42, "a transaction", "a branch")
    assert (found.owner, found.database) == ("alice", "rs_driver_test")
    assert found.prepared is not None
    assert before < found.prepared < before + timedelta(minutes=10)
    assert found.prepared.tzinfo is timezone.utc
    getattr(heir, end)(found)
    assert heir.where == OUTSIDE
    assert (heir.recover(), site.stored()) == ([], left)
    fails(lambda: getattr(heir, end)(found), ProgrammingError, "does not exist")


@ONLY_REAL
def test_a_connection_that_is_lost_can_be_recovered(site: Site) -> None:
    branch = site.branch()
    branch.begin()
    branch.insert(1)
    branch.prepare()
    pid = branch.state.core.session.process_id
    killer = site.branch(user="postgres", autocommit=True)
    killer.cursor.execute("select pg_terminate_backend(%s, 10000)", (pid,))
    fails(branch.commit, OperationalError)
    assert branch.state.two_phase.state is State.PREPARED
    assert branch.state.two_phase.xid == NAME
    site.branch().commit(NAME)
    assert site.stored() == [1]


def test_only_this_databases_transactions_are_recovered(site: Site) -> None:
    elsewhere = site.branch(user="postgres", database="postgres")
    elsewhere.begin("elsewhere")
    elsewhere.prepare()
    try:
        here = site.branch(user="postgres")
        assert here.recover() == []
        fails(lambda: here.commit("elsewhere"), NotSupportedError, "another database")
        assert here.where == OUTSIDE
    finally:
        elsewhere.rollback()


def test_a_foreign_identifier(site: Site) -> None:
    for gid in ("by hand", "1_2_3", "it's \\ übel", "007_YQ==_YQ=="):
        literal = psycopg.sql.Literal(gid)
        site.observer.execute("begin")
        site.observer.execute(psycopg.sql.SQL("prepare transaction {}").format(literal))
        branch = site.branch()
        (found,) = branch.recover()
        assert found[:3] == (None, gid, None)
        branch.commit(found)
        assert site.prepared() == []


def test_psycopg_and_we_finish_each_others(site: Site) -> None:
    with closing(psycopg.connect(**site.server.libpq_kwargs())) as other:
        other.tpc_begin(other.xid(7, "theirs", "b"))
        other.execute("insert into two_phase values (1)")
        other.tpc_prepare()
        branch = site.branch()
        (found,) = branch.recover()
        assert found == xid(7, "theirs", "b")
        branch.commit(found)
    branch.begin(xid(8, "ours", "b"))
    branch.insert(2)
    branch.prepare()
    with closing(psycopg.connect(**site.server.libpq_kwargs())) as other:
        (theirs,) = other.tpc_recover()
        assert (theirs.format_id, theirs.gtrid, theirs.bqual) == (8, "ours", "b")
        other.tpc_commit(theirs)
    assert site.stored() == [1, 2]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_name_nothing_else(site: Site, text: str) -> None:
    branch = site.branch()
    for name in (xid(2**31 - 1, text, text), Xid(None, text, None)):
        branch.begin(name)
        branch.insert(1)
        branch.prepare()
        assert site.prepared() == [name.gid]
        found = branch.connection.state.two_phase.xid
        assert found == name
        branch.rollback()
        assert (site.prepared(), site.stored()) == ([], [])
    branch.begin(xid(0, text, text))
    branch.prepare()
    (found,) = site.branch().recover()
    assert found[:3] == (0, text, text)
    site.branch().rollback(found)


def test_hostile_names_under_the_old_lexing(site: Site) -> None:
    """As on a server where backslashes escape in every literal."""
    branch = site.branch(autocommit=True)
    branch.cursor.execute("set standard_conforming_strings to off")
    for text in HOSTILE:
        branch.begin(text)
        branch.prepare()
        assert site.prepared() == [text]
        branch.rollback()


def test_names_that_are_refused(site: Site) -> None:
    for gtrid in ("ü", "\n", "\0", "x" * 65):
        with pytest.raises(ProgrammingError):
            xid(1, gtrid, "")
    branch = site.branch()
    fails(lambda: branch.begin("x" * 200), ProgrammingError, "199 bytes")
    fails(lambda: branch.begin("a\0"), DataError)
    assert branch.where == OUTSIDE
    branch.begin("x" * 199)
    branch.prepare()
    branch.rollback()


# -- what fails ---------------------------------------------------------------------------


def test_a_failed_transaction(site: Site) -> None:
    branch = site.branch()
    branch.begin()
    fails(lambda: branch.cursor.execute("select cast('x' as int)"), DataError)
    fails(branch.prepare, InternalError, "has failed")
    assert branch.where == (State.BEGUN, "E")
    fails(branch.commit, InternalError, "rolled it back")
    assert branch.where == OUTSIDE
    branch.begin()
    fails(lambda: branch.cursor.execute("select cast('x' as int)"), DataError)
    branch.rollback()
    assert branch.where == OUTSIDE


@ONLY_REAL
def test_a_preparation_that_fails_leaves_no_transaction(site: Site) -> None:
    branch = site.branch()
    branch.begin()
    branch.insert(1)
    branch.insert(1)
    fails(branch.prepare, IntegrityError)
    assert branch.where == OUTSIDE
    branch.begin()
    branch.cursor.execute("create temporary table t (n int4)")
    fails(branch.prepare, NotSupportedError, "temporary")
    assert branch.where == OUTSIDE
    branch.insert(5)
    branch.connection.commit()
    assert (site.prepared(), site.stored()) == ([], [5])


def test_a_name_that_is_taken(site: Site) -> None:
    first, second = site.branch(), site.branch()
    first.begin()
    first.prepare()
    second.begin()
    second.insert(1)
    fails(second.prepare, ProgrammingError, "already in use")
    assert second.where == OUTSIDE
    first.rollback()
    assert (site.prepared(), site.stored()) == ([], [])


def test_what_somebody_else_has_finished(site: Site) -> None:
    branch = site.branch()
    branch.begin()
    branch.insert(1)
    branch.prepare()
    site.branch().commit(NAME)
    error = fails(branch.rollback, ProgrammingError, "does not exist")
    assert error.sqlstate == "42704"
    assert branch.where == OUTSIDE
    assert site.stored() == [1]


def test_whose_it_is_not(site: Site) -> None:
    """The server's refusal keeps what is prepared."""
    branch = site.branch()
    branch.begin()
    branch.prepare()
    stranger = site.branch(user="trusted")
    (found,) = stranger.recover()
    fails(lambda: stranger.rollback(found), ProgrammingError, "permission denied")
    assert site.prepared() == [NAME.gid]
    branch.rollback()


def test_a_plain_transaction_stays_a_plain_one(site: Site) -> None:
    branch = site.branch()
    branch.insert(1)
    fails(branch.begin, ProgrammingError, "inside a transaction")
    fails(lambda: branch.commit(NAME), ProgrammingError, "inside a transaction")
    assert branch.recover() == []
    assert branch.where == (State.NONE, "T")
    branch.connection.commit()
    assert site.stored() == [1]


def test_ddl_that_is_undone_is_not_believed(site: Site) -> None:
    """Descriptions from within a prepared transaction hold nothing afterwards."""
    branch = site.branch()
    for _ in range(3):
        branch.cursor.execute("select * from two_phase")
    branch.connection.rollback()
    branch.begin()
    branch.cursor.execute("alter table two_phase add column m text")
    for _ in range(3):
        branch.cursor.execute("select * from two_phase")
        assert len(branch.cursor.description or ()) == 2
    branch.prepare()
    branch.rollback()
    branch.cursor.execute("select * from two_phase")
    assert len(branch.cursor.description or ()) == 1
    branch.connection.rollback()


# -- servers that cannot ------------------------------------------------------------------


def test_a_server_without_two_phase_commit(site: Site) -> None:
    branch = site.branch(profile={"two_phase": False})
    branch.begin()
    branch.insert(1)
    fails(branch.prepare, NotSupportedError, "in a single phase")
    assert branch.where == INSIDE
    branch.commit()
    assert site.stored() == [1]
    assert branch.recover() == []


def test_a_server_without_room(postgres: PostgresServer) -> None:
    """PostgreSQL as it is installed: max_prepared_transactions is 0."""
    _, _, binaries = postgres.origin.partition(": ")
    if not binaries:
        pytest.skip("only one server can be had here")
    certificate = CertificateAuthority.create().issue()
    roles = {"alice": "a", "trusted": "t"}
    with ExitStack() as stack:
        cluster = Cluster(
            Path(binaries), certificate, roles, "admin", max_prepared_transactions="0"
        )
        stack.enter_context(closing(cluster))
        where = {"host": "127.0.0.1", "port": cluster.port, "database": DATABASE}
        branch = Branch(**where, user="trusted", sslmode="disable")
        stack.enter_context(closing(branch.connection))
        branch.begin()
        branch.cursor.execute("create temporary table t as select 1 as n")
        fails(branch.prepare, NotSupportedError, "max_prepared_transactions is 0")
        assert branch.where == INSIDE
        branch.commit()
        branch.cursor.execute("select n from t")
        assert branch.cursor.fetchall() == [(1,)]
        branch.connection.rollback()
        assert branch.recover() == []
