"""The scalar types beside those of ``test_codecs``, and Python's other values as parameters."""

from __future__ import annotations

import json
import math
import struct
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface, ip_network
from itertools import product
from typing import Any, Union
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.codecs.base import Encoder
from rs_driver.adapters.codecs.json_ import Json
from rs_driver.errors import DataError, Error
from rs_driver.ports.codec import BINARY, TEXT, Conversions, Parameter
from rs_driver.ports.profile import ServerProfile
from support.wire_values import (
    OLD_REDSHIFT,
    POSTGRES,
    REDSHIFT,
    column,
    decode,
    numeric_base10000,
    numeric_scaled,
    numeric_typmod,
)

Address = Union[IPv4Address, IPv6Address]
SERVERS = (POSTGRES, REDSHIFT, OLD_REDSHIFT)
LOOSE = Conversions(numeric_to_float=True, super_objects=True)
MAPS = tuple(
    default_codecs(profile, how) for profile, how in product(SERVERS, (LOOSE, Conversions()))
)
KINDS = (
    oids.OID, oids.XID, oids.CID, oids.TID, oids.REGPROC, oids.ACLITEM, oids.INT2VECTOR,
    oids.OIDVECTOR, oids.UUID, oids.JSON, oids.JSONB, oids.SUPER, oids.GEOMETRY, oids.GEOGRAPHY,
    oids.GEOMETRYHEX, oids.INET, oids.CIDR, oids.NUMERIC, oids.VARBYTE,
)  # fmt: skip


@given(
    st.sampled_from(KINDS),
    st.sampled_from([TEXT, BINARY]),
    st.sampled_from(MAPS),
    st.one_of(
        st.binary(max_size=40),
        st.from_regex(rb"[-0-9a-f:. /{}\[\]\",NaIinfty]{0,40}", fullmatch=True),
        st.binary(min_size=16, max_size=16).map(lambda data: b"\x03\x20\0\x10" + data),
        st.text().map(lambda text: b"\x01" + json.dumps(text).encode()),
    ),
)
def test_any_bytes_are_a_value_or_a_data_error(
    oid: int, format: int, codecs: Any, data: bytes
) -> None:
    if codecs.codec(oid, format) is not None:
        with suppress(DataError):
            codecs.decoder(column(oid, format))(data)


@given(st.integers(0, 2**32 - 1))
def test_unsigned_numbers(value: int) -> None:
    for oid in (oids.OID, oids.XID, oids.CID):
        assert decode(oid, TEXT, str(value).encode()) == value
        assert decode(oid, BINARY, value.to_bytes(4, "big")) == value
    assert decode(oids.REGPROC, BINARY, value.to_bytes(4, "big")) == value


@given(st.lists(st.integers(-(2**15), 2**15 - 1)), st.lists(st.integers(0, 2**32 - 1)))
def test_vectors(small: list[int], large: list[int]) -> None:
    assert decode(oids.INT2VECTOR, TEXT, " ".join(map(str, small)).encode()) == small
    assert decode(oids.OIDVECTOR, TEXT, " ".join(map(str, large)).encode()) == large


@given(st.uuids())
def test_uuid(value: UUID) -> None:
    assert decode(oids.UUID, TEXT, str(value).encode()) == value
    assert decode(oids.UUID, BINARY, value.bytes) == value
    sent = default_codecs(POSTGRES).encode(value)
    assert decode(sent.oid, sent.format, sent.data or b"") == value


@given(st.ip_addresses(), st.integers(0, 128))
def test_network_addresses(address: Address, bits: int) -> None:
    bits = min(bits, address.max_prefixlen)
    interface = (IPv4Interface if address.version == 4 else IPv6Interface)((address, bits))
    expected = address if bits == address.max_prefixlen else interface
    network = ip_network((address, bits), strict=False)
    family = {4: 2, 6: 3}[address.version]
    head = bytes((family, bits, 0, len(address.packed)))
    same = decode(oids.INET, BINARY, head + address.packed)
    assert (same, type(same)) == (expected, type(expected))
    assert decode(oids.CIDR, BINARY, head + network.network_address.packed) == network
    for value, read in ((interface, expected), (address, address), (network, network)):
        sent = default_codecs(POSTGRES).encode(value)
        back = decode(sent.oid, sent.format, sent.data or b"")
        assert (back, type(back)) == (read, type(read))


# -- JSON -----------------------------------------------------------------------------------

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
OBJECTS = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**200), 2**200),
        st.floats(allow_nan=False, allow_infinity=False),
        TEXTS,
    ),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(TEXTS, inner)),
    max_leaves=20,
)


