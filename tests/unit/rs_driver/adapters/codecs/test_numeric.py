from __future__ import annotations

import struct
from decimal import Decimal, localcontext

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.errors import DataError
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

TEXTS = (
    "0", "0.00000", "12.34", "-12.34", "1844674407.3709551616", "NaN", "100000", "0.0001",
    "99999999999999999999999999999999999999", "-9.0000000000000000000000000000000000001",
)  # fmt: skip


def exact(value: Decimal) -> str:
    """Decimals are compared by their text: 1.0 and 1.00 differ, and NaN equals itself."""
    return str(value)


@pytest.mark.parametrize("text", TEXTS)
def test_text_is_exact(text: str) -> None:
    with localcontext() as context:
        context.prec = 3
        assert exact(decode(oids.NUMERIC, TEXT, text.encode())) == text


@pytest.mark.parametrize("text", ["Infinity", "-Infinity", ".5", "5."])
def test_text_that_some_servers_write(text: str) -> None:
    assert decode(oids.NUMERIC, TEXT, text.encode()) == Decimal(text)


@pytest.mark.parametrize("text", [b"", b"1e5", b"1_0", b"sNaN", b" 1", b"1.2.3", b"-", b"\xff"])
def test_other_text_is_a_data_error(text: bytes) -> None:
    with pytest.raises(DataError, match="not a decimal number"):
        decode(oids.NUMERIC, TEXT, text)


# protocol.md's worked values, with the right answers.
@pytest.mark.parametrize(
    ("wire", "typmod", "text"),
    [
        ("00000000000004d2", numeric_typmod(10, 2), "12.34"),
        ("fffffffffffffb2e", numeric_typmod(10, 2), "-12.34"),
        ("00000000000000010000000000000000", numeric_typmod(38, 10), "1844674407.3709551616"),
        (
            "4b3b4ca85a86c47a098a223fffffffff",
            numeric_typmod(38, 0),
            "99999999999999999999999999999999999999",
        ),
        (
            "bc4aa1687b53825ef76a145fffffffff",
            numeric_typmod(38, 37),
            "-9.0000000000000000000000000000000000001",
        ),
        ("0000000000000000", numeric_typmod(10, 5), "0.00000"),
        ("00000000000004d2", -1, "1234"),
        ("0000000000000003", numeric_typmod(2, 1), "0.3"),
        ("80000000000000000000000000000000", -1, str(-(2**127))),
    ],
)
def test_redshift_binary_is_scaled_by_the_type_modifier(wire: str, typmod: int, text: str) -> None:
    with localcontext() as context:
        context.prec = 3
        value = decode(oids.NUMERIC, BINARY, bytes.fromhex(wire), REDSHIFT, typmod)
    assert exact(value) == text


@pytest.mark.parametrize("size", [0, 4, 7, 9, 12, 15, 17])
@pytest.mark.parametrize("to_float", [False, True])
def test_redshift_binary_has_8_or_16_bytes(size: int, to_float: bool) -> None:
    codecs = default_codecs(REDSHIFT, Conversions(numeric_to_float=to_float))
    field = column(oids.NUMERIC, BINARY, numeric_typmod(10, 2))
    with pytest.raises(DataError, match="not 8 or 16"):
        codecs.decoder(field)(bytes(size))


@pytest.mark.parametrize("typmod", [-2, 0, 3, numeric_typmod(38, 39), numeric_typmod(38, 65535)])
def test_a_type_modifier_that_is_none_is_a_data_error(typmod: int) -> None:
    with pytest.raises(DataError, match="type modifier"):
        decode(oids.NUMERIC, BINARY, bytes(8), REDSHIFT, typmod)


@pytest.mark.parametrize(
    ("wire", "text"),
    [
        ("0002 0000 0000 0002 000c 0d48", "12.34"),
        ("0002 0000 4000 0002 000c 0d48", "-12.34"),
        ("0000 0000 0000 0005", "0.00000"),
        ("0001 0001 0000 0000 000a", "100000"),
        ("0001 ffff 0000 0004 0001", "0.0001"),
        ("0001 fffe 0000 0008 0001", "0.00000001"),
        ("0001 0000 0000 0000 270f", "9999"),
        ("0000 0000 c000 0000", "NaN"),
        ("0000 0000 d000 0020", "Infinity"),
        ("0000 0000 f000 0020", "-Infinity"),
    ],
)
def test_postgres_binary_is_base_10000(wire: str, text: str) -> None:
    with localcontext() as context:
        context.prec = 3
        decoded = decode(oids.NUMERIC, BINARY, bytes.fromhex(wire), POSTGRES)
    assert str(decoded) == str(Decimal(text))


@pytest.mark.parametrize("text", TEXTS)
def test_postgres_binary_is_the_text(text: str) -> None:
    wire = numeric_base10000(Decimal(text))
    assert exact(decode(oids.NUMERIC, BINARY, wire, POSTGRES)) == text


