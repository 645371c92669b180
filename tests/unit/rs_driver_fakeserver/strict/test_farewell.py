"""How a connection ends."""

from __future__ import annotations

import pytest

from rs_driver.wire.query import Describe, Execute, Flush, Parse, Query, Terminate
from rs_driver.wire.results import ParseComplete
from support.watched import STARTUP, Watched, error, logged_in

PARSE = Parse("", "select 1", ())


def test_terminate() -> None:
    assert logged_in().client(Terminate()).end().found == []
    assert logged_in().client(Terminate()).end(by_server=True).found == []
    assert logged_in().client(Query("select pg_sleep(9)"), Terminate()).end().found == []


def test_without() -> None:
    assert logged_in().end().found == [
        (
            "farewell",
            (
                "the client went without Terminate; "
                "a client says Terminate before it closes the connection"
            ),
        )
    ]


def test_the_server_went_first() -> None:
    assert logged_in().end(by_server=True).found == []
    assert logged_in().end(3, by_server=True).found == []
    assert logged_in().server(error("57P01", "FATAL")).end().found == []
    assert Watched().client(STARTUP).server(error("28000", "FATAL")).end().found == []


def test_before_the_login_was_over() -> None:
    assert Watched().end().found == []
    assert Watched().client(STARTUP).end().found == []


@pytest.mark.parametrize("watched", [Watched(), Watched().client(STARTUP), logged_in()])
def test_in_the_middle_of_a_message(watched: Watched) -> None:
    text = watched.end(3).found[0][1]
    assert text.startswith("the client went in the middle of a message, of which 3 bytes came")


def test_after_terminate() -> None:
    watched = logged_in().client(Terminate()).end(5, by_server=True)
    assert watched.text == (
        "5 bytes came after Terminate (after Terminate); Terminate is the last message"
    )


def test_without_sync() -> None:
    watched = logged_in().client(PARSE).server(ParseComplete()).end()
    assert watched.kinds == ["violation", "farewell"]
    assert watched.found[0][1].startswith("the client went, and Parse had no Sync")


def test_waiting_after_a_flush() -> None:
    watched = logged_in().client(PARSE, Describe(b"S", ""), Flush()).server(ParseComplete())
    assert watched.end().kinds == ["farewell"]
    failed = logged_in().client(PARSE).server(error()).client(Execute(""))
    assert failed.end().kinds == ["farewell"]
