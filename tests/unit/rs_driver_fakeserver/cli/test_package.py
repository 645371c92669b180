from __future__ import annotations

import subprocess
import sys

from rs_driver_fakeserver import cli


def test_it_says_what_it_is() -> None:
    assert "python -m rs_driver_fakeserver" in str(cli.__doc__)


def test_help() -> None:
    for arguments in (["--help"], ["verify", "--help"]):
        done = subprocess.run(
            [sys.executable, "-m", "rs_driver_fakeserver", *arguments],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.startswith("usage: python -m rs_driver_fakeserver")
        assert done.stderr == ""
