from __future__ import annotations

from rs_driver.wire.query import Query
from rs_driver_fakeserver import faults
from rs_driver_fakeserver.auth.methods import Auth
from rs_driver_fakeserver.server import FakeServer
from rs_driver_fakeserver.transcript import last, transcript
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
        end = transcript(last(server.log.entries, 10))
        whole = last(server.log.entries, 1000)
    assert 10 <= len(end) < len(every)
    assert every[-len(end) :] == end
    assert len(whole) == len(server.log.entries)


def test_what_comes_many_times_in_a_row_is_one_line() -> None:
    with FakeServer(policy="ignore") as server:
        server.when("select many").returns(["n"], [(n,) for n in range(300)])
        server.when("select two").returns(["n"], [(1,), (2,)])
        client = connected(server)
        client.say(Query("select many"), Query("select two"))
        tail = server.log.tail()
    lines = [line.split("\t") for line in tail.splitlines()]
    assert [line[2] for line in lines if len(line) == 3] == [
        "17 x ParameterStatus",
        "300 x DataRow",
    ]
    assert [line[3] for line in lines if len(line) > 3].count("DataRow") == 2
    assert lines[0][3] == "StartupMessage"
    assert server.log.tail(5).startswith("... and more before\n")


def test_a_password_is_never_shown() -> None:
    with FakeServer(policy="ignore", auth=Auth.cleartext({"alice": "Secret1!"})) as server:
        client = MemoryClient(server.memory().open_peer())
        client.start("alice")
        client.say(b"p" + (len(b"Secret1!") + 5).to_bytes(4, "big") + b"Secret1!\0")
        for count in (1, 2, 3, 100):
            end = last(server.log.entries, count)
            assert "Secret1!" not in "".join(transcript(end, redact=False))
