"""COPY IN, within and without."""

from __future__ import annotations

import pytest

from rs_driver.wire.copy import (
    CopyBothResponse,
    CopyData,
    CopyDone,
    CopyFail,
    CopyInResponse,
    CopyOutResponse,
)
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.query import Bind, Execute, Flush, Parse, Query, Sync, Terminate
from rs_driver.wire.results import BindComplete, CommandComplete, ParseComplete
from support.watched import READY, Watched, error, logged_in

IN = CopyInResponse(0, (0,))
DATA = CopyData(b"s3cr3t")
DONE = CommandComplete("COPY 1")


def copying() -> Watched:
    return logged_in().client(Query("copy t from stdin")).server(IN)


def copying_prepared(*messages: FrontendMessage) -> Watched:
    watched = logged_in().client(Parse("", "copy t from stdin", ())).server(ParseComplete())
    watched.client(Bind("", "", (), (), ())).server(BindComplete())
    return watched.client(Execute(""), *messages).server(IN)


@pytest.mark.parametrize(
    "watched",
    [
        copying().client(DATA, DATA, CopyDone()).server(DONE, READY),
        copying().client(CopyDone()).server(DONE, READY),
        copying().client(DATA, CopyFail("no")).server(error(), READY),
        copying().client(Flush(), DATA, Sync(), CopyDone()).server(DONE, READY),
        copying_prepared(Sync()).client(DATA, CopyDone()).server(DONE).client(Sync()).server(READY),
        copying_prepared().client(DATA, CopyDone(), Sync()).server(DONE, READY),
        # What the client had sent before it could hear of the error is dropped.
        copying().client(DATA).server(error(), READY).client(DATA, DATA, CopyDone()),
        copying_prepared().client(DATA).server(error()).client(DATA, CopyDone(), Sync()),
        copying_prepared().client(DATA).server(error()).client(Execute(""), Sync()).server(READY),
        copying().client(DATA).server(READY).client(Query("select 1")).server(DONE, READY),
        logged_in()
        .client(Query("copy t to stdout"))
        .server(CopyOutResponse(0, (0,)), DATA, CopyDone(), DONE, READY),
        logged_in().client(Query("x")).server(CopyBothResponse(0, ())).client(DATA, CopyDone()),
    ],
)
def test_legal(watched: Watched) -> None:
    assert watched.client(Terminate()).end().found == []


@pytest.mark.parametrize("message", [DATA, CopyDone(), CopyFail("why")])
def test_there_is_no_copy(message: FrontendMessage) -> None:
    watched = logged_in().client(message)
    assert "no COPY from the client is running; COPY data follows a CopyInResponse" in watched.text
    assert "s3cr3t" not in watched.text


def test_the_end_of_the_data_is_the_end() -> None:
    watched = copying().client(CopyDone()).server(DONE, READY).client(DATA)
    assert "no COPY from the client is running" in watched.text
    watched = copying().server(error(), READY).client(DATA, CopyDone(), DATA)
    assert "no COPY from the client is running" in watched.text
    watched = copying().server(error(), READY).client(Query("select 1")).server(READY).client(DATA)
    assert "no COPY from the client is running" in watched.text


@pytest.mark.parametrize("message", [Query("select 1"), Parse("", "", ()), Terminate()])
def test_something_else_in_copy_in(message: FrontendMessage) -> None:
    watched = copying().client(DATA, message)
    assert "while COPY IN runs" in watched.text
    assert "COPY IN takes CopyData, and ends with CopyDone or CopyFail" in watched.text


def test_gone_in_the_middle() -> None:
    watched = copying().client(DATA).end()
    assert watched.kinds == ["farewell"]
    assert "in the middle of COPY IN, without CopyDone" in watched.text
