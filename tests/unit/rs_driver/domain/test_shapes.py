from __future__ import annotations

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.rows.struct_ import StructDecoder
from rs_driver.domain.shapes import Fields, Shapes, column
from rs_driver.ports.codec import BINARY, TEXT, CodecMap
from rs_driver.ports.rows import Decoder
from rs_driver.wire.results import FieldDescription
from support.wire_values import POSTGRES
from support.wire_values import column as field

CODECS = default_codecs(POSTGRES)


def fields(*types: int) -> Fields:
    return tuple(field(oid, TEXT, name=f"c{at}") for at, oid in enumerate(types))


class Counting:
    def __init__(self) -> None:
        self.compiled = 0

    def __call__(self, fields: Fields, codecs: CodecMap) -> Decoder:
        self.compiled += 1
        return StructDecoder().compile(fields, codecs)


def test_the_same_columns_have_one_shape() -> None:
    counting = Counting()
    shapes, same = Shapes(counting), fields(oids.INT4)
    shape = shapes.of(same, CODECS)
    assert shapes.of(same, CODECS) is shape
    assert counting.compiled == 0
    assert shape.decoder is shape.decoder
    assert counting.compiled == 1
    assert [one.name for one in shapes.of(same, CODECS).columns] == ["c0"]


def test_equal_columns_of_another_result_have_their_own() -> None:
    shapes = Shapes(Counting())
    assert shapes.of(fields(oids.INT4), CODECS) is not shapes.of(fields(oids.INT4), CODECS)


def test_the_formats_are_as_the_codecs_read() -> None:
    shape = Shapes(Counting()).of(fields(oids.INT4, 999_999), CODECS)
    assert shape.formats == (BINARY, TEXT)


def test_other_codecs_make_another_shape() -> None:
    shapes, same = Shapes(Counting()), fields(oids.INT4)
    assert shapes.of(same, CODECS) is not shapes.of(same, default_codecs(POSTGRES))


def test_few_are_kept() -> None:
    counting = Counting()
    shapes, first = Shapes(counting), fields(oids.INT4)
    for _ in range(2000):
        shapes.of(fields(oids.TEXT), CODECS)
    assert len(shapes._known) <= 1000
    assert shapes.of(first, CODECS).fields is first


@pytest.mark.parametrize(
    ("described", "size", "precision", "scale"),
    [
        (
            FieldDescription("n", type_oid=oids.NUMERIC, type_modifier=(10 << 16) + 2 + 4),
            None,
            10,
            2,
        ),
        (
            FieldDescription("t", type_oid=oids.TIMESTAMP, type_length=8, type_modifier=3),
            8,
            3,
            None,
        ),
        (FieldDescription("v", type_oid=oids.VARCHAR, type_modifier=24), 20, None, None),
        (FieldDescription("i", type_oid=oids.INT4, type_length=4), 4, None, None),
    ],
)
def test_description(
    described: FieldDescription, size: int | None, precision: int | None, scale: int | None
) -> None:
    made = column(described)
    assert (made.internal_size, made.precision, made.scale) == (size, precision, scale)
    assert made.null_ok is None
