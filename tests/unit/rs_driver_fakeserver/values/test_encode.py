from __future__ import annotations

import pytest

from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.values.encode import BINARY, TEXT, data_rows, field_encoder, sound_rows
from rs_driver_fakeserver.values.types import resolve

DIALECT = Dialect("redshift", 2)
INT = field_encoder(resolve("int4"), BINARY, DIALECT)
STR = field_encoder(resolve("varchar"), TEXT, DIALECT)


def test_rows_become_messages() -> None:
    assert data_rows([(1, "a"), (None, "")], [INT, STR]) == bytes.fromhex(
        "44 00000013 0002 00000004 00000001 00000001 61 44 0000000e 0002 ffffffff 00000000"
    )


def test_no_rows_and_no_columns() -> None:
    assert data_rows([], [INT]) == b""
    assert data_rows([(), ()], []) == bytes.fromhex("44 00000006 0000") * 2


@pytest.mark.parametrize("row", [("x", "a"), (1,), (1, "a", 2), (2**31, "a"), (1, 7)])
def test_a_row_that_cannot_be_sent(row: tuple[object, ...]) -> None:
    good = [(1, "a"), (2, "b")]
    with pytest.raises(SqlError) as caught:
        data_rows([*good, row], [INT, STR])
    assert caught.value.sqlstate == "XX000"
    assert sound_rows([*good, row, (3, "c")], [INT, STR]) == 2
    assert sound_rows(good, [INT, STR]) == 2


def test_an_unknown_format() -> None:
    with pytest.raises(SqlError) as caught:
        field_encoder(resolve("int4"), 2, DIALECT)
    assert caught.value.sqlstate == "22023"
