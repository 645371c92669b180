from __future__ import annotations

from rs_driver.wire.control import ErrorResponse, ReadyForQuery
from rs_driver.wire.query import Bind, Describe
from rs_driver.wire.results import FieldDescription, RowDescription
from rs_driver_fakeserver.recording.rewriting import rewritten


def swap(text: str) -> str:
    return text.replace("old", "new")


def swap_data(data: bytes) -> bytes:
    return data.replace(b"old", b"newer")


def test_texts_and_bytes_everywhere() -> None:
    bind = Bind("", "old", (0,), (b"old", None), ())
    assert rewritten(bind, swap, swap_data) == Bind("", "new", (0,), (b"newer", None), ())
    columns = RowDescription((FieldDescription("old", table="t_old"),), 1)
    expected = RowDescription((FieldDescription("new", table="t_new"),), 1)
    assert rewritten(columns, swap, swap_data) == expected
    error = ErrorResponse({"M": "an old one"})
    assert rewritten(error, swap, swap_data) == ErrorResponse({"M": "an new one"})


def test_without_a_change_it_is_the_same_object() -> None:
    bind = Bind("", "s", (0,), (b"x",), ())
    assert rewritten(bind, swap, swap_data) is bind


def test_single_letters_mean_something() -> None:
    def lower(text: str) -> str:
        return text.lower()

    for message in (Describe(b"S", ""), ReadyForQuery("I")):
        assert rewritten(message, lower, bytes.lower) is message
