"""The options as keyword arguments, for type checkers and editors.

Written by hand, as a type checker reads it; a test holds it against the option table.
``user``, ``database``, ``password``, ``port`` and ``host`` are parameters of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from rs_driver.config.objects import (
    LoadBalance,
    OutOfRangeDates,
    ResultFormat,
    RowsChoice,
    ServerChoice,
    SslMode,
)

if TYPE_CHECKING:
    from os import PathLike
    from ssl import SSLContext

    from rs_driver.config.retry import Retry


class ConnectOptions(TypedDict, total=False):
    """What ``connect`` takes by name; ``docs/options.md`` describes each. None: not given."""

    dsn: str | None
    service: str | None
    passfile: str | None
    hostaddr: str | None
    load_balance_hosts: LoadBalance | None
    unix_sock: str | None
    user_name: str | None
    username: str | None
    token: str | None
    credentials_provider: Any
    db_name: str | None
    dbname: str | None
    ssl: bool | None
    sslmode: SslMode | None
    sslrootcert: str | PathLike[str] | None
    sslcert: str | PathLike[str] | None
    sslkey: str | PathLike[str] | None
    sslpassword: str | None
    ssl_min_protocol_version: Literal["TLSv1.2", "TLSv1.3"] | None
    tls_server_name: str | None
    ssl_context: SSLContext | None
    connect_timeout: float | None
    retry: Retry | None
    read_timeout: float | None
    statement_timeout: float | None
    cancel_timeout: float | None
    timeout: float | None
    application_name: str | None
    client_protocol_version: Literal[0, 1, 2] | None
    server: ServerChoice | None
    autocommit: bool | None
    result_format: ResultFormat | None
    rows: RowsChoice | None
    result_budget: int | None
    max_pending_bytes: int | None
    max_prepared_statements: int | None
    prepare_threshold: int | None
    numeric_to_float: bool | None
    super_objects: bool | None
    out_of_range_dates: OutOfRangeDates | None
    codecs: Sequence[Any] | None
    hooks: Sequence[Any] | None
    row_factory: Callable[[Sequence[Any]], Callable[[tuple[Any, ...]], Any]] | None
    max_message_size: int | None
    require_auth: str | Iterable[str] | None
    session_settings: Mapping[str, str] | None
    profile: Mapping[str, object] | None
    tcp_keepalive: bool | None
    keepalives: bool | None
    tcp_keepalive_idle: int | None
    keepalives_idle: int | None
    tcp_keepalive_interval: int | None
    keepalives_interval: int | None
    tcp_keepalive_count: int | None
    keepalives_count: int | None
    tcp_user_timeout: int | None
    source_address: str | tuple[str, int] | None
    transport: Callable[[float | None], Any] | Any
    authenticators: Sequence[Any] | None


class AllOptions(ConnectOptions, total=False):
    """The same with those that ``connect`` takes by position, too."""

    user: str | None
    database: str | None
    password: str | None
    port: int | None
    host: str | None
