from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from rs_driver.config.objects import Config, Server, TcpConfig, TlsConfig
from rs_driver.config.options import OPTIONS
from rs_driver.config.sources import resolve
from rs_driver.errors import InterfaceError

HOME = {"HOME": "/home/alice"}


class Files:
    """Files by path; those that hold an error raise it. Remembers what was asked for."""

    def __init__(self, files: Mapping[str, str | Exception] | None = None) -> None:
        self.files = files or {}
        self.read: list[str] = []

    def __call__(self, path: str) -> str | None:
        self.read.append(path)
        content = self.files.get(path)
        if isinstance(content, Exception):
            raise content
        return content


def settle(
    environ: Mapping[str, str] | None = None,
    files: Mapping[str, str | Exception] | None = None,
    **kwargs: Any,
) -> Config:
    given = {"host": "db.example", "user": "alice", **kwargs}
    return resolve(given, environ or {}, Files(files))


def refused(
    environ: Mapping[str, str] | None = None,
    files: Mapping[str, str | Exception] | None = None,
    **kwargs: Any,
) -> str:
    with pytest.raises(InterfaceError) as caught:
        settle(environ, files, **kwargs)
    error = caught.value
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None
    assert "S3cret" not in str(error)
    return str(error)


def test_defaults() -> None:
    assert settle() == Config(
        servers=(Server("db.example", 5439),),
        load_balance_hosts="disable",
        user="alice",
        password=None,
        token=None,
        database=None,
        tls=TlsConfig("verify-full", False, None),
        tcp=TcpConfig(True, 60, 15, 4, None, None),
        connect_timeout=30.0,
        retry=None,
        read_timeout=None,
        statement_timeout=None,
        cancel_timeout=5.0,
        application_name=None,
        client_protocol_version=2,
        server="auto",
        autocommit=False,
        result_format="auto",
        rows="auto",
        result_budget=16 * 1024 * 1024,
        max_pending_bytes=1024 * 1024 * 1024,
        max_prepared_statements=1000,
        prepare_threshold=2,
        numeric_to_float=False,
        super_objects=False,
        out_of_range_dates="error",
        max_message_size=2**30,
        require_auth=None,
        session_settings={},
        profile={},
        credentials_provider=None,
        transport=None,
        authenticators=(),
        codecs=(),
        hooks=(),
        row_factory=None,
    )


def test_none_and_empty_mean_not_given() -> None:
    nothing: dict[str, Any] = {
        option.name: None for option in OPTIONS if option.name not in ("host", "user", "service")
    }
    assert settle(**nothing) == settle()
    assert settle(password="", database="", sslmode="", port="") == settle()


def test_all_of_it() -> None:
    transport, provider, method = object(), object(), object()
    config = settle(
        database="dev",
        password="S3cret",
        token="tok",
        tcp_keepalive=False,
        tcp_keepalive_idle="10",
        tcp_keepalive_interval=5,
        tcp_keepalive_count=3,
        tcp_user_timeout=1000,
        source_address="10.0.0.1",
        sslrootcert="ca.pem",
        require_auth="md5",
        session_settings={"search_path": "a, b"},
        profile={"two_phase": True},
        credentials_provider=provider,
        transport=transport,
        authenticators=[method],
        server="postgres",
        rows="struct",
        result_format="text",
        autocommit="true",
        max_message_size=2**20,
        client_protocol_version="0",
        application_name="tests",
        read_timeout=7,
        connect_timeout="8",
    )
    assert config.password == "S3cret"
    assert config.tcp == TcpConfig(False, 10, 5, 3, 1000, ("10.0.0.1", 0))
    assert config.tls == TlsConfig("verify-full", False, "ca.pem")
    assert config.require_auth == frozenset({"md5"})
    assert config.session_settings == {"search_path": "a, b"}
    assert config.profile == {"two_phase": True}
    assert config.credentials_provider is provider
    assert config.transport is transport
    assert config.authenticators == (method,)
    assert (config.server, config.rows, config.result_format) == ("postgres", "struct", "text")
    assert config.autocommit is True
    assert (config.connect_timeout, config.read_timeout) == (8.0, 7.0)
    assert (config.client_protocol_version, config.max_message_size) == (0, 2**20)


