from __future__ import annotations

from rs_driver.wire.query import Query
from rs_driver_fakeserver import faults
from rs_driver_fakeserver.auth.methods import Auth
from rs_driver_fakeserver.server import FakeServer
from rs_driver_fakeserver.transcript import transcript
from support.wire_client import MemoryClient, connected


def test_a_line_for_each_message_and_each_note() -> None:
    with FakeServer(policy="ignore", faults=[faults.Delay(1.0, "CommandComplete")]) as server:
        server.when("select 1").returns(["a"], [("secret",)])
        connected(server).say(Query("select 1"))
        lines = transcript(server.log.entries)
        shown = transcript(server.log.entries, redact=False)
    assert lines[0].startswith("1\tF\t")
    assert "StartupMessage" in lines[0]
    assert any(line.startswith("1\t# ") for line in lines)
    assert all(line.endswith("\n") for line in lines)
    assert "secret" not in "".join(lines)
    assert "secret" in "".join(shown)


def test_only_the_end() -> None:
    with FakeServer(policy="ignore") as server:
        client = connected(server)
        for _ in range(50):
            client.say(Query("begin"))
        every = transcript(server.log.entries)
        last = transcript(server.log.entries, last=10)
    assert 10 <= len(last) < len(every)
    assert every[-len(last) :] == last


def test_a_password_is_never_shown() -> None:
    with FakeServer(policy="ignore", auth=Auth.cleartext({"alice": "Secret1!"})) as server:
        client = MemoryClient(server.memory().open_peer())
        client.start("alice")
        client.say(b"p" + (len(b"Secret1!") + 5).to_bytes(4, "big") + b"Secret1!\0")
        for last in (None, 1, 2, 3):
            assert "Secret1!" not in "".join(
                transcript(server.log.entries, redact=False, last=last)
            )
