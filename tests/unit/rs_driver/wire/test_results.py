from __future__ import annotations

from functools import partial

import pytest

from rs_driver.errors import LocalProtocolError, RemoteProtocolError
from rs_driver.wire.base import Layout
from rs_driver.wire.results import (
    BindComplete,
    CloseComplete,
    CommandComplete,
    DataRow,
    EmptyQueryResponse,
    FieldDescription,
    FunctionCallResponse,
    NoData,
    ParameterDescription,
    ParseComplete,
    PortalSuspended,
    RowDescription,
)
from support.golden import body_of, check_golden, check_hostile, name

GOLDEN: list[tuple[Layout, bytes]] = [
    (DataRow((b"1", None, b"")), b"D\0\0\0\x13\0\x03\0\0\0\x011\xff\xff\xff\xff\0\0\0\0"),
    (DataRow(()), b"D\0\0\0\x06\0\0"),
    (CommandComplete("SELECT"), bytes.fromhex("43 0000000b 53454c45435400")),  # no count: Redshift
    (CommandComplete("INSERT 0 3"), b"C\0\0\0\x0fINSERT 0 3\0"),
    (EmptyQueryResponse(), b"I\0\0\0\x04"),
    (ParseComplete(), b"1\0\0\0\x04"),
    (BindComplete(), b"2\0\0\0\x04"),
    (CloseComplete(), b"3\0\0\0\x04"),
    (NoData(), b"n\0\0\0\x04"),
    (PortalSuspended(), b"s\0\0\0\x04"),
    (ParameterDescription((23, 1043)), b"t" + bytes.fromhex("0000000e 0002 00000017 00000413")),
    (ParameterDescription(()), b"t\0\0\0\x06\0\0"),
    (FunctionCallResponse(b"x"), b"V\0\0\0\x09\0\0\0\x01x"),
    (FunctionCallResponse(None), b"V\0\0\0\x08\xff\xff\xff\xff"),
]

# `select version()` on a real cluster, protocol version 0.
VERSION_0 = RowDescription(
    (FieldDescription("version", type_oid=1043, type_modifier=65539, format=1),)
)
VERSION_0_WIRE = bytes.fromhex(
    "54 00000020 0001 76657273696f6e00 00000000 0000 00000413 ffff 00010003 0001"
)

# n NUMERIC(10,2) NOT NULL and d DATE, protocol version 2.
VERSION_2 = RowDescription(
    (
        FieldDescription(
            name="n",
            table_oid=0x4000,
            column_number=1,
            type_oid=1700,
            type_length=8,
            type_modifier=(10 << 16 | 2) + 4,
            schema="public",
            table="t",
            column="n",
            catalog="dev",
            flags=0x1001,
        ),
        FieldDescription(
            name="d",
            table_oid=0x4000,
            column_number=1,
            type_oid=1082,
            type_length=4,
            schema="public",
            table="t",
            column="d",
            catalog="dev",
        ),
    ),
    protocol_version=2,
)
VERSION_2_WIRE = (
    bytes.fromhex("54 00000050 0002")
    + bytes.fromhex("6e00 00004000 0001 000006a4 0008 000a0006 0000")
    + b"public\0t\0n\0dev\0\x10\x01"
    + bytes.fromhex("6400 00004000 0001 0000043a 0004 ffffffff 0000")
    + b"public\0t\0d\0dev\0\0\0"
)


@pytest.mark.parametrize(("message", "wire"), GOLDEN, ids=name)
def test_golden(message: Layout, wire: bytes) -> None:
    check_golden(message, wire)


@pytest.mark.parametrize("message", [message for message, _ in GOLDEN], ids=name)
def test_hostile_bodies(message: Layout) -> None:
    check_hostile(message)


def test_golden_row_descriptions() -> None:
    check_golden(VERSION_0, VERSION_0_WIRE)
    check_golden(VERSION_2, VERSION_2_WIRE, partial(RowDescription.decode, protocol_version=2))
    check_golden(RowDescription(()), b"T\0\0\0\x06\0\0")


