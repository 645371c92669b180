from __future__ import annotations

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.rows.checks import explain, spans
from rs_driver.errors import DataError, RemoteProtocolError
from rs_driver.ports.codec import BINARY
from support.wire_values import POSTGRES, column, row

FIELDS = [column(oids.TEXT, BINARY, name="s"), column(oids.INT4, BINARY, name="n")]
DECODERS = [default_codecs(POSTGRES).decoder(field) for field in FIELDS]
GOOD = row(b"a", b"\0\0\0\1")


def test_spans() -> None:
    data = b"??" + row(b"abc", None, b"") + b"??"
    found, stop = spans(data, 2, 3)
    assert found == [(13, 3), (20, -1), (24, 0)]
    assert data[13:16] == b"abc"
    assert stop == len(data) - 2


@pytest.mark.parametrize("start", [-1, 1, 100])
def test_spans_of_no_row(start: int) -> None:
    with pytest.raises(RemoteProtocolError, match="DataRow"):
        spans(GOOD, start, 2)


def test_a_broken_row_comes_before_a_broken_value() -> None:
    first = row(b"\xff", b"\0\0\0\1")
    data = first + row(b"a", b"\0\0\0\1", b"one too many")
    error = explain(data, [0, len(first)], FIELDS, DECODERS)
    assert isinstance(error, RemoteProtocolError)


def test_the_first_broken_value_is_named() -> None:
    second = row(b"a", b"\0\0\1")
    data = GOOD + second + row(b"\xff", b"\0\0\0\1")
    starts = [0, len(GOOD), len(GOOD) + len(second)]
    error = explain(data, starts, FIELDS, DECODERS)
    assert isinstance(error, DataError)
    assert 'column "n"' in str(error)


def test_where_nothing_is_wrong_there_is_no_error() -> None:
    assert explain(GOOD, [0], FIELDS, DECODERS) is None


def test_a_codec_that_runs_out_of_memory_says_so() -> None:
    def greedy(data: bytes) -> None:
        raise MemoryError

    with pytest.raises(MemoryError):
        explain(GOOD, [0], FIELDS, [greedy, greedy])