@pytest.mark.parametrize("alias", ["database", "db_name", "dbname"])
def test_aliases(alias: str) -> None:
    named: dict[str, Any] = {alias: "dev"}
    assert settle(**named).database == "dev"


# --- names and values that are wrong


def test_unknown_options() -> None:
    assert refused(hots="x") == "there is no option 'hots'; did you mean 'host'?"
    assert refused(xyzzy=None) == "there is no option 'xyzzy'"


def test_an_option_under_two_names() -> None:
    assert refused(database="a", db_name="b") == "database is given twice, once as db_name"
    assert settle(database="a", db_name=None).database == "a"


@pytest.mark.parametrize(
    ("kwargs", "text"),
    [
        ({"port": "x"}, "port expects a whole number"),
        ({"port": 0}, "port must be between 1 and 65535"),
        ({"user": "al\0ice"}, "user must not contain a NUL character"),
        ({"db_name": "d\0"}, "db_name must not contain a NUL character"),
        ({"password": "S3cret\0"}, "password must not contain a NUL character"),
        ({"password": b"S3cret"}, "password expects a str, not bytes"),
        ({"password": "S3cret\ud800"}, "password cannot be encoded as UTF-8"),
        ({"sslmode": "verify_full"}, "sslmode must be one of disable, allow, prefer, require, "),
        ({"tcp_keepalive_idle": 0}, "tcp_keepalive_idle must be between 1 and"),
        ({"tcp_keepalive_count": -1}, "tcp_keepalive_count must be between 1 and"),
        ({"client_protocol_version": 3}, "client_protocol_version must be between 0 and 2"),
        ({"credentials_provider": "os.system"}, "credentials_provider expects an object, not str"),
        ({"profile": "default"}, "profile expects a mapping, not str"),
        ({"timeout": -1}, "timeout must be between"),
    ],
)
def test_values_that_do_not_fit(kwargs: dict[str, Any], text: str) -> None:
    assert refused(**kwargs).startswith(text)


def test_where_a_wrong_value_came_from() -> None:
    assert refused({"PGPORT": "x"}) == "PGPORT expects a whole number (environment variable)"
    assert refused(dsn="port=x") == "port expects a whole number (in the DSN)"
    files = {"/s": "[dev]\nport=x"}
    environ = {"PGSERVICEFILE": "/s"}
    assert refused(environ, files, service="dev").endswith("number (in the service file)")


def test_who_and_where_must_be_said() -> None:
    assert refused(host=None).startswith("no server is named")
    assert refused(user="").startswith("nobody is named to sign in")
    assert settle(host=None, transport=object()).servers[0].host == ""
    assert settle(host=None, unix_sock="/s").servers[0].unix_sock == "/s"
    assert settle(user=None, credentials_provider=object()).user == ""
    assert settle(user=None, token="t").user == ""


# --- where values come from


def test_precedence() -> None:
    files = {"/s": "[dev]\nport=3\ndbname=service\nuser=service"}
    environ = {
        "PGSERVICEFILE": "/s",
        "PGSERVICE": "dev",
        "PGPORT": "4",
        "PGDATABASE": "env",
        "PGUSER": "env",
        "PGAPPNAME": "env",
        "PGHOST": "env",
    }
    dsn = "redshift://dsn@dsn.example:2"
    config = settle(environ, files, host="kwarg", user=None, dsn=dsn)
    assert (config.servers[0].host, config.user, config.servers[0].port) == ("kwarg", "dsn", 2)
    assert (config.database, config.application_name) == ("service", "env")
    assert settle(environ, files, user=None).user == "service"
    assert settle(environ, files).servers[0].port == 3
    assert settle({"PGPORT": "4"}).servers[0].port == 4


