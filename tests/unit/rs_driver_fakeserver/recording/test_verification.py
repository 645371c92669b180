from __future__ import annotations

from collections.abc import Iterator

import pytest

from rs_driver.wire.auth import AuthenticationRequest
from rs_driver.wire.control import ErrorResponse
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.query import Bind, Execute, Parse, Query, Sync
from rs_driver_fakeserver.auth.methods import Auth
from rs_driver_fakeserver.recording.cassette import Cassette, Conversation
from rs_driver_fakeserver.recording.login import LoginError
from rs_driver_fakeserver.recording.said import Said
from rs_driver_fakeserver.recording.turns import Turns
from rs_driver_fakeserver.recording.verification import Verification, verify
from rs_driver_fakeserver.server import FakeServer
from support.cassettes import STARTUP, back, cassette, front, recorded
from support.wire_client import prepared

NAMED: list[FrontendMessage] = [Parse("s", "alter user bob password 'hush hush'", ()), Sync()]
RUN: list[FrontendMessage] = [Bind("", "s", (), (), ()), Execute(""), Sync()]


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(auth=Auth.cleartext({"bob": "pw"}), policy="ignore") as made:
        made.when("select a from t").returns({"a": "int4"}, [(1,)])
        made.when("select a from dev.t").returns({"a": "int4"}, [(2,)])
        made.when("select current_user").returns({"user": "name"}, [("bob",)])
        made.when("alter user bob password 'hush hush'").completes("ALTER USER")
        yield made


def tape(*flights: list[FrontendMessage]) -> Cassette:
    """Recorded with another server, by another user, of another database."""
    with FakeServer(policy="ignore") as recording:
        recording.when("select a from t").returns({"a": "int4"}, [(1,)])
        recording.when("select a from dev.t").returns({"a": "int4"}, [(2,)])
        recording.when("select current_user").returns({"user": "name"}, [("alice",)])
        recording.when("alter user bob password 'hush hush'").completes("ALTER USER")
        return cassette(recorded(recording, *flights))


def checked(server: FakeServer, made: Cassette, **options: object) -> Verification:
    given = {"user": "bob", "password": "pw", "database": "dev", **options}
    return verify(made, (server.host, server.port), **given)  # type: ignore[arg-type]


def test_without_drift(server: FakeServer) -> None:
    made = tape([Query("select a from t")], prepared("select a from dev.t"))
    found = checked(server, made)
    assert (found.drifts, found.skipped, found.turns, found.connections) == ([], [], 2, 1)
    assert str(found) == "no difference in 2 turns of 1 connections"


def test_names_are_put_back(server: FakeServer) -> None:
    made = tape([Query("select current_user")], [Query("select a from dev.t")])
    assert checked(server, made, data=True).drifts == []
    sent = [message.sql for message in server.log.frontend() if isinstance(message, Query)]
    assert sent == ["select current_user", "select a from dev.t"]
    assert server.logins[0].user == "bob"


def test_with_drift(server: FakeServer) -> None:
    made = tape([Query("select a from t")], prepared("select a from dev.t"))
    server.when("select a from t").returns({"a": "int8", "b": "int4"}, [(1, 2)])
    server.when("select a from dev.t").raises("42P01", "no table")
    found = checked(server, made)
    assert [(drift.kind, drift.turn) for drift in found.drifts] == [
        ("columns", 2), ("type", 2), ("sqlstate", 3),
    ]  # fmt: skip
    assert str(found).splitlines() == [
        "3 differences in 2 turns of 1 connections",
        "connection 1, turn 2: select a from t",
        "  columns: recorded a; live a, b",
        "  type of column a: recorded 23; live 20",
        "connection 1, turn 3: select a from dev.t",
        "  sqlstate: recorded no error; live 42P01 (no table)",
    ]


def test_what_holds_a_secret_is_skipped(server: FakeServer) -> None:
    made = tape(NAMED, RUN, [Query("select a from t")])
    found = checked(server, made)
    assert found.drifts == []
    assert [(one.turn, one.reason) for one in found.skipped] == [
        (2, "redacted_secret_1 is not known"),
        (3, "its statement was not prepared"),
    ]
    assert "not run: connection 1, turn 2: alter user bob password" in str(found)
    assert found.turns == 1


def test_unless_it_is_given(server: FakeServer) -> None:
    found = checked(server, tape(NAMED, RUN), replace={"redacted_secret_1": "hush hush"})
    assert (found.drifts, found.skipped, found.turns) == ([], [], 2)


def test_statements_are_named_by_their_sql(server: FakeServer) -> None:
    made = tape([Parse("s", "select a from t", ()), Sync()], RUN)
    server.when("select a from t").raises("57014", "too slow")
    found = checked(server, made)
    assert [(drift.turn, drift.sql) for drift in found.drifts] == [(3, "select a from t")]


def test_logins_that_failed_are_not_tried(server: FakeServer) -> None:
    refused = Turns.of([*front(STARTUP), *back(ErrorResponse({"S": "FATAL", "C": "28000"}))])
    found = checked(server, Cassette([Conversation(refused)]))
    assert [one.reason for one in found.skipped] == ["it did not succeed"]


def test_what_cannot_be_decoded_is_not_said(server: FakeServer) -> None:
    made = tape([Query("select a from t")])
    made.conversations[0].turns[1].said[0] = Said("F", b"Q\0\0\0\5x")
    assert [one.reason for one in checked(server, made).skipped] == [
        "a message in it could not be decoded"
    ]


def test_a_server_that_hangs_up(server: FakeServer) -> None:
    made = tape([Query("select a from t")], [Query("select a from t")])
    server.when("select a from t").raises("57P01", "bye", severity="FATAL")
    found = checked(server, made)
    assert [drift.kind for drift in found.drifts] == ["sqlstate", "closed"]
    assert found.turns == 1


def test_who_is_not_let_in(server: FakeServer) -> None:
    with pytest.raises(LoginError, match="28"):
        checked(server, tape([Query("select a from t")]), password="wrong")
    with pytest.raises(LoginError, match="none was given"):
        checked(server, tape([Query("select a from t")]), password=None)


def test_logging_in_by_oneself(server: FakeServer) -> None:
    from rs_driver.wire.auth import PasswordMessage

    def authenticate(request: AuthenticationRequest) -> PasswordMessage | None:
        return PasswordMessage(b"pw") if request.code == 3 else None

    made = tape([Query("select a from t")])
    assert checked(server, made, password=None, authenticator=authenticate).turns == 1
