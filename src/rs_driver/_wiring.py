"""The composition root: from a Config to a session. The one file that sees both sides."""

from __future__ import annotations

import errno
import logging
import os
import platform
import secrets
import stat
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from rs_driver._version import __version__
from rs_driver.adapters.auth.registry import builtin_authenticators
from rs_driver.adapters.codecs import Codecs, default_codecs
from rs_driver.adapters.columnar.faces import LazyFaces
from rs_driver.adapters.hooks.logs import ConnectionLog, StatementLog
from rs_driver.adapters.rows.choice import row_adapters
from rs_driver.adapters.transport.contexts import TlsOptions, check_context
from rs_driver.adapters.transport.sockets import Address, TcpOptions
from rs_driver.config.objects import Config, Server, TlsConfig
from rs_driver.config.retry import ONCE
from rs_driver.config.sources import resolve
from rs_driver.domain.connection import ConnectionState, Limits
from rs_driver.domain.operations.execute import apply_settings
from rs_driver.domain.operations.identify import identify
from rs_driver.domain.operations.startup import Login
from rs_driver.domain.protocol import ClientProtocol
from rs_driver.domain.security import SecurityPolicy
from rs_driver.domain.statements import StatementCache
from rs_driver.errors import InterfaceError
from rs_driver.ports.authenticator import Authenticator
from rs_driver.ports.clock import Clock
from rs_driver.ports.codec import Conversions, TypeCodec
from rs_driver.ports.credentials import Credentials, CredentialsProvider
from rs_driver.ports.hooks import ConnectionInfo
from rs_driver.ports.profile import ServerProfile
from rs_driver.ports.transport import AsyncConnector, Connector
from rs_driver.rows import RowFactory
from rs_driver.shells import sync_link
from rs_driver.shells.base import checked_factory
from rs_driver.shells.link import Route, Timeouts
from rs_driver.shells.observed import Opening, checked_hooks
from rs_driver.shells.retrying import retrying, retrying_async

if TYPE_CHECKING:
    from ssl import SSLContext

    from rs_driver.shells import async_link

_log = logging.getLogger("rs_driver.config")


def read_file(path: str) -> str | None:
    """The text of a configuration file, None where there is none.

    ``resolve`` makes a clear error of a file that is there and cannot be read.
    """
    try:
        return Path(path).expanduser().read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):  # the latter where HOME is /dev/null
        return None
    except RuntimeError as error:  # what expanduser raises for ~somebody
        raise OSError(errno.ENOENT, "there is no such home directory") from error


def read_password_file(path: str) -> str | None:
    """The same for passwords: as for libpq, one that others can get at is not used."""
    try:
        status = Path(path).expanduser().stat()
    except (OSError, RuntimeError):
        return read_file(path)  # which knows what to make of it
    others = status.st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    if os.name == "posix" and stat.S_ISREG(status.st_mode) and others:
        _log.warning("the password file %r is not used: its permissions must be 0600", path)
        return None
    return read_file(path)


def configure(options: Mapping[str, object]) -> Config:
    """The Config of the user's options, the environment and the files that they name."""
    return resolve(options, os.environ, read_file, read_password_file)


