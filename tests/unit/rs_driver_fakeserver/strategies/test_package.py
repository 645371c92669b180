from __future__ import annotations

import subprocess
import sys

from rs_driver_fakeserver import strategies


def test_every_public_name_is_there() -> None:
    assert all(getattr(strategies, name).__doc__ for name in strategies.__all__)
    assert sorted(strategies.__all__) == strategies.__all__


def test_without_hypothesis_the_error_names_the_extra() -> None:
    program = (
        "import sys\n"
        "sys.modules['hypothesis'] = None\n"
        "import rs_driver_fakeserver\n"
        "try:\n"
        "    from rs_driver_fakeserver import strategies\n"
        "except ImportError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "Hypothesis" in done.stdout
    assert "pip install 'rs_driver[strategies]'" in done.stdout


def test_the_fake_server_itself_does_not_load_hypothesis() -> None:
    program = "import sys\nimport rs_driver_fakeserver.server\nprint('hypothesis' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
