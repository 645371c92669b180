"""From everything that may say something about a connection to one ``Config``.

Keyword arguments come before the DSN, that before the service file, that before the
environment (``REDSHIFT_*`` before ``PG*``), that before the password file. Nothing is read
from the process itself: the environment and the readers of files are handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from rs_driver.config.dsn import parse_dsn
from rs_driver.config.files import service_section, stored_password
from rs_driver.config.objects import Config, Server, SslMode, TcpConfig, TlsConfig
from rs_driver.config.options import BY_NAME, OPTIONS, Option
from rs_driver.config.servers import servers_of
from rs_driver.config.values import BadValue
from rs_driver.errors import InterfaceError

ReadFile = Callable[[str], "str | None"]
"""Gives the text of the file at a path, None where there is none."""

Values = dict[str, Any]
"""Checked values by the options' own names; only what was given."""

_UNENCRYPTED = ("disable", "allow", "prefer")
_VERIFYING = ("verify-ca", "verify-full")
_IN_CONTEXT = ("sslrootcert", "sslcert", "sslkey", "sslpassword", "ssl_min_protocol_version")
_DEFAULTS: Mapping[str, Any] = {option.name: option.default for option in OPTIONS}


def resolve(
    kwargs: Mapping[str, object],
    environ: Mapping[str, str],
    read_file: ReadFile,
    read_secrets: ReadFile | None = None,
) -> Config:
    """The configuration that ``kwargs`` and the lesser sources make together.

    ``read_secrets`` reads the password file, in place of ``read_file``.

    InterfaceError, which names the option and never a value, for a name that is no
    option, a value of a wrong type or out of range, and what contradicts itself.
    """
    given = _from_kwargs(kwargs)
    dsn = _from_dsn(given["dsn"]) if "dsn" in given else {}
    own = _from_environment(environ, lambda option: option.own_env)
    libpq = _from_environment(environ, lambda option: option.env)
    service = _first("service", given, dsn, own, libpq)
    section = _from_service(service, environ, read_file) if service is not None else {}
    sources = [given, dsn, section, own, libpq]
    merged = {**_DEFAULTS, **libpq, **own, **section, **dsn, **given}
    _keep_together(sources, merged)
    servers = servers_of(merged)
    if merged["password"] is None and merged["token"] is None:
        servers = _with_passwords(servers, merged, environ, read_secrets or read_file)
    _check_complete(merged)
    return _config(merged, servers, _tls(sources, merged, servers))


def _first(name: str, *sources: Values) -> Any:
    return next((source[name] for source in sources if name in source), None)


def _keep_together(sources: list[Values], merged: Values) -> None:
    """A host is not sent elsewhere by the address that a lesser source names."""
    for source in sources:
        if "host" in source or "hostaddr" in source:
            merged["hostaddr"] = source.get("hostaddr")
            return


def _from_kwargs(kwargs: Mapping[str, object]) -> Values:
    for name in kwargs:
        if name not in BY_NAME:
            raise InterfaceError(f"there is no option {name!r}{_did_you_mean(name)}")
    return _read(((BY_NAME[name], name, value) for name, value in kwargs.items()), "")


def _from_dsn(dsn: str) -> Values:
    return _from_text(parse_dsn(dsn), "the DSN")


def _from_environment(
    environ: Mapping[str, str], variable: Callable[[Option], str | None]
) -> Values:
    named = ((option, name) for option in OPTIONS if (name := variable(option)))
    given = ((option, name, environ.get(name)) for option, name in named)
    meant = (item for item in given if not _is_of_kubernetes(item[0], item[2]))
    return _read(meant, " (environment variable)")


def _is_of_kubernetes(option: Option, value: str | None) -> bool:
    """What it sets for a service named redshift: ``REDSHIFT_PORT=tcp://10.0.0.1:5439``."""
    return option.name == "port" and value is not None and value.startswith("tcp://")


def _from_service(service: str, environ: Mapping[str, str], read_file: ReadFile) -> Values:
    paths = [environ.get("PGSERVICEFILE") or _at_home(environ, ".pg_service.conf")]
    if directory := environ.get("PGSYSCONFDIR"):
        paths.append(f"{directory}/pg_service.conf")
    for path in filter(None, paths):
        content = _contents(path, "the service file", read_file)
        section = service_section(content, service) if content is not None else None
        if section is not None:
            if any(name == "service" for name, _ in section):
                raise InterfaceError("service: a section of the service file names another one")
            return _from_text(section, "the service file")
    raise InterfaceError(f"service: the service file has no section {service!r}")


