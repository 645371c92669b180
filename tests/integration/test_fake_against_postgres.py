"""The fake server in PostgreSQL's clothes says what a real PostgreSQL says."""

from __future__ import annotations

import datetime as dt
import socket
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from decimal import Decimal

import pytest

from rs_driver.wire.control import ErrorResponse, NoticeResponse, ReadyForQuery
from rs_driver.wire.messages import BackendMessage, FrontendMessage
from rs_driver.wire.query import (
    Bind,
    Close,
    Describe,
    Execute,
    Flush,
    FunctionCall,
    Parse,
    Query,
    Sync,
)
from rs_driver.wire.results import CommandComplete, DataRow, ParameterDescription, RowDescription
from rs_driver_fakeserver.server import FakeServer
from support.postgres import PostgresServer
from support.wire_client import SocketClient, connected, prepared, rows

UTC = dt.timezone.utc
INDIA = dt.timezone(dt.timedelta(hours=5, minutes=30))


@contextmanager
def logged_in(postgres: PostgresServer) -> Iterator[SocketClient]:
    address = (postgres.host, postgres.plain_port)
    with closing(socket.create_connection(address, timeout=10)) as sock:
        client = SocketClient(sock)
        client.start("trusted", postgres.database, TimeZone="UTC", extra_float_digits="1")
        yield client


@pytest.fixture(scope="module")
def real(postgres: PostgresServer) -> Iterator[SocketClient]:
    with logged_in(postgres) as client:
        yield client


VALUES: list[tuple[str, str, object]] = [
    *(("bool", str(value), value) for value in (True, False)),
    *(("int2", str(value), value) for value in (0, -32768, 32767)),
    *(("int4", str(value), value) for value in (-1, -(2**31), 2**31 - 1)),
    *(("int8", str(value), value) for value in (7, -(2**63), 2**63 - 1)),
    ("oid", "4294967295", 4294967295),
    *(
        ("float8", repr(value), value)
        for value in (
            *(0.0, -0.0, 1.0, -1.5, 0.1, 1e15, 1e14, 999999999999999.9, 1e-4, 1e-5, 1.5e-5),
            *(1e300, 5e-324, 2.2250738585072014e-308, 123456789012345678.0, 1e16, 123456.789),
            *(float("inf"), float("-inf"), float("nan"), 1 / 3, -12345678901234.5),
        )
    ),
    *(
        ("float4", repr(value), value)
        for value in (
            *(0.0, -0.0, 1.0, 0.1, 1e5, 999999.0, 1e6, 1e7, 123456.7, 1234567.8, 16777216.0),
            *(1e-4, 1e-5, 3.4028234663852886e38, 1e-45, float("inf"), float("nan"), 1 / 3),
        )
    ),
    *(
        ("numeric", value, Decimal(value))
        for value in (
            *("0", "0.00", "1", "-1", "10000", "9999", "0.0001", "0.00001", "12345.6789"),
            *("100000000", "-0.5", "NaN", "Infinity", "-Infinity", "1e10", "123456789.000010000"),
            *("99999999999999999999999999999999999999", "-0.00000000000000000000001"),
        )
    ),
    *(("numeric(10,2)", value, Decimal(value)) for value in ("0", "12.3", "-99999999.99", "7")),
    ("numeric(38,10)", "1844674407.3709551616", Decimal("1844674407.3709551616")),
    ("text", "naïve ☃ 𝄞", "naïve ☃ 𝄞"),
    ("text", "", ""),
    ("varchar(20)", "abc", "abc"),
    ("char(5)", "ab", "ab"),
    ("char(3)", "äö", "äö"),
    ("name", "abc", "abc"),
    ("bytea", "\\x00ff5c27", b"\x00\xff\\'"),
    ("bytea", "\\x", b""),
    *(
        ("date", str(value), value)
        for value in (dt.date(1, 1, 1), dt.date(9999, 12, 31), dt.date(2000, 2, 29))
    ),
    *(
        ("date", value, value)
        for value in ("0044-03-15 BC", "4713-01-01 BC", "294276-12-31", "infinity", "-infinity")
    ),
    *(
        ("time", value, dt.time.fromisoformat(value))
        for value in ("00:00:00", "13:45:30.123456", "23:59:59.999999", "12:00:00.500000")
    ),
    ("time", "24:00:00", "24:00:00"),
    ("timetz", "12:00:00-05", dt.time(12, tzinfo=dt.timezone(-dt.timedelta(hours=5)))),
    ("timetz", "01:02:03.5+05:30", dt.time(1, 2, 3, 500000, INDIA)),
    *(
        ("timestamp", str(value), value)
        for value in (
            *(dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31, 23, 59, 59, 999999)),
            *(
                dt.datetime(2024, 2, 29, 13, 45, 30, 123450),
                dt.datetime(1999, 12, 31, 23, 59, 59, 1),
            ),
        )
    ),
    *(
        ("timestamp", value, value)
        for value in ("0044-03-15 01:02:03.4 BC", "10000-01-01 00:00:00", "infinity", "-infinity")
    ),
    ("timestamptz", "2024-02-29 13:45:30.5+00", dt.datetime(2024, 2, 29, 13, 45, 30, 500000, UTC)),
    ("timestamptz", "2024-02-29 13:45:30+05:30", dt.datetime(2024, 2, 29, 13, 45, 30, 0, INDIA)),
    ("timestamptz", "infinity", "infinity"),
    ("timestamptz", "0044-03-15 01:02:03+00 BC", "0044-03-15 01:02:03+00 BC"),
    (
        "uuid",
        "00112233-4455-6677-8899-aabbccddeeff",
        uuid.UUID("00112233-4455-6677-8899-aabbccddeeff"),
    ),
    ("json", '{"a":[1,null,"ü"]}', {"a": [1, None, "ü"]}),
    ("jsonb", '{"a": 1}', '{"a": 1}'),
]


