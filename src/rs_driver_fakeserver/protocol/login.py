"""From the startup message to the first ReadyForQuery."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from rs_driver.wire.auth import AuthenticationOk
from rs_driver.wire.control import ParameterStatus
from rs_driver.wire.startup import (
    PROTOCOL_3_0,
    BackendKeyData,
    NegotiateProtocolVersion,
    StartupMessage,
)
from rs_driver_fakeserver.client import Client
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.protocol import startup_options
from rs_driver_fakeserver.protocol.authentication import authenticate, recorded
from rs_driver_fakeserver.protocol.replies import fatal
from rs_driver_fakeserver.protocol.wants import Talk
from rs_driver_fakeserver.redshift_protocol import Protocol
from rs_driver_fakeserver.sql.settings import Settings, is_setting

_REQUESTS = frozenset({"user", "database", "options", "replication"})
"""Startup keys that are no settings."""

_REDSHIFT_KEYS = frozenset(
    {
        "client_protocol_version",
        "driver_version",
        "os_version",
        "driver_discovery_version",
        "plugin_name",
        "idp_type",
        "provider_name",
        "identity_namespace",
        "token_type",
        "idc_client_display_name",
    }
)
"""Startup keys by which Redshift's drivers introduce themselves."""


def log_in(client: Client, startup: StartupMessage) -> Talk:
    """Authenticate the client and tell it what it talks to. SqlError (FATAL) if it fails."""
    yield from recorded(client, _log_in(client, startup))


def _log_in(client: Client, startup: StartupMessage) -> Talk:
    parameters = dict(startup.parameters)
    client.startup = MappingProxyType(parameters)
    client.user = parameters.get("user", "")
    client.database = parameters.get("database") or client.user
    _check_version(client, startup)
    if client.config.requires_tls and not client.encrypted:
        raise fatal("28000", f'no encryption: user "{client.user}" may only log in over TLS')
    yield from authenticate(client)
    client.outbox.send(AuthenticationOk())
    _check_database(client)
    _check_settings(client, parameters)
    client.settings = _settings(client, parameters, _negotiate(client, parameters))
    client.process_id, key = client.instance.backends.register(client.cancel, client.excuse)
    for name, value in client.settings.news():
        client.outbox.send(ParameterStatus(name, value))
    if client.config.cancel_key:
        client.outbox.send(BackendKeyData(client.process_id, key))


def _check_version(client: Client, startup: StartupMessage) -> None:
    major, minor = startup.protocol >> 16, startup.protocol & 0xFFFF
    if major != PROTOCOL_3_0 >> 16:
        raise fatal("0A000", f"unsupported frontend protocol {major}.{minor}")
    names = [key for key, _ in startup.parameters if key.startswith("_pq_.")]
    user = client.startup.get("user")
    if user is None or not (user or client.dialect.redshift):  # where a token may have the name
        raise fatal("28000", "no PostgreSQL user name specified in startup packet")
    if minor or names:
        client.outbox.send(NegotiateProtocolVersion(PROTOCOL_3_0, tuple(names)))


def _check_database(client: Client) -> None:
    known = client.config.databases
    if known is not None and client.database not in known:
        raise fatal("3D000", f'database "{client.database}" does not exist')


def _check_settings(client: Client, parameters: Mapping[str, str]) -> None:
    """Refuse what the server has no setting for; Redshift's answer to this is unknown."""
    if client.dialect.redshift:
        return
    for name in parameters:
        if name not in _REQUESTS and not name.startswith("_pq_.") and not is_setting(name):
            raise fatal("42704", f'unrecognized configuration parameter "{name}"')


def _negotiate(client: Client, parameters: Mapping[str, str]) -> str | None:
    """Settle Redshift's protocol; what is to be said of it, None for nothing."""
    asked = parameters.get("client_protocol_version")
    if not client.dialect.redshift or asked is None:
        return None
    if not asked.isascii() or not asked.isdigit() or len(asked) > 4:
        raise fatal("22023", f'invalid value for parameter "client_protocol_version": "{asked}"')
    version, said = Protocol.of(client.config.protocol).settled(int(asked))
    client.dialect = replace(client.dialect, protocol_version=version)
    return said


def _settings(client: Client, parameters: Mapping[str, str], version: str | None) -> Settings:
    """The settings as the session begins: the server's, then what the startup message asks.

    ``version``: Redshift's ``server_protocol_version``, if it names one.
    """
    config = client.config
    given = dict(config.parameters)
    if client.dialect.redshift:
        given.setdefault("session_id", str(uuid.UUID(bytes=config.entropy(16), version=4)))
        if version is not None:
            given.setdefault("server_protocol_version", version)
    given.setdefault("session_authorization", client.user)
    skipped = _REQUESTS | _REDSHIFT_KEYS
    asked = {
        name: value
        for name, value in parameters.items()
        if name not in skipped and not name.startswith("_pq_.")
    }
    silent = {"max_prepared_transactions": "10"} if config.two_phase else {}
    try:
        asked = {**startup_options.settings(parameters.get("options", "")), **asked}
        return Settings(client.dialect, given, asked, silent)
    except SqlError as error:
        raise fatal(error.sqlstate, error.message) from error
