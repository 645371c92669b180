"""The suite for an ``Authenticator`` (``rs_driver.ports.authenticator``)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rs_driver.errors import Error, InterfaceError, OperationalError
from rs_driver.ports.authenticator import AuthContext, Authenticator
from rs_driver.ports.credentials import Credentials
from rs_driver.wire.auth import (
    AuthenticationOk,
    AuthenticationOther,
    AuthenticationRequest,
    AuthenticationSASLContinue,
    AuthenticationSASLFinal,
)
from rs_driver_fakeserver.auth.methods import Auth
from rs_driver_fakeserver.auth.port import AuthMethod, Refused
from rs_driver_fakeserver.conformance.claims import claim, claim_silent, refused, told
from rs_driver_fakeserver.conformance.dialogue import Dialogue, Turn, answer, context, replayed
from rs_driver_fakeserver.conformance.hearing import hearing
from rs_driver_fakeserver.conformance.spoiling import spoiled
from rs_driver_fakeserver.conformance.suite import Suite, bounded, missing
from rs_driver_fakeserver.server import FakeServer

_TOKEN = 14
_NO_FIRST_REQUEST = (0, 8, 11, 12)
"""Codes of AuthenticationOk and of what only goes on with a method."""
_RULES = (OperationalError, InterfaceError)
_UNUSABLE = ("", "with\0nul", "lone\ud800surrogate")


class AuthenticatorConformance(Suite):
    """Tests of an authentication method.

    Override ``authenticator``; ``server_method`` where the method is none of those that the
    fake server has by its code; ``credentials`` where they are more than a name and a secret.
    """

    user = "alice"
    secret = "open-sesame-4711"  # noqa: S105  (there is nothing behind it)
    wrong_secret = "open-barley-1174"  # noqa: S105  (there is nothing behind it)

    def authenticator(self) -> Authenticator:
        """The method, as ``connect(authenticators=[...])`` takes it."""
        raise missing("authenticator()")

    def server_method(self, user: str, secret: str) -> AuthMethod:
        """The server's side, which lets ``user`` in with ``secret`` only."""
        code = self.authenticator().code
        match code:
            case 3:
                return Auth.cleartext({user: secret})
            case 5:
                return Auth.md5({user: secret})
            case 10:
                return Auth.scram({user: secret})
            case 13:
                return Auth.digest({user: secret})
            case 14:
                return Auth.token({secret: user})
            case _:
                raise TypeError(
                    f"the fake server has no method for authentication code {code}: "
                    "override server_method(user, secret)"
                )

    def credentials(self, user: str, secret: str) -> Credentials:
        """What the method is given to log ``user`` in with ``secret``."""
        if self.authenticator().code == _TOKEN:
            return Credentials(user, token=secret)
        return Credentials(user, password=secret)

    # -- the conversation ---------------------------------------------------------------

    def context(self, secret: str, seed: str = "client") -> AuthContext:
        """What the driver would hand over."""
        return context(self.credentials(self.user, secret), seed)

    def dialogue(
        self, method: Authenticator, secret: str | None = None, seed: str = "server"
    ) -> Dialogue:
        """A login with the right secret, or with ``secret``."""
        server = self.server_method(self.user, self.secret)
        ours = self.context(secret or self.secret)
        return Dialogue(server, self.user, method, ours, seed)

    def open(self, secret: str, **options: Any) -> Any:
        """A connection of rs_driver by this method, to a fake server in memory."""
        import rs_driver

        class Provider:
            def get(self) -> Credentials:
                return credentials

        credentials = self.credentials(self.user, secret)
        server = FakeServer(auth=self.server_method(self.user, self.secret), policy="ignore")
        return rs_driver.connect(
            transport=server.memory(),
            credentials_provider=Provider(),
            authenticators=[self.authenticator()],
            **options,
        )

    # -- what it is ---------------------------------------------------------------------

    @bounded
    def test_its_code_and_name(self) -> None:
        """``code``: "of the request that starts this method"; ``name``: "as users and
        allow-lists call it"."""
        method = self.authenticator()
        claim(type(method.code) is int, f"code is an int, not {method.code!r}")
        claim(
            0 < method.code < 2**31 and method.code not in _NO_FIRST_REQUEST,
            f"{method.code} is not the code of a request that starts a method",
        )
        claim(isinstance(method.name, str), f"name is a str, not {method.name!r}")
        claim(
            method.name and method.name == method.name.strip().lower(),
            f"an allow-list holds names in lower case, not {method.name!r}",
        )
        claim("," not in method.name, "an allow-list separates names by commas")
        claim(method.name != "none", "'none' stands for a server that asks for no proof")
        again = self.authenticator()
        claim((again.code, again.name) == (method.code, method.name), "code and name are fixed")

    @bounded
    def test_the_right_secret(self) -> None:
        """``Exchange``: "Yields each answer to send, is sent the server's next request,
        returns when satisfied"."""
        dialogue = self.dialogue(self.authenticator())
        turns = dialogue.run()
        claim(dialogue.user is not None, "the server did not let the user in")
        first = turns[0].request.code
        claim(
            first == self.authenticator().code,
            f"server_method begins with code {first}, the authenticator is for another",
        )

    @bounded
    def test_a_whole_login(self) -> None:
        """The same by the driver, which chooses the method "by the code of the server's first
        request"."""
        with self.open(self.secret, require_auth=self.authenticator().name) as connection:
            cursor = connection.cursor()
            cursor.execute("select version()")
            claim(cursor.fetchone() is not None, "the session after the login is of no use")

    @bounded
    def test_a_wrong_secret(self) -> None:
        """It is the server who refuses, and the driver says so with the server's SQLSTATE."""
        dialogue = self.dialogue(self.authenticator(), self.wrong_secret)
        refused(Refused, dialogue.run, "the server must be able to tell a wrong secret")
        error = refused(
            OperationalError, lambda: self.open(self.wrong_secret), "a login with a wrong secret"
        )
        claim(error.sqlstate is not None, "the error is the server's, with its SQLSTATE")
        claim_silent(told(error), [self.wrong_secret], "the error of a refused login")

    # -- used again ---------------------------------------------------------------------

    @bounded
    def test_a_second_login(self) -> None:
        """One ``Authenticator`` is for all logins of a connection's options."""
        method = self.authenticator()
        for seed in ("first", "second"):
            claim(self.dialogue(method, seed=seed).run(), "a login by a method that was used")

    @bounded
    def test_two_logins_at_once(self) -> None:
        """``exchange`` is one login's; two of them do not know of one another."""
        method = self.authenticator()
        waiting = [self.dialogue(method, seed=seed) for seed in ("first", "second")]
        while waiting:
            waiting = [dialogue for dialogue in waiting if dialogue.step()]

    @bounded
    def test_a_login_that_is_given_up(self) -> None:
        """``Exchange``: the driver drops it where the connection fails in the middle."""
        method = self.authenticator()
        turns = self.dialogue(method).run()
        for at in range(len(turns)):
            replayed(method, self.context(self.secret), turns[: at + 1]).close()
        self.dialogue(method).run()

    @bounded
    def test_its_random_bytes(self) -> None:
        """``AuthContext``: "What a method may use: ... a source of random bytes"."""
        said = [
            [turn.answer.encode() for turn in dialogue.run() if turn.answer is not None]
            for dialogue in (self.dialogue(self.authenticator()) for _ in range(2))
        ]
        claim(said[0] == said[1], "random bytes have to come from context.random alone")

    # -- what it refuses ----------------------------------------------------------------

    @bounded
    def test_missing_credentials(self) -> None:
        """The port: "Missing or unusable credentials are an InterfaceError", before an answer."""
        request = self.dialogue(self.authenticator()).run()[0].request
        nothing = context(Credentials(self.user))
        exchange = self.authenticator().exchange(request, nothing)
        refused(InterfaceError, lambda: answer(exchange, None), "there is no secret at all")

    @bounded
    def test_unusable_credentials(self) -> None:
        """The same of secrets that the method may not be able to carry; none is shown."""
        request = self.dialogue(self.authenticator()).run()[0].request
        for secret in _UNUSABLE:
            exchange = self.authenticator().exchange(request, self.context(secret))
            try:
                answer(exchange, None)
            except InterfaceError as error:
                claim_silent(told(error), [secret], "the error about an unusable secret")
            except Exception as error:  # whatever it is, it is not what the contract allows
                raise AssertionError(
                    f"an unusable secret is an InterfaceError, not {type(error).__name__}"
                ) from error

    @bounded
    def test_requests_out_of_turn(self) -> None:
        """The port: "A server that breaks the method's rules" is "an OperationalError"."""
        for turns, request in self._out_of_turn():
            self._refuses(turns, request, f"request {request.code} is against the rules here")

    def _refuses(self, turns: list[Turn], request: AuthenticationRequest, clause: str) -> None:
        exchange = replayed(self.authenticator(), self.context(self.secret), turns)
        where = f"{clause} (after answer {len(turns)})"
        error = refused(_RULES, lambda: answer(exchange, request), where)
        claim_silent(told(error), [self.secret], "the error about a broken rule")

    def _out_of_turn(self) -> Iterator[tuple[list[Turn], AuthenticationRequest]]:
        turns = self.dialogue(self.authenticator()).run()
        answered = [turn for turn in turns if turn.answer is not None]
        for at in range(1, len(answered) + 1):
            expected = type(turns[at].request) if at < len(turns) else AuthenticationOk
            for request in (
                turns[0].request,
                AuthenticationOther(255, b"\xff\0\xff"),
                AuthenticationSASLContinue(b"junk"),
                AuthenticationSASLFinal(b"junk"),
            ):
                if not isinstance(request, expected):
                    yield answered[:at], request

    @bounded
    def test_a_server_that_is_satisfied_too_early(self) -> None:
        """The port: "A method with a final proof (SCRAM) has checked it by then"."""
        turns = self.dialogue(self.authenticator()).run()
        last = next(at for at, turn in enumerate(turns) if turn.answer is None)
        needed = [turn for turn in turns[:last] if turn.answer is not None]
        if isinstance(turns[last].request, AuthenticationOk):
            needed = needed[:-1]
        for at in range(1, len(needed) + 1):
            self._refuses(needed[:at], AuthenticationOk(), "the server has proved nothing yet")

    @bounded
    def test_a_server_that_cannot_prove_itself(self) -> None:
        """The port: "fails its proof": the last word, with a bit changed, is refused."""
        turns = self.dialogue(self.authenticator()).run()
        if isinstance(turns[-1].request, AuthenticationOk):
            return  # its last word is no proof
        for request in spoiled(turns[-1].request):
            self._refuses(turns[:-1], request, "the server's proof is wrong")

    @bounded
    def test_malformed_requests(self) -> None:
        """Nothing but errors of ``rs_driver.errors`` leaves, and no secret in them."""
        turns = self.dialogue(self.authenticator()).run()
        for at, turn in enumerate(turns):
            for request in spoiled(turn.request):
                self._claim_sound(turns[:at], request)

    def _claim_sound(self, turns: list[Turn], request: AuthenticationRequest) -> None:
        try:
            self._answer(turns, request)
        except Error as error:
            claim_silent(told(error), [self.secret], "the error about a request")
        except Exception as error:  # whatever it is, it is not what the contract allows
            raise AssertionError(
                f"a malformed request {request.code} raised {type(error).__name__}"
            ) from error

    def _answer(self, turns: list[Turn], request: AuthenticationRequest) -> None:
        method, ours = self.authenticator(), self.context(self.secret)
        if turns:
            answer(replayed(method, ours, turns), request)
        else:
            answer(method.exchange(request, ours), None)

    # -- what it hides ------------------------------------------------------------------

    @bounded
    def test_secrets_stay_hidden(self) -> None:
        """No secret in a ``repr``, a log, a warning or a print."""
        method = self.authenticator()
        with hearing() as texts:
            turns = self.dialogue(method).run()
        claim_silent(texts, [self.secret], "what it logs, warns or prints")
        claim_silent([repr(method), str(method)], [self.secret], "the authenticator's repr")
        answers = [turn.answer for turn in turns if turn.answer is not None]
        claim_silent(map(repr, answers), [self.secret], "the repr of an answer")