@pytest.mark.parametrize(
    "wire",
    [
        "",
        "0000 0000 0000",
        "0001 0000 0000 0000",  # a digit is missing
        "0000 0000 0000 0000 0001",  # a digit too many
        "ffff 0000 0000 0000 0001",  # a count far too high
        "0001 0000 0000 0000 2710",  # the digit 10000
        "0001 0000 1000 0000 0001",  # no such sign
        "0000 0000 0000 4000",  # a display scale of 16384
        "0002 0000 0000 0001 0001 0001",  # a digit that the display scale does not show
    ],
)
def test_malformed_postgres_binary_is_a_data_error(wire: str) -> None:
    with pytest.raises(DataError, match="numeric"):
        decode(oids.NUMERIC, BINARY, bytes.fromhex(wire), POSTGRES)


@pytest.mark.parametrize(
    ("profile", "format"), [(POSTGRES, TEXT), (REDSHIFT, BINARY), (OLD_REDSHIFT, TEXT)]
)
def test_the_format_asked_for_is_what_is_read_in_less_time(
    profile: ServerProfile, format: int
) -> None:
    codecs = default_codecs(profile)
    assert codecs.result_format(oids.NUMERIC) == format
    known = TEXT if profile is OLD_REDSHIFT else BINARY
    assert codecs.result_format(oids.NUMERIC, binary=True) == known


# -- as floats ------------------------------------------------------------------------------


def as_float(
    format: int, data: bytes, profile: ServerProfile = POSTGRES, typmod: int = -1
) -> float:
    codecs = default_codecs(profile, Conversions(numeric_to_float=True))
    value = codecs.decoder(column(oids.NUMERIC, format, typmod))(data)
    assert type(value) is float
    return value


@pytest.mark.parametrize("text", [*TEXTS, "0.3", "2.675", "0." + "3" * 38, "1e22", "Infinity"])
def test_as_a_float_it_is_the_nearest_one_in_every_form(text: str) -> None:
    value = Decimal(text)
    nearest = float(text)
    plain = format(value, "f").encode()
    with localcontext() as context:
        context.prec = 3
        found = [as_float(TEXT, plain, profile) for profile in (POSTGRES, REDSHIFT, OLD_REDSHIFT)]
        if value.is_finite():
            found.append(as_float(BINARY, numeric_base10000(value)))
            scale = max(0, -int(value.as_tuple().exponent))
            wire, typmod = numeric_scaled(value, scale), numeric_typmod(38, scale)
            found.append(as_float(BINARY, wire, REDSHIFT, typmod))
    assert {struct.pack("!d", one) for one in found} == {struct.pack("!d", nearest)}


def test_a_third_digit_is_no_sum_of_tenths() -> None:
    """protocol.md's worked value: 3 * 10**-1 is 0.30000000000000004."""
    assert (
        as_float(BINARY, bytes.fromhex("0000000000000003"), REDSHIFT, numeric_typmod(2, 1)) == 0.3
    )


@pytest.mark.parametrize(("wire", "value"), [("c000", "nan"), ("d000", "inf"), ("f000", "-inf")])
def test_special_values_as_floats(wire: str, value: str) -> None:
    text = {"nan": b"NaN", "inf": b"Infinity", "-inf": b"-Infinity"}[value]
    assert repr(as_float(BINARY, bytes.fromhex(f"0000 0000 {wire} 0000"))) == value
    assert repr(as_float(TEXT, text)) == value


def test_what_no_float_holds_is_a_data_error() -> None:
    large = Decimal(10) ** 309
    with pytest.raises(DataError, match="too large for a float"):
        as_float(TEXT, format(large, "f").encode())
    with pytest.raises(DataError, match="too large for a float"):
        as_float(BINARY, numeric_base10000(large))
    with pytest.raises(DataError, match="not a decimal number"):
        as_float(TEXT, b"1e5")


# -- to the server --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "wire"),
    [
        ("12.340", b"12.340"),
        ("1E+5", b"100000"),
        ("1E-10", b"0.0000000001"),
        ("-0", b"-0"),
        ("NaN", b"NaN"),
        ("-NaN123", b"NaN"),
        ("sNaN", b"NaN"),
        ("Infinity", b"Infinity"),
        ("-Infinity", b"-Infinity"),
        ("1." + "1" * 60, b"1." + b"1" * 60),
    ],
)
def test_encode_writes_every_digit_and_no_exponent(value: str, wire: bytes) -> None:
    with localcontext() as context:
        context.prec = 3
        assert default_codecs(POSTGRES).encode(Decimal(value)) == Parameter(1700, TEXT, wire)


@pytest.mark.parametrize("value", ["1E+131072", "1E+999999", "1E-16384", "0E-999999"])
def test_encode_refuses_what_would_be_written_at_great_length(value: str) -> None:
    with pytest.raises(DataError, match="131072"):
        default_codecs(POSTGRES).encode(Decimal(value))


@pytest.mark.parametrize("value", ["1E+131071", "1E-16383"])
def test_encode_reaches_the_bounds(value: str) -> None:
    data = default_codecs(POSTGRES).encode(Decimal(value)).data
    assert data is not None
    assert Decimal(data.decode()) == Decimal(value)
