from __future__ import annotations

from typing import Any

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.rows.struct_ import StructDecoder
from rs_driver.adapters.rows.unrolled import one_by_one, step, unrolled
from rs_driver.errors import RemoteProtocolError
from rs_driver.ports.codec import BINARY
from support.row_batches import FIELDS, batch_of, broken_rows, good_rows, values_of
from support.wire_values import POSTGRES, column, number, row

CODECS = default_codecs(POSTGRES)


def function_for(*types: int) -> Any:
    return unrolled([step(CODECS.decoder(column(oid, BINARY))) for oid in types])


@pytest.mark.parametrize(
    ("types", "values", "wire"),
    [
        ((), (), ()),
        ((oids.INT4,), (7,), (number(7, 4),)),
        ((oids.TEXT,), ("é",), ("é".encode(),)),
        ((oids.TEXT, oids.TEXT), ("", "b"), (b"", b"b")),
        ((oids.INT2, oids.INT8), (-1, 5), (number(-1, 2), number(5, 8))),
        ((oids.TEXT, oids.INT4), ("a", 1), (b"a", number(1, 4))),
        ((oids.INT4, oids.TEXT, oids.BOOL), (1, "a", True), (number(1, 4), b"a", b"\1")),
        ((oids.BOOL, oids.BOOL, oids.TEXT), (True, False, "x"), (b"\1", b"\0", b"x")),
    ],
)
def test_rows(types: tuple[int, ...], values: tuple[Any, ...], wire: tuple[bytes, ...]) -> None:
    nulls = (None,) * len(types)
    batch = batch_of(row(*wire), row(*nulls), row(*wire))
    found = function_for(*types)(memoryview(batch.buffer), batch.starts)
    assert found == [values, nulls, values]


def test_as_the_loop_does() -> None:
    batch = batch_of(*good_rows(100))
    assert StructDecoder(worth=0).compile(FIELDS, CODECS).tuples(batch) == values_of(100)


@pytest.mark.parametrize(("why", "broken"), broken_rows())
def test_a_hostile_row_is_the_same_error(why: str, broken: bytes) -> None:
    for rows in ((broken,), (*good_rows(3), broken), (broken, *good_rows(3))):
        batch = batch_of(*rows)
        texts = []
        for decoder in (StructDecoder(), StructDecoder(worth=0)):
            with pytest.raises(RemoteProtocolError, match="DataRow") as caught:
                decoder.compile(FIELDS, CODECS).tuples(batch)
            texts.append(str(caught.value))
        assert texts[0] == texts[1]


def test_the_last_row_may_be_shorter_than_what_is_read_of_it() -> None:
    types = [oids.INT8] * 20
    batch = batch_of(row(*[None] * 20))
    assert function_for(*types)(memoryview(batch.buffer), batch.starts) == [(None,) * 20]


def test_one_by_one() -> None:
    steps = [step(CODECS.decoder(column(oid, BINARY))) for oid in (oids.INT4, oids.TEXT, oids.DATE)]
    data = row(number(7, 4), None, b"\0\0\0\0") + bytes(8)
    found: list[Any] = []
    assert one_by_one(data, 7, steps, found) == len(data) - 8
    assert [str(value) for value in found] == ["7", "None", "2000-01-01"]


def test_a_result_has_its_function_once_it_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from rs_driver.adapters.rows import struct_

    made = []

    def counted(steps: Any) -> Any:
        made.append(steps)
        return unrolled(steps)

    monkeypatch.setattr(struct_, "unrolled", counted)
    decoder = StructDecoder(worth=150).compile(FIELDS, CODECS)
    for expected in (0, 1, 1):
        assert decoder.tuples(batch_of(*good_rows(100))) == values_of(100)
        assert len(made) == expected
