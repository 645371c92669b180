"""Prepared statements that nobody needed, portals that nobody closed."""

from __future__ import annotations

from rs_driver.wire.query import Bind, Close, Describe, Execute, Parse, Query, Sync, Terminate
from rs_driver.wire.results import (
    BindComplete,
    CloseComplete,
    CommandComplete,
    ParseComplete,
)
from support.watched import FAILED, IN_TRANSACTION, READY, Watched, error, logged_in


def prepared(*names: str, sql: str = "select 1", oids: tuple[int, ...] = ()) -> Watched:
    return prepare(logged_in(), *names, sql=sql, oids=oids)


def prepare(
    watched: Watched, *names: str, sql: str = "select 1", oids: tuple[int, ...] = ()
) -> Watched:
    for name in names:
        watched.client(Parse(name, sql, oids)).server(ParseComplete())
    return watched.client(Sync()).server(READY)


def run(watched: Watched, name: str, *values: bytes) -> Watched:
    watched.client(Bind("", name, (), values, ())).server(BindComplete())
    watched.client(Execute("")).server(CommandComplete("SELECT 1"))
    return watched.client(Sync()).server(READY)


def begun(watched: Watched) -> Watched:
    return watched.client(Query("begin")).server(CommandComplete("BEGIN"), IN_TRANSACTION)


def left(watched: Watched) -> list[str]:
    """The texts, after Terminate."""
    watched.client(Terminate()).end()
    assert set(watched.kinds) <= {"statements"}
    return [text for _, text in watched.found]


def test_executed_statements() -> None:
    assert left(run(prepared("a"), "a")) == []
    assert left(prepared("")) == []


def test_never_executed() -> None:
    assert left(prepared("a")) == ["prepared and never executed: 'a' ('select 1')"]


def test_closed_ones_do_not_count() -> None:
    watched = prepared("a").client(Close(b"S", "a")).server(CloseComplete())
    assert left(watched.client(Sync()).server(READY)) == []


def test_long_lists_and_long_sql_are_cut() -> None:
    watched = logged_in()
    for number in range(7):
        prepare(watched, f"s{number}", sql=f"select {number}, '{'x' * 1000}'")
    (text,) = left(watched)
    assert text.endswith(" and 2 more")
    assert len(text) < 600


def test_five_are_listed() -> None:
    watched = logged_in()
    for number in range(5):
        prepare(watched, f"s{number}", sql=f"select {number}")
    (text,) = left(watched)
    assert text.endswith("'s4' ('select 4')")


def test_the_same_sql_twice() -> None:
    watched = prepare(prepared("a", "b"), "c", oids=(23,))
    run(run(run(watched, "a"), "b"), "c", b"1")
    assert left(watched) == [
        (
            "the same SQL with the same parameter types was prepared 2 times: "
            "'a' ('select 1'), 'b' ('select 1')"
        )
    ]


def test_an_error_in_the_same_group_excuses() -> None:
    watched = logged_in().client(Parse("a", "select 1", ())).server(ParseComplete())
    watched.client(Bind("", "a", (), (), ())).server(error("25P02"))
    assert left(watched.client(Sync()).server(READY)) == []


def test_so_does_one_before_it_was_bound() -> None:
    watched = logged_in().client(Parse("a", "select 1", ())).server(ParseComplete())
    watched.client(Describe(b"S", "a")).server(error("25P02"))
    assert left(watched.client(Sync()).server(READY)) == []


def test_an_error_in_another_group_is_no_excuse() -> None:
    watched = prepared("a").client(Parse("", "selec", ())).server(error())
    assert len(left(watched.client(Sync()).server(READY))) == 1


def test_an_execute_that_was_skipped_excuses() -> None:
    watched = begun(prepared("a"))
    watched.client(Bind("p", "a", (), (), ())).server(BindComplete())
    watched.client(Sync()).server(IN_TRANSACTION).client(Parse("", "selec", ())).server(error())
    watched.client(Execute("p"), Sync()).server(FAILED)
    watched.client(Query("rollback")).server(CommandComplete("ROLLBACK"), READY)
    assert left(watched) == []


def test_a_bind_that_was_skipped_excuses() -> None:
    watched = prepared("a").client(Parse("", "selec", ())).server(error())
    watched.client(Bind("", "a", (), (), ()), Execute(""), Sync()).server(READY)
    assert left(watched) == []


def test_who_was_cut_off_had_no_chance() -> None:
    assert prepared("a").end(by_server=True).found == []
    assert prepared("a").end().kinds == ["farewell", "statements"]


def test_too_many() -> None:
    watched = logged_in()
    for number in range(1001):
        assert watched.found == []
        prepare(watched, f"s{number}", sql=f"select {number}")
    assert watched.client(Sync()).text.startswith("more than 1000 prepared statements are open")


def test_a_portal_that_was_neither_executed_nor_closed() -> None:
    watched = begun(run(prepared("a"), "a"))
    watched.client(Bind("p", "a", (), (), ())).server(BindComplete())
    watched.client(Sync()).server(IN_TRANSACTION)
    assert watched.found == []
    watched.client(Query("commit")).server(CommandComplete("COMMIT"), READY)
    assert left(watched) == [
        (
            "the portal 'p' was neither executed nor closed before its transaction ended; "
            "a client closes the named portals that it makes"
        )
    ]


def test_portals_in_order() -> None:
    for message, answer in (
        (Close(b"P", "p"), CloseComplete()),
        (Execute("p", 1), CommandComplete("SELECT 1")),
    ):
        watched = begun(run(prepared("a"), "a"))
        watched.client(Bind("p", "a", (), (), ())).server(BindComplete())
        watched.client(message).server(answer).client(Sync()).server(IN_TRANSACTION)
        watched.client(Query("commit")).server(CommandComplete("COMMIT"), READY)
        assert left(watched) == []


def test_a_portal_of_a_transaction_that_failed() -> None:
    watched = begun(run(prepared("a"), "a"))
    watched.client(Bind("p", "a", (), (), ())).server(BindComplete())
    watched.client(Sync()).server(IN_TRANSACTION)
    watched.client(Query("selec")).server(error(), FAILED)
    watched.client(Query("rollback")).server(CommandComplete("ROLLBACK"), READY)
    assert left(watched) == []
