"""The ways to a server: several hosts, their addresses, client certificates, another try."""

from __future__ import annotations

import secrets
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import rs_driver
from rs_driver_fakeserver import Auth, FakeServer, TlsAnswer
from rs_driver_fakeserver.auth.port import AuthMethod
from rs_driver_fakeserver.certificates import CertificateAuthority, Tls
from support.postgres import PostgresServer
from support.postgres_binaries import NotAvailableError, system_binaries
from support.postgres_cluster import DATABASE, Cluster

HOST = "127.0.0.1"
AUTHORITY = CertificateAuthority.create()
Shell = Callable[..., Any]
Options = dict[str, Any]


@pytest.fixture
def closed_port() -> Iterator[int]:
    """Where nobody listens, as it is bound already."""
    with socket.socket() as sock:
        sock.bind((HOST, 0))
        yield int(sock.getsockname()[1])


def together(*ports: int, **options: Any) -> Options:
    """Options for several servers on this machine, in that order."""
    return {
        "host": ",".join([HOST] * len(ports)),
        "port": ",".join(map(str, ports)),
        "user": "alice",
        "password": "Secret1!",
        "database": "dev",
        "sslmode": "disable",
        **options,
    }


# -- several hosts ------------------------------------------------------------------------


@pytest.mark.parametrize("sqlstate", ["57P03", "53300"])
def test_the_next_host_is_tried(shell: Shell, closed_port: int, sqlstate: str) -> None:
    with FakeServer(auth=Auth.rejects(sqlstate)) as busy, FakeServer() as good:
        shell(**together(closed_port, busy.port, good.port)).close()
        assert len(busy.logins.refused) == len(good.logins) == 1


def test_a_dsn_of_several_hosts(shell: Shell, closed_port: int) -> None:
    with FakeServer() as good:
        at = f"{HOST}:{closed_port},localhost:{good.port}"
        shell(dsn=f"redshift://alice@{at}/dev?sslmode=disable").close()
        assert len(good.logins) == 1


def test_a_refused_password_is_shown_to_no_other_host(shell: Shell, closed_port: int) -> None:
    with FakeServer(auth=Auth.scram({"alice": "another"})) as first, FakeServer() as second:
        with pytest.raises(rs_driver.OperationalError, match="28000") as caught:
            shell(**together(closed_port, first.port, second.port))
        assert second.log.connections == 0
    assert f"the servers before it could not take us: could not connect to {HOST}:" in str(
        caught.value
    )


def test_every_host_that_was_tried_is_named(shell: Shell, closed_port: int) -> None:
    with FakeServer(auth=Auth.rejects("57P03", "starting up")) as busy:
        with pytest.raises(rs_driver.OperationalError) as caught:
            shell(**together(closed_port, busy.port))
        assert str(caught.value) == (
            f"none of 2 servers could take us: could not connect to {HOST}:{closed_port} "
            f"({HOST}:{closed_port}: Connection refused); starting up [SQLSTATE 57P03] (while "
            f"logging in to database 'dev' at {HOST}:{busy.port})"
        )
    assert caught.value.is_disconnect


@pytest.mark.parametrize(
    "bad",
    [
        {"tls": AUTHORITY.issue("elsewhere.example")},
        {"tls": AUTHORITY.issue(kind="expired")},
        {"tls": AUTHORITY, "tls_answer": TlsAnswer.refuse()},
        {"tls": AUTHORITY, "tls_answer": TlsAnswer.break_handshake()},
        {"tls": AUTHORITY, "tls_answer": TlsAnswer.error("too many")},
    ],
    ids=["another name", "expired", "refused", "broken off", "an error"],
)
def test_a_host_without_the_tls_that_is_needed(
    shell: Shell, tmp_path: Path, bad: dict[str, Any]
) -> None:
    AUTHORITY.write_ca(tmp_path / "ca")
    tls = {"sslmode": "verify-full", "sslrootcert": tmp_path / "ca"}
    with FakeServer(**bad) as first, FakeServer(tls=AUTHORITY) as second:
        shell(**together(first.port, second.port, **tls)).close()
        assert (len(first.logins), len(second.logins)) == (0, 1)
        with pytest.raises(rs_driver.OperationalError, match="none of 2 servers"):
            shell(**together(first.port, first.port, **tls))


def test_each_host_is_checked_by_its_own_name(shell: Shell, tmp_path: Path) -> None:
    AUTHORITY.write_ca(tmp_path / "ca")
    tls = {"sslmode": "verify-full", "sslrootcert": tmp_path / "ca", "host": f"{HOST},localhost"}
    with FakeServer(tls=AUTHORITY.issue("localhost")) as server:
        shell(**together(server.port, server.port, **tls)).close()
        assert [login.tls.server_name for login in server.logins if login.tls] == ["localhost"]