def test_the_drivers_own_variables_come_before_libpqs() -> None:
    environ = {
        "REDSHIFT_HOST": "own",
        "PGHOST": "libpq",
        "PGUSER": "libpq",
        "REDSHIFT_PASSWORD": "S3cret",
        "REDSHIFT_DATABASE": "own",
        "REDSHIFT_RESULT_FORMAT": "text",
    }
    config = settle(environ, host=None, user=None)
    assert (config.servers[0].host, config.user, config.database) == ("own", "libpq", "own")
    assert (config.password, config.result_format) == ("S3cret", "text")
    assert settle(environ).servers[0].host == "db.example"
    assert refused({"REDSHIFT_PORT": "x"}) == (
        "REDSHIFT_PORT expects a whole number (environment variable)"
    )
    tls = {"REDSHIFT_SSL": "true", "PGSSLMODE": "disable"}
    assert settle(tls).tls.mode == "verify-full"


def test_a_lesser_source_does_not_send_a_host_elsewhere() -> None:
    environ = {"PGHOST": "h", "PGHOSTADDR": "192.0.2.1"}
    assert settle(environ).servers == (Server("db.example", 5439),)
    assert settle(environ, host=None).servers == (Server("h", 5439, None, "192.0.2.1"),)
    found = settle(environ, host=None, hostaddr="192.0.2.2")
    assert found.servers == (Server("h", 5439, None, "192.0.2.2"),)


def test_what_tls_is_told() -> None:
    tls = settle(
        sslcert="c", sslkey="k", tls_server_name="db", ssl_min_protocol_version="TLSv1.3"
    ).tls
    assert (tls.certificate, tls.key, tls.server_name) == ("c", "k", "db")
    assert tls.minimum_version == "TLSv1.3"
    assert refused(sslkey="k").startswith("sslkey: the key of which certificate?")
    assert "contradict" in refused(ssl_context=object(), dsn="sslcert=c")
    assert "contradicts" in refused(ssl_context=object(), sslmode="disable")
    assert settle({"PGSSLROOTCERT": "c"}, ssl_context=HOME).tls.context is HOME
    assert settle({"PGSSLMODE": "disable"}, ssl_context=HOME).tls.mode == "verify-full"
    named = settle(unix_sock="/s", sslmode="verify-full", tls_server_name="db")
    assert named.tls.mode == "verify-full"


def test_every_variable_of_the_environment() -> None:
    environ = {
        "PGHOST": "h",
        "PGPORT": "1",
        "PGUSER": "u",
        "PGPASSWORD": "p",
        "PGDATABASE": "d",
        "PGSSLMODE": "require",
        "PGSSLROOTCERT": "c",
        "PGCONNECT_TIMEOUT": "5",
        "PGAPPNAME": "a",
        "PGREQUIREAUTH": "md5",
    }
    config = resolve({}, environ, Files())
    assert config.servers == (Server("h", 1),)
    assert (config.user, config.password) == ("u", "p")
    assert (config.database, config.application_name) == ("d", "a")
    assert config.tls == TlsConfig("require", True, "c")
    assert config.connect_timeout == 5.0
    assert config.require_auth == frozenset({"md5"})


def test_an_empty_variable_is_none() -> None:
    assert settle({"PGPORT": "", "PGSSLMODE": ""}) == settle()


def test_a_dsn_that_names_an_option_of_objects_or_none() -> None:
    assert refused(dsn="transport=x") == "transport cannot be given in the DSN"
    assert refused(dsn="dsn=x") == "dsn cannot be given in the DSN"
    text = refused(dsn="host=h password=S3cret S3cretx=y")
    assert text == "the DSN sets something unknown as its item 3"
    text = refused(dsn="redshift://h?passwort=S3cret")
    assert text == ("the DSN sets something unknown as its item 2; did you mean 'password'?")


