"""Every method of login of the fake server, honest and not, and the drivers that meet it."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import datetime, timedelta, timezone
from typing import Any

import asyncpg
import pg8000.exceptions
import psycopg
import pytest
import scramp

import rs_driver
from rs_driver.wire.auth import (
    AuthenticationCleartextPassword,
    AuthenticationMD5Password,
    PasswordMessage,
    SASLInitialResponse,
)
from rs_driver.wire.redshift import IdpTokenResponse
from rs_driver_fakeserver import Auth, FakeServer
from rs_driver_fakeserver.auth.port import AuthMethod
from support.login_clients import OTHERS, OURS, Client

SECRET = "Secret1!"
USERS = {"alice": SECRET}
REFUSALS: tuple[type[BaseException], ...] = (
    psycopg.OperationalError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    pg8000.exceptions.Error,
    scramp.ScramException,
)
"""What other drivers raise for servers that cheat; of ours only PEP 249's errors may come."""


def fake(auth: AuthMethod, **options: Any) -> FakeServer:
    """A server whose only concern is the login; how others take their leave is not."""
    return FakeServer(auth=auth, tls=True, **options)


@pytest.fixture(params=OURS)
def ours(request: pytest.FixtureRequest) -> Client:
    return OURS[request.param]


# -- logins that succeed ------------------------------------------------------------------

METHODS: dict[str, tuple[AuthMethod, str]] = {
    "trust": (Auth.trust(), "trust"),
    "cleartext": (Auth.cleartext(USERS), "password"),
    "md5": (Auth.md5(USERS), "md5"),
    "scram": (Auth.scram(USERS), "scram-sha-256"),
    "iam": (Auth.iam(USERS), "password"),
    "iam role": (Auth.iam({"IAMR:reports": SECRET}), "password"),
    "digest": (Auth.digest(USERS), "digest"),
    "token": (Auth.token({SECRET: "alice"}), "idp-token"),
}
FOREIGN = [name for name in METHODS if name not in ("digest", "token")]


@pytest.mark.parametrize("name", METHODS)
def test_ours(ours: Client, name: str) -> None:
    auth, method = METHODS[name]
    with fake(auth) as server:
        ours(server.connect_kwargs())
        (login,) = server.logins
        assert (login.method, login.encrypted, login.database) == (method, True, "dev")
        assert login.user == {"trust": "awsuser", "iam role": "IAMR:reports"}.get(name, "alice")
        assert SECRET not in repr(server.logins) + server.log.transcript()


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("other", OTHERS)
def test_others(name: str, other: str) -> None:
    auth, method = METHODS[name]
    with fake(auth) as server:
        OTHERS[other](server.connect_kwargs())
        assert [login.method for login in server.logins] == [method]


@pytest.mark.parametrize("iterations", [4096, 10_000])
@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("client", [*OURS, *OTHERS])
def test_scram_of_all(client: str, tls: bool, iterations: int) -> None:
    users = {"b\u00fccher": "g\u00fcl\u00e7in \u2168"}
    with FakeServer(auth=Auth.scram(users, iterations), tls=tls) as server:
        (OURS | OTHERS)[client](server.connect_kwargs())
        assert [login.user for login in server.logins] == list(users)


@pytest.mark.parametrize("binding", ["none", "offer", "require"])
def test_scram_of_psql(binding: Any) -> None:
    psql = shutil.which("psql")
    if psql is None:
        pytest.skip("psql is not on the PATH")
    with fake(Auth.scram(USERS, channel_binding=binding)) as server:
        where = server.connect_kwargs()
        where["dbname"] = where.pop("database")
        words = {name: str(value).replace("'", "\\'") for name, value in where.items()}
        dsn = " ".join(f"{name}='{value}'" for name, value in words.items())
        done = subprocess.run(
            [psql, "--no-psqlrc", "-At", "-c", "select current_user", dsn],
            env=dict(os.environ),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.stderr, done.stdout) == ("", "alice\n")
        plus = server.logins[0].method.endswith("-plus")
        assert plus == (binding != "none")


# -- tokens and temporary passwords -------------------------------------------------------


def test_our_tokens_have_no_nul(ours: Client) -> None:
    with fake(Auth.token({"tok": "alice"}, nul="forbidden")) as server:
        ours(server.connect_kwargs())
        (sent,) = (m for m in server.log.frontend() if isinstance(m, IdpTokenResponse))
        assert not sent.terminated
    with (
        fake(Auth.token({"tok": "alice"}, nul="required")) as server,
        pytest.raises(rs_driver.OperationalError, match="the token was not accepted"),
    ):
        ours(server.connect_kwargs())


@pytest.mark.parametrize("make", [Auth.iam, Auth.token])
def test_what_has_expired(ours: Client, make: Any) -> None:
    now = [datetime(2024, 2, 29, tzinfo=timezone.utc)]
    auth = make({"alice": "bob"}, expires=now[0] + timedelta(minutes=15), clock=lambda: now[0])
    with fake(auth) as server:
        ours(server.connect_kwargs())
        now[0] += timedelta(minutes=15)
        with pytest.raises(rs_driver.OperationalError) as caught:
            ours(server.connect_kwargs())
        assert caught.value.sqlstate == "28000"
        assert [str(login.refused) for login in server.logins.refused] == [
            "an expired temporary password" if make is Auth.iam else "an expired token"
        ]