@pytest.mark.parametrize("version", [1, 2, 3])
def test_every_version_from_1_has_the_extended_form(version: int) -> None:
    decoded = RowDescription.decode(VERSION_2_WIRE[5:], version)
    assert decoded == RowDescription(VERSION_2.fields, version)
    assert decoded.encode() == VERSION_2_WIRE


def test_hostile_row_descriptions() -> None:
    check_hostile(VERSION_0)
    check_hostile(VERSION_2, partial(RowDescription.decode, protocol_version=2))


def test_a_row_description_of_another_version_is_refused() -> None:
    with pytest.raises(RemoteProtocolError, match="malformed RowDescription"):
        RowDescription.decode(body_of(VERSION_2, VERSION_2_WIRE), 0)
    with pytest.raises(RemoteProtocolError, match="malformed RowDescription"):
        RowDescription.decode(body_of(VERSION_0, VERSION_0_WIRE), 2)


@pytest.mark.parametrize("flags", [0, 1, 0x1000, 0x1001, -1, -2])
def test_bit_0_of_the_flags_is_not_null(flags: int) -> None:
    assert FieldDescription("n", flags=flags).not_null is bool(flags & 1)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (DataRow, b"\xff\xff"),  # -1 columns
        (DataRow, b"\x80\0"),
        (DataRow, b"\0\x01\xff\xff\xff\xfe"),  # a length of -2
        (DataRow, b"\0\x01\x7f\xff\xff\xffx"),  # 2 GiB in one byte
        (DataRow, b"\0\x02\0\0\0\x04\0\0\0\0"),  # the second column is inside the first
        (DataRow, b"\x7f\xff\xff\xff\xff\xff"),  # 32767 columns, one value
        (RowDescription, b"\xff\xff"),
        (RowDescription, b"\x7f\xff" + VERSION_0_WIRE[7:]),
        (RowDescription, b"\0\x01no end" + bytes(0)),
        (ParameterDescription, b"\xff\xff\0\0\0\0"),
        (ParameterDescription, b"\0\x02\0\0\0\x17"),
        (FunctionCallResponse, b"\xff\xff\xff\xfe"),
        (FunctionCallResponse, b"\0\0\0\x02x"),
        (CommandComplete, b"SELECT"),
        (CommandComplete, b"SELECT\0\0"),
    ],
)
def test_hostile_counts_and_lengths(kind: type[Layout], body: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match=f"malformed {kind.__name__} message"):
        kind.decode(body)


@pytest.mark.parametrize(
    "field",
    [
        FieldDescription("n", table_oid=-1),
        FieldDescription("n", column_number=2**15),
        FieldDescription("n", type_oid=2**32),
        FieldDescription("n", type_length=2**15),
        FieldDescription("n", type_modifier=2**31),
        FieldDescription("n", format=2**15),
        FieldDescription("n", flags=2**15),
    ],
)
def test_numbers_that_do_not_fit_are_not_sent(field: FieldDescription) -> None:
    with pytest.raises(LocalProtocolError, match="does not fit"):
        RowDescription((field,), protocol_version=1).encode()


@pytest.mark.parametrize(
    "field",
    [
        FieldDescription("a\0"),
        FieldDescription("", schema="a\0"),
        FieldDescription("", table="a\0"),
        FieldDescription("", column="a\0"),
        FieldDescription("", catalog="a\0"),
    ],
)
def test_a_nul_ends_no_name_early(field: FieldDescription) -> None:
    with pytest.raises(LocalProtocolError, match="holds a NUL"):
        RowDescription((field,), protocol_version=1).encode()


def test_more_columns_than_an_int16_counts_are_not_sent() -> None:
    many = 32768
    for message in (
        RowDescription((FieldDescription("n"),) * many),
        DataRow((None,) * many),
        ParameterDescription((0,) * many),
    ):
        with pytest.raises(LocalProtocolError, match="the protocol's limit is 32767"):
            message.encode()
