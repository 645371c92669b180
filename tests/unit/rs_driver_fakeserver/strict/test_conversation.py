"""Groups, errors, and clients that are ahead of the server."""

from __future__ import annotations

import pytest

from rs_driver.wire.auth import PasswordMessage
from rs_driver.wire.control import NoticeResponse, ParameterStatus
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.query import (
    Bind,
    Describe,
    Execute,
    Flush,
    FunctionCall,
    Parse,
    Query,
    Sync,
    Terminate,
)
from rs_driver.wire.redshift import IdpTokenResponse
from rs_driver.wire.results import (
    BindComplete,
    CommandComplete,
    EmptyQueryResponse,
    NoData,
    ParameterDescription,
    ParseComplete,
    PortalSuspended,
)
from support.watched import IN_TRANSACTION, READY, Watched, error, logged_in

PARSE = Parse("", "select 1", ())
BIND = Bind("", "", (), (), ())
EXECUTE = Execute("")
SELECTED = CommandComplete("SELECT 1")
FLIGHT = (PARSE, BIND, EXECUTE, Sync())
ANSWER = (ParseComplete(), BindComplete(), SELECTED, READY)


def executed() -> Watched:
    watched = logged_in()
    for message, answer in zip(FLIGHT[:3], ANSWER[:3], strict=True):
        watched.client(message).server(answer)
    return watched


def test_in_turn_or_ahead_it_is_the_same() -> None:
    in_turn = executed().client(Sync()).server(READY)
    ahead = logged_in().client(*FLIGHT).server(*ANSWER)
    far_ahead = logged_in().client(*FLIGHT, *FLIGHT, *FLIGHT).server(*ANSWER, *ANSWER, *ANSWER)
    for watched in (in_turn, ahead, far_ahead):
        assert watched.client(Terminate()).end().found == []


def test_the_turn_decides_and_not_the_moment() -> None:
    watched = logged_in().client(*FLIGHT, Execute("")).server(*ANSWER)
    assert "there is no unnamed portal: it ended with its transaction" in watched.text


@pytest.mark.parametrize("query", [Query("select 1"), FunctionCall(1, (), ())])
def test_a_query_within_a_group(query: FrontendMessage) -> None:
    watched = executed().client(query)
    assert watched.text == (
        f"{type(query).__name__} (message 5 of the client, in the group Parse, Bind, Execute): "
        "Parse, Bind, Execute had no Sync yet; a series of messages of the extended query ends "
        "with Sync before another kind of query begins"
    )


def test_flush_is_no_sync() -> None:
    assert "had no Sync yet" in executed().client(Flush(), Query("select 1")).text


def test_a_query_in_a_group_that_failed() -> None:
    watched = executed().client(PARSE).server(error()).client(Query("select 1"))
    assert "in the group Parse, Bind, Execute, Parse, which has failed" in watched.text


@pytest.mark.parametrize("last", [Query("select 1"), Terminate()])
def test_what_is_only_described_may_end_with_flush(last: FrontendMessage) -> None:
    watched = logged_in().client(PARSE, Describe(b"S", ""), Flush())
    watched.server(ParseComplete(), ParameterDescription(()), NoData())
    assert watched.client(last).found == []


def test_leaving_without_sync() -> None:
    assert "Parse, Bind, Execute had no Sync" in executed().client(Terminate()).text
    failed = executed().client(PARSE).server(error()).client(Terminate()).end()
    assert failed.found == []


def test_after_terminate() -> None:
    watched = logged_in().client(Terminate(), Query("select 1"))
    assert watched.text == (
        "Query (message 3 of the client, after Terminate): the client has taken its leave; "
        "Terminate is the last message"
    )


@pytest.mark.parametrize("message", [PasswordMessage(b"s3cr3t"), IdpTokenResponse(b"s3cr3t")])
def test_what_belongs_to_the_login(message: FrontendMessage) -> None:
    watched = logged_in().client(message)
    assert "the login is over" in watched.text
    assert "s3cr3t" not in watched.text