def test_a_plain_name_is_none_of_iams(ours: Client) -> None:
    with fake(Auth.iam(USERS)) as server:
        options = {**server.connect_kwargs(), "user": "alice"}
        with pytest.raises(rs_driver.OperationalError, match="password authentication failed"):
            ours(options)
        (login,) = server.logins.refused
        assert "a name without one of IAM:" in str(login.refused)


# -- other answers to later logins --------------------------------------------------------


def test_the_second_login_succeeds(ours: Client) -> None:
    auth = Auth.sequence([Auth.rejects(), Auth.scram(USERS)])
    for _ in range(2):  # each server begins with the first
        with fake(auth) as server:
            with pytest.raises(rs_driver.OperationalError) as caught:
                ours(server.connect_kwargs())
            assert caught.value.sqlstate == "28000"
            ours(server.connect_kwargs())
            assert (len(server.logins.refused), len(server.logins)) == (1, 1)


def test_the_second_login_fails(ours: Client) -> None:
    auth = Auth.rejects("53300", "too many connections", after=1, method=Auth.md5(USERS))
    with fake(auth) as server:
        ours(server.connect_kwargs())
        with pytest.raises(rs_driver.OperationalError, match="too many connections") as caught:
            ours(server.connect_kwargs())
        assert caught.value.sqlstate == "53300"


# -- servers that cheat -------------------------------------------------------------------

NOBODY: tuple[str, ...] = ()
CHEATS: dict[str, tuple[AuthMethod, tuple[str, ...]]] = {
    # The method, and which other drivers are taken in, in the versions known to us.
    "signature": (Auth.scram(USERS, cheat="signature"), NOBODY),
    "unproved": (Auth.scram(USERS, cheat="unproved"), ("psycopg", "asyncpg", "pg8000")),
    "early": (Auth.scram(USERS, cheat="early"), ("psycopg", "asyncpg", "pg8000")),
    "nonce": (Auth.scram(USERS, cheat="nonce"), NOBODY),
    "short nonce": (Auth.scram(USERS, cheat="short_nonce"), NOBODY),
    "salt": (Auth.scram(USERS, cheat="salt"), NOBODY),
    "extension": (Auth.scram(USERS, cheat="extension"), NOBODY),
    "error": (Auth.scram(USERS, cheat="error"), NOBODY),
    "mute": (Auth.scram(USERS, cheat="mute"), NOBODY),
    "iterations below none": (Auth.scram(USERS, -1), NOBODY),
    "no iterations": (Auth.scram(USERS, 0), NOBODY),
    "one iteration": (Auth.scram(USERS, 1), ("psycopg", "asyncpg")),
    "few iterations": (Auth.scram(USERS, 4095), ("psycopg", "asyncpg")),
    "a second method": (
        Auth.chain([Auth.scram(USERS), Auth.cleartext(USERS)]),
        ("psycopg", "asyncpg", "pg8000"),
    ),
    "ok twice": (Auth.ok_twice(Auth.scram(USERS)), ("asyncpg", "pg8000")),
    "ok twice and no question": (Auth.ok_twice(), ("asyncpg", "pg8000")),
}
OURS_ONLY: dict[str, AuthMethod] = {
    "absurd iterations": Auth.scram(USERS, 2_000_000_000),  # others spin for minutes
    "requests at once": Auth.asks(
        AuthenticationCleartextPassword(), AuthenticationMD5Password(b"salt")
    ),
}


@pytest.mark.parametrize("cheat", [*CHEATS, *OURS_ONLY])
def test_we_see_through(ours: Client, cheat: str) -> None:
    auth = OURS_ONLY[cheat] if cheat in OURS_ONLY else CHEATS[cheat][0]
    with fake(auth) as server:
        with pytest.raises(rs_driver.DatabaseError) as caught:
            ours({**server.connect_kwargs(), "connect_timeout": 5})
        assert "timed out" not in str(caught.value)
        assert SECRET not in str(caught.value)
        if "at once" not in cheat:
            assert not [m for m in server.log.frontend() if isinstance(m, PasswordMessage)]


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("cheat", CHEATS)
def test_others_do_or_do_not(cheat: str, other: str) -> None:
    """The cheats are real: somebody is refused by, or falls for, each of them."""
    auth, taken_in = CHEATS[cheat]
    # They take their leave in ways of their own.
    with fake(auth, policy="ignore") as server:
        if other in taken_in:
            OTHERS[other](server.connect_kwargs())
            assert len(server.logins) == 1
        else:
            with pytest.raises(REFUSALS):
                OTHERS[other](server.connect_kwargs())


def test_the_first_message_of_libpq_has_no_name() -> None:
    with fake(Auth.scram(USERS)) as server:
        OTHERS["psycopg"](server.connect_kwargs())
        (first,) = (m for m in server.log.frontend() if isinstance(m, SASLInitialResponse))
        assert b",,n=,r=" in (first.data or b"")
