"""The settled configuration of one connection, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal

from rs_driver.config.options import SECRET_NAMES
from rs_driver.config.retry import Retry

SslMode = Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]
ServerChoice = Literal["auto", "redshift", "postgres"]
ResultFormat = Literal["auto", "text", "binary"]
OutOfRangeDates = Literal["error", "text"]
LoadBalance = Literal["disable", "random"]
RowsChoice = Literal["auto", "struct", "numpy"]


@dataclass(frozen=True)
class Server:
    """One place to connect to. ``unix_sock`` (a path) takes the place of ``host`` and ``port``.

    ``address`` is a numeric one that saves looking ``host`` up. ``password`` is what the
    password file has for it, where none was given.
    """

    host: str
    port: int
    unix_sock: str | None = None
    address: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class TlsConfig:
    """``mode``: how TLS is used. ``named``: the user wrote the mode (or ``ssl=False``).

    ``root_certificate``: path of a PEM file that replaces the system's trust store.
    ``certificate``, ``key``: paths of the client's own. ``server_name``: the name in the
    server's certificate where it is not the host's. ``context``: the user's, unchecked.
    """

    mode: SslMode
    named: bool
    root_certificate: str | None
    certificate: str | None = None
    key: str | None = None
    key_password: str | None = field(default=None, repr=False)
    minimum_version: str = "TLSv1.2"
    server_name: str | None = None
    context: object | None = None


@dataclass(frozen=True)
class TcpConfig:
    """Settings of the socket. Times are whole seconds, ``user_timeout`` milliseconds.

    None leaves the operating system's value. ``source_address`` is the local
    ``(host, port)`` to connect from, port 0 for any.
    """

    keepalive: bool
    keepalive_idle: int | None
    keepalive_interval: int | None
    keepalive_count: int | None
    user_timeout: int | None
    source_address: tuple[str, int] | None


@dataclass(frozen=True, repr=False)
class Config:
    """Everything that one connection was told, checked and with the defaults filled in.

    ``servers`` are at least one; a host is empty only where ``unix_sock``, ``address`` or
    ``transport`` is set, ``user`` only where ``credentials_provider`` or ``token`` is.
    Times are seconds, None for no limit. ``require_auth`` None allows every method.
    ``session_settings`` and ``profile`` are read-only mappings; the objects at the end are as
    the user passed them, unchecked.
    """

    servers: tuple[Server, ...]
    load_balance_hosts: LoadBalance
    user: str
    password: str | None
    token: str | None
    database: str | None
    tls: TlsConfig
    tcp: TcpConfig
    connect_timeout: float | None
    retry: Retry | None
    read_timeout: float | None
    statement_timeout: float | None
    cancel_timeout: float
    application_name: str | None
    client_protocol_version: int
    server: ServerChoice
    autocommit: bool
    result_format: ResultFormat
    rows: RowsChoice
    result_budget: int
    max_pending_bytes: int
    max_prepared_statements: int
    prepare_threshold: int
    numeric_to_float: bool
    super_objects: bool
    out_of_range_dates: OutOfRangeDates
    max_message_size: int
    require_auth: frozenset[str] | None
    session_settings: Mapping[str, str]
    profile: Mapping[str, object]
    credentials_provider: object | None
    transport: object | None
    authenticators: tuple[object, ...]
    codecs: tuple[object, ...]
    hooks: tuple[object, ...]
    row_factory: object | None

    def __repr__(self) -> str:
        """Every field; what the option table calls secret only as set or not."""
        return f"Config({', '.join(self._shown(field.name) for field in fields(self))})"

    def _shown(self, name: str) -> str:
        value = getattr(self, name)
        if name in SECRET_NAMES and value is not None:
            return f"{name}=<hidden>"
        return f"{name}={value!r}"