def test_what_comes_in_between_changes_nothing() -> None:
    watched = logged_in().client(PARSE)
    watched.server(NoticeResponse({"M": "x"}), ParameterStatus("a", "b"), ParseComplete())
    watched.client(BIND).server(BindComplete(), NoticeResponse({"M": "x"}))
    watched.client(EXECUTE).server(NoticeResponse({"M": "x"}), EmptyQueryResponse())
    assert watched.client(Sync()).server(READY).client(Terminate()).end().found == []


def test_a_portal_that_is_suspended_goes_on() -> None:
    watched = logged_in().client(PARSE).server(ParseComplete()).client(BIND).server(BindComplete())
    for _ in range(3):
        watched.client(Execute("", 1)).server(PortalSuspended())
    assert watched.client(Sync()).server(READY).found == []


def test_an_error_of_a_query_ends_with_ready() -> None:
    watched = logged_in().client(Query("selec")).server(error(), READY)
    assert watched.client(Query("select 1")).server(SELECTED, READY).found == []


def test_an_error_while_nothing_runs() -> None:
    watched = logged_in().server(error("57P01", "FATAL"))
    assert watched.end(by_server=True).found == []


def test_messages_that_could_not_be_decoded_have_their_turn() -> None:
    watched = logged_in().client(b"P\0\0\0\5x").server(error())
    watched.client(BIND, Sync()).server(READY)
    watched.client(b"Q\0\0\0\5x").server(error(), READY)
    assert watched.client(Query("select 1")).server(SELECTED, READY).kinds == ["violation"] * 2


def test_ready_where_it_was_not_due() -> None:
    watched = logged_in().client(PARSE).server(READY).client(Query("select 1"))
    assert watched.server(SELECTED, READY).found == []


def test_a_client_that_is_too_far_ahead_is_not_followed() -> None:
    watched = logged_in().client(Query("select 1"))
    watched.client(*[Execute("p")] * 1001, Terminate()).server(SELECTED, READY)
    assert watched.end().found == []
    large = logged_in().client(Query("select 1"))
    large.client(Query("x" * 5_000_000)).server(SELECTED, READY)
    assert large.client(Execute("p")).found == []
    assert large.client(Terminate()).end().found == []


def test_what_waits_takes_little_memory() -> None:
    watched = logged_in().client(Query("select 1"), *[Execute("p")] * 5000)
    assert len(watched.inspector._conversation._waiting) <= 1001


def test_many_messages_of_a_group_are_not_all_named() -> None:
    five = logged_in()
    for _ in range(5):
        five.client(PARSE).server(ParseComplete())
    assert "in the group Parse, Parse, Parse, Parse, Parse)" in five.client(Query("")).text
    assert ": Parse, Parse, Parse, Parse, Parse had" in five.text
    seven = logged_in()
    for _ in range(7):
        seven.client(PARSE).server(ParseComplete())
    assert "in the group Parse, Parse, Parse, Parse, Parse, ...)" in seven.client(Query("")).text
    assert ": Parse, Parse, Parse, Parse, Parse, ... had" in seven.text


def test_each_group_is_judged_by_itself() -> None:
    described = (PARSE, Describe(b"S", ""), Flush(), Query("select 1"))
    answers = (ParseComplete(), ParameterDescription(()), NoData())
    assert executed().client(Sync(), *described).server(READY, *answers).found == []
    ended = executed().client(PARSE).server(READY)  # by the server itself
    assert ended.client(*described).server(*answers).found == []


def test_format_codes_count_even_in_what_is_skipped() -> None:
    watched = logged_in().client(Parse("", "selec", ())).server(error())
    assert "a format code of its results is 7" in watched.client(Bind("", "", (), (), (7,))).text


def test_only_who_has_had_all_answers_has_caught_up() -> None:
    watched = logged_in().client(Query("begin")).server(CommandComplete("BEGIN"), IN_TRANSACTION)
    watched.client(Parse("a", "selec", ()), Sync(), Bind("", "a", (), (), ()), Sync())
    watched.inspector.caught_up()
    assert watched.server(error(), IN_TRANSACTION).found == []
    busy = logged_in().client(Parse("a", "selec", ())).server(error())
    busy.client(Sync(), Query("select 1")).server(READY)
    busy.inspector.caught_up()
    busy.server(SELECTED, READY)
    assert busy.client(Bind("", "a", (), (), ())).found == []
