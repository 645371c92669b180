from __future__ import annotations

import pytest

from rs_driver.errors import LocalProtocolError, RemoteProtocolError
from rs_driver.wire.base import Layout
from rs_driver.wire.query import (
    Bind,
    Close,
    Describe,
    Execute,
    Flush,
    FunctionCall,
    Parse,
    Query,
    Rebind,
    Sync,
    Terminate,
)
from support.golden import body_of, check_golden, check_hostile, frame, name

STATEMENT = "redshift_connector_statement_12345_2"

GOLDEN: list[tuple[Layout, bytes]] = [
    (Query("select 1"), b"Q\0\0\0\x0dselect 1\0"),
    (Query(""), b"Q\0\0\0\x05\0"),
    # Parse and the Bind behind it, as redshift_connector 2.2.0 sends them.
    (
        Parse(STATEMENT, "select n,d from t where n=$1 and s=$2", (21, 705)),
        b"P\0\0\0\x59redshift_connector_statement_12345_2\0"
        b"select n,d from t where n=$1 and s=$2\0" + bytes.fromhex("0002 00000015 000002c1"),
    ),
    (
        Bind("", STATEMENT, (1, 0), (b"\0\x05", b"x"), (1, 1)),
        b"B\0\0\0\x43\0redshift_connector_statement_12345_2\0"
        + bytes.fromhex("0002 0001 0000 0002 00000002 0005 00000001 78 0002 0001 0001"),
    ),
    (Parse("", "", ()), b"P\0\0\0\x08\0\0\0\0"),
    (Parse("s", "é", (2**32 - 1,)), b"P\0\0\0\x0fs\0\xc3\xa9\0\0\x01\xff\xff\xff\xff"),
    (Bind("", "", (), (), ()), b"B\0\0\0\x0c\0\0\0\0\0\0\0\0"),
    (
        Bind("p", "s", (1,), (None, b""), (0,)),
        b"B" + bytes.fromhex("0000001a 7000 7300 0001 0001 0002 ffffffff 00000000 0001 0000"),
    ),
    (Describe(b"S", "s1"), b"D\0\0\0\x08Ss1\0"),
    (Describe(b"P", ""), b"D\0\0\0\x06P\0"),
    (Close(b"S", "s1"), b"C\0\0\0\x08Ss1\0"),
    (Close(b"P", ""), b"C\0\0\0\x06P\0"),
    (Execute(""), b"E\0\0\0\x09\0\0\0\0\0"),
    (Execute("", 100), b"E\0\0\0\x09\0\0\0\0\x64"),
    (Execute("p"), b"E\0\0\0\x0ap\0\0\0\0\0"),
    (Sync(), b"S\0\0\0\x04"),
    (Flush(), b"H\0\0\0\x04"),
    (Terminate(), b"X\0\0\0\x04"),
    (
        FunctionCall(1598, (), (), 1),
        b"F" + bytes.fromhex("0000000e 0000063e 0000 0000 0001"),
    ),
    (
        FunctionCall(2**32 - 1, (0, 1), (b"x", None)),
        b"F" + bytes.fromhex("0000001b ffffffff 0002 0000 0001 0002 00000001 78 ffffffff 0000"),
    ),
]


@pytest.mark.parametrize(("message", "wire"), GOLDEN, ids=name)
def test_golden(message: Layout, wire: bytes) -> None:
    check_golden(message, wire)


@pytest.mark.parametrize("message", [message for message, _ in GOLDEN], ids=name)
def test_hostile_bodies(message: Layout) -> None:
    check_hostile(message)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (Parse, b"\0\0\xff\xff"),  # -1 parameters
        (Parse, b"\0\0\x80\0"),
        (Parse, b"\0\0\x7f\xff\0\0\0\0"),  # more than there are
        (Bind, b"\0\0\xff\xff\0\0\0\0"),  # -1 formats
        (Bind, b"\0\0\0\0\xff\xff\0\0"),  # -1 parameters
        (Bind, b"\0\0\0\0\0\0\xff\xff"),  # -1 result formats
        (Bind, b"\0\0\0\0\0\x01\xff\xff\xff\xfe\0\0"),  # a length of -2
        (Bind, b"\0\0\0\0\0\x01\x7f\xff\xff\xff\0\0"),  # 2 GiB in 2 bytes
        (FunctionCall, b"\0\0\0\0\xff\xff\0\0\0\0"),
        (FunctionCall, b"\0\0\0\0\0\0\0\x01\x80\0\0\0\0\0"),
        (Query, b"no end"),
        (Describe, b"X\0"),
        (Describe, b"\0\0"),
        (Close, b"s\0"),
        (Close, b"Sno end"),
    ],
)
def test_hostile_counts_lengths_and_kinds(kind: type[Layout], body: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match=f"malformed {kind.__name__} message"):
        kind.decode(body)


