"""What is written is in test_encode_text.py; here is what both formats share."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rs_driver_fakeserver.values.encode_numbers import (
    as_decimal,
    as_float,
    at_scale,
    integer,
    unsigned,
)
from rs_driver_fakeserver.values.types import resolve


def test_floats() -> None:
    assert as_float(1) == as_float("1") == as_float(Decimal(1)) == 1.0
    for value in (True, None, b"1"):
        with pytest.raises(TypeError, match="not a number"):
            as_float(value)


def test_decimals() -> None:
    assert as_decimal(0.1) == as_decimal("0.1") == Decimal("0.1")
    assert as_decimal(10**40) == Decimal(10**40)
    with pytest.raises(TypeError, match="not a number"):
        as_decimal(True)


def test_scales() -> None:
    assert str(at_scale(1, resolve("numeric(5,2)"))) == "1.00"
    assert str(at_scale("1.234", resolve("numeric", redshift=False))) == "1.234"
    with pytest.raises(ArithmeticError):
        at_scale("1.234", resolve("numeric(5,2)"))
    with pytest.raises(ValueError, match="does not fit"):
        at_scale(1000, resolve("numeric(5,2)"))


def test_integers() -> None:
    assert integer(15)(-32768) == b"-32768"
    with pytest.raises(OverflowError, match="does not fit int2"):
        integer(15)(32768)
    assert unsigned(2**32 - 1) == b"4294967295"
    with pytest.raises(OverflowError, match="does not fit an OID"):
        unsigned(2**32)
