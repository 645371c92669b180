from __future__ import annotations

from rs_driver_fakeserver.rules.calls import Call, Caller, call


def test_the_record_of_a_run() -> None:
    made = call("select $1", [7], Caller("alice", "dev", 2), 3)
    assert made == Call("select $1", (7,), "alice", "dev", 2, 3)
    assert 15 < made.size < 100
    assert call("a" * 100, ["b" * 1000], Caller(), 1).size > 1100
    assert (made.user, made.database, made.connection, made.number) == ("alice", "dev", 2, 3)