@pytest.mark.parametrize("format_code", [0, 1], ids=["text", "binary"])
@pytest.mark.parametrize(("type_name", "literal", "value"), VALUES)
def test_values(
    real: SocketClient, type_name: str, literal: str, value: object, format_code: int
) -> None:
    sql = f"select '{literal.replace(chr(39), chr(39) * 2)}'::{type_name} as a"
    question = prepared(sql, results=[format_code])
    with FakeServer(server="postgres") as fake:
        fake.when(sql).returns({"a": type_name}, [(value,)])
        expected, answer = real.say(*question), connected(fake).say(*question)
    assert rows(answer) == rows(expected)
    assert answer == expected


START = {
    "select generate_series(1,5) as n": ({"n": "int4"}, [(n,) for n in range(1, 6)]),
    "select 1 as n": ({"n": "int4"}, [(1,)]),
    "select $1::int4 as n": ({"n": "int4"}, [(7,)]),
}


def shown(messages: Sequence[BackendMessage]) -> list[object]:
    """What must be equal: of errors and notices the SQLSTATE and severity."""
    seen: list[object] = []
    for message in messages:
        match message:
            case ErrorResponse(fields) | NoticeResponse(fields):
                seen.append((type(message).__name__, fields["S"], fields.get("V"), fields["C"]))
            case RowDescription() | ReadyForQuery() | CommandComplete() | DataRow():
                seen.append(message)
            case ParameterDescription():
                seen.append(message)
            case _:
                seen.append(type(message).__name__)
    return seen


