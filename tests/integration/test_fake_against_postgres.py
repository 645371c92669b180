"""The fake server in PostgreSQL's clothes says what a real PostgreSQL says."""

from __future__ import annotations

import datetime as dt
import socket
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from decimal import Decimal

import psycopg
import pytest

from rs_driver.intervals import Interval, IntervalDayToSecond, IntervalYearToMonth
from rs_driver.wire.control import ErrorResponse, NoticeResponse, ReadyForQuery
from rs_driver.wire.copy import CopyData
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
from rs_driver.wire.startup import BackendKeyData, CancelRequest
from rs_driver_fakeserver.dialect import Dialect, ServerKind
from rs_driver_fakeserver.recording.proxy import RecordingProxy
from rs_driver_fakeserver.server import FakeServer
from rs_driver_fakeserver.values.decode import parameter
from rs_driver_fakeserver.values.encode_binary import encoder as in_binary
from rs_driver_fakeserver.values.encode_text import encoder as in_text
from rs_driver_fakeserver.values.types import resolve
from support.differential import SCRIPTS, Script, digest
from support.postgres import PostgresServer
from support.postgres_cluster import DATABASE
from support.wire_client import BackendReader, SocketClient, connected, error, prepared, rows

pytestmark = pytest.mark.postgres

POSTGRES = Dialect("postgres")

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


NO_XML = "this PostgreSQL was built without XML"
BOUNDED = "[0:1][-2:-1]={{1,2},{3,NULL}}"
ARRAYS: list[tuple[str, str, object]] = [
    ("int4[]", "{1,NULL,-3}", [1, None, -3]),
    ("int4[]", "{}", []),
    ("int4[]", "{NULL}", [None]),
    ("int4[]", "{{1,2},{3,4}}", [[1, 2], [3, 4]]),
    ("int4[]", BOUNDED, BOUNDED),
    ("int4[]", "{{{{{{1}}}}}}", [[[[[[1]]]]]]),
    ("int2[]", "{-32768}", [-32768]),
    ("int8[]", "{9223372036854775807}", [2**63 - 1]),
    ("bool[]", "{t,f,NULL}", [True, False, None]),
    ("float4[]", "{0.1,NaN,-Infinity}", [0.1, float("nan"), float("-inf")]),
    ("float8[]", "{1e+300,0.1}", [1e300, 0.1]),
    ("numeric[]", "{1.50,NaN}", [Decimal("1.50"), Decimal("NaN")]),
    ("numeric(10,2)[]", "{1.50}", [Decimal("1.5")]),
    (
        "text[]",
        r'{a,"b,c",NULL,"NULL","q\"x","","b\\s","{","ü ☃",null,"nUlL"," "}',
        ["a", "b,c", None, "NULL", 'q"x', "", "b\\s", "{", "ü ☃", None, "nUlL", " "],
    ),
    ("varchar(5)[]", "{abc}", ["abc"]),
    ("char(3)[]", "{a}", ["a"]),
    ("name[]", "{a}", ["a"]),
    ('"char"[]', '{a,""}', ["a", ""]),
    ("bytea[]", r'{"\\x00ff"}', [b"\0\xff"]),
    ("oid[]", "{4294967295}", [4294967295]),
    ("xid[]", "{1}", [1]),
    ("cid[]", "{1}", [1]),
    ("tid[]", '{"(1,2)"}', [(1, 2)]),
    ("regproc[]", "{now}", [(1299, "now")]),
    ("int2vector[]", '{"1 2"}', ["1 2"]),
    ("oidvector[]", '{"1 2"}', ["1 2"]),
    (
        "date[]",
        '{2024-02-29,"0044-03-15 BC",infinity}',
        [dt.date(2024, 2, 29), "0044-03-15 BC", "infinity"],
    ),
    ("time[]", "{13:45:30.5}", [dt.time(13, 45, 30, 500000)]),
    ("timetz[]", "{12:00:00+05:30}", [dt.time(12, tzinfo=INDIA)]),
    ("timestamp[]", '{"2024-02-29 13:45:30"}', [dt.datetime(2024, 2, 29, 13, 45, 30)]),
    ("timestamptz[]", '{"2024-02-29 13:45:30+00"}', [dt.datetime(2024, 2, 29, 13, 45, 30, 0, UTC)]),
    ("interval[]", '{"1 day",00:00:01}', [dt.timedelta(1), dt.timedelta(0, 1)]),
    (
        "uuid[]",
        "{00112233-4455-6677-8899-aabbccddeeff}",
        [uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")],
    ),
    ("json[]", r'{"{\"a\":1}"}', ['{"a":1}']),
    ("jsonb[]", r'{"{\"a\": 1}"}', [{"a": 1}]),
    ("inet[]", "{10.0.0.1}", ["10.0.0.1"]),
    ("macaddr[]", "{08:00:2b:01:02:03}", ["08:00:2b:01:02:03"]),
    ("cstring[]", "{a,NULL}", ["a", None]),
    ("cidr[]", "{10.0.0.0/8}", ["10.0.0.0/8"]),
]
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
    (
        "jsonb",
        '{"bb":1,"a":[{"ü":null,"z":1}],"aa":true}',
        {"bb": 1, "a": [{"ü": None, "z": 1}], "aa": True},
    ),
    ("timetz", "24:00:00-05:30", "24:00:00-05:30"),
    ("timetz", "01:02:03+05:30:15", "01:02:03+05:30:15"),
    ('"char"', "a", "a"),
    ('"char"', "", ""),
    ("xid", "4294967295", 4294967295),
    ("cid", "7", 7),
    ("tid", "(4294967295,65535)", (4294967295, 65535)),
    ("tid", "(0,1)", "(0,1)"),
    ("regproc", "0", 0),
    ("regproc", "999999999", 999999999),
    ("regproc", "now", (1299, "now")),
    ("int2vector", "1 -2 3", [1, -2, 3]),
    ("int2vector", "", []),
    ("oidvector", "23 4294967295", "23 4294967295"),
    ("refcursor", "c1", "c1"),
    ("cstring", "naïve", "naïve"),
    ("macaddr", "08:00:2B:01:02:03", "08:00:2b:01:02:03"),
    ("xml", "<a>ü</a>", "<a>ü</a>"),
    *(
        ("inet", value, value)
        for value in ("10.0.0.1", "10.0.0.1/8", "::1", "fe80::1/64", "0.0.0.0/0")
    ),
    *(("cidr", value, value) for value in ("10.0.0.0/8", "10.0.0.1/32", "2001:db8::/32")),
    *(
        ("interval", value, value)
        for value in (
            *("00:00:00", "1 year", "2 years", "-1 years", "1 mon", "14 mons", "-14 mons"),
            *("1 day", "-1 day", "3 days 04:05:06.7", "1 year 2 mons -3 days", "-1 days +00:00:01"),
            *("-1 year 1 day -00:00:00.000001", "100:00:00", "-00:00:01", "2147483647 days"),
            *("-178956970 years -8 mons", "2562047788:00:54.775807", "P1Y2M3DT4H5M6.5S"),
        )
    ),
    ("interval", "1 day 02:00:00", dt.timedelta(1, 7200)),
    ("interval", "-00:00:00.000001", dt.timedelta(microseconds=-1)),
    ("interval", "1 year 3 days -00:00:01", Interval(-1_000_000, 3, 12)),
    ("interval year to month", "1 year 2 mons", IntervalYearToMonth(14)),
    ("interval day to second", "25:01:01.123", IntervalDayToSecond(90_061_123_000)),
    ("interval(3)", "00:00:01.123", "00:00:01.123"),
    ("interval day to second(3)", "00:00:01.123", "00:00:01.123"),
    *ARRAYS,
]