def _with_passwords(
    servers: tuple[Server, ...], merged: Values, environ: Mapping[str, str], read_file: ReadFile
) -> tuple[Server, ...]:
    """The servers with what the password file has for each."""
    content = _passfile(merged["passfile"], environ, read_file)
    if content is None or not merged["user"]:
        return servers

    def stored(server: Server) -> str | None:
        host = "localhost" if server.unix_sock is not None else server.host or server.address
        database = merged["database"] or merged["user"]
        found = stored_password(content, host or "", server.port, database, merged["user"])
        return _parse(BY_NAME["password"], "password", found, " (password file)") if found else None

    return tuple(replace(server, password=stored(server)) for server in servers)


def _passfile(named: str | None, environ: Mapping[str, str], read_file: ReadFile) -> str | None:
    """The password file. One that nobody named may be out of reach: HOME is often another's."""
    if named:
        return _contents(named, "the password file", read_file)
    path = _at_home(environ, ".pgpass")
    try:
        return _contents(path, "the password file", read_file) if path else None
    except InterfaceError:
        return None


def _at_home(environ: Mapping[str, str], name: str) -> str | None:
    home = environ.get("HOME") or environ.get("USERPROFILE")
    return f"{home}/{name}" if home else None


def _contents(path: str, what: str, read_file: ReadFile) -> str | None:
    try:
        return read_file(path)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise InterfaceError(f"{what} {path!r} cannot be read: {why}") from None


def _from_text(pairs: Iterable[tuple[str, str]], source: str) -> Values:
    """Values of a source that is text. Unknown names are not quoted: with the quoting
    wrong, a name may be a piece of a password."""
    named = []
    for number, (name, value) in enumerate(pairs, 1):
        option = BY_NAME.get(name)
        if option is None:
            raise InterfaceError(f"{source} sets something unknown{_did_you_mean(name, number)}")
        if not option.textual:
            raise InterfaceError(f"{option.name} cannot be given in {source}")
        named.append((option, name, value))
    return _read(named, f" (in {source})")


def _read(named: Iterable[tuple[Option, str | None, object]], where: str) -> Values:
    values: Values = {}
    for option, name, value in named:
        if value is None or (isinstance(value, str) and not value):
            continue
        if option.name in values:
            raise InterfaceError(f"{option.name} is given twice, once as {name}{where}")
        values[option.name] = _parse(option, name or option.name, value, where)
    timeout = values.pop("timeout", None)
    if timeout is not None:
        values = {"connect_timeout": timeout, "read_timeout": timeout, **values}
    return values


def _parse(option: Option, name: str, value: object, where: str) -> Any:
    try:
        return option.parse(value)
    except BadValue as problem:
        # Not chained: what the value was is nobody's business, least of all a log's.
        raise InterfaceError(f"{name} {problem}{where}") from None
    except Exception as error:  # noqa: BLE001  # iterables, mappings and paths run the user's code
        kind = type(error).__name__
        raise InterfaceError(f"{name} could not be read: {kind}{where}") from None


def _did_you_mean(name: str, number: int | None = None) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, list(BY_NAME), n=1, cutoff=0.7)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return hint if number is None else f" as its item {number}{hint}"


def _check_complete(merged: Values) -> None:
    if merged["user"] and "://" in merged["user"]:  # not quoted: a password may be in it
        raise InterfaceError("user looks like a DSN; a DSN is given by name: dsn=...")
    place = ("host", "hostaddr", "unix_sock", "transport")
    if not any(merged[name] for name in place):
        raise InterfaceError("no server is named: give host, dsn, unix_sock or PGHOST")
    if not (merged["user"] or merged["credentials_provider"] or merged["token"]):
        raise InterfaceError("nobody is named to sign in: give user, dsn or PGUSER")