S, F = Sync(), Flush()
SELECT, SERIES = "select 1 as n", "select generate_series(1,5) as n"
BIND = Bind("", "", (), (), ())
RUN = [BIND, Describe(b"P", ""), Execute("", 0)]
CONVERSATIONS: dict[str, list[list[FrontendMessage | bytes]]] = {
    "empty": [[Query("")], [Query(" ; ; -- nothing\n")], [Parse("", "", ()), *RUN, S]],
    "several": [[Query(f"{SELECT}; {SELECT};")], [Query(f"{SELECT}; select 1/0; {SELECT}")]],
    "warnings": [[Query("commit")], [Query("rollback")], [Query("begin; begin")], [Query("end")]],
    "abort": [
        [Query("begin")],
        [Query("selec")],
        [Query(SELECT)],
        [Query("")],
        [Parse("", SELECT, ()), S],
        [Parse("", "", ()), BIND, S],
        [Query("begin")],
        [Query("commit")],
        [Query(SELECT)],
    ],
    "abort, extended": [
        [Query("start transaction"), Parse("s", SELECT, ()), Bind("p", "s", (), (), ()), S],
        [Parse("", "selec", ()), S],
        [Describe(b"S", "s"), S],
        [Describe(b"P", "p"), S],
        [Execute("p", 0), S],
        [Bind("", "s", (), (), ()), S],
        [Bind("", "nope", (), (), ()), S],
        [Parse("", "rollback", ()), *RUN, S],
        [Execute("p", 0), S],
        [Bind("", "s", (), (), ()), Execute("", 0), S],
        [Close(b"S", "s"), S],
    ],
    "portals": [
        [Parse("", SERIES, ()), BIND, Execute("", 2), Execute("", 2), Execute("", 2), S],
        [Parse("", SERIES, ()), BIND, Execute("", 5), Execute("", 5), Execute("", 0), S],
        [Parse("", SERIES, ()), BIND, Execute("", 6), Execute("", 1), S, Execute("", 1), S],
        [Query("begin")],
        [Parse("", SERIES, ()), Bind("p", "", (), (), (1,)), Execute("p", 2), S],
        [Execute("p", 2), S],
        [Close(b"P", "p"), Close(b"P", "p"), Execute("p", 2), S],
        [Query("rollback")],
    ],
    "statements": [
        [Parse("a", "select $1::int4 as n", ()), Describe(b"S", "a"), S],
        [Parse("a", SELECT, ()), S],
        [Bind("", "a", (), (b"7",), ()), Execute("", 0), S],
        [Bind("", "a", (1,), (b"\0\0\0\7",), (1,)), Describe(b"P", ""), Execute("", 0), S],
        [Bind("", "a", (), (), ()), Execute("", 0), S],
        [Bind("", "a", (1,), (b"x",), ()), S],
        [Bind("", "a", (), (b"x",), ()), S],
        [Bind("", "a", (), (b"99999999999",), ()), S],
        [Bind("", "a", (7,), (b"1",), ()), S],
        [Bind("", "a", (0, 0), (b"1",), ()), S],
        [Bind("", "a", (), (b"7",), (0, 1)), S],
        [Bind("q", "a", (), (b"7",), ()), Bind("q", "a", (), (b"7",), ()), S],
        [Describe(b"S", "nope"), S, Describe(b"P", "nope"), S, Describe(b"S", ""), S],
        [Close(b"S", "a"), Close(b"S", "a"), Close(b"S", ""), S],
        [Bind("", "a", (), (b"7",), ()), S],
        [Parse("", "select $1::int4 as n", (705,)), Describe(b"S", ""), S],
    ],
    "unnamed": [
        [Parse("", SELECT, ()), S],
        [*RUN, S],
        [Query(SELECT)],
        [*RUN, S],
        [Parse("", SELECT, ()), Parse("", "selec", ()), S, *RUN, S],
    ],
    "skipping": [
        [Parse("", "selec", ()), BIND, Execute("", 0), Query(SELECT), Close(b"S", "x"), F, S],
        [Execute("nope", 0), b"B\0\0\0\6ab", S],
    ],
    "no rows": [
        [Parse("", "begin", ()), *RUN, Execute("", 0), S],
        [Parse("", "set work_mem to 4096", ()), *RUN, S],
        [Parse("", "commit", ()), *RUN, S],
        [Parse("", f"{SELECT}; {SELECT}", ()), S],
    ],
    "group": [
        [Parse("b", "begin", ()), Bind("", "b", (), (), ()), Execute("", 0), S],
        [Bind("", "b", (), (), ()), Execute("", 0), Parse("", SELECT, ()), *RUN, S],
        [Parse("", "selec", ()), S],
        [Query("rollback"), Close(b"S", "b"), S],
    ],
    "malformed": [
        [b"Q\0\0\0\6ab"],
        [b"P\0\0\0\6ab", S],
        [b"B\0\0\0\6ab", S],
        [b"D\0\0\0\6X\0", S],
        [b"S\0\0\0\6ab"],
        [b"d\0\0\0\5x", Query(SELECT)],
        [FunctionCall(0, (), (), 0)],
    ],
    "settings": [
        [Query("begin; set timezone to 'Europe/Berlin'")],
        [Query("show timezone")],
        [Query("rollback")],
        [Query("show timezone")],
        [Query("set application_name = 'me'; show application_name")],
        [Query("reset application_name")],
        [Query("set nonsense to 1")],
        [Query("show nonsense")],
        [Query("set server_version to '1'")],
        [Query("begin; set local application_name to 'x'; show application_name; commit")],
        [Query("show application_name")],
        [Query("deallocate nope")],
        [Query("deallocate all")],
        [Query("discard all")],
    ],
}


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_conversations(postgres: PostgresServer, name: str) -> None:
    with FakeServer(server="postgres") as fake, logged_in(postgres) as real:
        for sql, (columns, values) in START.items():
            params = [7] if "$1" in sql else None
            fake.when(sql, params=params).returns(columns, values)
        fake.when("selec").raises("42601", 'syntax error at or near "selec"')
        fake.when("select 1/0").raises("22012", "division by zero")
        client = connected(fake)
        for flight in CONVERSATIONS[name]:
            answer = client.say(*flight)
            ready = sum(isinstance(message, ReadyForQuery) for message in answer)
            assert shown(answer) == shown(real.say(*flight, due=ready)), flight
