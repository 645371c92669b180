from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from rs_driver.adapters.auth.registry import builtin_authenticators
from rs_driver.domain.operations.startup import REDSHIFT_KEYS, Login, startup
from rs_driver.domain.security import SecurityPolicy, SslMode
from rs_driver.domain.wants import Blocking, StartTls, Want
from rs_driver.errors import (
    Error,
    InterfaceError,
    LocalProtocolError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    RemoteProtocolError,
)
from rs_driver.ports.authenticator import AuthContext, Authenticator, Exchange
from rs_driver.ports.credentials import Credentials
from rs_driver.ports.profile import ServerProfile
from rs_driver.ports.transport import Channel
from rs_driver.wire.auth import (
    AuthenticationCleartextPassword,
    AuthenticationIdpToken,
    AuthenticationMD5Password,
    AuthenticationOk,
    AuthenticationOther,
    AuthenticationRequest,
    AuthenticationSASL,
    AuthenticationSASLContinue,
    AuthenticationSASLFinal,
    PasswordMessage,
)
from rs_driver.wire.control import NoticeResponse, ParameterStatus, ReadyForQuery
from rs_driver.wire.framing import MAX_HANDSHAKE_MESSAGE
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.redshift import IdpTokenResponse
from rs_driver.wire.startup import (
    BackendKeyData,
    NegotiateProtocolVersion,
    SSLRequest,
    StartupMessage,
)
from support.conforming import FixedCredentials
from support.dialogue import SAFE, Dialogue, Words, encoded, failure
from support.scram_server import ScramServer

READY = ReadyForQuery("I")
OK = AuthenticationOk()
PLAIN = Channel(peer="server")
UNVERIFIED = replace(SAFE, verified=False)
REDSHIFT: tuple[Words, ...] = (
    ParameterStatus("server_version", "8.0.2"),
    ParameterStatus("server_protocol_version", "2"),
    BackendKeyData(7, 8),
    READY,
)
PASSWORD = PasswordMessage(b"secret").encode()
SSL_REQUEST = SSLRequest().encode()


def login(
    mode: SslMode = "verify-full", *, allowed: frozenset[str] | None = None, **more: Any
) -> Login:
    options: dict[str, Any] = {
        "database": "dev",
        "hostname": "db.example",
        "security": SecurityPolicy(mode, allowed),
        "provider": FixedCredentials(),
        "authenticators": builtin_authenticators(),
        "random": lambda size: b"\x01" * size,
        **more,
    }
    return Login(**options)


def start(dialogue: Dialogue, how: Login, channel: Channel = SAFE) -> ServerProfile:
    return dialogue.run(startup(dialogue.core, how, channel))


def refused(
    dialogue: Dialogue,
    how: Login,
    channel: Channel = SAFE,
    *,
    match: str,
    kind: type[Error] = OperationalError,
) -> Error:
    """The error of a login that must fail, and by which the password was not shown."""
    with pytest.raises(kind, match=match) as caught:
        start(dialogue, how, channel)
    assert "secret" not in repr(caught.value)
    assert dialogue.core.busy == "login"
    return caught.value


def hello(how: Login) -> bytes:
    return how.startup_message(Credentials("alice", "secret")).encode()


# -- the way in ---------------------------------------------------------------------------


def test_a_login_with_everything() -> None:
    dialogue = Dialogue().say(b"S").say(AuthenticationCleartextPassword()).say(OK, *REDSHIFT)
    how = login()
    profile = start(dialogue, how, PLAIN)
    assert dialogue.sent == SSL_REQUEST + hello(how) + PASSWORD
    assert dialogue.wants == [
        Want.READ,
        StartTls("db.example"),
        Blocking(how.credentials),
        Want.READ,
        Want.READ,
    ]
    assert profile == ServerProfile(protocol_version=2, server_version="8.0.2")
    core = dialogue.core
    assert (core.busy, core.protocol_version, core.session.secret_key) == (None, 2, 8)


