"""The plugin in a pytest of its own, as its users run it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from rs_driver_fakeserver.server import FakeServer

TESTS = """
import pytest
from rs_driver_fakeserver import Auth, FakeServer, SqlError

PORTS = set()

@pytest.mark.parametrize("round", [1, 2])
def test_server(redshift_server, round):
    assert redshift_server.script.rules == ()
    assert redshift_server.log.entries == ()
    redshift_server.when("select 1").returns(["a"], [(1,)])
    PORTS.add(redshift_server.port)
    assert len(PORTS) == 1
    redshift_server.memory().open_peer().feed(b"x")

def test_factory(redshift_server_factory):
    server = redshift_server_factory(auth=Auth.trust())
    assert isinstance(server, FakeServer)
    assert server.port
"""


def test_it_is_found_and_works(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TESTS)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-W",
            "error",
            "-p",
            "no:cacheprovider",
            "test_it.py",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "3 passed" in done.stdout, done.stdout + done.stderr


def test_the_server_is_fresh(redshift_server: FakeServer) -> None:
    assert redshift_server.script.rules == ()
    assert redshift_server.log.sends == 0


def test_the_factory_makes_what_is_asked(
    redshift_server_factory: Callable[..., FakeServer],
) -> None:
    assert redshift_server_factory(databases=["x"]).connect_kwargs()["database"] == "x"
