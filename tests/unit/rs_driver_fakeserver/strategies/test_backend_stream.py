from __future__ import annotations

from rs_driver.wire.control import ReadyForQuery
from rs_driver.wire.query import Query, Sync
from rs_driver.wire.results import CommandComplete
from rs_driver_fakeserver.strategies.backend_stream import BackendStream, Flight
from rs_driver_fakeserver.strategies.mutations import Remove

ONE = Flight((Query("begin"),), (CommandComplete("BEGIN"), ReadyForQuery("T")), "T")
OTHER = Flight((Sync(),), (ReadyForQuery("T"),), "T")


def test_a_flight_on_the_wire() -> None:
    assert ONE.data == b"C\0\0\0\x0aBEGIN\0Z\0\0\0\5T"


def test_a_stream_is_its_flights() -> None:
    stream = BackendStream((ONE, OTHER))
    assert stream.valid
    assert stream.messages == (*ONE.said, *OTHER.said)
    assert stream.data == ONE.data + OTHER.data


def test_a_mutant_has_the_messages_that_were_meant() -> None:
    stream = BackendStream((ONE, OTHER), 2, (Remove(0),))
    assert not stream.valid
    assert stream.messages == (*ONE.said, *OTHER.said)
    assert stream.data == b"Z\0\0\0\5T" * 2