def test_a_host_that_says_nothing_leaves_time_for_the_next(shell: Shell) -> None:
    with socket.create_server((HOST, 0)) as silent, FakeServer() as good:
        ports = silent.getsockname()[1], good.port
        shell(**together(*ports, connect_timeout=1.6)).close()
        assert len(good.logins) == 1


@pytest.mark.postgres
def test_cancelling_goes_to_the_host_that_was_connected(
    shell: Shell, closed_port: int, postgres: PostgresServer
) -> None:
    several = {"host": f"{HOST},{HOST}", "port": f"{closed_port},{postgres.port}"}
    with shell(**postgres.connect_kwargs(**several)) as connection:
        with pytest.raises(rs_driver.QueryCanceled):
            connection.cursor().execute("select pg_sleep(60)", timeout=0.2)
        connection.rollback()
        assert connection.run("select 1") == ((1,),)


# -- TLS ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Options:
    """A client's certificate for alice, and the authority to trust."""
    directory = tmp_path_factory.mktemp("own")
    paths = {name: str(directory / name) for name in ("sslrootcert", "sslcert", "sslkey")}
    AUTHORITY.write_ca(paths["sslrootcert"])
    AUTHORITY.issue_client("alice").write(paths["sslcert"], paths["sslkey"])
    return paths


@pytest.fixture(scope="module")
def demanding() -> Iterator[FakeServer]:
    """It lets nobody in without a certificate."""
    tls = Tls(AUTHORITY, client_ca=AUTHORITY, require_client_certificate=True)
    with FakeServer(tls=tls, auth=Auth.certificate()) as server:
        yield server


def test_a_client_certificate(shell: Shell, demanding: FakeServer, own: Options) -> None:
    options = {**demanding.connect_kwargs(), "user": "alice"}
    shell(**{**options, **own}).close()
    login = demanding.logins[-1]
    assert login.tls is not None
    assert login.tls.client_name == "alice"
    with pytest.raises(rs_driver.TlsError, match="certificate required"):
        shell(**options)
    with pytest.raises(rs_driver.OperationalError, match="certificate authentication failed"):
        shell(**{**options, **own, "user": "bob"})


def test_a_client_certificate_that_cannot_be_used(
    shell: Shell, demanding: FakeServer, own: Options
) -> None:
    options = {**demanding.connect_kwargs(), "user": "alice", **own}
    with pytest.raises(rs_driver.InterfaceError, match=r"sslcert: .* cannot be used"):
        shell(**{**options, "sslcert": own["sslkey"]})
    with pytest.raises(rs_driver.InterfaceError, match="sslkey: '/nowhere' cannot be read"):
        shell(**{**options, "sslkey": "/nowhere"})


def test_a_context_of_ones_own(shell: Shell, demanding: FakeServer, own: Options) -> None:
    context = ssl.create_default_context(cafile=own["sslrootcert"])
    context.load_cert_chain(own["sslcert"], own["sslkey"])
    options = {**demanding.connect_kwargs(), "user": "alice", "ssl_context": context}
    del options["sslrootcert"]
    shell(**options).close()
    strange = ssl.create_default_context()
    with pytest.raises(rs_driver.TlsError, match="certificate of host"):
        shell(**{**options, "ssl_context": strange})
    strange.check_hostname = False
    with pytest.raises(rs_driver.InterfaceError, match="check_hostname=True"):
        shell(**{**options, "ssl_context": strange})


def test_a_tunnel(shell: Shell, own: Options) -> None:
    with FakeServer(tls=AUTHORITY.issue("db.example")) as server:
        options = {**server.connect_kwargs(), "sslrootcert": own["sslrootcert"]}
        with pytest.raises(rs_driver.TlsError, match="mismatch"):
            shell(**options)
        shell(**options, tls_server_name="db.example").close()
        tls = server.logins[0].tls
        assert tls is not None
        assert tls.server_name == "db.example"
        with pytest.raises(rs_driver.TlsError, match=r"certificate of host 'other\.example'"):
            shell(**options, tls_server_name="other.example")


def test_the_oldest_version(shell: Shell, own: Options) -> None:
    tls = Tls(AUTHORITY, maximum_version=ssl.TLSVersion.TLSv1_2)
    with FakeServer(tls=tls) as server:
        options = {**server.connect_kwargs(), "sslrootcert": own["sslrootcert"]}
        shell(**options).close()
        with pytest.raises(rs_driver.TlsError, match="handshake"):
            shell(**options, ssl_min_protocol_version="TLSv1.3")


