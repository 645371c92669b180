from __future__ import annotations

import pytest

from rs_driver.wire.copy import CopyData, CopyDone, CopyFail
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.query import (
    Bind,
    Close,
    Describe,
    Execute,
    Flush,
    FunctionCall,
    Parse,
    Query,
    Sync,
)
from rs_driver.wire.startup import StartupMessage
from rs_driver_fakeserver.recording.flights import Flights, startup_key
from rs_driver_fakeserver.recording.said import Said
from support.cassettes import front


def named(statement: str, portal: str) -> str:
    flights = Flights()
    parts = [
        flights.key(front(Parse(statement, "select $1", (23,)), Describe(b"S", statement), Sync())),
        flights.key(
            front(
                Bind(portal, statement, (1,), (b"\0\1", None, b"x"), (0,)),
                Describe(b"P", portal),
                Execute(portal, 7),
                Close(b"P", portal),
                Close(b"S", statement),
                Sync(),
            )
        ),
    ]
    return "\n".join(parts)


def test_names_do_not_count() -> None:
    assert named("_s1", "p") == named("x", "")
    assert named("", "") == (
        "Parse select $1 types=23\nDescribe S select $1\nSync\n"
        "Bind select $1 [\\x0001, NULL, 'x'] formats=1 results=0\nDescribe P select $1\n"
        "Execute select $1 limit 7\nClose P select $1\nClose S select $1\nSync"
    )


def test_layout_does_not_count() -> None:
    one, other = (Flights().key(front(Query(sql))) for sql in ("SELECT  1 ;", "select 1"))
    assert one == other == "Query select 1"
    assert Flights().key(front(Query("select 'A'"))) != Flights().key(front(Query("select 'a'")))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Bind("", "", (), (b"1",), ()), Bind("", "", (), (b"2",), ())),
        (Bind("", "", (), (b"1",), ()), Bind("", "", (1,), (b"1",), ())),
        (Bind("", "", (), (b"1",), ()), Bind("", "", (), (b"1",), (1,))),
        (Parse("", "a", ()), Parse("", "a", (23,))),
        (Execute(""), Execute("", 1)),
        (FunctionCall(1, (), ()), FunctionCall(2, (), ())),
        (CopyFail("a"), CopyFail("b")),
        (CopyData(b"a"), CopyData(b"b")),
        (Sync(), Flush()),
    ],
)
def test_what_counts(one: FrontendMessage, other: FrontendMessage) -> None:
    assert Flights().key(front(one)) != Flights().key(front(other))


def test_parameters_need_not_count() -> None:
    keys = [
        Flights(parameters=False).key(front(Bind("", "", (), (value,), ())))
        for value in (b"1", b"2")
    ]
    assert keys[0] == keys[1]


def test_the_pieces_of_a_copy_do_not_count() -> None:
    one = Flights().key(front(CopyData(b"1\n"), CopyData(b"2\n"), CopyDone()))
    assert one == Flights().key(front(CopyData(b"1\n2\n"), CopyDone()))
    assert Flights().key(front(CopyData(b"1"))) == "CopyData '1'"


def test_what_cannot_be_decoded() -> None:
    assert Flights().key([Said("F", b"Qxx")]) == "Bytes b'Q'"


def test_who_begins() -> None:
    settings = (("user", "a"), ("database", "b"), ("client_protocol_version", "2"))
    key = startup_key(StartupMessage(settings))
    assert key == "StartupMessage 196608 client_protocol_version=2 user=a database=b"
    more = (*settings, ("application_name", "x"), ("driver_version", "7"))
    assert startup_key(StartupMessage(more)) == key
    assert startup_key(None) == "nothing"