def test_a_dsn_that_says_something_twice() -> None:
    text = refused(dsn="redshift://u:S3cret@h?password=S3cret")
    assert text == "password is given twice, once as password (in the DSN)"


def test_ipv6() -> None:
    config = settle(host=None, dsn="redshift://[::1]:5440/dev")
    assert (config.servers[0].host, config.servers[0].port, config.database) == ("::1", 5440, "dev")


# --- service file and password file


def test_the_service_file_at_home_and_of_the_system() -> None:
    files = {
        "/home/alice/.pg_service.conf": "[mine]\nport=1",
        "/etc/pg/pg_service.conf": "[mine]\nport=9\n[shared]\nport=2",
    }
    environ = {**HOME, "PGSYSCONFDIR": "/etc/pg"}
    assert settle(environ, files, service="mine").servers[0].port == 1
    assert settle(environ, files, service="shared").servers[0].port == 2
    assert settle(environ, files, dsn="service=shared").servers[0].port == 2


def test_services_that_cannot_be_had() -> None:
    assert refused(HOME, service="dev") == "service: the service file has no section 'dev'"
    assert "has no section" in refused(service="dev")
    files: dict[str, str | Exception] = {"/s": "[dev]\nservice=other"}
    environ = {"PGSERVICEFILE": "/s"}
    assert "names another one" in refused(environ, files, service="dev")
    files = {"/s": "[dev]\npasswort=S3cret"}
    assert "the service file sets something unknown as its item 1" in refused(
        environ, files, service="dev"
    )
    files = {"/s": PermissionError(13, "Permission denied")}
    assert refused(environ, files, service="dev") == (
        "the service file '/s' cannot be read: Permission denied"
    )


def stored(config: Config) -> list[str | None]:
    """What the password file has for each server."""
    return [server.password for server in config.servers]


PGPASS = "db.example:5439:alice:alice:stored\n*:*:dev:alice:for-dev\nlocalhost:*:*:*:local"


def test_the_password_file() -> None:
    files = {"/home/alice/.pgpass": PGPASS, "/other": "*:*:*:*:other"}
    assert stored(settle(HOME, files)) == ["stored"]
    assert stored(settle(HOME, files, database="dev")) == ["for-dev"]
    assert stored(settle(HOME, files, user="bob")) == [None]
    assert stored(settle(HOME, files, passfile="/other")) == ["other"]
    assert stored(settle({**HOME, "PGPASSFILE": "/other"}, files)) == ["other"]
    assert stored(settle(HOME, files, unix_sock="/s", user="bob")) == ["local"]


def test_each_server_has_its_own_line_in_the_password_file() -> None:
    files = {"/home/alice/.pgpass": "a:1:*:alice:at-a\nb:2:*:*:at-b\n192.0.2.1:*:*:*:by-number"}
    assert stored(settle(HOME, files, host="a,b,c", port="1,2,3")) == ["at-a", "at-b", None]
    assert stored(settle(HOME, files, host="", hostaddr="192.0.2.1")) == ["by-number"]


def test_the_password_file_has_a_reader_of_its_own() -> None:
    files, guarded = Files({"/home/alice/.pgpass": PGPASS}), Files()
    config = resolve({"host": "db.example", "user": "alice"}, HOME, files, guarded)
    assert stored(config) == [None]
    assert (files.read, guarded.read) == ([], ["/home/alice/.pgpass"])


def test_a_password_that_is_given_keeps_the_file_closed() -> None:
    for kwargs in ({"password": "p"}, {"token": "t"}, {"dsn": "password=p"}):
        files = Files({"/home/alice/.pgpass": PGPASS})
        resolve({"host": "db.example", "user": "alice", **kwargs}, HOME, files)
        assert files.read == []


