from __future__ import annotations

import pytest

from rs_driver.adapters.auth.digest import DigestAuthenticator
from rs_driver.errors import InterfaceError, NotSupportedError, RemoteProtocolError
from rs_driver.ports.authenticator import AuthContext, Authenticator
from rs_driver.ports.credentials import Credentials
from rs_driver.ports.transport import Channel
from rs_driver.wire.auth import AuthenticationDigest, AuthenticationIdpToken, AuthenticationOk
from rs_driver.wire.redshift import DigestResponse
from support.logins import finish, login

SALT = bytes.fromhex("0102030405060708")
REQUEST = AuthenticationDigest(0, SALT, bytes.fromhex("a1b2c3d4"))
DIGEST = "f743a3a7bcd0a7acb2a07c2c3cd8446a5c8411113e767955a2b49b619f6e8e7c"


def test_the_bytes_on_the_wire() -> None:
    method: Authenticator = DigestAuthenticator()
    assert (method.code, method.name) == (13, "digest")
    exchange = method.exchange(REQUEST, login())
    expected = "6400000039" + "00000020" + DIGEST + "0000000d" + "31373030303030303030303030"
    assert next(exchange).encode().hex() == expected
    finish(exchange, AuthenticationOk())


def test_the_users_name_does_not_count() -> None:
    answers = [
        next(DigestAuthenticator().exchange(REQUEST, login(user=user))) for user in ("a", "b")
    ]
    assert answers[0] == answers[1]


def test_the_nonce_is_fresh_random_bytes() -> None:
    sizes: list[int] = []

    def random(size: int) -> bytes:
        sizes.append(size)
        return bytes(size)

    context = AuthContext(Credentials("u", "p"), Channel(), random)
    answer = next(DigestAuthenticator().exchange(REQUEST, context))
    assert isinstance(answer, DigestResponse)
    assert answer.client_nonce == bytes(16)
    assert sizes == [16]


@pytest.mark.parametrize(
    ("algorithm", "name"), [(1, "scrypt"), (2, "argon2"), (3, "unknown"), (-1, "unknown")]
)
def test_other_algorithms(algorithm: int, name: str) -> None:
    request = AuthenticationDigest(algorithm, SALT, b"")
    with pytest.raises(NotSupportedError, match=rf"digest algorithm {algorithm} \({name}\)"):
        next(DigestAuthenticator().exchange(request, login()))


def test_no_password() -> None:
    with pytest.raises(InterfaceError, match=r"\(digest\)"):
        next(DigestAuthenticator().exchange(REQUEST, login(None)))


def test_another_methods_request() -> None:
    with pytest.raises(RemoteProtocolError):
        next(DigestAuthenticator().exchange(AuthenticationIdpToken(), login()))