def test_busy_before_the_first_byte_and_until_ready_for_query() -> None:
    dialogue = Dialogue()
    operation = startup(dialogue.core, login(), PLAIN)
    assert next(operation) is Want.READ
    assert dialogue.core.busy == "login"
    assert dialogue.core.pending == len(SSL_REQUEST)


def test_a_channel_that_is_safe_already_is_not_made_so_again() -> None:
    dialogue = Dialogue().say(OK, *REDSHIFT)
    start(dialogue, login())
    assert dialogue.sent == hello(login())


def test_what_the_server_says_before_it_lets_us_in() -> None:
    dialogue = Dialogue().say(NegotiateProtocolVersion(0, ("_pq_.x",)), NoticeResponse({"M": "n"}))
    dialogue.say(OK, NoticeResponse({"M": "welcome"}), *REDSHIFT)
    start(dialogue, login())
    assert [notice["M"] for notice in dialogue.core.session.notices] == ["n", "welcome"]


# -- TLS ----------------------------------------------------------------------------------

MODES: tuple[SslMode, ...] = ("allow", "prefer", "require", "verify-ca", "verify-full")


@pytest.mark.parametrize("mode", MODES)
def test_tls_is_asked_for_first(mode: SslMode) -> None:
    dialogue = Dialogue().say(b"S").say(OK, *REDSHIFT)
    start(dialogue, login(mode), PLAIN)
    assert dialogue.sent == SSL_REQUEST + hello(login())


def test_tls_is_not_asked_for_where_it_is_disabled() -> None:
    dialogue = Dialogue().say(AuthenticationCleartextPassword()).say(OK, *REDSHIFT)
    start(dialogue, login("disable"), PLAIN)
    assert dialogue.sent == hello(login()) + PASSWORD


@pytest.mark.parametrize("mode", MODES)
def test_a_server_without_tls(mode: SslMode) -> None:
    dialogue = Dialogue().say(b"N")
    if mode in ("allow", "prefer"):
        dialogue.say(OK, *REDSHIFT)
        start(dialogue, login(mode), PLAIN)
        assert dialogue.sent == SSL_REQUEST + hello(login())
    else:
        refused(dialogue, login(mode), PLAIN, match=f"server refuses TLS, and sslmode={mode}")
        assert dialogue.sent == SSL_REQUEST


@pytest.mark.parametrize(
    "code", [AuthenticationCleartextPassword(), AuthenticationMD5Password(b"salt")]
)
@pytest.mark.parametrize("mode", ["allow", "prefer"])
def test_no_password_goes_where_tls_was_refused(mode: SslMode, code: Words) -> None:
    dialogue = Dialogue().say(b"N").say(code)
    refused(dialogue, login(mode), PLAIN, match="without TLS")
    assert dialogue.sent == SSL_REQUEST + hello(login())


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("answer", [b"E", b"\0", b"s", b"\xff"])
def test_an_answer_that_is_neither_yes_nor_no(mode: SslMode, answer: bytes) -> None:
    text = b"SMthe text of an error\0\0"
    error = refused(
        Dialogue().say(answer + text), login(mode), PLAIN, match=f"byte 0x{answer[0]:02x}"
    )
    assert "text of" not in str(error)


def test_a_server_that_hangs_up_instead_of_an_answer() -> None:
    refused(Dialogue().hang_up(), login(), PLAIN, match="closed the connection during login")


def test_only_one_byte_is_read_before_tls() -> None:
    injected = encoded([OK, *REDSHIFT])
    dialogue = Dialogue().say(b"S" + injected)
    operation = startup(dialogue.core, login(), PLAIN)
    next(operation)
    with dialogue.core.get_buffer() as room:
        assert len(room) == 1
        room[:] = b"S"
    dialogue.core.received(1)
    assert operation.send(None) == StartTls("db.example")
    assert dialogue.core.next() is None
    operation.close()


