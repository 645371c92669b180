from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from rs_driver_fakeserver.strategies import documents
from rs_driver_fakeserver.values.types import resolve
from support.minimal import minimal


def of(name: str, *, redshift: bool = True, element: bool = False) -> st.SearchStrategy[Any]:
    found = documents.strategy(resolve(name, redshift=redshift), element=element)
    assert found is not None
    return found


@given(of("super"))
def test_json(value: object) -> None:
    text = value if isinstance(value, str) else json.dumps(value, allow_nan=False)
    json.loads(text)
    assert value is not None


def test_every_kind_of_json() -> None:
    for kind in (dict, list, bool, int, float, str):
        assert type(minimal(of("super"), lambda value, kind=kind: type(value) is kind)) is kind  # type: ignore[misc]


@given(of("jsonb", redshift=False, element=True))
def test_an_element_is_no_list(value: object) -> None:
    assert not isinstance(value, list)


@given(of("hllsketch"))
def test_sketches(value: Mapping[str, Any]) -> None:
    sparse = json.loads(json.dumps(value))["sparse"]
    assert len(sparse["indices"]) == len(sparse["values"])


@given(of("varbyte(3)"))
def test_bytes_fit_their_type(value: bytes) -> None:
    assert len(value) <= 3


def test_every_byte() -> None:
    every = bytes(range(256))
    assert minimal(of("varbyte"), lambda value: value == every) == every


@given(documents.shapes())
def test_shapes_are_ewkb(value: bytes) -> None:
    order = "<" if value[0] else ">"
    (kind,) = struct.unpack_from(f"{order}I", value, 1)
    at = 5 + 4 * bool(kind & 0x2000_0000)
    points = 1
    if kind & 0xFF == 2:
        (points,) = struct.unpack_from(f"{order}I", value, at)
        at += 4
    assert len(value) == at + 16 * points


@given(of("xml", redshift=False))
def test_xml_is_well_formed(value: str) -> None:
    ET.fromstring(f"<r xmlns:ns='urn:x'>{value}</r>")


def test_other_types_are_not_its_business() -> None:
    assert documents.strategy(resolve("text"), element=False) is None