def test_password_files_that_cannot_be_read() -> None:
    error = UnicodeDecodeError("utf-8", b"S3cret\xff", 6, 7, "invalid start byte")
    text = refused(files={"/p": error}, passfile="/p")
    assert text == "the password file '/p' cannot be read: it is not UTF-8"
    assert stored(settle(passfile="/missing")) == [None]
    assert refused(files={"/p": "*:*:*:*:S3cret\0"}, passfile="/p") == (
        "password must not contain a NUL character (password file)"
    )


# --- TLS, times, sockets


@pytest.mark.parametrize(
    ("environ", "kwargs", "mode", "named"),
    [
        ({}, {}, "verify-full", False),
        ({}, {"ssl": True}, "verify-full", False),
        ({}, {"ssl": False}, "disable", True),
        ({}, {"ssl": False, "sslmode": "disable"}, "disable", True),
        ({}, {"sslmode": "verify-ca"}, "verify-ca", True),
        ({}, {"ssl": True, "sslmode": "prefer"}, "prefer", True),
        ({}, {"dsn": "ssl=false"}, "disable", True),
        ({"PGSSLMODE": "require"}, {}, "require", True),
        ({"PGSSLMODE": "require"}, {"ssl": False}, "disable", True),
        ({"PGSSLMODE": "require"}, {"ssl": True}, "require", True),
        ({"PGSSLMODE": "disable"}, {"ssl": True}, "verify-full", False),
        ({"PGSSLMODE": "prefer"}, {"ssl": True}, "verify-full", False),
        ({"PGSSLMODE": "verify-ca"}, {"ssl": True, "dsn": "ssl=off"}, "verify-ca", True),
        ({"PGSSLMODE": "disable"}, {"sslmode": "verify-full"}, "verify-full", True),
    ],
)
def test_tls_modes(environ: dict[str, str], kwargs: dict[str, Any], mode: str, named: bool) -> None:
    tls = settle(environ, **kwargs).tls
    assert (tls.mode, tls.named) == (mode, named)


def test_contradictions() -> None:
    assert refused(ssl=True, sslmode="disable") == "ssl=True contradicts sslmode=disable"
    assert refused(ssl=False, sslmode="require") == "ssl=False contradicts sslmode=require"
    assert "contradicts" in refused(dsn="ssl=off sslmode=prefer")


def test_a_unix_socket_needs_no_tls_unless_it_is_named() -> None:
    config = settle(host="/run/db/", port=5433)
    assert config.servers[0].unix_sock == "/run/db/.s.PGSQL.5433"
    assert config.tls == TlsConfig("disable", False, None)
    assert settle(unix_sock="/s").tls.mode == "disable"
    assert settle(unix_sock="/s", host="/run").servers[0].unix_sock == "/s"
    assert settle(unix_sock="/s", sslmode="require").tls.mode == "require"
    assert settle(unix_sock="/s", ssl=True, sslmode="require").tls.mode == "require"
    assert settle({"PGSSLMODE": "verify-full"}, unix_sock="/s", ssl=False).tls.mode == "disable"


@pytest.mark.parametrize("place", [{"unix_sock": "/s"}, {"host": "/run/db"}])
@pytest.mark.parametrize(
    ("environ", "kwargs", "mode"),
    [
        ({}, {"ssl": True}, "verify-full"),
        ({"PGSSLMODE": "disable"}, {"ssl": True}, "verify-full"),
        ({}, {"sslmode": "verify-full"}, "verify-full"),
        ({}, {"dsn": "sslmode=verify-ca"}, "verify-ca"),
        ({"PGSSLMODE": "verify-ca"}, {"ssl": True}, "verify-ca"),
    ],
)
def test_a_unix_socket_whose_certificate_is_to_be_verified(
    environ: dict[str, str], kwargs: dict[str, Any], mode: str, place: dict[str, Any]
) -> None:
    text = refused(environ, **kwargs, **place)
    assert text == (
        f"a Unix socket has no host whose certificate could be verified (sslmode={mode}): "
        "use host and port, or sslmode=require or disable"
    )


