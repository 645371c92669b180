"""``python -m rs_driver_fakeserver`` as a process of its own."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import rs_driver
from rs_driver_fakeserver.server import FakeServer
from support.postgres import PostgresServer

COMMAND = [sys.executable, "-m", "rs_driver_fakeserver"]
TIMEOUT = 30


class Running:
    """The command, and what it said up to the line that says that it is ready."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[str] = []
        out = process.stdout
        assert out is not None
        for line in out:
            self.said.append(line.rstrip("\n"))
            if "listening on" in line:
                break
        else:
            raise AssertionError(f"it ended with {process.wait()}")
        host, port = self.said[-1].rpartition(" ")[2].rsplit(":", 1)
        self.where: dict[str, Any] = {"host": host, "port": int(port), "sslmode": "disable"}

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal; the exit code and stderr."""
        self.process.send_signal(number)
        _, err = self.process.communicate(timeout=TIMEOUT)
        return self.process.returncode, err


@contextlib.contextmanager
def running(*arguments: object, port: int = 0, **environment: str) -> Iterator[Running]:
    process = subprocess.Popen(
        [*COMMAND, "--port", str(port), *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    with process:
        try:
            yield Running(process)
        finally:
            process.kill()


def failing(*arguments: object, **environment: str) -> str:
    """What the command says when it ends with exit code 2: one line."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
        env={**os.environ, **environment},
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done
    return done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_a_signal(number: signal.Signals) -> None:
    with running() as command:
        assert command.said == [f"listening on 127.0.0.1:{command.where['port']}"]
        connection = rs_driver.connect(**command.where, user="a", database="dev")
        assert connection.cursor().execute("select current_database()").fetchall() == [("dev",)]
        assert command.end(number) == (0, "")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((command.where["host"], command.where["port"]))
        connection.close()


def test_a_script(tmp_path: Path) -> None:
    script = tmp_path / "rules.json"
    script.write_text(
        '{"rule": [{"sql": "select name from users where id = $1", "params": [7],'
        ' "columns": {"name": "varchar(20)"}, "rows": [["Ann"]]}]}'
    )
    with running("--script", script) as command:
        with rs_driver.connect(**command.where, user="a", database="dev") as connection:
            cursor = connection.cursor()
            cursor.execute("select name from users where id = %s", (7,))
            assert cursor.fetchall() == [("Ann",)]
        assert command.end()[0] == 0
    script.write_text('{"rule": [{"sql": "select 1", "rows": [[1]]}]}')
    assert "rules.json: rule 1: rows need columns" in failing("--port", 0, "--script", script)


def test_the_environment_logs_a_client_in() -> None:
    arguments = ("--auth", "scram", "--user", "alice", "--tls", "--print-env", "--log")
    with running(*arguments, FAKESERVER_PASSWORD="a secret") as command:
        lines = [shlex.split(line) for line in command.said[:-1]]
        exported = dict(line[1].split("=", 1) for line in lines)
        assert exported["PGUSER"] == "alice"
        assert "PGPASSWORD" not in exported
        program = (
            "import rs_driver; c = rs_driver.connect(); "
            "print(c.cursor().execute('select current_user').fetchall()); c.close()"
        )
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, **exported, "PGPASSWORD": "a secret"},
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=True,
        )
        assert done.stdout == "[('alice',)]\n"
        code, err = command.end()
        assert code == 0
        assert "SASLResponse" in err
        assert "a secret" not in err


@pytest.mark.engine
def test_the_engine() -> None:
    with running("--engine", "duckdb") as command:
        with rs_driver.connect(**command.where, user="a", database="dev") as connection:
            cursor = connection.cursor()
            cursor.execute("create table t (a int distkey)")
            cursor.execute("insert into t values (1), (2)")
            assert cursor.execute("select sum(a) from t").fetchall() == [(3,)]
        assert command.end() == (0, "")


def test_record_replay_and_verify(tmp_path: Path) -> None:
    path = tmp_path / "cassette.jsonl"
    login: dict[str, Any] = {"user": "alice", "database": "dev"}
    with FakeServer(policy="ignore") as real:
        real.when("select 1").returns({"a": "int4"}, [(1,)])
        upstream = f"{real.host}:{real.port}"
        with running("--record", path, "--upstream", upstream) as command:
            with rs_driver.connect(**command.where, **login) as connection:
                connection.cursor().execute("select 1")
            assert not path.exists()
            assert command.end() == (0, "")
        assert "alice" not in path.read_text("utf-8")
        real.when("select 1").returns({"a": "int4", "b": "int4"}, [(1, 2)])
        compared = subprocess.run(
            [*COMMAND, "verify", str(path), "--user", "alice", "--upstream", upstream],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT, check=False,
        )  # fmt: skip
        assert compared.returncode == 1
        assert "columns: recorded a; live a, b" in compared.stdout
    with running("--replay", path) as command:
        with rs_driver.connect(**command.where, **login) as connection:
            cursor = connection.cursor()
            assert cursor.execute("select 1").fetchall() == [(1,)]
            with pytest.raises(rs_driver.Error, match="not on the cassette"):
                cursor.execute("select 2")
            connection.rollback()
        code, err = command.end()
        assert code == 0
        assert "unmatched" in err


@pytest.mark.postgres
def test_verifying_with_a_password(postgres: PostgresServer, tmp_path: Path) -> None:
    path = tmp_path / "cassette.jsonl"
    upstream = f"127.0.0.1:{postgres.plain_port}"
    login: dict[str, Any] = {
        "user": "alice",
        "password": postgres.password,
        "database": postgres.database,
    }
    with running("--record", path, "--upstream", upstream) as command:
        with rs_driver.connect(**command.where, **login) as connection:
            connection.cursor().execute("select 1")
        assert command.end() == (0, "")
    arguments = ("verify", path, "--user", "alice", "--database", postgres.database)
    done = subprocess.run(
        [*COMMAND, *map(str, arguments), "--upstream", upstream],
        env={**os.environ, "PGPASSWORD": postgres.password},
        capture_output=True, text=True, timeout=TIMEOUT, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("no difference in ")
    wrong = failing(*arguments, "--upstream", upstream, PGPASSWORD="wrong")
    assert "password authentication failed" in wrong


def test_errors() -> None:
    assert "--allow-remote" in failing("--host", "0.0.0.0")
    assert "unrecognized arguments: --nonsense" in failing("--nonsense")
    assert "set the environment variable FAKESERVER_PASSWORD" in failing(
        "--auth", "md5", "--user", "a"
    )
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert "in use" in failing("--port", port)


def test_other_machines_only_if_told() -> None:
    with running("--host", "0.0.0.0", "--allow-remote", "--print-env") as command:
        assert command.where["host"] == "0.0.0.0"
        assert "export PGHOST=127.0.0.1" in command.said
        where = {**command.where, "host": "127.0.0.1"}
        rs_driver.connect(**where, user="a", database="dev").close()
        assert command.end() == (0, "")