@pytest.mark.parametrize(
    ("mode", "channel", "match"),
    [
        ("require", PLAIN, "no TLS"),
        ("verify-ca", PLAIN, "no TLS"),
        ("verify-full", PLAIN, "no TLS"),
        ("verify-ca", UNVERIFIED, "not verified"),
        ("verify-full", UNVERIFIED, "not verified"),
    ],
)
def test_a_transport_that_does_not_do_what_it_should(
    mode: SslMode, channel: Channel, match: str
) -> None:
    """Nothing is said over it, not even a name."""
    dialogue = Dialogue().say(b"S")
    dialogue.secured = channel
    refused(dialogue, login(mode), PLAIN, match=match)
    assert dialogue.sent == SSL_REQUEST


def test_a_transport_that_comes_with_tls_of_its_own_is_judged_too() -> None:
    refused(dialogue := Dialogue(), login(), UNVERIFIED, match="not verified")
    assert dialogue.sent == b""


# -- proof --------------------------------------------------------------------------------


def test_no_proof_asked_for() -> None:
    start(Dialogue().say(OK, *REDSHIFT), login(allowed=frozenset({"none"})))
    refused(
        Dialogue().say(OK, *REDSHIFT),
        login(allowed=frozenset({"scram-sha-256"})),
        match="asked for no authentication",
    )


def test_a_method_that_the_user_forbids_gets_no_answer() -> None:
    dialogue = Dialogue().say(AuthenticationCleartextPassword())
    refused(dialogue, login(allowed=frozenset({"scram-sha-256"})), match="require_auth")
    assert dialogue.sent == hello(login())


@pytest.mark.parametrize("code", [2, 7, 9, 11, 12, 99])
def test_a_method_that_nobody_has(code: int) -> None:
    dialogue = Dialogue().say(AuthenticationOther(code, b""))
    refused(dialogue, login(), kind=NotSupportedError, match=f"method {code} ")
    assert dialogue.sent == hello(login())


@pytest.mark.parametrize(
    "again",
    [
        AuthenticationCleartextPassword(),
        AuthenticationMD5Password(b"salt"),
        AuthenticationSASL(("SCRAM-SHA-256",)),
    ],
)
def test_a_second_request_gets_no_second_answer(again: AuthenticationRequest) -> None:
    dialogue = Dialogue().say(AuthenticationCleartextPassword()).say(again)
    refused(dialogue, login(), match=f"request {again.code}")
    assert dialogue.sent == hello(login()) + PASSWORD


def test_a_token_needs_tls_in_every_mode() -> None:
    how = login("disable", provider=FixedToken())
    dialogue = Dialogue().say(AuthenticationIdpToken())
    refused(dialogue, how, PLAIN, match="a token over a connection without TLS")
    dialogue = Dialogue().say(AuthenticationIdpToken()).say(OK, *REDSHIFT)
    start(dialogue, how, SAFE)
    assert dialogue.sent.endswith(IdpTokenResponse(b"token").encode())


class FixedToken:
    def get(self) -> Credentials:
        return Credentials("alice", token="token", startup_parameters=(("idp_type", "AzureAD"),))


def test_wrong_credentials() -> None:
    dialogue = Dialogue().say(AuthenticationCleartextPassword())
    dialogue.say(failure("28P01", "password authentication failed", "FATAL"))
    error = refused(dialogue, login(), match="password authentication failed")
    assert error.sqlstate == "28P01"
    assert error.is_disconnect


def test_no_credentials_for_what_is_asked() -> None:
    class Nobody:
        def get(self) -> Credentials:
            return Credentials("alice")

    dialogue = Dialogue().say(AuthenticationCleartextPassword())
    refused(dialogue, login(provider=Nobody()), kind=InterfaceError, match="password")


# -- SCRAM: the server proves itself, too -------------------------------------------------


