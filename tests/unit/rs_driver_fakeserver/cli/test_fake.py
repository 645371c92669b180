from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

import rs_driver
from rs_driver_fakeserver.cli.arguments import serve_parser
from rs_driver_fakeserver.cli.failure import CliError
from rs_driver_fakeserver.cli.fake import run


def running(capsys: pytest.CaptureFixture[str], *arguments: str, sql: str) -> list[object]:
    """Run the command, ask once, and end it."""
    found: list[object] = []

    def client() -> None:
        port = None
        while port is None:
            out = capsys.readouterr().out
            port = int(out.rpartition(":")[2]) if out else None
        try:
            with rs_driver.connect(
                host="127.0.0.1", port=port, user="a", database="dev", sslmode="disable"
            ) as connection:
                found.extend(connection.cursor().execute(sql).fetchall())
        except rs_driver.Error as error:
            found.append(error.sqlstate)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=client)
    thread.start()
    run(serve_parser().parse_args(["--port", "0", *arguments]))
    thread.join()
    return found


def test_a_script(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "rules.json"
    script.write_text('{"rule": [{"sql": "select 1", "columns": ["a"], "rows": [[1]]}]}')
    assert running(capsys, "--script", str(script), sql="select 1") == [(1,)]


def test_problems_are_told_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert running(capsys, "--log", sql="select nothing") == ["XX000"]
    err = capsys.readouterr().err
    assert "unmatched" in err
    assert "Parse" in err


@pytest.mark.engine
def test_an_engine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load = tmp_path / "load.sql"
    load.write_text("create table t (a int); insert into t values (7)")
    found = running(capsys, "--engine", "duckdb", "--load", str(load), sql="select a from t")
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
