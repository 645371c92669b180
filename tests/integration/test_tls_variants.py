"""Servers with every kind of certificate, and with every answer to an SSLRequest."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

import rs_driver
from rs_driver.wire.auth import PasswordMessage, SASLInitialResponse
from rs_driver.wire.startup import SSLRequest
from rs_driver_fakeserver import Auth, FakeServer, TlsAnswer
from rs_driver_fakeserver.certificates import CertificateAuthority, Tls
from rs_driver_fakeserver.certificates.authority import KINDS, CertificateKind
from rs_driver_fakeserver.problems import ProblemKind, Verdict
from support.hardening.tls import ANSWERS, NAMED, PLAIN, SLOW, TLS, USERS
from support.hardening.words import REFUSED
from support.login_clients import OTHERS, OURS, Client, Options

CLIENTS = {name: client for name, client in (OURS | OTHERS).items() if name != "pg8000"}


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> CertificateKind:
    found: CertificateKind = request.param
    return found


@pytest.fixture(scope="module")
def server(kind: CertificateKind) -> Iterator[FakeServer]:
    """SCRAM never shows the password, so that no sslmode forbids it."""
    with FakeServer(tls=kind, auth=Auth.scram(USERS)) as fake:
        yield fake


def outcome(server: FakeServer, client: Client, options: Options) -> str:
    """How a login ended."""
    before = len(server.logins)
    try:
        client(options)
    except (rs_driver.OperationalError, psycopg.OperationalError, OSError):
        # OSError: asyncpg's and the standard library's for what is wrong with TLS.
        assert len(server.logins) == before
        return REFUSED
    return TLS if server.logins[-1].encrypted else PLAIN


def trusted(kind: CertificateKind, mode: str) -> bool:
    """What verification says, to the extent to which a mode verifies."""
    return kind == "good" or (kind == "wrong_host" and mode != "verify-full")


def by_libpq(kind: CertificateKind, mode: str) -> str:
    """libpq's table of sslmodes, for a client that has a root certificate."""
    if mode in ("disable", "allow"):
        return PLAIN
    if trusted(kind, mode):
        return TLS
    return PLAIN if mode == "prefer" else REFUSED


def expected(name: str, kind: CertificateKind, mode: str) -> str:
    """By libpq's table, except for what is written here."""
    if name in OURS and mode in ("allow", "prefer"):
        # ``allow`` asks for TLS, and plaintext is for servers that say no, not for those
        # whose certificate is wrong.
        return TLS if trusted(kind, mode) else REFUSED
    if name == "asyncpg" and mode == "prefer":
        return TLS  # it does not verify here
    return by_libpq(kind, mode)


@pytest.mark.parametrize("mode", NAMED)
@pytest.mark.parametrize("name", CLIENTS)
def test_certificate_and_sslmode(
    server: FakeServer, kind: CertificateKind, name: str, mode: str
) -> None:
    options = {**server.connect_kwargs(), "sslmode": mode}
    assert outcome(server, CLIENTS[name], options) == expected(name, kind, mode)


@pytest.mark.parametrize("mode", NAMED)
@pytest.mark.parametrize("name", OURS)
def test_without_a_root_of_ones_own(
    server: FakeServer, kind: CertificateKind, name: str, mode: str
) -> None:
    """The system's store knows none of these authorities."""
    options = {**server.connect_kwargs(), "sslmode": mode}
    del options["sslrootcert"]
    verdict = REFUSED if mode.startswith("verify") else PLAIN if mode == "disable" else TLS
    assert outcome(server, OURS[name], options) == verdict


# -- answers to an SSLRequest -------------------------------------------------------------


@pytest.mark.parametrize("mode", ["verify-full", "require", "prefer"])
@pytest.mark.parametrize("client", OURS)
@pytest.mark.parametrize("answer", ANSWERS)
def test_answer_to_an_ssl_request(answer: str, client: str, mode: str) -> None:
    given, said = ANSWERS[answer]
    with FakeServer(tls=True, tls_answer=given, auth=Auth.cleartext(USERS)) as server:
        options = {**server.connect_kwargs(), "sslmode": mode}
        if answer in SLOW:
            options["connect_timeout"] = 0.3
        with pytest.raises(rs_driver.OperationalError) as caught:
            OURS[client](options)
        message = str(caught.value)
        if not (answer == "refuse" and mode == "prefer"):
            assert said in message
            assert set(map(type, server.log.frontend())) == {SSLRequest}
        assert "hello victim" not in message
        assert "Secret1!" not in message
        assert not [m for m in server.log.frontend() if isinstance(m, PasswordMessage)]
        assert len(server.logins) == 0


def test_a_password_is_not_sent_once_tls_was_refused() -> None:
    with FakeServer(tls=True, tls_answer=TlsAnswer.refuse(), auth=Auth.cleartext(USERS)) as server:
        options = {**server.connect_kwargs(), "sslmode": "prefer"}
        with pytest.raises(rs_driver.OperationalError, match="a password"):
            OURS["sync"](options)


def test_scram_may_follow_a_refusal() -> None:
    with FakeServer(tls=True, tls_answer=TlsAnswer.refuse(), auth=Auth.scram(USERS)) as server:
        options = {**server.connect_kwargs(), "sslmode": "prefer"}
        assert outcome(server, OURS["sync"], options) == PLAIN


