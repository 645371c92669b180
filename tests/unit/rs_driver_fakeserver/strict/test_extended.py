"""Names and counts that fit, and those that do not."""

from __future__ import annotations

import pytest

from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.query import Describe, Execute, Parse, Sync
from rs_driver.wire.results import (
    BindComplete,
    NoData,
    ParseComplete,
)
from support.watched import READY, error, logged_in
from support.watched_statements import COLUMNS, bind, bound, prepared


@pytest.mark.parametrize("results", [0, 1, 2])
def test_fitting_binds(results: int) -> None:
    assert prepared().client(bind(results=results)).found == []


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (bind(count=1), "it gives 1 parameter, and the statement takes 2"),
        (bind(count=3), "it gives 3 parameters, and the statement takes 2"),
        (bind(results=3), "it has 3 result format codes, and the statement has 2 columns"),
        (bind(statement="b"), "'b': nothing has made it; a statement is made by Parse before"),
        (bind(statement=""), "there is no unnamed statement: nothing has made it"),
        (Describe(b"S", "b"), "there is no statement 'b'"),
        (Describe(b"P", "p"), "there is no portal 'p'"),
        (Execute("p"), "'p': nothing has made it; a portal is made by Bind before it is used"),
        (Execute(""), "there is no unnamed portal"),
        (Parse("a", "select 1", ()), "there is a statement 'a' already"),
    ],
)
def test_what_does_not_fit(message: FrontendMessage, said: str) -> None:
    watched = prepared().client(message)
    assert said in watched.text
    assert "s3cr3t" not in watched.text


def test_result_formats_without_columns() -> None:
    assert prepared(columns=NoData()).client(bind(results=1)).found == []
    assert "2 result format codes" in prepared(columns=NoData()).client(bind(results=2)).text


def test_the_portals_description_counts_too() -> None:
    watched = logged_in().client(Parse("a", "select 1", ())).server(ParseComplete())
    watched.client(bind(count=0)).server(BindComplete())
    watched.client(Describe(b"P", "")).server(COLUMNS).client(Sync()).server(READY)
    assert "and the statement has 2 columns" in watched.client(bind(count=0, results=3)).text


def test_fewer_parameters_than_types() -> None:
    watched = logged_in().client(Parse("a", "select $1", (23, 25))).server(ParseComplete())
    assert "the statement takes 2" in watched.client(bind(count=1)).text


def test_counts_that_only_the_server_knows() -> None:
    watched = logged_in().client(Parse("a", "select $1", ())).server(ParseComplete())
    watched.client(bind(count=1)).server(error("08P01"))
    assert "the server finds that it does not fit" in watched.text
    other = logged_in().client(Parse("a", "select $1", ())).server(ParseComplete())
    assert other.client(bind(count=1)).server(error("22P02")).found == []


def test_a_portals_name_is_taken() -> None:
    assert "there is a portal 'p' already" in bound().client(bind("p")).text
    assert bound("").client(bind()).found == []
