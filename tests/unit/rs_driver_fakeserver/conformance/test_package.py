from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rs_driver_fakeserver import conformance

USERS = """
from rs_driver_fakeserver.conformance import *
from rs_driver_fakeserver.conformance import TransportConformance as TestNothing
from rs_driver_fakeserver.conformance import CredentialsProviderConformance
from rs_driver.ports.credentials import Credentials

class Fixed:
    def get(self):
        return Credentials("alice", password="secret")

class TestFixed(CredentialsProviderConformance):
    def provider(self):
        return Fixed()

class TestBroken(CredentialsProviderConformance):
    def provider(self):
        return object()

class Mine(CredentialsProviderConformance):
    pass  # for inheriting from

class TestForgotten(CredentialsProviderConformance):
    pass
"""


def test_all_suites_are_there() -> None:
    for name in conformance.__all__:
        suite = getattr(conformance, name)
        assert suite.__name__ == name
        assert suite.__test__ is False
        tests = [getattr(suite, test) for test in dir(suite) if test.startswith("test_")]
        assert len(tests) >= 6
        assert all(test.__doc__ for test in tests)


def test_other_names_are_not() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Conformance'"):
        _ = conformance.Conformance


def test_a_user_of_it(tmp_path: Path) -> None:
    """Suites that are only imported are not collected; an adapter that is broken fails."""
    (tmp_path / "test_adapters.py").write_text(USERS)
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "test_adapters.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "TestNothing" not in done.stdout, done.stdout
    assert "Mine" not in done.stdout
    assert "FAILED test_adapters.py::TestBroken::test_what_it_gives" in done.stdout, done.stdout
    assert "TestFixed" not in done.stdout.partition("short test summary")[2]
    assert "FAILED test_adapters.py::TestForgotten::test_asked_again" in done.stdout
    assert "has to override provider()" in done.stdout


def test_importing_it_loads_little() -> None:
    program = (
        "import sys, rs_driver_fakeserver.conformance; "
        "assert not {'pytest', 'hypothesis', 'rs_driver.shells.sync'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
