"""From a fresh transport to a session: TLS, the startup message, authentication, settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Literal

from rs_driver.domain.operations.receiving import receive
from rs_driver.domain.protocol import ClientProtocol
from rs_driver.domain.security import SecurityPolicy
from rs_driver.domain.wants import Blocking, Operation, StartTls, Want
from rs_driver.errors import Error, InterfaceError, OperationalError, TlsError, from_fields
from rs_driver.ports.authenticator import AuthContext, Authenticator
from rs_driver.ports.credentials import Credentials, CredentialsProvider
from rs_driver.ports.profile import ServerProfile
from rs_driver.ports.transport import Channel
from rs_driver.wire.auth import AuthenticationOk, AuthenticationRequest, AuthenticationSASLFinal
from rs_driver.wire.control import ErrorResponse
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.startup import StartupMessage

REDSHIFT_KEYS = ("client_protocol_version", "driver_version", "os_version")
"""Startup keys that Redshift knows and PostgreSQL refuses."""

_UNDEFINED_PARAMETER = "42704"
_TLS, _PLAIN = ord("S"), ord("N")


@dataclass(frozen=True)
class Login:
    """Everything that a login needs besides a transport.

    ``server``: whom to expect; ``auto`` offers Redshift's startup keys and learns.
    ``hostname``: for SNI and certificate checks. ``provider``: whom to ask for
    credentials, or the credentials themselves. ``parameters``: startup parameters in
    order, without user and database. ``overrides``: fields of the ServerProfile that
    the user has set by name.
    """

    database: str
    hostname: str
    security: SecurityPolicy
    provider: CredentialsProvider | Credentials
    authenticators: Mapping[int, Authenticator]
    random: Callable[[int], bytes]
    server: Literal["auto", "redshift", "postgres"] = "auto"
    protocol_version: int = 2
    parameters: tuple[tuple[str, str], ...] = ()
    overrides: Mapping[str, Any] = field(default_factory=dict)

    def for_postgres(self) -> Login:
        """The same login at a plain PostgreSQL, which refuses Redshift's startup keys."""
        return replace(self, server="postgres")

    def refused_as_redshift(self, error: Error) -> bool:
        """Whether ``error`` says that a Redshift-only startup key was refused."""
        return (
            self.server == "auto"
            and error.sqlstate == _UNDEFINED_PARAMETER
            and any(key in error.message for key in REDSHIFT_KEYS)
        )

    def explain(self, error: Error, channel: Channel) -> None:
        """Say in ``error`` what was attempted, if its own text does not."""
        silent = error.sqlstate is not None or channel.peer not in error.message
        if silent and error.attempted is None:
            error.attempted = f"logging in to database {self.database!r} at {channel.peer}"

    def credentials(self) -> Credentials:
        """What the provider gives; whatever a foreign provider raises is an Error here."""
        if isinstance(self.provider, Credentials):
            return self.provider
        name = type(self.provider).__name__
        try:
            found = self.provider.get()
        except Error:
            raise
        except Exception as error:  # a provider is the user's code, and R3 is ours
            raise OperationalError(
                f"the credentials provider {name} failed with {type(error).__name__}"
            ) from error
        if not isinstance(found, Credentials):
            raise InterfaceError(f"the credentials provider {name} gave no Credentials")
        return found

    def startup_message(self, credentials: Credentials) -> StartupMessage:
        redshift = self.server != "postgres"
        version = str(self.protocol_version)
        pairs = [("user", credentials.user)]
        pairs += [("database", self.database)] if self.database else []
        pairs += [("client_protocol_version", version)] if redshift else []
        pairs += [pair for pair in self.parameters if redshift or pair[0] not in REDSHIFT_KEYS]
        pairs += credentials.startup_parameters
        return StartupMessage(tuple(pairs))


def startup(core: ClientProtocol, login: Login, channel: Channel) -> Operation[ServerProfile]:
    """Log in over a transport whose safety is ``channel``; the server's profile."""
    core.begin("login")
    if login.security.wants_tls and not channel.encrypted:
        channel = yield from negotiate_tls(core, login.hostname, login.security, channel)
    login.security.check_channel(channel)
    known = isinstance(login.provider, Credentials)
    credentials = login.credentials() if known else (yield Blocking(login.credentials))
    core.session.expires_at = credentials.expires_at
    core.start(login.startup_message(credentials))
    yield from _authenticate(core, login, AuthContext(credentials, channel, login.random))
    if isinstance(event := (yield from receive(core)), ErrorResponse):
        raise from_fields(event.fields)
    # The session took in its settings by itself, so that event was ReadyForQuery.
    profile = core.session.profile(login.protocol_version, login.overrides)
    core.protocol_version = profile.protocol_version
    return profile


def negotiate_tls(
    core: ClientProtocol, hostname: str, security: SecurityPolicy, channel: Channel
) -> Operation[Channel]:
    """Ask for TLS, and begin it if the server has it; how safe the transport is then."""
    core.request_tls()
    while (answer := core.tls_answer()) is None:
        yield Want.READ
    if answer == _TLS:
        encrypted: Channel = yield StartTls(hostname)
        return encrypted
    if answer == _PLAIN:
        security.refused_tls(channel)
        return channel
    raise TlsError(
        f"{channel.peer} answered the request for TLS with byte 0x{answer:02x}, "
        "which is neither yes nor no; what else it sent was not read"
    )


def _authenticate(core: ClientProtocol, login: Login, context: AuthContext) -> Operation[None]:
    """Prove who we are, once, by the method that the server asks for first."""
    request = yield from _next_request(core)
    if isinstance(request, AuthenticationOk):
        login.security.check_unproved(context.channel)
        return
    method = login.authenticators.get(request.code)
    method = login.security.check(request.code, method, context.channel)
    exchange = method.exchange(request, context)
    answer = _answer(method, partial(next, exchange))
    while answer is not None:
        core.answer(answer)
        request = yield from _next_request(core)
        answer = _answer(method, partial(exchange.send, request))
        if answer is not None and isinstance(request, AuthenticationOk):
            raise OperationalError(
                f"{context.channel.peer} accepted the login before it had proved itself"
            )
    if isinstance(request, AuthenticationSASLFinal):
        request = yield from _next_request(core)
    if not isinstance(request, AuthenticationOk):
        raise OperationalError(
            f"{context.channel.peer} asked for a second proof of identity "
            f"(authentication request {request.code}); one is given"
        )


def _answer(method: Authenticator, take: Callable[[], FrontendMessage]) -> FrontendMessage | None:
    """The method's next answer, None when it is satisfied; what it raises is an Error."""
    try:
        return take()
    except StopIteration:
        return None
    except Error:
        raise
    except Exception as error:  # a method may be the user's code, and R3 is ours
        raise OperationalError(
            f"the authentication method {method.name} failed with {type(error).__name__}"
        ) from error


def _next_request(core: ClientProtocol) -> Operation[AuthenticationRequest]:
    """The next authentication request; what refuses the login is raised."""
    while True:
        event = yield from receive(core)
        if isinstance(event, AuthenticationRequest):
            return event
        if isinstance(event, ErrorResponse):
            raise from_fields(event.fields)