@pytest.fixture(scope="module")
def certified() -> Iterator[Cluster]:
    """A PostgreSQL that takes the user from the client's certificate."""
    try:
        binaries = system_binaries()
    except NotAvailableError as error:
        pytest.skip(f"no PostgreSQL with TLS: {error}")
    admin = secrets.token_urlsafe(12)
    passwords = {"alice": secrets.token_urlsafe(12)}
    with closing(Cluster(binaries, AUTHORITY.issue(), passwords, admin)) as cluster:
        if not cluster.tls:
            pytest.skip("this PostgreSQL has no TLS")
        cluster.ask_for_certificates(AUTHORITY)
        yield cluster


@pytest.mark.postgres
def test_a_client_certificate_at_postgres(shell: Shell, certified: Cluster, own: Options) -> None:
    options = {"host": HOST, "port": certified.port, "user": "alice", "database": DATABASE, **own}
    connection = shell(**options)
    try:
        cursor = connection.cursor()
        cursor.execute("select client_dn from pg_stat_ssl where pid = pg_backend_pid()")
        assert cursor.fetchall() == [("/CN=alice",)]
        with pytest.raises(rs_driver.QueryCanceled):
            cursor.execute("select pg_sleep(60)", timeout=0.2)  # by a request over TLS, as well
        connection.rollback()
        assert connection.run("select current_user") == (("alice",),)
    finally:
        connection.close()
    bare = {name: value for name, value in options.items() if name not in ("sslcert", "sslkey")}
    with pytest.raises(rs_driver.OperationalError, match="client certificate"):
        shell(**bare)


# -- another try --------------------------------------------------------------------------

AT_ONCE: dict[str, Any] = {"first": 0.001, "longest": 0.01}


def test_a_server_that_is_starting(shell: Shell) -> None:
    told: list[Any] = []
    moods: list[AuthMethod] = [Auth.rejects("57P03"), Auth.rejects("53300"), Auth.trust()]
    retry = rs_driver.Retry(5, **AT_ONCE, on_wait=lambda *given: told.append(given))
    with FakeServer(auth=Auth.sequence(moods)) as server:
        shell(**server.connect_kwargs(), retry=retry).close()
        assert server.log.connections == 3
    assert [(error.sqlstate, attempt) for error, attempt, _ in told] == [("57P03", 1), ("53300", 2)]


def test_a_server_that_resumes(shell: Shell) -> None:
    """It hangs up in the middle of the login, and then nobody listens."""
    told: list[str] = []
    retry = rs_driver.Retry(3, **AT_ONCE, on_wait=lambda error, *_: told.append(str(error)))
    listener = socket.create_server((HOST, 0))

    def hang_up() -> None:
        with listener:
            sock, _ = listener.accept()
        with sock:
            sock.recv(8)

    thread = threading.Thread(target=hang_up)
    thread.start()
    with pytest.raises(rs_driver.OperationalError, match="Connection refused"):
        shell(**together(listener.getsockname()[1], retry=retry))
    thread.join()
    assert ["refused" in text for text in told] == [False, True]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"auth": Auth.scram({"alice": "another"})}, rs_driver.OperationalError),
        ({"databases": ["prod"]}, rs_driver.ProgrammingError),
        ({"tls": AUTHORITY.issue(kind="expired")}, rs_driver.TlsError),
    ],
)
def test_what_is_not_tried_again(shell: Shell, arguments: Any, error: type[Exception]) -> None:
    told: list[Any] = []
    retry = rs_driver.Retry(**AT_ONCE, on_wait=lambda *given: told.append(given))
    mode = "verify-ca" if "tls" in arguments else "disable"
    with FakeServer(**arguments) as server:
        with pytest.raises(error):
            shell(**together(server.port, sslmode=mode, retry=retry))
        assert server.log.connections == 1
    assert told == []


def test_an_attempt_is_all_hosts(shell: Shell, closed_port: int) -> None:
    retry = rs_driver.Retry(2, **AT_ONCE)
    with FakeServer(auth=Auth.sequence([Auth.rejects("57P03"), Auth.trust()])) as server:
        shell(**together(closed_port, server.port, retry=retry)).close()
        assert server.log.connections == 2


def test_no_retry_unless_it_is_asked_for(shell: Shell) -> None:
    with FakeServer(auth=Auth.sequence([Auth.rejects("57P03"), Auth.trust()])) as server:
        with pytest.raises(rs_driver.OperationalError, match="57P03"):
            shell(**server.connect_kwargs())
        with pytest.raises(rs_driver.InterfaceError, match="retry expects a Retry, not int"):
            shell(**server.connect_kwargs(), retry=3)