class Angry(Mapping[Any, Any]):
    """A mapping, an iterable and a path that raises whatever is done with it."""

    def __getitem__(self, key: Any) -> Any:
        raise LookupError("S3cret")

    def __iter__(self) -> Iterator[Any]:
        raise ZeroDivisionError("S3cret")

    def __len__(self) -> int:
        raise RuntimeError("S3cret")

    def __fspath__(self) -> str:
        raise OSError("S3cret")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("session_settings", "ZeroDivisionError"),
        ("profile", "ZeroDivisionError"),
        ("authenticators", "ZeroDivisionError"),
        ("require_auth", "ZeroDivisionError"),
        ("sslrootcert", "OSError"),
        ("unix_sock", "OSError"),
    ],
)
def test_objects_that_raise(name: str, kind: str) -> None:
    assert refused(**{name: Angry()}) == f"{name} could not be read: {kind}"


@pytest.mark.parametrize(
    ("environ", "kwargs", "connect", "read"),
    [
        ({}, {"timeout": 5}, 5.0, 5.0),
        ({}, {"timeout": 5, "read_timeout": 9}, 5.0, 9.0),
        ({}, {"timeout": 5, "connect_timeout": 9}, 9.0, 5.0),
        ({"PGCONNECT_TIMEOUT": "60"}, {"timeout": 5}, 5.0, 5.0),
        ({"PGCONNECT_TIMEOUT": "60"}, {"dsn": "timeout=5"}, 5.0, 5.0),
        ({"PGCONNECT_TIMEOUT": "60"}, {"read_timeout": 5}, 60.0, 5.0),
        ({"PGCONNECT_TIMEOUT": "0"}, {}, None, None),
        ({}, {"timeout": 0}, None, None),
        ({}, {"connect_timeout": 0, "read_timeout": 0}, None, None),
    ],
)
def test_times(
    environ: dict[str, str], kwargs: dict[str, Any], connect: float | None, read: float | None
) -> None:
    config = settle(environ, **kwargs)
    assert (config.connect_timeout, config.read_timeout) == (connect, read)


def test_no_secret_in_the_repr_of_what_came_from_anywhere() -> None:
    files = {"/p": "*:*:*:*:S3cret"}
    for config in (
        settle(dsn="password=S3cret"),
        settle(password="S3cret"),
        settle({"PGPASSWORD": "S3cret"}),
        settle(files=files, passfile="/p"),
    ):
        assert "S3cret" in (config.password, *stored(config))
        assert "S3cret" not in repr(config)
    assert "S3cret" not in repr(settle(sslcert="c", sslpassword="S3cret"))


def test_a_dsn_in_the_place_of_the_user_is_not_taken_for_one() -> None:
    with pytest.raises(InterfaceError, match="dsn=") as caught:
        resolve({"user": "redshift://u:hidden@h/db", "host": "h"}, {}, lambda _path: None)
    assert "hidden" not in str(caught.value)


def test_a_password_file_that_nobody_named_may_be_unreadable() -> None:
    def refuse(path: str) -> str | None:
        raise PermissionError(13, "Permission denied", path)

    environ = {"HOME": "/root"}
    assert stored(resolve({"user": "u", "host": "h"}, environ, refuse)) == [None]
    with pytest.raises(InterfaceError, match="password file"):
        resolve({"user": "u", "host": "h", "passfile": "/root/mine"}, environ, refuse)


def test_what_kubernetes_sets_is_no_port() -> None:
    """For a service that is named redshift."""
    environ = {"REDSHIFT_PORT": "tcp://10.0.0.1:5439", "PGPORT": "5555", "REDSHIFT_HOST": "h"}
    config = resolve({"user": "u"}, environ, Files())
    assert config.servers[0].port == 5555