def _tls(sources: list[Values], merged: Values, servers: tuple[Server, ...]) -> TlsConfig:
    mode, named, wanted = _sslmode(sources)
    _check_certificates(sources, merged)
    if servers[0].unix_sock is not None:
        if wanted and mode in _VERIFYING and not merged["tls_server_name"]:
            # Another mode instead, without a word, would be less than was asked for.
            raise InterfaceError(
                f"a Unix socket has no host whose certificate could be verified (sslmode={mode}): "
                "use host and port, or sslmode=require or disable"
            )
        mode = mode if named else "disable"
    return TlsConfig(
        mode=mode,
        named=named,
        root_certificate=merged["sslrootcert"],
        certificate=merged["sslcert"],
        key=merged["sslkey"],
        key_password=merged["sslpassword"],
        minimum_version=merged["ssl_min_protocol_version"],
        server_name=merged["tls_server_name"],
        context=merged["ssl_context"],
    )


def _check_certificates(sources: list[Values], merged: Values) -> None:
    """A key belongs to a certificate, and what a context of the user's holds is not said twice;
    the environment may hold something for others."""
    if merged["sslkey"] and not merged["sslcert"]:
        raise InterfaceError("sslkey: the key of which certificate? give sslcert, too")
    if merged["ssl_context"] is not None:
        for source in sources[:3]:
            if twice := next((name for name in _IN_CONTEXT if name in source), None):
                raise InterfaceError(f"ssl_context and {twice} contradict each other: one of them")


def _sslmode(sources: list[Values]) -> tuple[SslMode, bool, bool]:
    """The mode that the first source names, whether any does, and whether TLS is asked for
    in one way or the other.

    ``ssl=True`` names none, but a lesser source cannot take TLS away from it.
    """
    wants_tls = False
    for source in sources:
        ssl, mode = source.get("ssl"), source.get("sslmode")
        if "ssl_context" in source:
            if ssl is False or mode == "disable":
                raise InterfaceError("ssl_context contradicts a connection without TLS")
            ssl = True
        if mode is not None and ssl is not None and ssl == (mode == "disable"):
            raise InterfaceError(f"ssl={ssl} contradicts sslmode={mode}")
        if ssl is False:
            mode = "disable"
        if mode is not None and not (wants_tls and mode in _UNENCRYPTED):
            return mode, True, mode != "disable"
        wants_tls = wants_tls or ssl is True
    return _DEFAULTS["sslmode"], False, wants_tls


def _config(merged: Values, servers: tuple[Server, ...], tls: TlsConfig) -> Config:
    return Config(
        servers=servers,
        load_balance_hosts=merged["load_balance_hosts"],
        user=merged["user"] or "",
        password=merged["password"],
        token=merged["token"],
        database=merged["database"],
        tls=tls,
        tcp=TcpConfig(
            keepalive=merged["tcp_keepalive"],
            keepalive_idle=merged["tcp_keepalive_idle"],
            keepalive_interval=merged["tcp_keepalive_interval"],
            keepalive_count=merged["tcp_keepalive_count"],
            user_timeout=merged["tcp_user_timeout"],
            source_address=merged["source_address"],
        ),
        connect_timeout=merged["connect_timeout"] or None,
        retry=merged["retry"],
        read_timeout=merged["read_timeout"] or None,
        statement_timeout=merged["statement_timeout"] or None,
        cancel_timeout=merged["cancel_timeout"],
        application_name=merged["application_name"],
        client_protocol_version=merged["client_protocol_version"],
        server=merged["server"],
        autocommit=merged["autocommit"],
        result_format=merged["result_format"],
        rows=merged["rows"],
        result_budget=merged["result_budget"],
        max_pending_bytes=merged["max_pending_bytes"],
        max_prepared_statements=merged["max_prepared_statements"],
        prepare_threshold=merged["prepare_threshold"],
        numeric_to_float=merged["numeric_to_float"],
        super_objects=merged["super_objects"],
        out_of_range_dates=merged["out_of_range_dates"],
        max_message_size=merged["max_message_size"],
        require_auth=merged["require_auth"],
        session_settings=merged["session_settings"],
        profile=merged["profile"],
        credentials_provider=merged["credentials_provider"],
        transport=merged["transport"],
        authenticators=merged["authenticators"],
        codecs=merged["codecs"],
        hooks=merged["hooks"],
        row_factory=merged["row_factory"],
    )