class Plan:
    """The adapters of one connection, chosen once by its Config."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._row_factory = _row_factory(config)
        self._hooks = _hooks(config)
        if config.codecs:
            _codecs(config, ServerProfile())  # an error for what is none, before we connect
        self.scanner, self.decoder = row_adapters(config.rows)
        self.retry = config.retry or ONCE
        self.login = Login(
            database=config.database or "",
            hostname=_hostname(config, config.servers[0]),
            security=SecurityPolicy(config.tls.mode, config.require_auth),
            provider=_provider(config),
            authenticators=_authenticators(config),
            random=secrets.token_bytes,
            server=config.server,
            protocol_version=config.client_protocol_version,
            parameters=_startup_parameters(config),
            overrides=config.profile,
        )

    def opening(self) -> Opening:
        """For the time in which the connection is opened."""
        config, servers = self.config, self.config.servers
        hosts = ",".join(server.host or server.address or "" for server in servers)
        where = ConnectionInfo(hosts, servers[0].port, config.database or "", config.user)
        return Opening(self._hooks, where, _clock(config))

    def login_at(self, server: Server) -> Login:
        """The login to one server, whose name and whose password may be its own."""
        provider = self.login.provider
        if isinstance(provider, Credentials) and server.password is not None:
            provider = replace(provider, password=server.password)
        hostname = _hostname(self.config, server)
        return replace(self.login, hostname=hostname, provider=provider)

    def routes(self, connector: Callable[[Config, Server], Any]) -> list[Route]:
        """The ways to the servers, in the order in which they are to be tried."""
        config = self.config
        servers = list(config.servers if config.transport is None else config.servers[:1])
        if config.load_balance_hosts == "random":
            secrets.SystemRandom().shuffle(servers)
        return [Route(connector(config, server), self.login_at(server)) for server in servers]

    def core(self) -> ClientProtocol:
        """A new core at the start of its conversation."""
        return ClientProtocol(self.scanner, self.config.max_message_size)

    def state(self, core: ClientProtocol, profile: ServerProfile) -> ConnectionState:
        """The state of a connection that has logged in."""
        return ConnectionState(
            core=core,
            profile=profile,
            codecs=_codecs(self.config, profile),
            decoder=self.decoder,
            faces=LazyFaces(),
            default_paramstyle=_default_paramstyle,
            escapes=cast("bool | None", self.config.profile.get("backslash_escapes")),
            result_format=self.config.result_format,
            statements=StatementCache(
                self.config.max_prepared_statements, self.config.prepare_threshold
            ),
            row_factory=self._row_factory,
            limits=Limits(self.config.result_budget, self.config.max_pending_bytes),
            statement_timeout=self.config.statement_timeout,
            session_settings=self.config.session_settings,
        )


def open_sync(config: Config) -> tuple[sync_link.SyncLink, ConnectionState]:
    """Connect, log in and apply the session settings, as often as ``retry`` says."""
    plan = Plan(config)
    return retrying(lambda: _open_sync(plan), plan.retry)


def _open_sync(plan: Plan) -> tuple[sync_link.SyncLink, ConnectionState]:
    config = plan.config
    deadline = _deadline(config)
    with plan.opening() as opening:
        link, profile = sync_link.open_session(
            plan.routes(_connector), plan.core, _clock(config), _timeouts(config)
        )
        try:
            state = plan.state(link.core, profile)
            link.doubt = state.doubt
            link.run(identify(state), deadline)
            link.run(apply_settings(state), deadline)
            state.opened(autocommit=config.autocommit)
            opening.opened(link, state)
        except BaseException:  # nobody else knows the link yet
            link.abandon()
            raise
    return link, state


async def open_async(config: Config) -> tuple[async_link.AsyncLink, ConnectionState]:
    """As ``open_sync``, in the running event loop."""
    plan = Plan(config)
    return await retrying_async(lambda: _open_async(plan), plan.retry)


async def _open_async(plan: Plan) -> tuple[async_link.AsyncLink, ConnectionState]:
    from rs_driver.shells import async_link

    config = plan.config
    deadline = _deadline(config)
    with plan.opening() as opening:
        link, profile = await async_link.open_session(
            plan.routes(_async_connector), plan.core, _clock(config), _timeouts(config)
        )
        try:
            state = plan.state(link.core, profile)
            link.doubt = state.doubt
            await link.run(identify(state), deadline)
            await link.run(apply_settings(state), deadline)
            state.opened(autocommit=config.autocommit)
            opening.opened(link, state)
        except BaseException:  # nobody else knows the link yet
            link.abandon()
            raise
    return link, state


def _deadline(config: Config) -> float | None:
    """The end of ``connect_timeout``, which is for the session settings, too."""
    if config.connect_timeout is None:
        return None
    return _clock(config).monotonic() + config.connect_timeout


def _timeouts(config: Config) -> Timeouts:
    return Timeouts(config.connect_timeout, config.read_timeout, config.cancel_timeout)


def _clock(config: Config) -> Clock:
    """The real one, but for peers in this process whose time is their own."""
    return cast("Clock", getattr(config.transport, "clock", time))


def _default_paramstyle() -> str:
    return str(sys.modules["rs_driver"].paramstyle)


def _startup_parameters(config: Config) -> tuple[tuple[str, str], ...]:
    """What every login tells the server of us, and of the texts that we understand."""
    return (
        ("application_name", config.application_name or "rs_driver"),
        ("driver_version", f"rs_driver {__version__}"),
        ("os_version", platform.platform()),
        ("client_encoding", "UTF8"),
        ("DateStyle", "ISO"),
        ("extra_float_digits", "2"),
    )


def _hostname(config: Config, server: Server) -> str:
    """The name in the server's certificate."""
    return config.tls.server_name or server.host or server.address or ""


