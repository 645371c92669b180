"""The one table of what ``connect`` can be told.

Keyword arguments, DSNs, service files, the environment, redaction in ``repr`` and the
page ``docs/options.md`` all derive from it: a new option is a new row, and a field of
``config.objects``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rs_driver.config import values
from rs_driver.config.retry import Retry
from rs_driver.config.values import Parser

SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")

_POSITIVE = values.whole(1, 2**31 - 1)


@dataclass(frozen=True)
class Option:
    """One option. ``aliases`` are other names for it, among them the incumbent driver's.

    ``env`` is libpq's environment variable for it, ``own_env`` ours; ``secret`` keeps its
    value out of every text; ``textual`` says that a DSN, a service file or the environment
    can hold it; ``kind`` is its type in words. None or ``""`` for a value means "not given".
    """

    name: str
    kind: str
    parse: Parser
    default: object
    help: str
    aliases: tuple[str, ...] = ()
    env: str | None = None
    secret: bool = False
    textual: bool = True

    @property
    def own_env(self) -> str | None:
        """The driver's own environment variable, which comes before libpq's."""
        return f"REDSHIFT_{self.name.upper()}" if self.textual else None


OPTIONS: tuple[Option, ...] = (
    Option(
        "dsn",
        "str",
        values.text,
        None,
        "A whole connection in one text: `redshift://user:password@host:5439/database?name=value`, "
        "the same with `postgresql://`, or `name=value name='quoted value'`.",
        secret=True,
        textual=False,
    ),
    Option(
        "service",
        "str",
        values.text,
        None,
        "The section of the service file (`PGSERVICEFILE`, else `~/.pg_service.conf`) to read.",
        env="PGSERVICE",
    ),
    Option(
        "passfile",
        "path",
        values.path,
        None,
        "The password file, in the format of `~/.pgpass`, which is the default.",
        env="PGPASSFILE",
    ),
    Option(
        "host",
        "str",
        values.text,
        None,
        "Name or address of the server, or several with commas between them, of which the first "
        "that takes us is used. One that starts with `/` is the directory of a Unix socket. Needed "
        "unless `hostaddr`, `unix_sock` or `transport` is given.",
        env="PGHOST",
    ),
    Option(
        "hostaddr",
        "str",
        values.addresses,
        None,
        "Numeric address of the server, which saves looking `host` up; `host` is then the name in "
        "its certificate. Several with commas, one for each host.",
        env="PGHOSTADDR",
    ),
    Option(
        "port",
        "int, 1 to 65535",
        values.ports,
        5439,
        "TCP port of the server, whatever the scheme of the DSN. Several with commas, one for each "
        "host; one alone is for all of them.",
        env="PGPORT",
    ),
    Option(
        "load_balance_hosts",
        "disable \\| random",
        values.one_of("disable", "random"),
        "disable",
        "The order in which several hosts are tried: as they are written, or any.",
        env="PGLOADBALANCEHOSTS",
    ),
    Option(
        "unix_sock",
        "path",
        values.path,
        None,
        "Path of a Unix socket to connect to in place of `host` and `port`. Unless `sslmode` "
        "is named, it is used without TLS; there is no certificate to verify, so `ssl=True` alone, "
        "`verify-ca` and `verify-full` are refused.",
    ),
    Option(
        "user",
        "str",
        values.text,
        None,
        "Who signs in. Needed unless `credentials_provider` or `token` is given.",
        aliases=("user_name", "username"),
        env="PGUSER",
    ),
    Option(
        "password",
        "str",
        values.text,
        None,
        "The password of `user`.",
        env="PGPASSWORD",
        secret=True,
    ),
    Option(
        "token",
        "str",
        values.text,
        None,
        "A token of an identity provider, for servers that ask for one. Sent over TLS only.",
        secret=True,
    ),
    Option(
        "credentials_provider",
        "object",
        values.anything,
        None,
        "Finds the credentials at each login: an object with `get() -> Credentials`.",
        textual=False,
    ),
    Option(
        "database",
        "str",
        values.text,
        None,
        "The database to open; the server's choice (mostly the user's name) if not given.",
        aliases=("db_name", "dbname"),
        env="PGDATABASE",
    ),
    Option(
        "ssl",
        "bool",
        values.flag,
        None,
        "`False` is `sslmode=disable`; `True` asks for TLS and leaves the mode to `sslmode`.",
    ),
    Option(
        "sslmode",
        " \\| ".join(SSL_MODES),
        values.one_of(*SSL_MODES),
        "verify-full",
        "How TLS is used. `verify-full` checks the certificate and its host name, `verify-ca` the "
        "certificate alone, `require` only encrypts (and checks the certificate if `sslrootcert` "
        "is given). `prefer` and `allow` may end in plaintext, but send no password or token "
        "through it; `disable` may send a password.",
        env="PGSSLMODE",
    ),
    Option(
        "sslrootcert",
        "path",
        values.path,
        None,
        "PEM file of the certificate authorities to trust in place of the system's; `system` for "
        "the system's.",
        env="PGSSLROOTCERT",
    ),
    Option(
        "sslcert",
        "path",
        values.path,
        None,
        "PEM file of the client's certificate, with those of its intermediate authorities.",
        env="PGSSLCERT",
    ),
    Option(
        "sslkey",
        "path",
        values.path,
        None,
        "PEM file of its private key, in `sslcert` if not given. Nobody but its owner may have "
        "access (0600; 0640 if it is root's).",
        env="PGSSLKEY",
    ),
    Option(
        "sslpassword",
        "str",
        values.text,
        None,
        "What `sslkey` is encrypted with. Nobody is asked for it.",
        secret=True,
    ),
    Option(
        "ssl_min_protocol_version",
        "TLSv1.2 \\| TLSv1.3",
        values.one_of("TLSv1.2", "TLSv1.3"),
        "TLSv1.2",
        "The oldest version of TLS that is spoken.",
        env="PGSSLMINPROTOCOLVERSION",
    ),
    Option(
        "tls_server_name",
        "str",
        values.text,
        None,
        "The name to ask the server's certificate for and to check it by (SNI), where `host` is "
        "that of a tunnel or a proxy.",
    ),
    Option(
        "ssl_context",
        "SSLContext",
        values.anything,
        None,
        "A context of your own in place of one made of `sslrootcert`, `sslcert` and the like. It "
        "is not changed: one that checks less than `sslmode` promises is refused.",
        textual=False,
    ),
    Option(
        "connect_timeout",
        "seconds",
        values.seconds,
        30.0,
        "Limit for the whole of connecting: names, sockets, TLS and login together, of all hosts. "
        "With `retry`, of each attempt. 0 for none.",
        env="PGCONNECT_TIMEOUT",
    ),
    Option(
        "retry",
        "Retry",
        values.instance(Retry),
        None,
        "An `rs_driver.Retry`: how often to try again, and after how long, where the server cannot "
        "be reached or cannot take us now. Once if not given.",
        textual=False,
    ),
    Option(
        "read_timeout",
        "seconds",
        values.seconds,
        None,
        "Limit for each wait for the server's next bytes. 0 for none.",
    ),
    Option(
        "statement_timeout",
        "seconds",
        values.seconds,
        None,
        "Limit for each `execute` until it returns, where it is given none itself; the statement "
        "is then cancelled on the server. 0 for none. The server's own setting of that name is "
        "one of the `session_settings`.",
    ),
    Option(
        "cancel_timeout",
        "seconds",
        values.some_seconds,
        5.0,
        "Limit for having an interrupted statement cancelled, and again for the rest of its "
        "answer. What takes longer costs the connection.",
    ),
    Option(
        "timeout",
        "seconds",
        values.seconds,
        None,
        "Sets `connect_timeout` and `read_timeout` where they are not given themselves.",
    ),
    Option(
        "application_name",
        "str",
        values.text,
        None,
        "The name under which the server's views and logs show the connection.",
        env="PGAPPNAME",
    ),
    Option(
        "client_protocol_version",
        "int, 0 to 2",
        values.whole(0, 2),
        2,
        "The newest version of Redshift's protocol to ask for: 1 adds to the description of "
        "columns, 2 sends NUMERIC in binary.",
    ),
    Option(
        "server",
        "auto \\| redshift \\| postgres",
        values.one_of("auto", "redshift", "postgres"),
        "auto",
        "What the server is. `postgres` leaves Redshift's own startup keys out at once, `auto` "
        "when a server refuses them.",
    ),
    Option(
        "autocommit",
        "bool",
        values.flag,
        False,
        "Whether statements take effect at once instead of at `commit()`.",
    ),
    Option(
        "result_format",
        "auto \\| text \\| binary",
        values.one_of("auto", "text", "binary"),
        "auto",
        "The wire format of results; the values are the same in each. `auto` asks for what is "
        "read in less time, `binary` for binary wherever a type has it here.",
    ),
    Option(
        "rows",
        "auto \\| struct \\| numpy",
        values.one_of("auto", "struct", "numpy"),
        "auto",
        "How rows are decoded: by the standard library or by numpy; `auto` takes numpy for large "
        "results if it is installed.",
    ),
    Option(
        "result_budget",
        "int",
        values.whole(0, 2**63 - 1),
        16 * 1024 * 1024,
        "How many bytes of rows `execute()` reads before it returns. A longer result is read on "
        "as it is fetched: its rows are not kept once fetched, and `rowcount` is -1 until all "
        "are read.",
    ),
    Option(
        "max_pending_bytes",
        "int",
        values.whole(0, 2**63 - 1),
        1024 * 1024 * 1024,
        "How many bytes of rows are kept for a cursor that has not fetched them, where another "
        "statement needs the connection; with more of them that statement is an error.",
    ),
    Option(
        "max_prepared_statements",
        "int",
        values.whole(0, 100_000),
        1000,
        "How many statements a connection remembers, with their descriptions; what is used again "
        "is prepared by name and needs one turn. 0: every statement is described anew.",
    ),
    Option(
        "prepare_threshold",
        "int",
        values.whole(0, 2**31 - 1),
        2,
        "At which use a statement is prepared by name: 0 and 1 at once, 2 at its second use, so "
        "that what is used once leaves nothing on the server.",
    ),
    Option(
        "numeric_to_float",
        "bool",
        values.flag,
        False,
        "Whether NUMERIC becomes `float`, the nearest one, in place of `Decimal`.",
    ),
    Option(
        "super_objects",
        "bool",
        values.flag,
        False,
        "Whether SUPER becomes Python objects in place of its JSON text.",
    ),
    Option(
        "out_of_range_dates",
        "error \\| text",
        values.one_of("error", "text"),
        "error",
        "What becomes of a date or time that Python cannot hold (infinity, BC, a year after 9999, "
        "24:00): a `DataError` for who fetches its row, or the server's text for it.",
    ),
    Option(
        "codecs",
        "objects",
        values.objects,
        (),
        "Codecs of your own, for types (`TypeCodec`) and for classes (`ParameterCodec`).",
        textual=False,
    ),
    Option(
        "hooks",
        "objects",
        values.objects,
        (),
        "Who hears of the connection and its statements, for metrics and traces. See "
        "`rs_driver.hooks`.",
        textual=False,
    ),
    Option(
        "row_factory",
        "function",
        values.anything,
        None,
        "Makes the rows of the connection's cursors; tuples if not given. See `rs_driver.rows`.",
        textual=False,
    ),
    Option(
        "max_message_size",
        "int, bytes",
        values.whole(64 * 1024, 2**31 - 1),
        2**30,
        "The longest message accepted from the server.",
    ),
    Option(
        "require_auth",
        "names",
        values.names,
        None,
        "The authentication methods that the server may ask for, for example "
        "`scram-sha-256,md5`; any if not given.",
        env="PGREQUIREAUTH",
    ),
    Option(
        "session_settings",
        "mapping",
        values.settings,
        MappingProxyType({}),
        "Settings such as `search_path` or `query_group`, applied when the connection opens.",
        textual=False,
    ),
    Option(
        "profile",
        "mapping",
        values.overrides,
        MappingProxyType({}),
        "Fields of `ServerProfile` to set by hand where the driver judges the server wrongly.",
        textual=False,
    ),
    Option(
        "tcp_keepalive",
        "bool",
        values.flag,
        True,
        "Whether the system probes an idle connection.",
        aliases=("keepalives",),
    ),
    Option(
        "tcp_keepalive_idle",
        "seconds, int above 0",
        _POSITIVE,
        60,
        "Idle time before the first probe. NATs and firewalls forget an idle connection within "
        "minutes (AWS's NAT gateway after 350 s), and a long query is one.",
        aliases=("keepalives_idle",),
    ),
    Option(
        "tcp_keepalive_interval",
        "seconds, int above 0",
        _POSITIVE,
        15,
        "Time between probes.",
        aliases=("keepalives_interval",),
    ),
    Option(
        "tcp_keepalive_count",
        "int above 0",
        _POSITIVE,
        4,
        "Unanswered probes after which the connection is dead: two minutes after it fell silent.",
        aliases=("keepalives_count",),
    ),
    Option(
        "tcp_user_timeout",
        "milliseconds, int above 0",
        _POSITIVE,
        None,
        "How long sent data may stay unacknowledged before the connection is dead (Linux, which "
        "gives it some 15 minutes if not told).",
    ),
    Option(
        "source_address",
        "str or (str, int)",
        values.local_address,
        None,
        "The local address, or name, to connect from.",
    ),
    Option(
        "transport",
        "object",
        values.anything,
        None,
        "What carries the bytes in place of a socket: a `Connector`, or an object with "
        "`open_peer()`.",
        textual=False,
    ),
    Option(
        "authenticators",
        "objects",
        values.objects,
        (),
        "Authentication methods beside the built-in ones, or in their place where the codes are "
        "the same.",
        textual=False,
    ),
)

BY_NAME: Mapping[str, Option] = MappingProxyType(
    {name: option for option in OPTIONS for name in (option.name, *option.aliases)}
)
"""Every option under each of its names."""

SECRET_NAMES: frozenset[str] = frozenset(option.name for option in OPTIONS if option.secret)
