"""The composition root: from a Config to a session. The one file that sees both sides."""

from __future__ import annotations

import errno
import os
import platform
import secrets
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from rs_driver._version import __version__
from rs_driver.adapters.auth.registry import builtin_authenticators
from rs_driver.adapters.codecs import Codecs, default_codecs
from rs_driver.adapters.columnar.faces import LazyFaces
from rs_driver.adapters.hooks.logs import ConnectionLog, StatementLog
from rs_driver.adapters.rows.choice import row_adapters
from rs_driver.adapters.transport.sockets import Address, TcpOptions
from rs_driver.adapters.transport.tls import TlsOptions
from rs_driver.config.objects import Config
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
from rs_driver.shells.link import Timeouts
from rs_driver.shells.observed import Opening, checked_hooks

if TYPE_CHECKING:
    from rs_driver.shells import async_link


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


def configure(options: Mapping[str, object]) -> Config:
    """The Config of the user's options, the environment and the files that they name."""
    return resolve(options, os.environ, read_file)


class Plan:
    """The adapters of one connection, chosen once by its Config."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._row_factory = _row_factory(config)
        self._hooks = _hooks(config)
        if config.codecs:
            _codecs(config, ServerProfile())  # an error for what is none, before we connect
        self.scanner, self.decoder = row_adapters(config.rows)
        self.login = Login(
            database=config.database or "",
            hostname=config.host,
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
        config = self.config
        where = ConnectionInfo(config.host, config.port, config.database or "", config.user)
        return Opening(self._hooks, where, _clock(config))

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
    """Connect, log in and apply the session settings."""
    plan = Plan(config)
    deadline = _deadline(config)
    with plan.opening() as opening:
        link, profile = sync_link.open_session(
            _connector(config),
            plan.core,
            plan.login,
            _clock(config),
            _timeouts(config),
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
    from rs_driver.shells import async_link

    plan = Plan(config)
    deadline = _deadline(config)
    with plan.opening() as opening:
        link, profile = await async_link.open_session(
            _async_connector(config),
            plan.core,
            plan.login,
            _clock(config),
            _timeouts(config),
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


def _connector(config: Config) -> Connector:
    """The user's own, one over a peer in this process, or TCP."""
    transport: Any = config.transport
    if transport is None:
        from rs_driver.adapters.transport.tcp import connect_tcp

        address, tcp, tls = _endpoint(config)
        return lambda deadline: connect_tcp(address, deadline, tcp, tls)
    if hasattr(transport, "open_peer"):
        from rs_driver.adapters.transport.memory import MemoryTransport

        return lambda _deadline: MemoryTransport(transport.open_peer())
    return cast("Connector", _callable(transport))


def _async_connector(config: Config) -> AsyncConnector:
    transport: Any = config.transport
    if transport is None:
        from rs_driver.adapters.transport.asyncio_ import connect_tcp

        address, tcp, tls = _endpoint(config)
        return lambda deadline: connect_tcp(address, deadline, tcp, tls)
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


def _endpoint(config: Config) -> tuple[Address, TcpOptions, TlsOptions]:
    return (
        Address(config.host, config.port, config.unix_sock),
        TcpOptions(**asdict(config.tcp)),
        TlsOptions(config.tls.mode, config.tls.root_certificate),
    )
