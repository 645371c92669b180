"""A PostgreSQL cluster of the tests' own: made, started, configured, stopped, removed."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections import deque
from pathlib import Path

import psycopg
from psycopg import sql

from rs_driver_fakeserver.certificates.authority import Certificate, CertificateAuthority
from support.postgres_binaries import Account, run, spawn, usable_by

SUPERUSER = "postgres"
DATABASE = "rs_driver_test"

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_prepared_transactions": "10",
    "max_connections": "60",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "log_min_messages": "warning",
    "log_statement": "none",
}

# The first line that matches decides, so the users whose method is special come first.
HOST_BASED_AUTHENTICATION = (
    "host all trusted all trust",
    "host all clear all password",
    "host all md5 all md5",
    "host all all all scram-sha-256",
)

_START_SECONDS = 60.0
_STOP_SECONDS = 30.0


def configure(
    *, host: str, port: int, admin_password: str, passwords: dict[str, str], database: str
) -> None:
    """Make the test database and the roles of ``HOST_BASED_AUTHENTICATION``.

    Through psycopg, which nothing here tests, over SCRAM in plaintext on loopback.
    """
    with psycopg.connect(
        host=host,
        port=port,
        user=SUPERUSER,
        password=admin_password,
        dbname="postgres",
        sslmode="disable",
        autocommit=True,
    ) as connection:
        for role, password in passwords.items():
            encryption = "md5" if role == "md5" else "scram-sha-256"
            connection.execute(
                sql.SQL("SET password_encryption = {}").format(sql.Literal(encryption))
            )
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                    sql.Identifier(role), sql.Literal(password)
                )
            )
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER alice").format(sql.Identifier(database))
        )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class Cluster:
    """One server process over a data directory that lives as long as it does.

    ``settings`` are beside, or instead of, ``SETTINGS``.
    """

    def __init__(
        self,
        binaries: Path,
        certificate: Certificate,
        passwords: dict[str, str],
        admin: str,
        **settings: str,
    ) -> None:
        self._settings = {**SETTINGS, **settings}
        self._account = Account.choose()
        # Not pytest's tmp_path: its directories are closed to other users, like the server's.
        self._base = Path(tempfile.mkdtemp(prefix="rs_driver-pg-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._log: deque[str] = deque(maxlen=200)
        self._reader: threading.Thread | None = None
        try:
            if self._account:
                self._base.chmod(0o755)
            self._binaries = usable_by(binaries, self._account, self._base)
            self._data = self._base / "data"
            self._initialise(admin)
            self.tls = self._supports_tls()
            if self.tls:
                self._install(certificate)
            self._write_settings()
            self.port = self._start()
            configure(
                host="127.0.0.1",
                port=self.port,
                admin_password=admin,
                passwords=passwords,
                database=DATABASE,
            )
        except BaseException:
            self.close()
            raise

    def ask_for_certificates(self, authority: CertificateAuthority) -> None:
        """Take users, from now on, from client certificates of this authority alone."""
        authority.write_ca(self._data / "client-ca.crt")
        self._own(self._data / "client-ca.crt")
        with (self._data / "postgresql.conf").open("a", encoding="ascii") as file:
            file.write("ssl_ca_file = 'client-ca.crt'\n")
        (self._data / "pg_hba.conf").write_text("hostssl all all all cert\n", encoding="ascii")
        self._run("pg_ctl", "reload", "-D", str(self._data))

    def close(self) -> None:
        """Stop the server, by its process alone, and remove its directory."""
        if self._process is not None:
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):  # fast, at once, now
                if self._process.poll() is None:
                    self._process.send_signal(number)
                try:
                    self._process.wait(_STOP_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    continue
            if self._reader is not None:
                self._reader.join()
            if self._process.stdout is not None:
                self._process.stdout.close()
        shutil.rmtree(self._base, ignore_errors=True)

    def _own(self, *paths: Path) -> None:
        for path in paths:
            if self._account:
                os.chown(path, self._account.uid, self._account.gid)

    def _run(self, program: str, *arguments: str) -> str:
        return run([str(self._binaries / program), *arguments], self._account, self._base)

    def _initialise(self, admin: str) -> None:
        self._data.mkdir(mode=0o700)
        password_file = self._base / "admin-password"
        password_file.touch(mode=0o600)
        password_file.write_text(admin, encoding="ascii")
        self._own(self._data, password_file)
        self._run(
            "initdb",
            f"--pgdata={self._data}",
            f"--username={SUPERUSER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--no-locale",
            "--no-sync",
        )
        password_file.unlink()

    def _supports_tls(self) -> bool:
        """Asked of the server itself: a wheel's pg_config tells of the build alone."""
        answer = self._run("postgres", "-D", str(self._data), "-C", "ssl_library")
        return bool(answer.strip())

    def _install(self, certificate: Certificate) -> None:
        paths = self._data / "server.crt", self._data / "server.key"
        certificate.write(*paths)
        self._own(*paths)

    def _write_settings(self) -> None:
        settings = {**self._settings, "ssl": "on" if self.tls else "off"}
        with (self._data / "postgresql.conf").open("a", encoding="ascii") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        text = "\n".join((*HOST_BASED_AUTHENTICATION, ""))
        (self._data / "pg_hba.conf").write_text(text, encoding="ascii")

    def _start(self) -> int:
        """Start on a free port; once more elsewhere if somebody else was faster."""
        for _ in range(3):
            port = _free_port()
            self._process = spawn(
                [str(self._binaries / "postgres"), "-D", str(self._data), "-p", str(port)],
                self._account,
                self._base,
            )
            self._reader = threading.Thread(target=self._collect, args=(self._process,))
            self._reader.start()
            if self._accepts(port):
                return port
        message = "PostgreSQL did not start:\n" + "".join(self._log)
        raise RuntimeError(message)

    def _collect(self, process: subprocess.Popen[bytes]) -> None:
        """Keep the pipe empty, and the end of what was said for error messages."""
        if process.stdout is not None:
            for line in process.stdout:
                self._log.append(line.decode(errors="replace"))

    def _accepts(self, port: int) -> bool:
        process = self._process
        give_up = time.monotonic() + _START_SECONDS
        while process is not None and process.poll() is None and time.monotonic() < give_up:
            try:
                psycopg.connect(
                    host="127.0.0.1", port=port, user="nobody", dbname="nothing", sslmode="disable"
                ).close()
            except psycopg.OperationalError as error:
                # It answers: what it says about a login without a password does not matter.
                text = str(error)
                if "no password supplied" in text or "authentication failed" in text:
                    return True
            time.sleep(0.05)
        return False
