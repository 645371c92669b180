from __future__ import annotations

import subprocess
import sys

import pytest

from rs_driver_fakeserver import recording


@pytest.mark.parametrize("name", recording.__all__)
def test_the_names_are_there(name: str) -> None:
    assert getattr(recording, name).__name__ == name


def test_no_other_name() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        recording.nothing  # noqa: B018


def test_the_import_loads_nothing_more() -> None:
    program = "import sys, rs_driver_fakeserver.recording as r; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "rs_driver_fakeserver.recording" in loaded
    assert not {"ssl", "socket", "json", "rs_driver.wire.buffer"} & set(loaded)
