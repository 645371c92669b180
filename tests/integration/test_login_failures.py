"""Whatever keeps a login from succeeding is one error that says what was attempted."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import rs_driver
from rs_driver.errors import Error
from rs_driver_fakeserver import Auth, FakeServer
from rs_driver_fakeserver.auth.port import AuthMethod
from rs_driver_fakeserver.certificates.authority import Certificate, CertificateAuthority
from support.leaks import texts
from support.loopback import Handler, hold, serving
from support.postgres import PostgresServer

SECRET = "correct-horse-7f3a"
WRONG = "battery-staple-91c0"
HOST = "127.0.0.1"

Options = dict[str, Any]
AUTHORITY = CertificateAuthority.create()


class Stage:
    """Sets servers up for one test; ``close`` takes them down."""

    def __init__(self, directory: Path) -> None:
        self._stack = ExitStack()
        self._directory = directory

    def close(self) -> None:
        self._stack.close()

    def root(self, authority: CertificateAuthority = AUTHORITY) -> str:
        """The path of a root certificate to trust."""
        path = self._directory / "root.pem"
        authority.write_ca(path)
        return str(path)

    def fake(self, auth: AuthMethod | None = None, **arguments: Any) -> Options:
        """Options for a fake server, TLS with a good certificate by default."""
        tls = arguments.pop("tls", AUTHORITY)
        server = self._stack.enter_context(FakeServer(auth=auth, tls=tls, **arguments))
        return self.at(server.port)

    def raw(self, handler: Handler) -> Options:
        """Options for a server that does what ``handler`` does with its one connection."""
        return self.at(self._stack.enter_context(serving(handler)))

    def free_port(self) -> int:
        """A port where nobody listens, as it is bound already."""
        sock = self._stack.enter_context(socket.socket())
        sock.bind((HOST, 0))
        return int(sock.getsockname()[1])

    def at(self, port: int) -> Options:
        return {
            "host": HOST,
            "port": port,
            "user": "alice",
            "password": WRONG,
            "database": "dev",
            "sslrootcert": self.root(),
        }

    def silent_port(self) -> int:
        """A port where connections are taken and never answered."""
        sock = self._stack.enter_context(socket.create_server((HOST, 0)))
        return int(sock.getsockname()[1])


def says(data: bytes) -> Handler:
    """A server that says ``data`` when it has heard something, and hangs up."""

    def handler(sock: socket.socket) -> None:
        sock.recv(4096)
        sock.sendall(data)
        with contextlib.suppress(OSError):  # the client may have hung up already
            sock.shutdown(socket.SHUT_WR)
        hold(sock)

    return handler


def deaf_after_yes(sock: socket.socket) -> None:
    """A server that agrees to TLS and then says no more."""
    sock.recv(8)
    sock.sendall(b"S")
    hold(sock)


@dataclass(frozen=True)
class Failure:
    """A login that cannot succeed: how, the class of its error, what that must say.

    ``{at}`` in a text stands for host and port.
    """

    name: str
    options: Callable[[Stage], Options]
    error: type[Error]
    texts: tuple[str, ...]
    sqlstate: str | None = None


def _passwords() -> Iterator[Failure]:
    methods: dict[str, AuthMethod] = {
        "cleartext": Auth.cleartext({"alice": SECRET}),
        "md5": Auth.md5({"alice": SECRET}),
        "scram": Auth.scram({"alice": SECRET}),
        "digest": Auth.digest({"alice": SECRET}),
    }
    for name, method in methods.items():
        yield Failure(
            f"wrong password, {name}",
            lambda stage, method=method: stage.fake(method),  # type: ignore[misc]
            rs_driver.OperationalError,
            ('user "alice"', "'dev'", "{at}"),
            "28000",
        )


def _certificates() -> Iterator[Failure]:
    certificates: dict[str, tuple[Certificate, str]] = {
        "of another host": (AUTHORITY.issue("elsewhere.example"), "mismatch"),
        "expired": (AUTHORITY.issue(kind="expired"), "expired"),
        "untrusted": (CertificateAuthority.create().issue(), "issuer"),
        "self-signed": (Certificate.self_signed(), "self"),
    }
    for name, (certificate, reason) in certificates.items():
        yield Failure(
            f"certificate {name}",
            lambda stage, certificate=certificate: stage.fake(tls=certificate),  # type: ignore[misc]
            rs_driver.TlsError,
            ("{at}", "certificate", repr(HOST), "sslmode=verify-full", reason),
        )


def _answers_to_ssl_request() -> Iterator[Failure]:
    reply = b"E\0\0\0\x20SFATAL\0C28000\0Mhello victim\0\0"
    for name, data in {"an error": reply, "HTTP": b"HTTP/1.1 400 Bad\r\n\r\n"}.items():
        yield Failure(
            f"{name} in answer to SSLRequest",
            lambda stage, data=data: stage.raw(says(data)),  # type: ignore[misc]
            rs_driver.TlsError,
            ("{at}", "TLS", f"0x{data[0]:02x}"),
        )
    yield Failure(
        "hanging up at SSLRequest",
        lambda stage: stage.raw(says(b"")),
        rs_driver.OperationalError,
        ("{at}", "'dev'", "closed the connection during login"),
    )


def _unsupported() -> Iterator[Failure]:
    for code, name in ((2, "Kerberos"), (7, "GSSAPI"), (99, "unknown")):
        yield Failure(
            f"authentication method {code}",
            lambda stage, code=code: stage.fake(Auth.unknown(code)),  # type: ignore[misc]
            rs_driver.NotSupportedError,
            ("{at}", f"method {code}", name),
        )


FAILURES = [
    *_passwords(),
    *_certificates(),
    *_answers_to_ssl_request(),
    *_unsupported(),
    Failure(
        "unknown token",
        lambda stage: {**stage.fake(Auth.token({SECRET: "alice"})), "token": WRONG},
        rs_driver.OperationalError,
        ("token was not accepted", "'dev'", "{at}"),
        "28000",
    ),
    Failure(
        "unknown database",
        lambda stage: {**stage.fake(databases=["dev"]), "database": "nowhere"},
        rs_driver.ProgrammingError,
        ('database "nowhere" does not exist', "'nowhere'", "{at}"),
        "3D000",
    ),
    Failure(
        "refused port",
        lambda stage: stage.at(stage.free_port()),
        rs_driver.OperationalError,
        ("could not connect to {at}", "refused"),
    ),
    Failure(
        "no TLS, verify-full",
        lambda stage: stage.fake(tls=False),
        rs_driver.TlsError,
        ("{at} refuses TLS", "sslmode=verify-full"),
    ),
    Failure(
        "no TLS, require",
        lambda stage: {**stage.fake(tls=False), "sslmode": "require"},
        rs_driver.TlsError,
        ("{at} refuses TLS", "sslmode=require"),
    ),
    Failure(
        "no TLS, prefer and a password",
        lambda stage: {
            **stage.fake(Auth.cleartext({"alice": WRONG}), tls=False),
            "sslmode": "prefer",
        },
        rs_driver.OperationalError,
        ("{at}", "a password", "without TLS", "sslmode=prefer"),
    ),
    Failure(
        "no TLS, a token",
        lambda stage: {
            **stage.fake(Auth.token({WRONG: "alice"}), tls=False),
            "token": WRONG,
            "sslmode": "disable",
        },
        rs_driver.OperationalError,
        ("{at}", "a token", "without TLS", "sslmode=disable"),
    ),
    Failure(
        "TLS demanded by the server",
        lambda stage: {**stage.fake(requires_tls=True), "sslmode": "disable"},
        rs_driver.OperationalError,
        ("no encryption", "alice", "{at}"),
        "28000",
    ),
    Failure(
        "method not allowed",
        lambda stage: {**stage.fake(Auth.md5({"alice": WRONG})), "require_auth": "scram-sha-256"},
        rs_driver.OperationalError,
        ("{at}", "md5", "require_auth", "scram-sha-256"),
    ),
    Failure(
        "unknown name of a host",
        lambda stage: {**stage.at(5439), "host": "no-such-host.invalid"},
        rs_driver.OperationalError,
        ("'no-such-host.invalid'",),
    ),
    Failure(
        "name that cannot be one",
        lambda stage: {**stage.at(5439), "host": "a" * 70 + ".invalid"},
        rs_driver.OperationalError,
        ("a" * 70,),
    ),
    Failure(
        "missing Unix socket",
        lambda stage: {**stage.at(5439), "unix_sock": "/nonexistent/.s.PGSQL.5439"},
        rs_driver.OperationalError,
        ("could not connect to /nonexistent/.s.PGSQL.5439", "No such file"),
    ),
    Failure(
        "deaf listener",
        lambda stage: {**stage.at(stage.silent_port()), "connect_timeout": 0.2},
        rs_driver.OperationalError,
        ("timed out during login", "{at}"),
    ),
    Failure(
        "deaf in the TLS handshake",
        lambda stage: {
            **stage.raw(deaf_after_yes),
            "connect_timeout": 0.2,
        },
        rs_driver.OperationalError,
        ("timed out during the TLS handshake with {at}",),
    ),
    Failure(
        "garbage in the TLS handshake",
        lambda stage: stage.raw(says(b"S" + b"this is no TLS record" * 10)),
        rs_driver.TlsError,
        ("{at}", "TLS"),
    ),
    Failure(
        "garbage in answer to the startup message",
        lambda stage: {**stage.raw(says(b"HTTP/1.1 400 Bad\r\n\r\n")), "sslmode": "disable"},
        rs_driver.RemoteProtocolError,
        ("'H' message", "{at}", "'dev'"),
    ),
    Failure(
        "hanging up during the login",
        lambda stage: {**stage.raw(says(b"R\0\0\0\x0c")), "sslmode": "disable"},
        rs_driver.OperationalError,
        ("closed the connection during login", "{at}", "'dev'"),
    ),
]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with closing(Stage(tmp_path)) as found:
        yield found


def connect(options: Options) -> None:
    rs_driver.connect(**options).close()


def connect_in_asyncio(options: Options) -> None:
    async def attempt() -> None:
        connection = await rs_driver.AsyncConnection.connect(**options)
        await connection.close()

    asyncio.run(attempt())


@contextmanager
def failing(
    expected: type[Error], caplog: pytest.LogCaptureFixture, *secrets: str
) -> Iterator[list[Error]]:
    """The error, of exactly the class expected, with no secret in it or in the log."""
    caught: list[Error] = []
    with caplog.at_level(logging.DEBUG):
        try:
            yield caught
        except Error as error:
            caught.append(error)
    assert [type(error) for error in caught] == [expected], caught
    shown = [*texts(caught[0]), caplog.text, *(repr(vars(record)) for record in caplog.records)]
    for secret in secrets:
        assert not [text for text in shown if secret in text]


@pytest.mark.parametrize("attempt", [connect, connect_in_asyncio])
@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.name)
def test_failure(
    failure: Failure,
    attempt: Callable[[Options], None],
    stage: Stage,
    caplog: pytest.LogCaptureFixture,
) -> None:
    options = failure.options(stage)
    with failing(failure.error, caplog, SECRET, WRONG) as caught:
        attempt(options)
    message = str(caught[0])
    for text in failure.texts:
        assert text.format(at=f"{HOST}:{options['port']}") in message
    assert caught[0].sqlstate == failure.sqlstate
    assert "hello victim" not in message


def test_a_right_login_is_possible(stage: Stage) -> None:
    """What the failures above differ from."""
    options = stage.fake(Auth.scram({"alice": SECRET}), databases=["dev"])
    connect({**options, "password": SECRET})
    connect_in_asyncio({**options, "password": SECRET})


# -- a real server ------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.parametrize("attempt", [connect, connect_in_asyncio])
@pytest.mark.parametrize("user", ["alice", "clear", "md5"])
def test_wrong_password_at_postgres(
    postgres: PostgresServer,
    attempt: Callable[[Options], None],
    user: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    options = postgres.connect_kwargs(user=user, password=WRONG)
    with failing(rs_driver.OperationalError, caplog, WRONG, *postgres.logins.values()) as caught:
        attempt(options)
    assert caught[0].sqlstate == "28P01"
    for text in (f'user "{user}"', f"{HOST}:{postgres.port}", repr(postgres.database)):
        assert text in str(caught[0])


@pytest.mark.postgres
@pytest.mark.parametrize("attempt", [connect, connect_in_asyncio])
def test_unknown_database_at_postgres(
    postgres: PostgresServer,
    attempt: Callable[[Options], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    options = postgres.connect_kwargs(database="nowhere")
    with failing(rs_driver.ProgrammingError, caplog, *postgres.logins.values()) as caught:
        attempt(options)
    assert caught[0].sqlstate == "3D000"
    for text in ('"nowhere"', f"{HOST}:{postgres.port}"):
        assert text in str(caught[0])


@pytest.mark.postgres
@pytest.mark.parametrize("attempt", [connect, connect_in_asyncio])
def test_untrusted_certificate_at_postgres(
    postgres: PostgresServer,
    attempt: Callable[[Options], None],
    stage: Stage,
    caplog: pytest.LogCaptureFixture,
) -> None:
    options = postgres.connect_kwargs(sslrootcert=stage.root())
    with failing(rs_driver.TlsError, caplog, *postgres.logins.values()) as caught:
        attempt(options)
    assert f"TLS with {HOST}:{postgres.port}" in str(caught[0])
    assert "sslmode=verify-full" in str(caught[0])
