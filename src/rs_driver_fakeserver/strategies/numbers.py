"""Values of the numeric types."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from hypothesis import strategies as st

from rs_driver import oids
from rs_driver_fakeserver.values.types import MAX_INT64_PRECISION, WireType

_BITS: Mapping[int, int] = MappingProxyType({oids.INT2: 15, oids.INT4: 31, oids.INT8: 63})
_INT64 = (1 << 63) - 1
_MOST_DIGITS = 38
"""Redshift's."""
_BARE_ON_REDSHIFT = 18
"""The precision of a NUMERIC that names none there; its scale is 0."""


def strategy(wire_type: WireType, *, redshift: bool) -> st.SearchStrategy[object] | None:
    """Values of one of these types, None for another type."""
    if wire_type.oid in _BITS:
        return integers(_BITS[wire_type.oid])
    if wire_type.oid == oids.FLOAT4:
        return st.floats(width=32)
    if wire_type.oid == oids.FLOAT8:
        return st.floats()
    if wire_type.oid == oids.NUMERIC:
        return _redshift_numeric(wire_type) if redshift else _postgres_numeric(wire_type)
    return None


def integers(bits: int) -> st.SearchStrategy[int]:
    """Integers of so many bits and a sign, the outermost more often than chance has them."""
    low, high = -(1 << bits), (1 << bits) - 1
    return st.integers(low, high) | st.sampled_from([low, low + 1, high - 1, high])


def unsigned(bits: int) -> st.SearchStrategy[int]:
    """Integers of so many bits without a sign."""
    high = (1 << bits) - 1
    return st.integers(0, high) | st.sampled_from([high >> 1, (high >> 1) + 1, high])


def _redshift_numeric(wire_type: WireType) -> st.SearchStrategy[Decimal]:
    precision = min(wire_type.precision or _BARE_ON_REDSHIFT, _MOST_DIGITS)
    return _fixed(precision, wire_type.scale or 0, narrow=precision <= MAX_INT64_PRECISION)


def _postgres_numeric(wire_type: WireType) -> st.SearchStrategy[Decimal]:
    """NaN, too; without a modifier any number of digits, and the infinities."""
    precision, scale = wire_type.precision, wire_type.scale
    if precision is None or scale is None:
        beyond = st.sampled_from([Decimal("NaN"), Decimal("Infinity"), Decimal("-Infinity")])
        return st.builds(_decimal, st.integers(-(10**60), 10**60), st.integers(-50, 50)) | beyond
    return _fixed(precision, scale, narrow=False) | st.just(Decimal("NaN"))


def _fixed(precision: int, scale: int, *, narrow: bool) -> st.SearchStrategy[Decimal]:
    """Numbers with so many digits after the point; ``narrow``: that are kept in 8 bytes."""
    most = 10**precision - 1
    if narrow:
        most = min(most, _INT64)
    whole = st.integers(-most, most) | st.sampled_from([most, -most])
    return whole.map(lambda number: _decimal(number, -scale))


def _decimal(number: int, exponent: int) -> Decimal:
    """Exactly, whatever the context's precision."""
    return Decimal((number < 0, tuple(map(int, str(abs(number)))), exponent))
