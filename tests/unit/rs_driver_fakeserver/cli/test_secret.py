from __future__ import annotations

import getpass
import io
import sys

import pytest

from rs_driver_fakeserver.cli.failure import CliError
from rs_driver_fakeserver.cli.secret import secret, secret_if_any


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(getpass, "getpass", lambda prompt: f"typed after {prompt!r}")


def test_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_SECRET", "pw")
    assert secret("SOME_SECRET", "alice") == "pw"
    assert secret_if_any("SOME_SECRET", "alice") == "pw"
    monkeypatch.setenv("SOME_SECRET", "")
    with pytest.raises(CliError, match="the password for alice is empty"):
        secret("SOME_SECRET", "alice")


@pytest.mark.usefixtures("terminal")
def test_from_the_terminal() -> None:
    expected = "typed after 'Password for alice: '"
    assert secret("NO_SUCH_VARIABLE", "alice") == expected
    assert secret_if_any("NO_SUCH_VARIABLE", "alice") == expected


@pytest.mark.usefixtures("terminal")
def test_nobody_types(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(prompt: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(getpass, "getpass", interrupted)
    with pytest.raises(CliError, match="no password for alice"):
        secret("NO_SUCH_VARIABLE", "alice")


def test_nobody_can_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    with pytest.raises(CliError, match="set the environment variable NO_SUCH_VARIABLE"):
        secret("NO_SUCH_VARIABLE", "alice")
    assert secret_if_any("NO_SUCH_VARIABLE", "alice") is None