@given(OBJECTS)
def test_objects_survive_json(value: Any) -> None:
    sent = default_codecs(POSTGRES).encode(Json(value))
    assert sent.data is not None
    assert sent.data.decode() == json.dumps(value, ensure_ascii=False)
    read = default_codecs(REDSHIFT, LOOSE).decoder(column(oids.SUPER, TEXT))(sent.data)
    for back in (
        decode(oids.JSON, TEXT, sent.data),
        decode(oids.JSON, BINARY, sent.data),
        decode(oids.JSONB, BINARY, b"\x01" + sent.data),
        read,
    ):
        assert repr(back) == repr(value)


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_a_decimal_keeps_its_digits_in_json(value: Decimal) -> None:
    try:
        sent = default_codecs(POSTGRES).encode({"n": value})
    except DataError:
        assert abs(value.adjusted()) > 16_000
        return
    assert sent.data is not None
    assert json.loads(sent.data, parse_float=Decimal, parse_int=Decimal) == {"n": value}


# -- NUMERIC as float -----------------------------------------------------------------------


@given(st.integers(-(10**38) + 1, 10**38 - 1), st.integers(0, 37))
def test_numeric_as_a_float_is_the_nearest(unscaled: int, scale: int) -> None:
    exact = Fraction(unscaled, 10**scale)
    value = Decimal((unscaled < 0, tuple(map(int, str(abs(unscaled)))), -scale))
    text = format(value, "f").encode()
    typmod = numeric_typmod(38, scale)
    found = [
        default_codecs(profile, LOOSE).decoder(column(oids.NUMERIC, format_, typmod))(wire)
        for profile, format_, wire in (
            (POSTGRES, TEXT, text),
            (REDSHIFT, TEXT, text),
            (POSTGRES, BINARY, numeric_base10000(value)),
            (REDSHIFT, BINARY, numeric_scaled(value, scale)),
        )
    ]
    assert len({struct.pack("!d", one) for one in found}) == 1
    error = abs(Fraction(found[0]) - exact)
    for neighbour in (math.nextafter(found[0], math.inf), math.nextafter(found[0], -math.inf)):
        assert error <= abs(Fraction(neighbour) - exact)


# -- numpy ----------------------------------------------------------------------------------


@given(st.sampled_from("bhilqBHILQ"), st.data())
def test_numpy_integers_are_sent_as_ints(code: str, data: st.DataObject) -> None:
    bounds: Any = np.iinfo(code)
    value = data.draw(st.integers(int(bounds.min), int(bounds.max)))
    scalar = np.dtype(code).type(value)
    for profile in SERVERS:
        assert default_codecs(profile).encode(scalar) == default_codecs(profile).encode(value)


@given(st.sampled_from([16, 32, 64]), st.data())
def test_numpy_floats_are_sent_as_the_floats_that_they_are(bits: Any, data: st.DataObject) -> None:
    value = data.draw(st.floats(width=bits))
    scalar = np.dtype(f"f{bits // 8}").type(value)
    assert default_codecs(REDSHIFT).encode(scalar) == default_codecs(REDSHIFT).encode(float(scalar))
    assert float(scalar) == value or math.isnan(value)


def _recognised(value: timedelta, _codecs: Any) -> Parameter:
    return Parameter(1, TEXT, repr(value).encode())


MOMENTS = default_codecs(POSTGRES).with_encoder(Encoder(timedelta, _recognised))
FINE = {"ns": 10**3, "ps": 10**6, "fs": 10**9, "as": 10**12}
SPANS = {
    "W": "weeks",
    "D": "days",
    "h": "hours",
    "m": "minutes",
    "s": "seconds",
    "ms": "milliseconds",
    "us": "microseconds",
}


@given(
    st.sampled_from([*SPANS, *FINE]),
    st.integers(-(2**63) + 1, 2**63 - 1),
    st.integers(0, 62),
    st.booleans(),
)
def test_numpy_moments_are_exact_or_an_error(unit: Any, count: int, shift: int, span: bool) -> None:
    count >>= shift
    scalar = (np.timedelta64 if span else np.datetime64)(count, unit)
    whole, lost = divmod(count, FINE.get(unit, 1))
    plain: Any = None
    with suppress(OverflowError):
        since = timedelta(**{SPANS.get(unit, "microseconds"): whole})
        moment = None if span else (date if unit in "WD" else datetime)(1970, 1, 1)
        plain = since if moment is None else moment + since
    if plain is None or lost:
        with pytest.raises(DataError):
            MOMENTS.encode(scalar)
    else:
        assert MOMENTS.encode(scalar) == MOMENTS.encode(plain)


# -- anything -------------------------------------------------------------------------------

ODD = st.one_of(
    st.complex_numbers(),
    st.sets(st.integers()),
    st.sampled_from([int, print, math, object(), NotImplemented, ..., range(3), pytest.raises]),
    st.decimals(),
    st.floats(),
    st.text(),
    st.binary(),
)
ANYTHING = st.recursive(
    ODD,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(ANYTHING, st.sampled_from(SERVERS))
def test_any_object_is_sent_or_refused_with_its_position(
    value: object, profile: ServerProfile
) -> None:
    refused = ""
    sent: list[Parameter] = []
    try:
        sent = default_codecs(profile).encode_all([None, value])
    except Error as error:  # of the right class, which the unit tests say
        refused = str(error)
    if sent:
        assert sent[0] == Parameter(705, TEXT, None)
        assert isinstance(sent[1].data, bytes)
    else:
        assert refused.startswith("parameter 2: ")
