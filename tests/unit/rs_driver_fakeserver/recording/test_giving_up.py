from __future__ import annotations

import pytest

from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.query import Bind, Describe, Execute, Flush, FunctionCall, Parse, Query, Sync
from rs_driver_fakeserver.recording.giving_up import rolled_back
from support.cassettes import front
from support.wire_client import names, prepared


@pytest.mark.parametrize(
    "sql", ["ROLLBACK", "rollback;", "Abort", "rollback work", "/* x */ rollback"]
)
def test_a_simple_query(sql: str) -> None:
    answers = rolled_back(front(Query(sql)))
    assert names(answers or []) == ["CommandComplete", "ReadyForQuery"]


def test_an_extended_query() -> None:
    said = [Parse("", "rollback", ()), Describe(b"S", ""), Flush(), *prepared("x")[1:]]
    assert names(rolled_back(front(*said)) or []) == [
        "ParseComplete",
        "ParameterDescription",
        "NoData",
        "BindComplete",
        "NoData",
        "CommandComplete",
        "ReadyForQuery",
    ]


@pytest.mark.parametrize(
    "said",
    [
        [Query("commit")],
        [Query("rollback; select 1")],
        [Query("rollback to a")],
        [Query("rollback prepared 'x'")],
        [Bind("", "", (), (), ()), Execute(""), Sync()],
        [Parse("", "rollback", ()), Parse("", "rollback", ()), Sync()],
        [Parse("", "rollback", ()), FunctionCall(1, (), ())],
    ],
)
def test_anything_else(said: list[FrontendMessage]) -> None:
    assert rolled_back(front(*said)) is None