class ScramDialogue(Dialogue):
    """A server that answers SCRAM as it is told: ``steps`` are what it says and when."""

    def __init__(self, password: str = "secret") -> None:
        super().__init__()
        self.scram = ScramServer(password)
        self.steps: list[str] = ["sasl", "first", "final", "ok"]

    def _fulfil(self, want: Any) -> object:
        if want is Want.READ:
            self._send()
            self.say(*self._words(self.steps.pop(0)))
        return super()._fulfil(want)

    def _words(self, step: str) -> tuple[Words, ...]:
        if step == "sasl":
            return (AuthenticationSASL(("SCRAM-SHA-256",)),)
        if step == "ok":
            return (OK, *REDSHIFT)
        spoken = self.sent[len(hello(login())) :]
        if step == "first":
            name = b"SCRAM-SHA-256\0"
            first = spoken[5 + len(name) + 4 :]
            return (AuthenticationSASLContinue(self.scram.first(first)),)
        if step == "final":
            length = int.from_bytes(spoken[1:5], "big")
            answer = spoken[1 + length + 5 :]
            return (AuthenticationSASLFinal(self.scram.final(answer)),)
        raise AssertionError(step)


def test_scram() -> None:
    dialogue = ScramDialogue()
    assert start(dialogue, login()).protocol_version == 2
    assert b"secret" not in dialogue.sent


@pytest.mark.parametrize("steps", [["sasl", "ok"], ["sasl", "first", "ok"]])
def test_nobody_is_let_in_before_the_server_has_proved_itself(steps: list[str]) -> None:
    dialogue = ScramDialogue()
    dialogue.steps = steps
    with pytest.raises(OperationalError):
        start(dialogue, login())
    assert dialogue.core.busy == "login"


def test_a_server_that_does_not_know_the_password() -> None:
    class Impostor(ScramDialogue):
        def _words(self, step: str) -> tuple[Words, ...]:
            if step == "final":
                return (AuthenticationSASLFinal(b"v=" + b"A" * 43 + b"="),)
            return super()._words(step)

    with pytest.raises(OperationalError, match="could not prove"):
        start(Impostor(), login())


def test_scram_is_not_asked_for_twice() -> None:
    dialogue = ScramDialogue()
    dialogue.steps = ["sasl", "first", "final", "sasl"]
    refused(dialogue, login(), match="second proof of identity .*request 10")


def test_a_server_proves_itself_once() -> None:
    class Twice(ScramDialogue):
        def _words(self, step: str) -> tuple[Words, ...]:
            return super()._words(step) * (2 if step == "final" else 1)

    refused(Twice(), login(), match="second proof of identity .*request 12")


# -- methods of the user's own ------------------------------------------------------------


class Own:
    """An authenticator whose exchange is ``answers``, one for each request."""

    code = 3
    name = "own"

    def __init__(self, *answers: FrontendMessage | Exception) -> None:
        self.answers = answers

    def exchange(self, request: AuthenticationRequest, context: AuthContext) -> Exchange:
        for answer in self.answers:
            if isinstance(answer, Exception):
                raise answer
            yield answer


def own(*answers: FrontendMessage | Exception) -> Login:
    method: Authenticator = Own(*answers)
    return login(authenticators={3: method})


def test_a_method_that_wants_to_go_on_is_not_cut_short_by_the_server() -> None:
    twice = own(PasswordMessage(b"a"), PasswordMessage(b"b"))
    dialogue = Dialogue().say(AuthenticationCleartextPassword()).say(OK, *REDSHIFT)
    refused(dialogue, twice, match="before it had proved itself")


def test_a_method_may_take_several_turns() -> None:
    twice = own(PasswordMessage(b"a"), PasswordMessage(b"b"))
    dialogue = Dialogue().say(AuthenticationCleartextPassword())
    dialogue.say(AuthenticationOther(99, b"")).say(OK, *REDSHIFT)
    start(dialogue, twice)
    assert dialogue.sent.endswith(PasswordMessage(b"a").encode() + PasswordMessage(b"b").encode())


@pytest.mark.parametrize("answers", [(), (PasswordMessage(b"a"),)])
def test_a_method_that_is_satisfied_does_not_let_the_server_ask_again(
    answers: tuple[FrontendMessage, ...],
) -> None:
    dialogue = Dialogue().say(AuthenticationCleartextPassword())
    if answers:
        dialogue.say(AuthenticationCleartextPassword())
    refused(dialogue, own(*answers), match="second proof")


