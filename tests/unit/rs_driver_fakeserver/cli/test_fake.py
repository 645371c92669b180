from __future__ import annotations

import os
import signal
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import rs_driver
from rs_driver_fakeserver.cli.arguments import serve_parser
from rs_driver_fakeserver.cli.failure import CliError
from rs_driver_fakeserver.cli.fake import run


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def connect(port: int) -> rs_driver.Connection:
    """As soon as somebody listens."""
    where: dict[str, Any] = {"host": "127.0.0.1", "port": port, "sslmode": "disable"}
    patience = time.monotonic() + 30
    while time.monotonic() < patience:
        with suppress(rs_driver.OperationalError):
            return rs_driver.connect(**where, user="a", database="dev")
        time.sleep(0.01)
    raise TimeoutError("nobody listens")


def running(*arguments: str, sql: str) -> list[object]:
    """Run the command, ask once, and end it."""
    found: list[object] = []
    port = free_port()

    def client() -> None:
        try:
            with connect(port) as connection:
                found.extend(connection.cursor().execute(sql).fetchall())
        except rs_driver.Error as error:
            found.append(error.sqlstate)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=client)
    thread.start()
    run(serve_parser().parse_args(["--port", str(port), *arguments]))
    thread.join()
    return found


def test_a_script(tmp_path: Path) -> None:
    script = tmp_path / "rules.json"
    script.write_text('{"rule": [{"sql": "select 1", "columns": ["a"], "rows": [[1]]}]}')
    assert running("--script", str(script), sql="select 1") == [(1,)]


def test_problems_are_told_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert running("--log", sql="select nothing") == ["XX000"]
    err = capsys.readouterr().err
    assert "unmatched" in err
    assert "Parse" in err


@pytest.mark.engine
def test_an_engine(tmp_path: Path) -> None:
    load = tmp_path / "load.sql"
    load.write_text("create table t (a int); insert into t values (7)")
    found = running("--engine", "duckdb", "--load", str(load), sql="select a from t")
    assert found == [(7,)]


@pytest.mark.parametrize(
    ("arguments", "sql", "expected"),
    [
        (["--load", "x.sql"], "", "--load needs --engine"),
        pytest.param(
            ["--engine", "duckdb", "--load", "x.sql"],
            "select nothing from nowhere",
            "x.sql: 42",
            marks=pytest.mark.engine,
        ),
        (["--script", "nothing.toml"], "", "No such file"),
    ],
)
def test_what_cannot_begin(
    arguments: list[str], sql: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x.sql").write_text(sql)
    with pytest.raises(CliError, match=expected):
        run(serve_parser().parse_args(["--port", "0", *arguments]))