@pytest.mark.parametrize("answer", [name for name in ANSWERS if name != "refuse"])
def test_other_drivers_see_the_same_servers(answer: str) -> None:
    """The answers are what they are called: libpq has a word for most of them."""
    said = {
        "garbage": "invalid response to SSL negotiation",
        "HTTP": "invalid response to SSL negotiation",
        "an alert of TLS": "invalid response to SSL negotiation",
        "silence": "timeout expired",
        "stall the handshake": "timeout expired",
        "error": "server sent an error response during SSL exchange",
        "inject an error": "unencrypted data after SSL response",
        "inject a record": "unencrypted data after SSL response",
        "inject a byte": "unencrypted data after SSL response",
        "hang up": "closed the connection",
        "break the handshake": "eof",
    }
    # psycopg forgets a connection that timed out without closing it.
    lenient: dict[ProblemKind, Verdict] = {"leaked": "ignore"}
    with FakeServer(tls=True, tls_answer=ANSWERS[answer][0], policy=lenient) as server:
        options = {**server.connect_kwargs(), "connect_timeout": 2}
        with pytest.raises(psycopg.OperationalError, match=said[answer]):
            OTHERS["psycopg"](options)


# -- versions, client certificates, names -------------------------------------------------

AUTHORITY = CertificateAuthority.create()
V1_1, V1_2, V1_3 = ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


@pytest.mark.parametrize("client", OURS)
@pytest.mark.parametrize(
    ("options", "spoken"),
    [
        ({"maximum_version": V1_2}, "TLSv1.2"),
        ({"minimum_version": V1_3}, "TLSv1.3"),
        ({"maximum_version": V1_1}, None),
    ],
)
def test_versions(client: str, options: Any, spoken: str | None) -> None:
    with FakeServer(tls=Tls(AUTHORITY, **options)) as server:
        if spoken is None:
            with pytest.raises(rs_driver.OperationalError, match="TLS handshake"):
                OURS[client](server.connect_kwargs())
            assert len(server.logins) == 0
            return
        OURS[client](server.connect_kwargs())
        tls = server.logins[0].tls
        assert tls is not None
        assert tls.version == spoken


@pytest.mark.parametrize("client", OURS)
def test_the_name_that_the_client_asks_for(client: str) -> None:
    with FakeServer(tls=AUTHORITY) as server:
        for host, named in (("localhost", "localhost"), ("127.0.0.1", None)):
            OURS[client]({**server.connect_kwargs(), "host": host})
            tls = server.logins[-1].tls
            assert tls is not None
            assert tls.server_name in (named, host)  # an address may be a name, or not be sent


def test_client_certificates(tmp_path: Path) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    AUTHORITY.issue_client("alice").write(cert, key)
    tls = Tls(AUTHORITY, client_ca=AUTHORITY, require_client_certificate=True)
    with FakeServer(tls=tls, auth=Auth.certificate()) as server:
        own = {"sslcert": str(cert), "sslkey": str(key)}
        options = {**server.connect_kwargs(), **own, "user": "alice"}
        OTHERS["psycopg"](options)
        login = server.logins[0]
        assert login.tls is not None
        assert (login.user, login.tls.client_name) == ("alice", "alice")
        with pytest.raises(psycopg.OperationalError, match="certificate authentication failed"):
            OTHERS["psycopg"]({**options, "user": "bob"})
        for client in OURS.values():
            with pytest.raises(rs_driver.OperationalError):
                client({**server.connect_kwargs(), "user": "alice"})
        assert len(server.logins) == 1


def test_a_client_certificate_that_need_not_be(tmp_path: Path) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    CertificateAuthority.create().issue_client("alice").write(cert, key)
    tls = Tls(AUTHORITY, client_ca=AUTHORITY)
    with FakeServer(tls=tls) as server:
        OURS["sync"](server.connect_kwargs())
        with pytest.raises(psycopg.OperationalError):  # one that nobody vouches for is worse
            OTHERS["psycopg"]({**server.connect_kwargs(), "sslcert": str(cert), "sslkey": str(key)})


# -- SCRAM bound to the certificate -------------------------------------------------------


@pytest.mark.parametrize("client", [*OURS, "psycopg", "pg8000"])
@pytest.mark.parametrize("kind", ["good", "wrong_host"])
def test_channel_binding(client: str, kind: CertificateKind) -> None:
    with FakeServer(tls=kind, auth=Auth.scram(USERS, channel_binding="require")) as server:
        options = server.connect_kwargs()
        if kind == "wrong_host":
            if client == "pg8000":
                pytest.skip("pg8000 cannot be told to look away")
            options["sslmode"] = "verify-ca"
        (OURS | OTHERS)[client](options)
        assert [login.method for login in server.logins] == ["scram-sha-256-plus"]


@pytest.mark.parametrize(("wish", "method"), [("disable", "scram-sha-256"), ("require", "plus")])
def test_what_libpq_is_told_to_do(wish: str, method: str) -> None:
    with FakeServer(tls=True, auth=Auth.scram(USERS, channel_binding="offer")) as server:
        OTHERS["psycopg"]({**server.connect_kwargs(), "channel_binding": wish})
        assert server.logins[0].method.endswith(method)
    with FakeServer(tls=True, auth=Auth.scram(USERS)) as server:
        options = {**server.connect_kwargs(), "channel_binding": "require"}
        with pytest.raises(psycopg.OperationalError, match="channel binding"):
            OTHERS["psycopg"](options)


def test_an_offer_that_asyncpg_does_not_know() -> None:
    with FakeServer(tls=True, auth=Auth.scram(USERS, channel_binding="offer")) as server:
        OTHERS["asyncpg"](server.connect_kwargs())
        assert server.logins[0].method == "scram-sha-256"
        (first,) = (m for m in server.log.frontend() if isinstance(m, SASLInitialResponse))
        assert (first.data or b"").startswith(b"n,,")