def test_what_a_foreign_method_raises_is_an_error_of_ours() -> None:
    dialogue = Dialogue().say(AuthenticationCleartextPassword())
    error = refused(dialogue, own(KeyError("x")), match="method own failed with KeyError")
    assert isinstance(error.__cause__, KeyError)
    dialogue = Dialogue().say(AuthenticationCleartextPassword())
    refused(dialogue, own(InterfaceError("mine")), kind=InterfaceError, match="mine")


# -- credentials --------------------------------------------------------------------------


class Raising:
    def __init__(self, error: Exception) -> None:
        self.error = error

    def get(self) -> Credentials:
        raise self.error


def test_what_a_foreign_provider_raises_is_an_error_of_ours() -> None:
    dialogue = Dialogue()
    error = refused(dialogue, login(provider=Raising(KeyError("x"))), match="Raising .*KeyError")
    assert isinstance(error.__cause__, KeyError)
    mine = Raising(InterfaceError("mine"))
    refused(Dialogue(), login(provider=mine), kind=InterfaceError, match="mine")
    assert dialogue.sent == b""


def test_credentials_that_are_known_are_not_waited_for() -> None:
    """A provider may block, so it is asked elsewhere; see the login with everything."""
    dialogue = Dialogue().say(AuthenticationCleartextPassword()).say(OK, *REDSHIFT)
    how = login(provider=Credentials("alice", "secret"))
    start(dialogue, how)
    assert dialogue.sent == hello(how) + PASSWORD
    assert dialogue.wants == [Want.READ, Want.READ]


@pytest.mark.parametrize("given", [None, ("alice", "secret"), {"user": "alice"}])
def test_what_is_no_credentials_is_an_error_of_ours(given: Any) -> None:
    class Giving:
        def get(self) -> Any:
            return given

    dialogue = Dialogue()
    problem = "the credentials provider Giving gave no Credentials"
    refused(dialogue, login(provider=Giving()), kind=InterfaceError, match=problem)
    assert dialogue.sent == b""


def test_a_name_that_cannot_be_sent() -> None:
    how = login(database="d\0v")
    refused(Dialogue(), how, kind=LocalProtocolError, match="NUL")


# -- the startup message ------------------------------------------------------------------


def keys(how: Login, credentials: Credentials | None = None) -> Mapping[str, str]:
    message = how.startup_message(credentials or Credentials("alice"))
    assert isinstance(message, StartupMessage)
    assert len(dict(message.parameters)) == len(message.parameters)
    return dict(message.parameters)


PARAMETERS = (("application_name", "x"), ("driver_version", "1"), ("os_version", "2"))


@pytest.mark.parametrize("server", ["auto", "redshift"])
def test_a_redshift_is_told_more(server: str) -> None:
    how = login(server=server, parameters=PARAMETERS, protocol_version=1)
    assert keys(how) == {
        "user": "alice",
        "database": "dev",
        "client_protocol_version": "1",
        **dict(PARAMETERS),
    }


def test_a_postgres_is_told_nothing_that_it_refuses() -> None:
    how = login(parameters=PARAMETERS).for_postgres()
    assert how.server == "postgres"
    assert keys(how) == {"user": "alice", "database": "dev", "application_name": "x"}
    assert keys(how).keys().isdisjoint(REDSHIFT_KEYS)


def test_the_database_may_be_left_to_the_server() -> None:
    assert "database" not in keys(login(database=""))


def test_credentials_may_bring_parameters() -> None:
    credentials = Credentials("alice", startup_parameters=(("idp_type", "AzureAD"),))
    assert keys(login(), credentials)["idp_type"] == "AzureAD"


# -- the end of the login -----------------------------------------------------------------


@pytest.mark.parametrize("at", range(3))
def test_a_refusal_after_the_proof(at: int) -> None:
    dialogue = Dialogue().say(OK, *REDSHIFT[:at], failure("53300", "too many", "FATAL"))
    error = refused(dialogue, login(), match="too many")
    assert error.is_disconnect