@pytest.mark.parametrize(
    "message",
    [
        Query("a\0b"),
        Parse("a\0", "", ()),
        Parse("", "a\0", ()),
        Bind("a\0", "", (), (), ()),
        Bind("", "a\0", (), (), ()),
        Describe(b"S", "a\0"),
        Close(b"S", "a\0"),
        Execute("a\0"),
    ],
    ids=name,
)
def test_a_nul_ends_no_string_early(message: Layout) -> None:
    with pytest.raises(LocalProtocolError, match="holds a NUL"):
        message.encode()


@pytest.mark.parametrize("kind", [b"", b"s", b"SP", b"\0"])
def test_only_statements_and_portals_are_described_and_closed(kind: bytes) -> None:
    for message in (Describe(kind, ""), Close(kind, "")):
        with pytest.raises(LocalProtocolError, match="the kind is"):
            message.encode()


def test_a_statement_has_as_many_parameters_as_redshift_takes_and_no_more() -> None:
    most = 32767
    for message in (Parse("", "", (23,) * most), Bind("", "", (), (None,) * most, ())):
        wire = message.encode()
        assert type(message).decode(body_of(message, wire)) == message
    for refused in (
        Parse("", "", (23,) * (most + 1)),
        Bind("", "", (0,) * (most + 1), (), ()),
        Bind("", "", (), (None,) * (most + 1), ()),
        Bind("", "", (), (), (0,) * (most + 1)),
        Bind("", "", (), (None,) * 65536, ()),
    ):
        with pytest.raises(LocalProtocolError, match="the protocol's limit is 32767"):
            refused.encode()


def test_numbers_that_do_not_fit_are_not_sent() -> None:
    for message in (
        Parse("", "", (-1,)),
        Bind("", "", (2**15,), (), ()),
        Execute("", 2**31),
        FunctionCall(-1, (), ()),
        FunctionCall(0, (), (), 2**15),
    ):
        with pytest.raises(LocalProtocolError, match="does not fit"):
            message.encode()


def test_a_long_text_survives() -> None:
    sql = "select '" + "é" * 100_000 + "'"
    wire = Query(sql).encode()
    assert wire == frame(b"Q", sql.encode() + b"\0")
    assert Query.decode(wire[5:]).sql == sql


def test_bytes_that_are_not_utf8_do_not_stop_the_reader() -> None:
    assert Query.decode(b"\xff\xfeselect\0") == Query("\ufffd\ufffdselect")


# -- Rebind -------------------------------------------------------------------------------


@pytest.mark.parametrize("describe", [False, True])
@pytest.mark.parametrize(
    ("formats", "values"),
    [((), ()), ((1,), (b"\0\5",)), ((0, 1, 0), (None, b"", b"x" * 300)), ((0,), (None,))],
)
@pytest.mark.parametrize("results", [(), (1, 0)])
def test_a_ready_made_flight_is_its_messages(
    formats: tuple[int, ...],
    values: tuple[bytes | None, ...],
    results: tuple[int, ...],
    describe: bool,
) -> None:
    flight = Rebind("s", formats, results, describe=describe)
    messages = [
        Bind("", "s", formats, values, results),
        *([Describe(b"P", "")] if describe else []),
        Execute(""),
        Sync(),
    ]
    for _ in range(2):
        assert flight.encode(values) == b"".join(message.encode() for message in messages)


def test_a_ready_made_flight_takes_as_many_values_as_it_has_formats() -> None:
    with pytest.raises(LocalProtocolError, match="1 values for 2 parameters"):
        Rebind("s", (0, 0), (), describe=False).encode([b""])
    with pytest.raises(LocalProtocolError, match="the statement's name holds a NUL"):
        Rebind("a\0b", (), (), describe=False)


def test_a_ready_made_flight_refuses_what_does_not_fit_a_length() -> None:
    class Endless(bytes):
        def __len__(self) -> int:
            return 2**31

    flight = Rebind("s", (0,), (), describe=False)
    with pytest.raises(LocalProtocolError, match="longer than 2 GiB"):
        flight.encode([Endless()])
