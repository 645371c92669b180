"""Any value, written by an independent encoder, comes back from both formats the same."""

from __future__ import annotations

import struct
from contextlib import suppress
from datetime import date, datetime, time, timedelta, timezone
from decimal import Context, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT
from rs_driver.ports.profile import ServerProfile
from support.wire_values import (
    OLD_REDSHIFT,
    POSTGRES,
    REDSHIFT,
    column,
    date_text,
    days,
    decode,
    micros,
    micros_of_day,
    number,
    numeric_base10000,
    numeric_scaled,
    numeric_typmod,
    time_text,
)

EXACT = Context(prec=60)


def same(value: Any, text: Any, binary: Any) -> None:
    """Equal, of one type, and written the same (which tells 1.0 from 1.00 and 0.0 from -0.0)."""
    assert type(text) is type(binary) is type(value)
    assert str(text) == str(binary) == str(value)


@given(st.sampled_from([(oids.INT2, 2), (oids.INT4, 4), (oids.INT8, 8)]), st.data())
def test_integers(kind: tuple[int, int], data: st.DataObject) -> None:
    oid, size = kind
    half = 2 ** (8 * size - 1)
    value = data.draw(st.integers(-half, half - 1))
    same(value, decode(oid, TEXT, str(value).encode()), decode(oid, BINARY, number(value, size)))


@given(st.floats())
def test_float8(value: float) -> None:
    text = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(str(value), repr(value))
    wire = struct.pack(">d", value)
    same(value, decode(oids.FLOAT8, TEXT, text.encode()), decode(oids.FLOAT8, BINARY, wire))


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_float4(value: float) -> None:
    # Nine digits tell any two 32-bit numbers apart.
    text = decode(oids.FLOAT4, TEXT, b"%.9g" % value)
    same(value, text, decode(oids.FLOAT4, BINARY, struct.pack(">f", value)))


@given(st.integers(-(10**45), 10**45), st.integers(0, 30))
def test_numeric_of_postgres(unscaled: int, scale: int) -> None:
    value = Decimal(unscaled).scaleb(-scale, EXACT)
    text = format(value, "f").encode()
    same(
        Decimal(text.decode()),
        decode(oids.NUMERIC, TEXT, text),
        decode(oids.NUMERIC, BINARY, numeric_base10000(value)),
    )


@given(st.integers(-(10**38) + 1, 10**38 - 1), st.integers(0, 37))
def test_numeric_of_redshift(unscaled: int, scale: int) -> None:
    value = Decimal(unscaled).scaleb(-scale, EXACT)
    wire = numeric_scaled(value, scale)
    text = format(value, "f").encode()
    typmod = numeric_typmod(38, scale)
    same(
        Decimal(text.decode()),
        decode(oids.NUMERIC, TEXT, text, REDSHIFT, typmod),
        decode(oids.NUMERIC, BINARY, wire, REDSHIFT, typmod),
    )


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_text(value: str) -> None:
    wire = value.encode()
    same(value, decode(oids.TEXT, TEXT, wire), decode(oids.VARCHAR, BINARY, wire))


@given(st.binary())
def test_bytes(value: bytes) -> None:
    escaped = b"".join(
        b"\\\\" if byte == 0x5C else bytes([byte]) if 32 <= byte < 127 else b"\\%03o" % byte
        for byte in value
    )
    same(value, decode(oids.BYTEA, TEXT, escaped), decode(oids.BYTEA, BINARY, value))
    hexed = decode(oids.BYTEA, TEXT, b"\\x" + value.hex().encode())
    same(value, hexed, decode(oids.VARBYTE, TEXT, value.hex().encode(), REDSHIFT))


@given(st.dates())
def test_date(value: date) -> None:
    text = decode(oids.DATE, TEXT, date_text(value).encode())
    same(value, text, decode(oids.DATE, BINARY, number(days(value), 4)))


@given(st.times())
def test_time(value: time) -> None:
    text = decode(oids.TIME, TEXT, time_text(value).encode())
    same(value, text, decode(oids.TIME, BINARY, number(micros_of_day(value), 8)))


@given(st.datetimes())
def test_timestamp(value: datetime) -> None:
    text = f"{date_text(value)} {time_text(value)}".encode()
    binary = decode(oids.TIMESTAMP, BINARY, number(micros(value), 8))
    same(value, decode(oids.TIMESTAMP, TEXT, text), binary)


@given(
    st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(timezone.utc)),
    st.integers(-15 * 60 + 1, 15 * 60 - 1),
)
def test_timestamptz_in_any_zone_of_the_session(value: datetime, minutes: int) -> None:
    local = value.astimezone(timezone(timedelta(minutes=minutes)))
    sign = "-" if minutes < 0 else "+"
    offset = f"{sign}{abs(minutes) // 60:02d}"
    if minutes % 60:
        offset += f":{abs(minutes) % 60:02d}"
    text = f"{date_text(local)} {time_text(local)}{offset}".encode()
    binary = decode(oids.TIMESTAMPTZ, BINARY, number(micros(value), 8))
    same(value, decode(oids.TIMESTAMPTZ, TEXT, text), binary)


VALUES = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.decimals(allow_infinity=False).filter(lambda value: not value.is_snan()),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    st.binary(),
    st.dates(),
    st.times(),
    st.datetimes(),
    st.datetimes(timezones=st.just(timezone.utc)),
)


@given(VALUES, st.sampled_from([POSTGRES, REDSHIFT, OLD_REDSHIFT]))
def test_what_is_sent_is_what_would_be_read(value: Any, profile: ServerProfile) -> None:
    try:
        sent = default_codecs(profile).encode(value)
    except DataError:
        assert isinstance(value, Decimal)  # of more digits than a numeric holds
        return
    assert sent.data is not None
    back = decode(sent.oid, sent.format, sent.data, profile)
    assert type(back) is type(value)
    assert back == value or (back != back and value != value)  # noqa: PLR0124 (NaN)


KINDS = (
    oids.BOOL, oids.INT2, oids.INT4, oids.INT8, oids.OID, oids.FLOAT4, oids.FLOAT8, oids.NUMERIC,
    oids.TEXT, oids.BYTEA, oids.VARBYTE, oids.DATE, oids.TIME, oids.TIMESTAMP, oids.TIMESTAMPTZ,
)  # fmt: skip


@given(
    st.sampled_from(KINDS),
    st.sampled_from([TEXT, BINARY]),
    st.sampled_from([POSTGRES, REDSHIFT, OLD_REDSHIFT]),
    st.one_of(st.binary(max_size=40), st.from_regex(rb"[-0-9:. +BC]{0,40}", fullmatch=True)),
)
def test_any_bytes_are_a_value_or_a_data_error(
    oid: int, format: int, profile: ServerProfile, data: bytes
) -> None:
    codecs = default_codecs(profile)
    if codecs.codec(oid, format) is None:
        return
    with suppress(DataError):
        assert codecs.decoder(column(oid, format))(data) is not None


@pytest.mark.parametrize("profile", [POSTGRES, REDSHIFT])
@given(st.integers(-(2**31), 2**31 - 1))
def test_every_day_is_a_date_or_a_data_error(profile: ServerProfile, day: int) -> None:
    try:
        value = decode(oids.DATE, BINARY, number(day, 4), profile)
    except DataError:
        assert not -730119 <= day <= 2921939
    else:
        assert days(value) == day
