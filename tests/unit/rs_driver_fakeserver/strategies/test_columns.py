from __future__ import annotations

import pytest
from hypothesis import given

from rs_driver_fakeserver.engine.port import Column
from rs_driver_fakeserver.strategies.columns import column_names, columns
from rs_driver_fakeserver.values.types import resolve
from support.minimal import minimal


@given(columns())
def test_types_that_there_are(found: tuple[Column, ...]) -> None:
    assert 1 <= len(found) <= 6
    for column in found:
        resolve(column.type)
        assert len(column.name.encode()) <= 127


@given(columns(types=["int4", "text"], max_size=3))
def test_types_to_choose_from(found: tuple[Column, ...]) -> None:
    assert {column.type for column in found} <= {"int4", "text"}
    assert len(found) <= 3


def test_names_come_again() -> None:
    found = minimal(columns(min_size=2), lambda some: some[0].name == some[1].name != "a")
    assert len(found) == 2


def test_no_column_at_all() -> None:
    assert minimal(columns(min_size=0)) == ()


def test_names_have_the_servers_length() -> None:
    assert len(minimal(column_names(), lambda name: len(name) > 63)) <= 127
    with pytest.raises(ValueError, match="server="):
        column_names(server="oracle")  # type: ignore[arg-type]


def test_bad_arguments() -> None:
    with pytest.raises(TypeError, match=r"such as \['int4'\]"):
        columns(types="int4")
    with pytest.raises(ValueError, match="does not exist on Redshift"):
        columns(types=["uuid"])
    with pytest.raises(ValueError, match="columns"):
        columns(min_size=3, max_size=2)
