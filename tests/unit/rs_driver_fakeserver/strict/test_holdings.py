"""What there is for the client, by what the server has answered."""

from __future__ import annotations

import pytest

from rs_driver.wire.messages import BackendMessage, FrontendMessage
from rs_driver.wire.query import Close, Describe, Execute, Parse, Query, Sync
from rs_driver.wire.results import (
    BindComplete,
    CloseComplete,
    CommandComplete,
    ParseComplete,
)
from support.watched import FAILED, IN_TRANSACTION, READY, Watched, error, logged_in
from support.watched_statements import SELECTED, bind, bound, in_transaction, prepared


def test_a_closed_name_is_free() -> None:
    watched = prepared().client(Close(b"S", "a")).server(CloseComplete())
    assert watched.client(Parse("a", "select 1", ())).found == []
    watched = bound().client(Close(b"P", "p")).server(CloseComplete())
    assert watched.client(bind("p")).found == []


def test_a_closed_name_is_gone() -> None:
    watched = prepared().client(Close(b"S", "a")).server(CloseComplete())
    assert "there is no statement 'a': the client has closed it" in watched.client(bind()).text
    watched = bound().client(Close(b"P", "p")).server(CloseComplete())
    assert "there is no portal 'p': the client has closed it" in watched.client(Execute("p")).text


def test_closing_what_there_is_not() -> None:
    watched = logged_in().client(Close(b"S", "x")).server(CloseComplete())
    assert watched.client(Close(b"P", "x")).server(CloseComplete()).found == []


def test_a_portal_lives_as_long_as_its_transaction() -> None:
    assert bound().client(Execute("p")).found == []
    over = bound().client(Query("commit")).server(CommandComplete("COMMIT"), READY)
    assert "'p': it ended with its transaction" in over.client(Execute("p")).text
    outside = prepared().client(bind("p")).server(BindComplete())
    outside.client(Execute("p")).server(SELECTED).client(Sync()).server(READY)
    assert "it ended with its transaction" in outside.client(Execute("p")).text


@pytest.mark.parametrize("command", ["ROLLBACK", "CLOSE CURSOR", "CLOSE CURSOR ALL", "CALL", "DO"])
def test_what_may_have_ended_a_portal_or_not(command: str) -> None:
    def maybe() -> Watched:
        return bound().client(Query("x")).server(CommandComplete(command), IN_TRANSACTION)

    for message in (Execute("p"), bind("p")):
        watched = maybe().client(message).server(error())
        assert watched.client(Sync()).server(FAILED).found == []


@pytest.mark.parametrize(("status", "told"), [(READY, True), (IN_TRANSACTION, False)])
def test_a_rollback_ends_portals_unless_it_is_one_to_a_savepoint(
    status: BackendMessage, told: bool
) -> None:
    watched = bound().client(Query("x")).server(CommandComplete("ROLLBACK"), status)
    found = watched.client(Execute("p")).found
    assert [("'p': it ended with its transaction" in text) for _, text in found] == [True] * told


def test_deallocate_all_is_not_about_the_unnamed_statement() -> None:
    watched = prepared().client(Parse("d", "deallocate all", ())).server(ParseComplete())
    watched.client(Parse("", "select 1", ())).server(ParseComplete())
    watched.client(bind("", "d", count=0), Execute("")).server(BindComplete())
    watched.server(CommandComplete("DEALLOCATE ALL")).client(Sync()).server(READY)
    assert watched.client(bind("", "", count=0)).server(BindComplete()).found == []
    assert "there is no statement 'a': SQL has deallocated it" in watched.client(bind()).text


def test_a_portal_of_a_closed_statement() -> None:
    def closed() -> Watched:
        watched = bound().client(Parse("b", "select 1", ())).server(ParseComplete())
        watched.client(bind("q", "b", count=0)).server(BindComplete())
        return watched.client(Close(b"S", "a")).server(CloseComplete())

    assert closed().client(Execute("p")).found == []
    assert closed().client(bind("p", "b", count=0)).found == []
    assert "there is a portal 'q' already" in closed().client(bind("q", "b", count=0)).text


def test_commit_ends_portals_before_sync_comes() -> None:
    watched = bound().client(Parse("", "commit", ())).server(ParseComplete())
    watched.client(bind("", "", count=0)).server(BindComplete())
    watched.client(Execute("")).server(CommandComplete("COMMIT"))
    assert "'p': it ended with its transaction" in watched.client(Execute("p")).text


def test_a_query_does_away_with_the_unnamed_portal() -> None:
    watched = bound("").client(Query("x")).server(SELECTED, IN_TRANSACTION)
    assert "unnamed portal: a simple Query has replaced it" in watched.client(Execute("")).text


def unnamed() -> Watched:
    return logged_in().client(Parse("", "select 1", ())).server(ParseComplete())


def test_a_parse_without_a_name_that_fails_leaves_nothing() -> None:
    watched = unnamed().client(Parse("", "selec", ())).server(error())
    watched.client(Sync()).server(READY).inspector.caught_up()
    said = "there is no unnamed statement: the last Parse without a name failed"
    assert said in watched.client(bind("", "", count=0)).text


def test_a_parse_without_a_name_that_is_skipped_leaves_all_as_it_is() -> None:
    watched = unnamed().client(Parse("x", "selec", ())).server(error())
    watched.client(Parse("", "select 2", ()), Sync()).server(READY).inspector.caught_up()
    assert watched.client(bind("", "", count=0)).found == []


