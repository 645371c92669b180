from __future__ import annotations

import struct
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver_fakeserver.strategies import numbers
from rs_driver_fakeserver.values.types import resolve
from support.minimal import minimal


def of(name: str, *, redshift: bool = True) -> st.SearchStrategy[Any]:
    found = numbers.strategy(resolve(name, redshift=redshift), redshift=redshift)
    assert found is not None
    return found


@pytest.mark.parametrize(("name", "bits"), [("int2", 15), ("int4", 31), ("int8", 63)])
def test_integers_reach_both_ends(name: str, bits: int) -> None:
    for end in (-(1 << bits), (1 << bits) - 1):
        assert minimal(of(name), lambda number, end=end: number == end) == end  # type: ignore[misc]


@given(st.integers(1, 64).flatmap(lambda b: st.tuples(st.just(b), numbers.unsigned(b))))
def test_unsigned(found: tuple[int, int]) -> None:
    bits, number = found
    assert 0 <= number < 1 << bits


@given(of("float4"))
def test_a_float4_holds_it(number: float) -> None:
    (kept,) = struct.unpack("!f", struct.pack("!f", number))
    assert kept == number or number != number  # noqa: PLR0124  (NaN)


@given(
    st.integers(1, 38).flatmap(
        lambda p: st.integers(0, p).flatmap(
            lambda s: st.tuples(st.just((p, s)), of(f"numeric({p},{s})"))
        )
    )
)
def test_numerics_fit_their_type(found: tuple[tuple[int, int], Decimal]) -> None:
    (precision, scale), number = found
    assert number.as_tuple().exponent == -scale
    assert number.adjusted() < precision - scale or not number


def test_redshift_keeps_19_digits_in_8_bytes() -> None:
    most = minimal(of("numeric(19,0)"), lambda number: number >= 2**63 - 1)
    assert most == 2**63 - 1


@given(of("numeric"))
def test_a_bare_numeric_is_18_digits_on_redshift(number: Decimal) -> None:
    assert number == int(number)
    assert abs(number) < 10**18


def test_a_bare_numeric_is_anything_on_postgres() -> None:
    free = of("numeric", redshift=False)
    assert minimal(free, Decimal.is_nan).is_nan()
    assert minimal(free, lambda number: number == Decimal("-Infinity"))
    assert minimal(free, lambda number: number.is_finite() and abs(number) > 10**80)
    assert minimal(of("numeric(9,2)", redshift=False), Decimal.is_nan)


def test_other_types_are_not_its_business() -> None:
    assert numbers.strategy(resolve("text"), redshift=True) is None
