from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

import pytest

from rs_driver_fakeserver.cli.serving import say, serve
from rs_driver_fakeserver.server import FakeServer


def soon(action: Callable[[], None]) -> None:
    threading.Timer(0.1, action).start()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_until_a_signal(number: signal.Signals, capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(number)
    looks: list[None] = []
    with FakeServer() as server:
        soon(lambda: os.kill(os.getpid(), number))
        serve(server, host=server.host, print_env=False, look=lambda: looks.append(None))
        assert capsys.readouterr().out == f"listening on 127.0.0.1:{server.port}\n"
    assert signal.getsignal(number) is before
    assert looks


def test_the_environment(capsys: pytest.CaptureFixture[str]) -> None:
    with FakeServer() as server:
        soon(lambda: os.kill(os.getpid(), signal.SIGTERM))
        serve(server, host=server.host, print_env=True)
        lines = capsys.readouterr().out.splitlines()
        assert lines[0] == "export PGHOST=127.0.0.1"
        assert lines[-1] == f"# listening on 127.0.0.1:{server.port}"


def test_saying_something(capsys: pytest.CaptureFixture[str]) -> None:
    say("x")
    assert capsys.readouterr() == ("", "x\n")
