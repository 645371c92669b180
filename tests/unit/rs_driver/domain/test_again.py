from __future__ import annotations

import pytest

from rs_driver.domain.again import Again, Flights, in_formats
from rs_driver.domain.protocol import Expected
from rs_driver.domain.result import Fields
from rs_driver.ports.codec import BINARY, TEXT
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.query import Bind, Describe, Execute, Sync
from rs_driver.wire.results import BindComplete, NoData, RowDescription
from support.dialogue import described, encoded, new_core

FIELDS = described(23, 25).fields
SENT = (BINARY, TEXT)
SEVEN = b"\0\0\0\7"


def again(fields: Fields | None = FIELDS, version: int | None = None) -> Again:
    formats = () if fields is None else (BINARY,) * len(fields)
    return Flights().of(fields, "s", SENT, formats, version)


def test_the_flight_is_what_its_messages_are() -> None:
    bound = Bind("", "s", (BINARY, TEXT), (SEVEN, None), (BINARY, BINARY))
    for version in (None, 0):
        between = [] if version is None else [Describe(b"P", "")]
        flight = again(version=version).flight.encode([SEVEN, None])
        messages: list[FrontendMessage] = [bound, *between, Execute(""), Sync()]
        assert flight == b"".join(message.encode() for message in messages)


@pytest.mark.parametrize("version", [None, 0, 1, 2])
@pytest.mark.parametrize("fields", [None, (), FIELDS])
def test_what_the_server_will_answer_before_the_rows(
    fields: Fields | None, version: int | None
) -> None:
    it = again(fields, version)
    described: list[NoData | RowDescription] = []
    if version is not None and it.fields is None:
        described = [NoData()]
    elif version is not None:
        described = [RowDescription(it.fields or (), version)]
    assert it.expected.prefix == encoded([BindComplete(), *described])
    assert it.expected.columns == len(fields or ())


@pytest.mark.parametrize("version", [None, 0])
def test_the_debts_are_those_of_its_messages(version: int | None) -> None:
    it, begun, launched = again(version=version), new_core(), new_core()
    between = [] if version is None else [Describe(b"P", "")]
    bound = Bind("", "s", (BINARY, TEXT), (None, None), (BINARY, BINARY))
    width = 2 if version is None else None
    begun.begin("a query", bound, *between, Execute(""), Sync(), columns=width)
    launched.launch("a query", it.flight.encode([None, None]), it.expected.debts)
    assert launched.phase is begun.phase
    assert [owed.phase for owed in launched._replies] == [owed.phase for owed in begun._replies]
    assert bytes(launched.data_to_send()) == bytes(begun.data_to_send())


def test_the_fields_are_in_the_formats_asked_for() -> None:
    found = in_formats(FIELDS, (BINARY, TEXT))
    assert found is not None
    assert [(field.name, field.format) for field in found] == [("c0", BINARY), ("c1", TEXT)]
    assert in_formats(FIELDS, ()) is FIELDS
    assert in_formats(None, ()) is None
    assert in_formats((), ()) == ()


def test_the_same_columns_have_the_same_flight() -> None:
    flights = Flights()
    first = flights.of(FIELDS, "", (BINARY,), (BINARY, BINARY), None)
    assert flights.of(FIELDS, "", (BINARY,), (BINARY, BINARY), None) is first
    for other in (
        flights.of(FIELDS, "s", (BINARY,), (BINARY, BINARY), None),
        flights.of(FIELDS, "", (TEXT,), (BINARY, BINARY), None),
        flights.of(FIELDS, "", (BINARY,), (BINARY, TEXT), None),
        flights.of(FIELDS, "", (BINARY,), (BINARY, BINARY), 0),
        flights.of(described(23, 25).fields, "", (BINARY,), (BINARY, BINARY), None),
    ):
        assert other is not first


def test_few_are_kept() -> None:
    flights = Flights()
    for _ in range(2000):
        flights.of(described(23).fields, "", (), (BINARY,), None)
    assert len(flights._known) <= 1000


def test_it_says_how_wide_the_rows_are_where_nothing_else_does() -> None:
    assert isinstance(again().expected, Expected)
    assert [debt.columns for debt in again().expected.debts] == [None, 2, None]
    assert [debt.columns for debt in again(version=0).expected.debts] == [None] * 4