def _provider(config: Config) -> CredentialsProvider | Credentials:
    provider = config.credentials_provider
    if provider is None:
        return Credentials(config.user, config.password, config.token)
    if not callable(getattr(provider, "get", None)):
        raise InterfaceError("credentials_provider: an object with a method get() is needed")
    return cast("CredentialsProvider", provider)


def _authenticators(config: Config) -> Mapping[int, Authenticator]:
    own = cast("tuple[Authenticator, ...]", config.authenticators)
    for method in own:
        code = getattr(method, "code", None)
        if not (isinstance(code, int) and callable(getattr(method, "exchange", None))):
            raise InterfaceError(
                "authenticators: each needs a code (an int), a name and a method exchange(); "
                f"{type(method).__name__} has not"
            )
    return {**builtin_authenticators(), **{method.code: method for method in own}}


def _row_factory(config: Config) -> RowFactory[Any] | None:
    return checked_factory(cast("RowFactory[Any] | None", config.row_factory))


def _hooks(config: Config) -> tuple[object, ...]:
    """The driver's own logs, and the user's hooks."""
    logs = [ConnectionLog(), *([StatementLog()] if StatementLog.wanted() else [])]
    return (*logs, *checked_hooks(config.hooks))


def _codecs(config: Config, profile: ServerProfile) -> Codecs:
    conversions = Conversions(
        config.numeric_to_float, config.super_objects, config.out_of_range_dates
    )
    own = cast("tuple[TypeCodec, ...]", config.codecs)
    return default_codecs(profile, conversions).with_codecs(*own)


def _connector(config: Config, server: Server) -> Connector:
    """The user's own, one over a peer in this process, or TCP."""
    transport: Any = config.transport
    if transport is None:
        from rs_driver.adapters.transport.tcp import TcpConnector

        return TcpConnector(*_endpoint(config, server))
    if hasattr(transport, "open_peer"):
        from rs_driver.adapters.transport.memory import MemoryTransport

        return lambda _deadline: MemoryTransport(transport.open_peer())
    return cast("Connector", _callable(transport))


def _async_connector(config: Config, server: Server) -> AsyncConnector:
    transport: Any = config.transport
    if transport is None:
        from rs_driver.adapters.transport.asyncio_ import AsyncTcpConnector

        return AsyncTcpConnector(*_endpoint(config, server))
    if hasattr(transport, "open_peer"):
        from rs_driver.adapters.transport.memory import AsyncMemoryTransport

        async def connect(_deadline: float | None) -> AsyncMemoryTransport:
            return AsyncMemoryTransport(transport.open_peer())

        return connect
    return cast("AsyncConnector", _callable(transport))


def _callable(transport: object) -> object:
    if not callable(transport):
        raise InterfaceError(
            "transport: a connector (a function of a deadline that gives a transport) "
            "or an object with a method open_peer() is needed"
        )
    return transport


def _endpoint(config: Config, server: Server) -> tuple[Address, TcpOptions, TlsOptions]:
    return (
        Address(server.host, server.port, server.unix_sock, server.address),
        TcpOptions(**asdict(config.tcp)),
        _tls(config.tls),
    )


def _tls(tls: TlsConfig) -> TlsOptions:
    if tls.context is not None:
        check_context(tls.context, tls.mode)
    return TlsOptions(
        mode=tls.mode,
        ca_file=tls.root_certificate,
        cert_file=tls.certificate,
        key_file=tls.key,
        key_password=tls.key_password,
        minimum_version=tls.minimum_version,
        context=cast("SSLContext | None", tls.context),
    )