@pytest.mark.parametrize("format_code", [0, 1], ids=["text", "binary"])
@pytest.mark.parametrize(("type_name", "literal", "value"), VALUES)
def test_values(
    real: SocketClient, type_name: str, literal: str, value: object, format_code: int
) -> None:
    sql = f"select '{literal.replace(chr(39), chr(39) * 2)}'::{type_name} as a"
    question = prepared(sql, results=[format_code])
    with FakeServer(policy="ignore", server="postgres") as fake:
        fake.when(sql).returns({"a": type_name}, [(value,)])
        expected, answer = real.say(*question), connected(fake).say(*question)
    if type_name == "xml" and not rows(expected):
        pytest.skip(NO_XML)
    assert rows(answer) == rows(expected)
    assert answer == expected


@pytest.mark.parametrize(("type_name", "literal"), [value[:2] for value in VALUES])
def test_what_the_server_sends_is_read_as_a_parameter(
    real: SocketClient, type_name: str, literal: str
) -> None:
    """Its bytes become a value, in both formats the same one, which is written as before."""
    sql = f"select '{literal.replace(chr(39), chr(39) * 2)}'::{type_name} as a"
    in_words = rows(real.say(*prepared(sql, results=[0])))
    if type_name == "xml" and not in_words:
        pytest.skip(NO_XML)
    ((text,),) = in_words
    ((binary,),) = rows(real.say(*prepared(sql, results=[1])))
    assert text is not None
    assert binary is not None
    wire_type = resolve(type_name, redshift=False)
    from_text = parameter(text, wire_type.oid, 0, POSTGRES)
    from_binary = parameter(binary, wire_type.oid, 1, POSTGRES)
    if "regproc" in type_name:  # a name in the one, a number in the other
        assert in_text(wire_type, POSTGRES)(from_text) == text
        assert in_binary(wire_type, POSTGRES)(from_binary) == binary
        return
    assert in_text(wire_type, POSTGRES)(from_binary) == in_text(wire_type, POSTGRES)(from_text)
    if "interval" not in type_name and literal != BOUNDED:  # Python has no such bounds
        assert in_text(wire_type, POSTGRES)(from_text) == text
        assert in_binary(wire_type, POSTGRES)(from_binary) == binary


