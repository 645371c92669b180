from __future__ import annotations

from typing import Any

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.codecs.base import Encoder
from rs_driver.domain.arguments import Arguments, encode
from rs_driver.domain.parameters import rewrite
from rs_driver.errors import DataError, Error
from rs_driver.ports.codec import BINARY, TEXT, Parameter
from support.answers import NULL, int4, int8, numeric, string
from support.wire_values import POSTGRES

CODECS = default_codecs(POSTGRES)
TWO = rewrite("insert into t values (?, ?)", "qmark")


def taken(*rows: list[Parameter]) -> Arguments:
    return Arguments(list(zip(*rows, strict=True)), len(rows), widen=True)


@pytest.mark.parametrize("make", [tuple, list])
def test_rows_are_encoded_by_column(make: Any) -> None:
    found = encode(CODECS, TWO, [make((1, "a")), make((None, "b")), make((3, None))])
    assert found.count == 3
    assert list(found.rows()) == [
        (int4(1), string("a", 0)),
        (Parameter(oids.INT4, TEXT, None), string("b", 0)),
        (int4(3), Parameter(0, TEXT, None)),
    ]
    assert found.values(1, 2) == [None, b"b", int4(3).data, None]
    assert found.kinds() == [(oids.INT4, BINARY), (0, TEXT)]
    assert found.sizes() == [4 + 4 + 4 + 1, 4 + 4 + 1, 4 + 4 + 4]


@pytest.mark.parametrize(
    ("style", "text", "rows"),
    [
        ("named", ":b :a", [{"a": 1, "b": "x"}, {"a": 2, "b": "y", "c": 3}]),
        ("numeric", ":2 :1", [(1, "x"), (2, "y")]),
        ("numeric", ":1 :3", [(1, 2, "x"), (2, 2, "y")]),
        ("qmark", "? ?", [(1, "x"), [2, "y"]]),
        ("qmark", "? ?", [(1, "x"), {0: 2, 1: "y"}.values()]),
    ],
)
def test_other_rows_are_encoded_one_by_one(style: str, text: str, rows: list[Any]) -> None:
    found = encode(CODECS, rewrite(text, style), rows)
    one_by_one = [tuple(CODECS.encode_all(rewrite(text, style).arrange(row))) for row in rows]
    assert list(found.rows()) == one_by_one


def test_no_parameters_and_no_rows() -> None:
    assert list(encode(CODECS, rewrite("x", "qmark"), [(), ()]).rows()) == [(), ()]
    assert encode(CODECS, TWO, []).count == 0


class Mine:
    """Of a class that nobody but the test knows."""


def refuse(value: object, codecs: object) -> Parameter:
    raise RuntimeError("no")


@pytest.mark.parametrize("bad", [(1,), (1, 2, 3), (1, Mine()), (1, "\0"), None, 7, "ab", {1, 2}])
def test_an_error_carries_its_row(bad: Any) -> None:
    with pytest.raises(Error) as caught:
        encode(CODECS, TWO, [(1, "a"), (2, "b"), bad, (4, "d")])
    assert caught.value.row == 2


def test_an_error_of_a_users_codec_carries_its_row() -> None:
    mine = CODECS.with_encoder(Encoder(Mine, refuse))
    with pytest.raises(DataError, match="parameter 2: the codec failed") as caught:
        encode(mine, TWO, [(1, "a"), (2, Mine())])
    assert caught.value.row == 1


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ([int4(1), int4(2)], (oids.INT4, BINARY)),
        ([int4(1), int8(2**40), NULL], (oids.INT8, BINARY)),
        ([NULL, NULL], (oids.UNKNOWN, TEXT)),
        ([NULL, numeric("1.5")], (oids.NUMERIC, TEXT)),
    ],
)
def test_a_column_of_one_type(column: list[Parameter], kind: tuple[int, int]) -> None:
    assert taken(*[[each] for each in column]).kinds() == [kind]


@pytest.mark.parametrize(
    "column",
    [
        [int4(1), string("a")],
        [int4(1), numeric("1.5")],
        [Parameter(oids.DATE, TEXT, b"a"), Parameter(oids.DATE, BINARY, bytes(4))],
    ],
)
def test_a_column_of_several(column: list[Parameter]) -> None:
    assert taken(*[[each] for each in column]).kinds() is None


def test_where_a_width_may_mean_something_each_int_keeps_its_own() -> None:
    rows = [[int4(-1)], [NULL], [int8(2**40)]]
    found = Arguments(list(zip(*rows, strict=True)), 3)
    assert found.kinds() is None
    assert [(each.oid, each.data) for (each,) in found.rows()] == [
        (oids.INT4, b"\xff" * 4),
        (oids.INT4, None),
        (oids.INT8, (2**40).to_bytes(8, "big")),
    ]
