"""PostgreSQL in a container, for machines that have Docker and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from support.postgres_binaries import NotAvailableError
from support.postgres_cluster import DATABASE, HOST_BASED_AUTHENTICATION, SUPERUSER, configure

_IMAGE = "postgres:17"


@contextmanager
def container(logins: dict[str, str]) -> Iterator[tuple[str, int]]:
    """A configured server without TLS: its host and port."""
    try:
        import docker
        from testcontainers.core.container import DockerContainer
        from testcontainers.core.waiting_utils import wait_for_logs
    except ImportError as error:
        raise NotAvailableError("the package testcontainers is not installed") from error
    try:
        docker.from_env().close()
        docker_container = (
            DockerContainer(_IMAGE)
            .with_exposed_ports(5432)
            .with_env("POSTGRES_PASSWORD", logins[SUPERUSER])
            .with_command("postgres -c fsync=off -c max_prepared_transactions=10")
        )
        docker_container.start()
    except docker.errors.DockerException as error:
        raise NotAvailableError("Docker does not answer") from error
    try:
        # Twice: the image starts a first server to initialise itself, then the real one.
        wait_for_logs(docker_container, r"(?s)(ready to accept connections.*){2}", timeout=120)
        host = docker_container.get_container_host_ip()
        port = int(docker_container.get_exposed_port(5432))
        roles = {role: password for role, password in logins.items() if role != SUPERUSER}
        configure(
            host=host,
            port=port,
            admin_password=logins[SUPERUSER],
            passwords=roles,
            database=DATABASE,
        )
        write_host_based_authentication(host, port, logins[SUPERUSER])
        yield host, port
    finally:
        docker_container.stop()


def write_host_based_authentication(host: str, port: int, admin_password: str) -> None:
    """Replace the server's pg_hba.conf from within: its superuser may write its files."""
    with psycopg.connect(
        host=host,
        port=port,
        user=SUPERUSER,
        password=admin_password,
        dbname="postgres",
        sslmode="disable",
        autocommit=True,
    ) as connection:
        row = connection.execute("SHOW hba_file").fetchone()
        path = str(row[0]) if row else ""
        rows = psycopg.sql.Literal(list(HOST_BASED_AUTHENTICATION))
        connection.execute(
            psycopg.sql.SQL("COPY (SELECT unnest({})) TO {}").format(
                rows, psycopg.sql.Literal(path)
            )
        )
        connection.execute("SELECT pg_reload_conf()")
