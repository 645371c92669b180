"""Golden bytes from protocol.md; PostgreSQL's own in integration/test_fake_against_postgres.py."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver import oids
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.values.decode import parameter
from rs_driver_fakeserver.values.encode import UNFIT
from rs_driver_fakeserver.values.encode_binary import encoder
from rs_driver_fakeserver.values.types import resolve

REDSHIFT, POSTGRES = Dialect("redshift", 2), Dialect("postgres")
WEST = dt.timezone(-dt.timedelta(hours=5))

ONE_TWO_THREE = (
    "00000001 00000000 00000017 00000003 00000001"
    " 00000004 00000001 00000004 00000002 00000004 00000003"
)
TWO_BY_TWO = (
    "00000002 00000001 00000017 00000002 00000001 00000002 00000001"
    " 00000004 00000001 00000004 00000002 ffffffff 00000004 00000004"
)


def binary(type_name: str, value: object, dialect: Dialect = REDSHIFT) -> str:
    wire_type = resolve(type_name, redshift=dialect.redshift)
    return encoder(wire_type, dialect)(value).hex()


@pytest.mark.parametrize(
    ("type_name", "value", "expected"),
    [
        ("bool", True, "01"),
        ("int2", -2, "fffe"),
        ("int8", 1, "0000000000000001"),
        ("float4", 0.5, "3f000000"),
        ("float8", "NaN", "7ff8000000000000"),
        ("numeric(10,2)", Decimal("12.34"), "00000000000004d2"),
        ("numeric(10,2)", Decimal("-12.34"), "fffffffffffffb2e"),
        ("numeric(38,10)", Decimal("1844674407.3709551616"), "00000000000000010000000000000000"),
        ("numeric(38,0)", 10**38 - 1, "4b3b4ca85a86c47a098a223fffffffff"),
        (
            "numeric(38,37)",
            Decimal("-9." + "0" * 36 + "1"),
            "bc4aa1687b53825ef76a145fffffffff",
        ),
        ("numeric(10,5)", 0, "0000000000000000"),
        ("numeric", 1234, "00000000000004d2"),
        ("date", dt.date(2024, 2, 29), "00002279"),
        ("date", dt.date(1582, 10, 15), "fffdacc0"),
        ("date", "4714-11-24 BC", "ffda97a7"),
        ("date", "infinity", "7fffffff"),
        ("date", "-infinity", "80000000"),
        ("time", dt.time(13, 45, 30, 123456), "0000000b8839b4c0"),
        ("time", "24:00:00", "000000141dd76000"),
        ("timetz", dt.time(12, tzinfo=dt.timezone.utc), "0000000a0eebb000"),
        ("timetz", dt.time(23, tzinfo=WEST), "00000003 5a4e9000".replace(" ", "")),
        ("timestamp", dt.datetime(2024, 2, 29, 13, 45, 30, 123456), "0002b5843dc614c0"),
        ("timestamp", dt.datetime(1400, 1, 1), "ffbcbb82ca6da000"),
        ("timestamp", "infinity", "7fffffffffffffff"),
        ("timestamptz", "-infinity", "8000000000000000"),
        ("bytea", b"a\0", "6100"),
        ("varchar", "ü", "c3bc"),
        ("geography", "0101AABB", "0101aabb"),
        ("geography", b"\1\2", "0102"),
        ("aclitem", "a=r/b", "613d722f62"),
        ('"char"', "a", "61"),
        ("name", "ab", "6162"),
        ("unknown", "ab", "6162"),
        ("int4[]", [1, 2, 3], ONE_TWO_THREE),
        ("int4[]", [[1, 2], [None, 4]], TWO_BY_TWO),
        ("int4[]", [], "00000000 00000000 00000017"),
        ("intervaly2m", 14, "0000000e"),
    ],
)
def test_redshift(type_name: str, value: object, expected: str) -> None:
    assert binary(type_name, value) == expected.replace(" ", "")


BINARY_ARRAYS = ['"char"', "int2", "int4", "text", "varchar", "float4", "oid", "aclitem"]
TEXT_ONLY = "super varbyte geometry geometryhex int2vector oidvector tid xid cid".split()


@pytest.mark.parametrize("name", BINARY_ARRAYS)
def test_eight_arrays_have_a_binary_form_under_protocol_2(name: str) -> None:
    wire_type = resolve(f"{name}[]")
    assert encoder(wire_type, REDSHIFT)([]).hex().startswith("00000000")
    for older in (0, 1):
        with pytest.raises(SqlError, match="42883: no binary output function available"):
            encoder(wire_type, Dialect("redshift", older))


@pytest.mark.parametrize("name", [*TEXT_ONLY, "int8[]", "float8[]", "numeric[]", "timestamp[]"])
def test_what_redshift_sends_in_text_only(name: str) -> None:
    with pytest.raises(SqlError, match="42883"):
        encoder(resolve(name), REDSHIFT)


def test_geography_is_text_under_older_protocols() -> None:
    with pytest.raises(SqlError, match="42883"):
        encoder(resolve("geography"), Dialect("redshift", 1))


def test_postgres_has_no_binary_aclitem() -> None:
    for name in ("aclitem", "aclitem[]"):
        with pytest.raises(SqlError, match="42883"):
            encoder(resolve(name, redshift=False), POSTGRES)


@pytest.mark.parametrize(
    ("type_name", "value", "expected"),
    [
        ("numeric", Decimal("12.34"), "0002 0000 0000 0002 000c 0d48"),
        ("numeric", Decimal("-0.00"), "0000 0000 0000 0002"),
        ("numeric", Decimal("NaN"), "0000 0000 c000 0000"),
        ("timetz", dt.time(12, tzinfo=WEST), "0000000a0eebb000 00004650"),
        ("uuid", uuid.UUID(int=7), "0" * 31 + "7"),
        ("jsonb", "{}", "01 7b7d"),
        ("oid", 7, "00000007"),
        ('"char"', "", "00"),
        ("jsonb", {"b": 1}, "01 7b2262223a20317d"),
        ("regproc", 7, "00000007"),
    ],
)
def test_postgres(type_name: str, value: object, expected: str) -> None:
    assert binary(type_name, value, POSTGRES) == expected.replace(" ", "")


def test_an_older_redshift_protocol_has_the_old_numeric() -> None:
    old = encoder(resolve("numeric(10,2)"), Dialect("redshift", 1))
    assert old(Decimal("12.34")) == bytes.fromhex("000200000000 0002 000c0d48")


@pytest.mark.parametrize(
    ("type_name", "value"),
    [
        ("bool", 1),
        ("numeric", Decimal("1.5")),
        ("numeric(10,2)", Decimal("1.234")),
        ("numeric(10,2)", Decimal("NaN")),
        ("numeric(19,0)", 2**63),
        ("timetz", "12:00"),
        ("timetz", dt.time(12)),
        ("bytea", "str"),
        ("geography", "no hex"),
        ("int4[]", [1.5]),
        ("date", "soon"),
    ],
)
def test_nothing_is_bent_to_fit(type_name: str, value: object) -> None:
    with pytest.raises(UNFIT):
        binary(type_name, value)


def test_postgres_wants_a_zone() -> None:
    with pytest.raises(TypeError):
        binary("timetz", dt.time(12), POSTGRES)


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_base_10000_comes_back(value: Decimal) -> None:
    data = encoder(resolve("numeric", redshift=False), POSTGRES)(value)
    back = parameter(data, oids.NUMERIC, 1, POSTGRES)
    assert isinstance(back, Decimal)
    assert back == value
