from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver.wire.base import Backend
from rs_driver.wire.control import ErrorResponse, NoticeResponse, ReadyForQuery
from rs_driver.wire.copy import CopyDone, CopyInResponse, CopyOutResponse
from rs_driver.wire.query import Execute, Parse, Query, Sync
from rs_driver.wire.results import (
    CommandComplete,
    DataRow,
    EmptyQueryResponse,
    PortalSuspended,
    RowDescription,
)
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.strategies.backend_stream import Flight
from rs_driver_fakeserver.strategies.flights import (
    Step,
    extended_flights,
    flights,
    simple_flights,
)
from support.minimal import exists, minimal

REDSHIFT = Dialect("redshift", 2)
STATUSES = st.sampled_from("ITE")


@given(STATUSES.flatmap(lambda status: flights(REDSHIFT, status)))
def test_a_flight_ends_with_its_status(flight: Flight) -> None:
    ready = [message for message in flight.said if isinstance(message, ReadyForQuery)]
    assert [message.status for message in ready] == [flight.status]
    assert isinstance(flight.asked[0], (Parse, Query, Sync)) or len(flight.asked) > 1


@given(STATUSES.flatmap(lambda status: simple_flights(REDSHIFT, status)))
def test_simple_flights(flight: Flight) -> None:
    assert isinstance(flight.asked[0], Query)
    assert flight.asked[0].sql.count(";") <= 2
    copies = [type(message) for message in flight.said].count(CopyInResponse)
    assert [type(message) for message in flight.asked].count(CopyDone) == copies
    assert isinstance(flight.said[-1], ReadyForQuery)


@given(STATUSES.flatmap(lambda status: extended_flights(REDSHIFT, status)))
def test_extended_flights(flight: Flight) -> None:
    assert isinstance(flight.asked[-1], Sync)
    kinds = [type(message) for message in flight.said]
    ends = sum(map(kinds.count, (CommandComplete, PortalSuspended, EmptyQueryResponse)))
    executions = sum(isinstance(message, Execute) for message in flight.asked)
    assert ends == executions or ErrorResponse in kinds
    if ErrorResponse in kinds:
        assert kinds[kinds.index(ErrorResponse) :] == [ErrorResponse, ReadyForQuery]


def follows(kind: type[Backend], after: type[Backend]) -> Callable[[Flight], bool]:
    def check(flight: Flight) -> bool:
        kinds = [type(message) for message in flight.said]
        return (after, kind) in list(pairwise(kinds))

    return check


@pytest.mark.parametrize(
    ("kind", "after"),
    [
        (ErrorResponse, DataRow),
        (PortalSuspended, DataRow),
        (DataRow, PortalSuspended),
        (NoticeResponse, DataRow),
        (NoticeResponse, ReadyForQuery),
        (RowDescription, CommandComplete),
        (CommandComplete, CopyInResponse),
        (ReadyForQuery, EmptyQueryResponse),
    ],
)
def test_what_follows_what(kind: type[Backend], after: type[Backend]) -> None:
    assert exists(flights(REDSHIFT, "I"), follows(kind, after))


def test_copy_out_is_there() -> None:
    assert exists(simple_flights(REDSHIFT, "I"), follows(CopyDone, CopyOutResponse))


def test_the_smallest() -> None:
    smallest = minimal(simple_flights(REDSHIFT, "I"))
    assert smallest == Flight((Query(""),), (EmptyQueryResponse(), ReadyForQuery("I")), "I")


def test_a_failed_transaction_ends_or_stays() -> None:
    for status in "IE":
        assert exists(
            extended_flights(REDSHIFT, "E"),
            lambda flight, s=status: flight.status == s,  # type: ignore[misc]
        )


def test_a_step() -> None:
    assert Step(Sync(), (ReadyForQuery("I"),), "I").said[0] == ReadyForQuery("I")
