from __future__ import annotations

import ipaddress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rs_driver_fakeserver.strategies import catalogue
from rs_driver_fakeserver.values.types import resolve
from support.minimal import minimal


def of(name: str, *, redshift: bool = True, element: bool = False) -> st.SearchStrategy[Any]:
    wire_type = resolve(name, redshift=redshift)
    found = catalogue.strategy(wire_type, redshift=redshift, element=element)
    assert found is not None
    return found


@given(of("varchar(5)"))
def test_redshift_counts_bytes(text: str) -> None:
    assert len(text.encode()) <= 5


def test_postgres_counts_characters() -> None:
    long = minimal(of("varchar(5)", redshift=False), lambda text: len(text.encode()) > 5)
    assert len(long) <= 5


@given(of("char(4)"))
def test_redshifts_char_is_ascii(text: str) -> None:
    assert text.isascii()
    assert len(text) <= 4


@given(of('"char"'))
def test_one_byte(text: str) -> None:
    assert len(text.encode()) <= 1


def test_addresses_of_both_families() -> None:
    for kind in (
        *(ipaddress.IPv4Address, ipaddress.IPv6Address),
        *(ipaddress.IPv4Interface, ipaddress.IPv6Interface),
    ):
        assert type(minimal(of("inet"), lambda v, kind=kind: type(v) is kind)) is kind  # type: ignore[misc]
    assert minimal(of("cidr"), lambda v: v.prefixlen == 128).version == 6


@given(of("inet"))
def test_a_whole_mask_is_an_address(value: Any) -> None:
    if isinstance(value, (ipaddress.IPv4Interface, ipaddress.IPv6Interface)):
        assert value.network.prefixlen < value.max_prefixlen


def test_vectors() -> None:
    assert minimal(of("int2vector")) == []
    assert minimal(of("int2vector", element=True)) == ()
    assert minimal(of("oidvector"), lambda v: 2**32 - 1 in v) == [2**32 - 1]


def test_other_types_are_not_its_business() -> None:
    assert catalogue.strategy(resolve("int4"), redshift=True, element=False) is None
