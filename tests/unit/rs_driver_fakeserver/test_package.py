from __future__ import annotations

import subprocess
import sys

import pytest

import rs_driver_fakeserver


def test_the_names() -> None:
    for name in rs_driver_fakeserver.__all__:
        assert getattr(rs_driver_fakeserver, name).__name__.rpartition(".")[2] == name


def test_no_other_names() -> None:
    with pytest.raises(AttributeError, match="Nothing"):
        rs_driver_fakeserver.Nothing  # noqa: B018  (what is tested)


def test_importing_the_plugin_is_cheap() -> None:
    code = (
        "import sys, rs_driver_fakeserver.pytest_plugin\n"
        "print([m for m in sys.modules if m in ('ssl', 'duckdb', 'rs_driver.wire.framing')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"
