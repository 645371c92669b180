"""The methods of login by name: what ``FakeServer(auth=...)`` takes."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from rs_driver.wire.auth import AuthenticationOther, AuthenticationRequest
from rs_driver_fakeserver.auth.asks import Asks
from rs_driver_fakeserver.auth.certificate import ClientCertificate
from rs_driver_fakeserver.auth.cleartext import Cleartext
from rs_driver_fakeserver.auth.digest import Digest
from rs_driver_fakeserver.auth.expiry import Expiry, utc_now
from rs_driver_fakeserver.auth.iam import Iam
from rs_driver_fakeserver.auth.impostor import Cheat, Impostor
from rs_driver_fakeserver.auth.md5 import Md5
from rs_driver_fakeserver.auth.port import AuthMethod, checked
from rs_driver_fakeserver.auth.rfc5802 import DEFAULT_ITERATIONS
from rs_driver_fakeserver.auth.scram import Binding, Scram
from rs_driver_fakeserver.auth.series import Chain, OkTwice, Rejects, Sequence
from rs_driver_fakeserver.auth.token import Nul, Token
from rs_driver_fakeserver.auth.trust import Trust
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.rules import checks


def _passwords(users: Mapping[str, str]) -> dict[str, str]:
    return checked(users, "{'alice': 'secret'}")


class Auth:
    """How clients log in. ``users`` maps names to passwords, ``tokens`` tokens to names.

    TypeError or ValueError, in the line that makes it, for what makes no method. None of
    them shows a password or token in its ``repr``.
    """

    @staticmethod
    def trust() -> Trust:
        """Everybody is in."""
        return Trust()

    @staticmethod
    def cleartext(users: Mapping[str, str]) -> Cleartext:
        """The password as it is (code 3)."""
        return Cleartext(_passwords(users))

    @staticmethod
    def md5(users: Mapping[str, str]) -> Md5:
        """The password hashed with name and salt (code 5)."""
        return Md5(_passwords(users))

    @staticmethod
    @typing.overload
    def scram(
        users: Mapping[str, str],
        iterations: int = ...,
        *,
        channel_binding: Binding = ...,
        cheat: None = ...,
    ) -> Scram: ...

    @staticmethod
    @typing.overload
    def scram(
        users: Mapping[str, str],
        iterations: int = ...,
        *,
        channel_binding: Binding = ...,
        cheat: Cheat,
    ) -> Impostor: ...

    @staticmethod
    def scram(
        users: Mapping[str, str],
        iterations: int = DEFAULT_ITERATIONS,
        *,
        channel_binding: Binding = "none",
        cheat: Cheat | None = None,
    ) -> Scram | Impostor:
        """SCRAM-SHA-256 (codes 10 to 12), strict.

        ``channel_binding``: over TLS ``"offer"`` SCRAM-SHA-256-PLUS as well, or
        ``"require"`` it. ``cheat``: be a server that does not know the password, see
        ``auth.impostor.Cheat``.
        """
        method = Scram(_passwords(users), iterations, channel_binding)
        return method if cheat is None else Impostor(method, cheat)

    @staticmethod
    def digest(users: Mapping[str, str], algorithm: int = 0) -> Digest:
        """Redshift's own (code 13); an ``algorithm`` other than 0 is one that nobody knows."""
        return Digest(_passwords(users), algorithm)

    @staticmethod
    def token(
        tokens: Mapping[str, str],
        *,
        nul: Nul = "either",
        expires: datetime | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> Token:
        """An identity provider's token (code 14).

        ``nul``: whether a NUL at its end is ``"required"`` or ``"forbidden"``.
        ``expires``: an aware moment from which on, by ``clock``, no token is good.
        """
        return Token(checked(tokens, "{'token': 'alice'}"), nul, Expiry(expires, clock))

    @staticmethod
    def iam(
        users: Mapping[str, str],
        *,
        expires: datetime | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> Iam:
        """Temporary passwords (code 3) for ``IAM:user``, ``IAMA:user`` and ``IAMR:role``.

        A name in ``users`` without a prefix stands for the first two of them. Nobody
        logs in without a prefix. ``expires`` and ``clock``: as for ``token``.
        """
        return Iam(_passwords(users), Expiry(expires, clock))

    @staticmethod
    def certificate(users: Mapping[str, str] | None = None) -> ClientCertificate:
        """The client's certificate says who it is; see ``certificates.Tls``.

        ``users`` maps common names to users where they are not the same.
        """
        return ClientCertificate(checked(users or {}, "{'Alice Smith': 'alice'}"))

    @staticmethod
    def rejects(
        sqlstate: str | None = None,
        message: str = "the fake server refuses this login",
        *,
        after: int = 0,
        method: AuthMethod | None = None,
    ) -> Rejects:
        """Nobody is in: FATAL with ``sqlstate`` and ``message``, or as a wrong password.

        The first ``after`` logins go by ``method`` (trust).
        """
        error = None
        if sqlstate is not None:
            checks.sqlstate(sqlstate)
            error = SqlError(sqlstate, message, severity="FATAL")
        return Rejects(error, after, method or Trust())

    @staticmethod
    def sequence(methods: Iterable[AuthMethod]) -> Sequence:
        """Another method for each login in turn; the last one stays."""
        return Sequence(tuple(methods))

    @staticmethod
    def chain(methods: Iterable[AuthMethod]) -> Chain:
        """All of the methods in one login, which clients ought to refuse."""
        return Chain(tuple(methods))

    @staticmethod
    def ok_twice(method: AuthMethod | None = None) -> OkTwice:
        """``method`` (trust), and one AuthenticationOk too many."""
        return OkTwice(method or Trust())

    @staticmethod
    def asks(*requests: AuthenticationRequest) -> Asks:
        """These requests (of ``rs_driver.wire.auth``) all at once; nobody is in."""
        return Asks(requests)

    @staticmethod
    def unknown(code: int, data: bytes = b"") -> Asks:
        """One request of any other code, such as 7 (GSSAPI) or 99; nobody is in."""
        return Asks((AuthenticationOther(code, data),))
