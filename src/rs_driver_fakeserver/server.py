"""FakeServer: a Redshift that lives in the test process.

with FakeServer(auth=Auth.scram({"alice": "secret"}), tls=True) as server:
    server.when("select id from users").returns(["id"], [(1,), (2,)])
    connection = rs_driver.connect(**server.connect_kwargs())
"""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

from rs_driver.ports.transport import PeerOpener
from rs_driver_fakeserver.auth.methods import AuthMethod, Trust
from rs_driver_fakeserver.backends import Backends
from rs_driver_fakeserver.certificates.tls import Tls, TlsSource
from rs_driver_fakeserver.client import Instance
from rs_driver_fakeserver.config import Entropy, ServerConfig, check_has
from rs_driver_fakeserver.dialect import ServerKind, VarbyteText
from rs_driver_fakeserver.engine.port import Engine
from rs_driver_fakeserver.hosts.memory import MemoryOpener
from rs_driver_fakeserver.hosts.tcp import LOOPBACK, TcpHost
from rs_driver_fakeserver.log import MessageLog
from rs_driver_fakeserver.rules.script import Script, When

if TYPE_CHECKING:
    from typing_extensions import Self

DEFAULT_DATABASE = "dev"


class FakeServer:
    """A server for as long as the ``with`` block, or until ``close``.

    ``auth``: how clients log in, see ``Auth``. ``tls``: True for a certificate of its
    own, or an authority, certificate or context. ``server``: which server it plays;
    ``protocol``: the newest Redshift protocol that it speaks. ``engine``: what answers
    SQL without a rule, ``"duckdb"`` or an engine of yours, which the server closes.
    ``databases``: the names that exist (any if not given). ``parameters``: settings to
    report beside the usual ones. Listening begins when ``port`` is first asked for;
    ``memory`` needs no socket at all.
    """

    host = LOOPBACK

    def __init__(
        self,
        *,
        auth: AuthMethod | None = None,
        tls: TlsSource = False,
        server: ServerKind = "redshift",
        protocol: int | None = 2,
        engine: Literal["duckdb"] | Engine | None = None,
        databases: Sequence[str] | None = None,
        parameters: Mapping[str, str] | None = None,
        requires_tls: bool = False,
        varbyte_text: VarbyteText = "hex",
        entropy: Entropy | None = None,
        port: int = 0,
        max_connections: int = 100,
        login_timeout: float = 30.0,
    ) -> None:
        self._tls = None if tls is False else Tls(tls)
        self._port = port
        self._max_connections = max_connections
        self._login_timeout = login_timeout
        self._lock = threading.Lock()
        self._tcp: TcpHost | None = None
        self._closed = False
        config = ServerConfig(
            kind=server,
            auth=Trust() if auth is None else auth,
            protocol=protocol,
            databases=None if databases is None else frozenset(databases),
            parameters=dict(parameters or {}),
            offers_tls=self._tls is not None,
            requires_tls=requires_tls,
            varbyte_text=varbyte_text,
            entropy=entropy or secrets.token_bytes,
        )
        self.script = Script(config.dialect)
        self.log = MessageLog()
        self._instance = Instance(
            config, self.script, _engine(engine, server), Backends(config.entropy), self.log
        )

    def when(self, sql: str | re.Pattern[str], params: Sequence[object] | None = None) -> When:
        """Begin a rule: what to answer to ``sql`` (run with ``params``). See ``Script``."""
        return self.script.when(sql, params)

    @property
    def port(self) -> int:
        """The TCP port; listening begins with the first question."""
        with self._lock:
            if self._closed:
                raise RuntimeError("the fake server is closed")
            if self._tcp is None:
                self._tcp = TcpHost(
                    self._instance,
                    self._tls.context if self._tls else None,
                    port=self._port,
                    max_connections=self._max_connections,
                    login_timeout=self._login_timeout,
                )
            return self._tcp.port

    def memory(self) -> PeerOpener:
        """Connections without a socket: ``connect(transport=server.memory())``."""
        return MemoryOpener(self._instance)

    def connect_kwargs(self) -> dict[str, Any]:
        """Keywords with which a client gets in: host, port, user, password, database, TLS."""
        config = self._instance.config
        database = min(config.databases or (DEFAULT_DATABASE,))
        kwargs: dict[str, Any] = {"host": self.host, "port": self.port, "database": database}
        kwargs.update(config.auth.credentials())
        root = None if self._tls is None else self._tls.root_file()
        if root is not None:
            kwargs |= {"sslmode": "verify-full", "sslrootcert": root}
        else:
            kwargs["sslmode"] = "disable" if self._tls is None else "require"
        return kwargs

    def reset(self) -> None:
        """Forget the rules and the log; connections stay."""
        self.script.clear()
        self.log.clear()

    def close(self) -> None:
        """Hang up on every client, wait for the threads, free the port. May be called twice."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            tcp = self._tcp
        if tcp is not None:
            tcp.close()
        if self._instance.engine is not None:
            self._instance.engine.close()
        if self._tls is not None:
            self._tls.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _engine(engine: Literal["duckdb"] | Engine | None, kind: ServerKind) -> Engine | None:
    if engine is None:
        return None
    if not isinstance(engine, str):
        wanted = '"duckdb" or an object with open_session(user, database) and close()'
        check_has("engine", engine, ("open_session", "close"), wanted)
        return engine
    if engine != "duckdb":
        raise ValueError(f"no engine is called {engine!r}; there is 'duckdb'")
    from rs_driver_fakeserver.engine.duckdb_ import DuckDbEngine

    return DuckDbEngine(redshift=kind == "redshift")
