from __future__ import annotations

import contextlib
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

REDSHIFT, POSTGRES = Dialect("redshift", 2), Dialect("postgres")
UTC = dt.timezone.utc
INDIA = dt.timezone(dt.timedelta(hours=5, minutes=30))


@pytest.mark.parametrize(
    ("oid", "text", "expected"),
    [
        (oids.BOOL, "t", True),
        (oids.BOOL, " OFF ", False),
        (oids.INT2, "-32768", -32768),
        (oids.INT4, " 7 ", 7),
        (oids.INT8, "+9223372036854775807", 2**63 - 1),
        (oids.FLOAT8, "1e3", 1000.0),
        (oids.NUMERIC, "1E+5", Decimal("1E+5")),
        (oids.TEXT, "ü", "ü"),
        (oids.UNKNOWN, "7", "7"),
        (0, "7", "7"),
        (oids.BYTEA, "\\x00ff", b"\0\xff"),
        (oids.BYTEA, "a\\\\b\\000", b"a\\b\0"),
        (oids.VARBYTE, "00FFff", b"\0\xff\xff"),
        (oids.VARBYTE, "", b""),
        (oids.DATE, "2024-02-29", dt.date(2024, 2, 29)),
        (oids.DATE, "0044-03-15 BC", "0044-03-15 BC"),
        (oids.DATE, "infinity", "infinity"),
        (oids.TIME, "13:45:30.5", dt.time(13, 45, 30, 500000)),
        (oids.TIMESTAMP, "2024-02-29 13:45:30", dt.datetime(2024, 2, 29, 13, 45, 30)),
        (oids.TIMESTAMP, "2024-02-29T13:45", dt.datetime(2024, 2, 29, 13, 45)),
        (oids.TIMESTAMP, "2024-02-29", dt.datetime(2024, 2, 29)),
        (oids.TIMESTAMPTZ, "2024-02-29 13:45:30+00", dt.datetime(2024, 2, 29, 13, 45, 30, 0, UTC)),
        (
            oids.TIMESTAMPTZ,
            "2024-02-29 01:02:03.25+0530",
            dt.datetime(2024, 2, 29, 1, 2, 3, 250000, INDIA),
        ),
        (oids.TIMESTAMPTZ, "2024-02-29 13:45:30", dt.datetime(2024, 2, 29, 13, 45, 30, 0, UTC)),
        (oids.UUID, str(uuid.UUID(int=7)), uuid.UUID(int=7)),
    ],
)
def test_text(oid: int, text: str, expected: object) -> None:
    value = parameter(text.encode(), oid, 0, REDSHIFT)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("oid", "data", "expected"),
    [
        (oids.BOOL, "01", True),
        (oids.INT2, "fffe", -2),
        (oids.INT8, "0000000000000007", 7),
        (oids.FLOAT4, "3f000000", 0.5),
        (oids.NUMERIC, "0002 0000 4000 0002 000c 0d48", Decimal("-12.34")),
        (oids.NUMERIC, "0001 ffff 0000 0004 0001", Decimal("0.0001")),
        (oids.NUMERIC, "0000 0000 d000 0020", Decimal("Infinity")),
        (oids.TEXT, "c3bc", "ü"),
        (oids.BYTEA, "00ff", b"\0\xff"),
        (oids.DATE, "00002279", dt.date(2024, 2, 29)),
        (oids.TIME, "0000000b8839b4c0", dt.time(13, 45, 30, 123456)),
        (oids.TIMESTAMP, "0002b5843dc614c0", dt.datetime(2024, 2, 29, 13, 45, 30, 123456)),
        (oids.TIMESTAMPTZ, "0000000000000000", dt.datetime(2000, 1, 1, tzinfo=UTC)),
        (oids.UUID, "0" * 31 + "7", uuid.UUID(int=7)),
        (oids.JSONB, "01 7b7d", "{}"),
    ],
)
def test_binary(oid: int, data: str, expected: object) -> None:
    value = parameter(bytes.fromhex(data), oid, 1, POSTGRES)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("oid", "data", "format_code", "state"),
    [
        (oids.BOOL, b"maybe", 0, "22P02"),
        (oids.INT4, b"x", 0, "22P02"),
        (oids.INT4, "\u0667".encode(), 0, "22P02"),
        (oids.INT4, b"2147483648", 0, "22003"),
        (oids.INT8, b"9" * 5000, 0, "22003"),
        (oids.NUMERIC, b"x", 0, "22P02"),
        (oids.BYTEA, b"\\x0", 0, "22P02"),
        (oids.BYTEA, b"\\8", 0, "22P02"),
        (oids.VARBYTE, b"abc", 0, "22P02"),
        (oids.VARBYTE, b"00 ff", 0, "22P02"),
        (oids.VARBYTE, "é0".encode(), 0, "22P02"),
        (oids.DATE, b"soon", 0, "22007"),
        (oids.TIMESTAMP, b"x", 0, "22007"),
        (oids.TEXT, b"\xff", 0, "22021"),
        (oids.INT4, b"\0\0\0", 1, "08P01"),
        (oids.INT4, b"\0\0\0\0\0", 1, "22P03"),
        (oids.BOOL, b"", 1, "08P01"),
        (oids.BOOL, b"\0\0", 1, "22P03"),
        (oids.NUMERIC, bytes.fromhex("0001000000000000"), 1, "22P03"),
        (oids.NUMERIC, bytes.fromhex("00010000000000002710"), 1, "22P03"),
        (oids.NUMERIC, bytes.fromhex("0001000011110000 0001"), 1, "22P03"),
        (oids.DATE, b"\0" * 5, 1, "22P03"),
        (oids.TIME, bytes.fromhex("7fffffffffffffff"), 1, "22P03"),
        (oids.TIMESTAMP, b"\0" * 9, 1, "22P03"),
        (oids.TEXT, b"\xff", 1, "22021"),
        (oids.INT4_ARRAY, b"{1", 0, "22P02"),
        (oids.INT4_ARRAY, b"{x}", 0, "22P02"),
        (oids.INT4_ARRAY, b"{99999999999}", 0, "22003"),
        (oids.INTERVAL, b"soon", 0, "22007"),
        (oids.INTERVAL, b"\0" * 11, 1, "08P01"),
        (oids.INTERVAL, b"\0" * 12, 1, "22P03"),
        (oids.JSON, b"{", 0, "22P02"),
        (oids.UUID, b"x" * 17, 1, "22P03"),
        (oids.INT4, b"1", 2, "22023"),
    ],
)
def test_what_is_not_of_the_type(oid: int, data: bytes, format_code: int, state: str) -> None:
    with pytest.raises(SqlError) as caught:
        parameter(data, oid, format_code, POSTGRES)
    assert caught.value.sqlstate == state


def test_a_scaled_numeric_has_no_scale_as_a_parameter() -> None:
    for oid in (oids.NUMERIC, oids.NUMERIC_ARRAY):
        with pytest.raises(SqlError) as caught:
            parameter(bytes(8), oid, 1, REDSHIFT)
        assert caught.value.sqlstate == "22P03"


KNOWN = [0, *(value for name, value in vars(oids).items() if name.isupper())]


@pytest.mark.parametrize("dialect", [REDSHIFT, POSTGRES])
@given(st.binary(max_size=40), st.sampled_from(KNOWN), st.integers(-1, 2))
def test_any_bytes_give_a_value_or_an_sql_error(
    dialect: Dialect, data: bytes, oid: int, format_code: int
) -> None:
    with contextlib.suppress(SqlError):
        parameter(data, oid, format_code, dialect)