@pytest.mark.parametrize("at", range(4))
def test_the_end_in_the_middle_of_the_settings(at: int) -> None:
    dialogue = Dialogue().say(OK, *REDSHIFT[:at]).hang_up()
    refused(dialogue, login(), match="closed the connection during login")


@pytest.mark.parametrize(("text", "version"), [("0", 0), ("1", 1), ("2", 2), (None, 0)])
def test_the_protocol_version_in_force(text: str | None, version: int) -> None:
    said = [] if text is None else [ParameterStatus("server_protocol_version", text)]
    dialogue = Dialogue().say(OK, ParameterStatus("padb_version", "1"), *said, READY)
    assert start(dialogue, login()).protocol_version == version
    assert dialogue.core.protocol_version == version


@pytest.mark.parametrize("text", ["3", "", "x", "9" * 5000])
def test_a_protocol_version_that_nobody_knows(text: str) -> None:
    dialogue = Dialogue().say(OK, ParameterStatus("server_protocol_version", text), READY)
    with pytest.raises(RemoteProtocolError, match="protocol version"):
        start(dialogue, login())


def test_what_the_user_says_of_the_server_counts() -> None:
    dialogue = Dialogue().say(OK, *REDSHIFT)
    how = login(overrides={"protocol_version": 1, "pipelined_begin": False})
    profile = start(dialogue, how)
    assert (profile.protocol_version, profile.pipelined_begin) == (1, False)
    assert dialogue.core.protocol_version == 1


# -- floods -------------------------------------------------------------------------------


def test_a_flood_of_parameters() -> None:
    flood = [ParameterStatus(f"p{number}", "") for number in range(1001)]
    refused(Dialogue().say(OK, *flood), login(), kind=RemoteProtocolError, match="1000 different")


@pytest.mark.parametrize("tag", b"RNEvSKZ")
def test_a_message_that_is_too_long(tag: int) -> None:
    claim = bytes([tag]) + (MAX_HANDSHAKE_MESSAGE + 1).to_bytes(4, "big")
    words = (claim,) if tag in b"RNEv" else (OK, claim)
    refused(Dialogue().say(*words), login(), kind=RemoteProtocolError, match="65537 bytes")


@pytest.mark.parametrize("words", [READY, BackendKeyData(1, 2), ParameterStatus("a", "b")])
def test_settings_before_the_login_is_granted(words: Words) -> None:
    refused(Dialogue().say(words), login(), kind=RemoteProtocolError, match="where the first")
    dialogue = Dialogue().say(AuthenticationCleartextPassword()).say(words)
    refused(dialogue, login(), kind=RemoteProtocolError, match="answer to our proof")


# -- what the shell asks ------------------------------------------------------------------


@pytest.mark.parametrize("key", REDSHIFT_KEYS)
def test_a_refused_key_of_redshifts_own(key: str) -> None:
    error = OperationalError({"C": "42704", "M": f'unrecognized parameter "{key}"'})
    assert login().refused_as_redshift(error)
    assert not login(server="redshift").refused_as_redshift(error)
    assert not login().for_postgres().refused_as_redshift(error)


@pytest.mark.parametrize(
    "fields",
    [
        {"C": "42704", "M": 'unrecognized parameter "search_paht"'},
        {"C": "28P01", "M": "os_version"},
        {"M": "os_version"},
    ],
)
def test_other_refusals_are_no_reason_to_try_again(fields: dict[str, str]) -> None:
    assert not login().refused_as_redshift(ProgrammingError(fields))


def test_the_servers_error_says_what_was_attempted() -> None:
    error = OperationalError({"C": "28P01", "M": "no"})
    login().explain(error, SAFE)
    assert error.attempted == "logging in to database 'dev' at server"
    login(database="other").explain(error, SAFE)
    assert "dev" in error.attempted


@pytest.mark.parametrize(
    ("text", "attempted"),
    [("timed out", "logging in to database 'dev' at server"), ("server refuses TLS", None)],
)
def test_our_own_error_says_so_unless_it_names_the_peer(text: str, attempted: str | None) -> None:
    error = OperationalError(text)
    login().explain(error, SAFE)
    assert error.attempted == attempted