def test_a_portal_of_which_nothing_is_known_may_have_run_anything() -> None:
    watched = in_transaction(prepared()).client(Query("declare c cursor for x"))
    watched.server(CommandComplete("DECLARE CURSOR"), IN_TRANSACTION)
    watched.client(Execute("c")).server(CommandComplete("DEALLOCATE"))
    assert watched.client(Parse("a", "select 1", ())).found == []


def test_what_sql_prepares_says_nothing_about_other_names() -> None:
    watched = prepared().client(Query("prepare b as select 1"))
    watched.server(CommandComplete("PREPARE"), READY)
    assert "no statement 'c'" in watched.client(bind(statement="c")).text


def test_a_query_does_away_with_what_has_no_name() -> None:
    watched = logged_in().client(Parse("", "select 1", ())).server(ParseComplete())
    watched.client(bind(statement="", count=0)).server(BindComplete())
    watched.client(Execute("")).server(SELECTED).client(Sync()).server(READY)
    watched.client(Query("select 1")).server(SELECTED, READY)
    assert "unnamed statement: a simple Query has replaced it" in (
        watched.client(bind(statement="", count=0)).text
    )


def test_the_unnamed_statement_may_be_replaced() -> None:
    watched = logged_in().client(Parse("", "select 1", ())).server(ParseComplete())
    assert watched.client(Parse("", "select 2", ())).found == []


def after_an_error(message: FrontendMessage) -> Watched:
    """A group of a transaction that failed at ``message``, and then its Sync."""
    watched = in_transaction(prepared()).client(message).server(error())
    return watched.client(Sync()).server(FAILED)


@pytest.mark.parametrize(
    ("failed", "after"),
    [
        (Parse("b", "selec", ()), bind(statement="b", count=0)),
        (Parse("", "selec", ()), bind(statement="", count=0)),
        (bind("p"), Execute("p")),
        (bind(""), Describe(b"P", "")),
    ],
)
def test_a_client_that_is_ahead_may_not_know(
    failed: FrontendMessage, after: FrontendMessage
) -> None:
    assert after_an_error(failed).client(after).found == []
    watched = after_an_error(failed)
    watched.inspector.caught_up()
    assert "there is no " in watched.client(after).text


def test_a_close_that_was_skipped() -> None:
    def skipped() -> Watched:
        return (
            bound()
            .client(Parse("x", "selec", ()))
            .server(error())
            .client(Close(b"S", "a"), Close(b"P", "p"), Sync())
            .server(FAILED)
        )

    for again in (Parse("a", "select 1", ()), bind("p"), bind("", count=0)):
        assert skipped().client(again).found == []
    watched = skipped()
    watched.inspector.caught_up()
    assert "there is a statement 'a' already" in watched.client(Parse("a", "x", ())).text
    watched = skipped()
    watched.inspector.caught_up()
    assert "there is a portal 'p' already" in watched.client(bind("p")).text


def test_skipped_messages_take_no_place() -> None:
    watched = prepared().client(Parse("x", "selec", ())).server(error())
    watched.client(bind("p"), Parse("b", "select 1", ()), Execute("q"), Sync()).server(READY)
    watched.inspector.caught_up()
    assert watched.found == []
    assert "no statement 'b'" in watched.client(bind(statement="b")).text


@pytest.mark.parametrize(
    ("sql", "command", "after"),
    [
        ("prepare b as select 1", "PREPARE", bind(statement="b", count=0)),
        ("prepare " + " " * 3000 + "b as x", "PREPARE", bind(statement="b", count=0)),
        ("declare c cursor for select 1", "DECLARE CURSOR", Describe(b"P", "c")),
        ("deallocate a", "DEALLOCATE", Parse("a", "select 1", ())),
        ("deallocate all", "DEALLOCATE ALL", Parse("a", "select 1", ())),
        ("deallocate all", "DEALLOCATE", Parse("a", "select 1", ())),
        ("whatever this is", "DEALLOCATE", Parse("a", "select 1", ())),
        ("discard all", "DISCARD ALL", Parse("a", "select 1", ())),
        ("deallocate" + " " * 3000 + "a", "DEALLOCATE", Parse("a", "select 1", ())),
    ],
)
def test_names_that_sql_makes_and_drops(sql: str, command: str, after: FrontendMessage) -> None:
    watched = prepared().client(Query(sql)).server(CommandComplete(command), READY)
    assert watched.client(after).found == []
    extended = prepared().client(Parse("x", sql, ())).server(ParseComplete())
    extended.client(bind(statement="x", count=0)).server(BindComplete())
    extended.client(Execute("")).server(CommandComplete(command)).client(Sync()).server(READY)
    assert extended.client(after).found == []


@pytest.mark.parametrize(
    ("sql", "command"), [("deallocate a", "DEALLOCATE"), ("discard all", "DISCARD ALL")]
)
def test_what_sql_has_dropped_is_gone(sql: str, command: str) -> None:
    watched = prepared().client(Query(sql)).server(CommandComplete(command), READY)
    assert "no statement 'a': SQL has deallocated it" in watched.client(bind()).text


def test_other_sql_drops_nothing() -> None:
    watched = prepared().client(Query("discard plans"))
    watched.server(CommandComplete("DISCARD PLANS"), READY)
    assert watched.client(bind()).server(BindComplete()).found == []
    assert "there is a statement 'a' already" in watched.client(Parse("a", "x", ())).text
