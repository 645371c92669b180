from __future__ import annotations

from dataclasses import replace

import pytest

from rs_driver.wire.control import ErrorResponse, NoticeResponse, ParameterStatus, ReadyForQuery
from rs_driver.wire.copy import CopyOutResponse
from rs_driver.wire.messages import Message
from rs_driver.wire.results import (
    CommandComplete,
    DataRow,
    FieldDescription,
    NoData,
    ParameterDescription,
    RowDescription,
)
from rs_driver_fakeserver.recording.drift import Drift, compare
from rs_driver_fakeserver.recording.turns import Turn
from support.cassettes import back

A = FieldDescription("a", type_oid=23, type_length=4)
B = FieldDescription("b", type_oid=1043, type_modifier=14)
ROWS = (RowDescription((A, B)), DataRow((b"1", b"x")), CommandComplete("SELECT 1"))
READY = ReadyForQuery("I")
ERROR = ErrorResponse({"S": "ERROR", "C": "42P01", "M": "no table"})

INSERTED = CommandComplete("INSERT 0 1")
PARAMETERS = ParameterDescription((20, 25))
COPY = CopyOutResponse(1, (1,))


def turn(*messages: Message, closed: bool = False) -> Turn:
    return Turn(back(*messages), closed)


def kinds(old: Turn, new: Turn, *, data: bool = False) -> list[str]:
    return [str(drift) for drift in compare(old, new, data=data)]


@pytest.mark.parametrize(
    "messages",
    [
        (*ROWS, READY),
        (RowDescription((A, B)), CommandComplete("SELECT 0"), READY),
        (RowDescription((A, B)), *ROWS[1:2] * 9, CommandComplete("SELECT 9"), READY),
        (NoticeResponse({"M": "x"}), *ROWS, ParameterStatus("a", "b"), READY),
        (RowDescription((replace(A, table_oid=7), B)), *ROWS[1:], READY),
    ],
)
def test_what_is_no_drift(messages: tuple[Message, ...]) -> None:
    assert compare(turn(*ROWS, READY), turn(*messages)) == []


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ((A,), ["columns: recorded a, b; live a"]),
        ((B, A), ["columns: recorded a, b; live b, a"]),
        ((), ["columns: recorded a, b; live none"]),
        ((replace(A, type_oid=20), B), ["type of column a: recorded 23; live 20"]),
        ((A, replace(B, type_modifier=24)), ["typmod of column b: recorded 14; live 24"]),
        ((A, replace(B, format=1)), ["format of column b: recorded 0; live 1"]),
        (
            (replace(B, type_oid=25), A),
            ["columns: recorded a, b; live b, a", "type of column b: recorded 1043; live 25"],
        ),
    ],
)
def test_columns(columns: tuple[FieldDescription, ...], expected: list[str]) -> None:
    old, new = (turn(RowDescription(found), *ROWS[1:], READY) for found in ((A, B), columns))
    assert kinds(old, new) == expected


NO_ERROR, AN_ERROR = "no error", "42P01 (no table)"


@pytest.mark.parametrize(
    ("old", "new", "kind", "told"),
    [
        ([ERROR], [*ROWS], "sqlstate", f"recorded {AN_ERROR}; live {NO_ERROR}"),
        ([*ROWS], [ERROR], "sqlstate", f"recorded {NO_ERROR}; live {AN_ERROR}"),
        ([NoData()], [RowDescription(())], "messages", "recorded NoData; live RowDescription"),
        ([NoData()], [], "messages", "recorded NoData; live none"),
        ([INSERTED], [CommandComplete("UPDATE 1")], "tag", "recorded INSERT; live UPDATE"),
        ([ParameterDescription((23,))], [PARAMETERS], "parameters", "recorded 23; live 20, 25"),
        ([ReadyForQuery("I")], [ReadyForQuery("T")], "status", "recorded I; live T"),
        ([CopyOutResponse(0, (0,))], [COPY], "format", "recorded 0, 0; live 1, 1"),
    ],
)
def test_other_differences(old: list[Message], new: list[Message], kind: str, told: str) -> None:
    assert kinds(turn(*old), turn(*new)) == [f"{kind}: {told}"]


def test_hanging_up() -> None:
    went_on, hung_up = "the connection went on", "the server hung up"
    assert kinds(turn(ERROR), turn(ERROR, closed=True)) == [
        f"closed: recorded {went_on}; live {hung_up}"
    ]
    assert kinds(turn(ERROR, closed=True), turn(ERROR)) == [
        f"closed: recorded {hung_up}; live {went_on}"
    ]


def test_texts_of_errors_may_change() -> None:
    other = ErrorResponse({**ERROR.fields, "M": "there is no table", "P": "7"})
    assert compare(turn(ERROR, READY), turn(other, READY)) == []


def test_data_on_demand() -> None:
    old = turn(*ROWS, READY)
    one = turn(ROWS[0], DataRow((b"2", b"x")), ROWS[2], READY)
    two = turn(ROWS[0], *ROWS[1:2] * 2, CommandComplete("SELECT 2"), READY)
    assert kinds(old, old, data=True) == []
    assert kinds(old, one, data=True) == ["rows: recorded row 1 (b'1', b'x'); live (b'2', b'x')"]
    assert kinds(old, two, data=True) == [
        "tag: recorded SELECT 1; live SELECT 2",
        "rows: recorded 1 rows; live 2 rows",
    ]


def test_where_it_is() -> None:
    drift = Drift("tag", "A", "B").at(2, 3, "select 1")
    assert (drift.connection, drift.turn, drift.sql, drift.kind) == (2, 3, "select 1", "tag")