def without_lengths(messages: Sequence[BackendMessage]) -> list[BackendMessage]:
    """An aclitem has 12 bytes before PostgreSQL 16, and 16 since."""
    return [
        RowDescription(tuple(replace(field, type_length=0) for field in message.fields))
        if isinstance(message, RowDescription)
        else message
        for message in messages
    ]


def test_an_aclitem(real: SocketClient) -> None:
    question = "select 'trusted=r/trusted'::aclitem as a, '{trusted=r/trusted}'::aclitem[] as b"
    with FakeServer(policy="ignore", server="postgres") as fake:
        fake.when(question).returns(
            {"a": "aclitem", "b": "aclitem[]"}, [("trusted=r/trusted", ["trusted=r/trusted"])]
        )
        client = connected(fake)
        mine, its = (peer.say(*prepared(question)) for peer in (client, real))
        assert without_lengths(mine) == without_lengths(its)
        ours, theirs = (
            error(peer.say(*prepared(question, results=[1]))) for peer in (client, real)
        )
        assert (ours["C"], ours["M"]) == (theirs["C"], theirs["M"])


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
    "statements of SQL": [
        [Query("prepare a (int4) as select $1::int4 as n")],
        [Query("execute a (7)"), Query("execute a ('7'); execute a (7)")],
        [Query("execute a"), Query("execute a (7, 8)"), Query("execute nope (7)")],
        [Query("prepare a as select 1 as n"), Query("prepare a as selec")],
        [Query("prepare b (nonsense) as select 1 as n")],
        [Parse("w", "select $1::int4 as n", ()), S, Query("execute w (7)")],
        [Parse("", "execute w (7)", ()), *RUN, S],
        [Bind("", "a", (), (b"7",), ()), Execute("", 0), S],
        [
            Query("deallocate a"),
            Query("execute a (7)"),
            Close(b"S", "w"),
            S,
            Query("execute w (7)"),
        ],
        [Query("begin; prepare c as select 1 as n; rollback"), Query("execute c")],
        [Query("begin"), Query("selec"), Query("execute c"), Query("prepare d as select 1 as n")],
        [Query("rollback")],
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
    with FakeServer(policy="ignore", server="postgres") as fake, logged_in(postgres) as real:
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


CHANGES: list[FrontendMessage] = [
    Query("create table changing.t (a int4, b text)"),
    Query("alter table changing.t add column c date"),
    Query("alter table changing.t drop column c"),
    Query("alter table changing.t rename column a to z"),
    Query("alter table changing.t rename column z to a"),
    Query("begin; drop table changing.t; rollback"),
    Query("alter table changing.t alter column a type int8"),
    Query("drop table changing.t"),
]
PREPARED = [
    Parse("star", "select * from changing.t", ()),
    Parse("column", "select a from changing.t", ()),
    Parse("insert", "insert into changing.t (a) values (1)", ()),
]


@pytest.fixture
def schema(postgres: PostgresServer) -> Iterator[None]:
    """``changing``, where the role that needs no password may make tables."""
    with psycopg.connect(**postgres.libpq_kwargs(), autocommit=True) as connection:
        connection.execute("create schema changing")
        connection.execute("grant create, usage on schema changing to trusted")
        yield
        connection.execute("drop schema changing cascade")


@pytest.mark.engine
@pytest.mark.usefixtures("schema")
@pytest.mark.parametrize("changer", ["itself", "another"])
def test_tables_that_change_under_prepared_statements(
    postgres: PostgresServer, changer: str
) -> None:
    """What is answered to Bind, Describe and Execute after each DDL, one statement at a time."""
    pytest.importorskip("duckdb")
    with (
        FakeServer(policy="ignore", server="postgres", engine="duckdb") as server,
        logged_in(postgres) as real,
        logged_in(postgres) as real_other,
    ):
        fake, fake_other = connected(server), connected(server)
        fake.say(Query("create schema changing"))
        heard: list[list[object]] = []
        for user, other in ((fake, fake_other), (real, real_other)):
            heard.append([])
            for number, change in enumerate(CHANGES):
                (user if changer == "itself" else other).say(change)
                if number == 0:
                    user.say(*PREPARED, S)
                for statement in PREPARED:
                    name = statement.statement
                    run = [Bind("", name, (), (), ()), Execute("", 0), S]
                    heard[-1] += map(told, [*user.say(*run), *user.say(Describe(b"S", name), S)])
        for peer in (fake, fake_other):
            peer.peer.eof()
    assert heard[0] == heard[1]
    assert ("ErrorResponse", "0A000", "RevalidateCachedQuery") in heard[0]
    assert ("ErrorResponse", "42P01", None) in heard[0]


def told(message: BackendMessage) -> object:
    """The kind of a message; of errors the SQLSTATE, of a changed result the routine."""
    if isinstance(message, ErrorResponse):
        routine = message.fields.get("R") if message.fields["C"] == "0A000" else None
        return type(message).__name__, message.fields["C"], routine
    return type(message).__name__


# -- whole conversations through a proxy --------------------------------------------------


@contextmanager
def proxied(port: int) -> Iterator[tuple[SocketClient, RecordingProxy]]:
    """A client that has logged in to a server, and what records the conversation."""
    with (
        RecordingProxy(("127.0.0.1", port)) as proxy,
        closing(socket.create_connection((proxy.host, proxy.port), timeout=10)) as sock,
    ):
        client = SocketClient(sock)
        client.start("trusted", DATABASE)
        yield client, proxy


def held(script: Script, port: int, *, there: bool = False) -> list[list[BackendMessage]]:
    """A script's conversation with a server: the answers to its flights.

    ``there``: the server is one that deviates.
    """
    with proxied(port) as (client, proxy):
        answers = []
        for flight in script.flights:
            due = flight.due_there if there and flight.deviation else flight.due
            answers.append(client.say(*flight.said, due=due))
        (recording,) = proxy.recordings
    heard = BackendReader().read(recording.sent_by("B"))
    said = [message for answer in answers for message in answer]
    assert heard[-len(said) :] == said
    return answers


@contextmanager
def playing(script: Script, kind: ServerKind) -> Iterator[FakeServer]:
    with FakeServer(
        server=kind,
        engine=None if script.rules else "duckdb",
        two_phase=kind == "postgres",
        policy="ignore",
    ) as fake:
        for sql, numbers in script.rules.items():
            fake.when(sql).returns({"n": "int4"}, [(number,) for number in numbers])
            fake.when("selec").raises("42601", 'syntax error at or near "selec"')
        yield fake


@pytest.mark.engine
@pytest.mark.parametrize("name", SCRIPTS)
def test_the_fake_postgres_holds_the_same_conversation(postgres: PostgresServer, name: str) -> None:
    pytest.importorskip("duckdb")
    script = SCRIPTS[name]
    with playing(script, "postgres") as fake:
        mine, its = held(script, fake.port), held(script, postgres.plain_port)
    for flight, one, other in zip(script.flights, mine, its, strict=True):
        assert digest(one) == digest(other), flight


@pytest.mark.engine
@pytest.mark.parametrize("name", SCRIPTS)
def test_the_fake_redshift_deviates_where_it_is_written(
    postgres: PostgresServer, name: str
) -> None:
    """And does so there: a deviation that is none is not to stay in the list."""
    pytest.importorskip("duckdb")
    script = SCRIPTS[name]
    with playing(script, "redshift") as fake:
        mine = held(script, fake.port, there=True)
        its = held(script, postgres.plain_port)
    for flight, one, other in zip(script.flights, mine, its, strict=True):
        same = digest(one, redshift=True) == digest(other, redshift=True)
        assert same is (flight.deviation is None), (flight, digest(one), digest(other))


@pytest.mark.parametrize("kind", ["postgres", "redshift"])
@pytest.mark.parametrize(
    "sql", ["select pg_sleep(30)", "copy (select 1) to stdout; copy x from stdin"]
)
def test_a_cancelled_statement(postgres: PostgresServer, kind: ServerKind, sql: str) -> None:
    """While it runs, and while it waits for the client's data."""
    with FakeServer(server=kind, policy="ignore") as fake:
        fake.when("select pg_sleep(30)").delays(30).returns({"pg_sleep": "int4"}, [(1,)])
        fake.when("copy (select 1) to stdout").copies_out("1\n")
        fake.when("copy x from stdin").copies_in()
        fake.when("create temp table x (a int)").completes()
        heard = []
        for port in (fake.port, postgres.plain_port):
            with proxied(port) as (client, proxy):
                client.say(Query("create temp table x (a int)"))
                timer = threading.Timer(0.3, cancel, (proxy.port, client.key))
                timer.start()
                waits = "stdin" in sql
                answer = client.say(Query(sql), due=0 if waits else 1)
                timer.join()
                heard.append(digest([*answer, *(client.say(CopyData(b"1\n")) if waits else ())]))
    assert heard[0] == heard[1]
    assert ("ErrorResponse", "ERROR", "57014") in heard[0]


def cancel(port: int, key: BackendKeyData | None) -> None:
    assert key is not None
    with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
        sock.sendall(CancelRequest(key.process_id, key.secret_key).encode())
        assert sock.recv(1) == b""
