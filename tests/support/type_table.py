"""Every type and every class with the values that travel: the source of ``docs/types.md``.

python -m support.type_table > ../docs/types.md     (in tests/)

``tests/unit/test_types_page.py`` runs over the same tables, so that the page cannot say
what is not so: each value is decoded from each form and each argument encoded for each
server. What a server is asked for in binary is not written down here but asked of the
codecs.
"""

from __future__ import annotations

import enum
import ipaddress
import sys
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.columnar.arrow import data_type
from rs_driver.codecs import Json
from rs_driver.intervals import Interval, IntervalDayToSecond, IntervalYearToMonth
from rs_driver.ports.codec import BINARY, TEXT
from rs_driver.ports.profile import ServerProfile
from support.wire_values import POSTGRES, column

OLD = ServerProfile(kind="redshift", protocol_version=0, varbyte_wire="hex")
NEW = ServerProfile(kind="redshift", protocol_version=2, varbyte_wire="hex")
SERVERS = {"Redshift 0, 1": OLD, "Redshift 2": NEW, "PostgreSQL": POSTGRES}
NAMES: Mapping[int, str] = {
    value: name for name, value in vars(oids).items() if isinstance(value, int)
}

UTC = timezone.utc
EWKB = "0101000000000000000000f03f0000000000000040"


@dataclass(frozen=True)
class Arrival:
    """A type as it comes: one value in its forms.

    ``binary``: by kind of server, in hex; ``both`` where it is the same. ``text`` and
    ``value`` belong together, too; ``named`` is what a type's text gives where that is
    another value, by design. ``typmod``: the column's type modifier.
    """

    oid: int
    name: str
    python: str
    text: str
    value: Any
    binary: Mapping[str, str] = field(default_factory=dict)
    typmod: int = -1
    named: Any = None
    note: str = ""


def both(data: str) -> Mapping[str, str]:
    return {"redshift": data, "postgres": data}


def raw(text: str) -> Mapping[str, str]:
    """Of a type whose binary form is its text."""
    return both(text.encode().hex())


def _array(oid: int, elements: str, nulls: int = 0) -> str:
    """One dimension of two elements, each with its length in front."""
    return f"00000001 {nulls:08x} {oid:08x} 00000002 00000001 {elements}"


ARRIVALS: Sequence[Arrival] = (
    Arrival(oids.BOOL, "BOOLEAN", "bool", "t", True, both("01")),
    Arrival(oids.INT2, "SMALLINT", "int", "-32768", -32768, both("8000")),
    Arrival(oids.INT4, "INTEGER", "int", "7", 7, both("00000007")),
    Arrival(oids.INT8, "BIGINT", "int", "-1", -1, both("ffffffffffffffff")),
    Arrival(
        oids.NUMERIC,
        "NUMERIC",
        "Decimal",
        "12.34",
        Decimal("12.34"),
        {"redshift": "00000000000004d2", "postgres": "0002 0000 0000 0002 000c 0d48"},
        typmod=(10 << 16 | 2) + 4,
        note="exact: to the last of 38 digits, on PostgreSQL to all of its digits; "
        "`float` with `numeric_to_float=True`",
    ),
    Arrival(
        oids.FLOAT4,
        "REAL",
        "float",
        "0.1",
        0.10000000149011612,
        both("3dcccccd"),
        note="the 32-bit number as it is",
    ),
    Arrival(oids.FLOAT8, "DOUBLE PRECISION", "float", "0.1", 0.1, both("3fb999999999999a")),
    Arrival(oids.VARCHAR, "VARCHAR", "str", "é", "é", raw("é")),
    Arrival(
        oids.BPCHAR, "CHAR(n)", "str", "a  ", "a  ", raw("a  "), note="padding is kept as sent"
    ),
    Arrival(oids.TEXT, "TEXT", "str", "a", "a", raw("a")),
    Arrival(oids.NAME, "NAME", "str", "a", "a", raw("a")),
    Arrival(oids.CHAR, '"char"', "str", "a", "a", raw("a")),
    Arrival(
        oids.CHAR,
        '"char"',
        "str",
        r"\351",
        r"\351",
        both("e9"),
        note="a byte that is not ASCII, in octal as PostgreSQL writes it; the byte 0 is empty",
    ),
    Arrival(oids.UNKNOWN, "UNKNOWN", "str", "a", "a", raw("a")),
    Arrival(
        oids.DATE,
        "DATE",
        "date",
        "1582-10-15",
        date(1582, 10, 15),
        both("fffdacc0"),
        note="proleptic Gregorian",
    ),
    Arrival(
        oids.TIME,
        "TIME",
        "time",
        "23:59:59.999999",
        time(23, 59, 59, 999999),
        both("000000141dd75fff"),
    ),
    Arrival(
        oids.TIMETZ,
        "TIMETZ",
        "time, aware, in UTC",
        "23:00:00-05",
        time(4, 0, tzinfo=UTC),
        {"redshift": "000000035a4e9000", "postgres": "000000134743bc00 00004650"},
        note="wraps at midnight, and so does 24:00, unless in UTC",
    ),
    Arrival(
        oids.TIMESTAMP,
        "TIMESTAMP",
        "datetime",
        "2024-02-29 13:45:30.123456",
        datetime(2024, 2, 29, 13, 45, 30, 123456),
        both("0002b5843dc614c0"),
    ),
    Arrival(
        oids.TIMESTAMPTZ,
        "TIMESTAMPTZ",
        "datetime, aware, in UTC",
        "2024-02-29 14:45:30.123456+01",
        datetime(2024, 2, 29, 13, 45, 30, 123456, UTC),
        both("0002b5843dc614c0"),
    ),
    Arrival(
        oids.ABSTIME,
        "ABSTIME",
        "datetime, aware, in UTC",
        "1970-01-01 00:00:01+00",
        datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC),
        {"redshift": "00000001"},
        note="Redshift's catalogue",
    ),
    Arrival(
        oids.INTERVAL,
        "INTERVAL",
        "timedelta",
        "1 day 00:00:01",
        timedelta(days=1, seconds=1),
        {
            "redshift": "000000141de6a240 00000000",
            "postgres": "00000000000f4240 00000001 00000000",
        },
        note="without months",
    ),
    Arrival(
        oids.INTERVAL,
        "INTERVAL",
        "Interval",
        "-5 mons",
        Interval(months=-5),
        {
            "redshift": "0000000000000000 fffffffb",
            "postgres": "0000000000000000 00000000 fffffffb",
        },
        note="with months, or more days than a timedelta holds",
    ),
    Arrival(
        oids.INTERVALY2M,
        "INTERVAL YEAR TO MONTH",
        "IntervalYearToMonth",
        "1-2",
        IntervalYearToMonth(14),
        {"redshift": "0000000e"},
    ),
    Arrival(
        oids.INTERVALD2S,
        "INTERVAL DAY TO SECOND",
        "IntervalDayToSecond",
        "1 01:01:01.123",
        IntervalDayToSecond(90061123000),
        {"redshift": "00000014f80fadb8"},
    ),
    Arrival(
        oids.VARBYTE,
        "VARBYTE",
        "bytes",
        "ff00",
        b"\xff\0",
        note="hex, or under protocol 2 the bytes as they are: the driver asks the server once",
    ),
    Arrival(oids.BYTEA, "BYTEA", "bytes", "\\xff00", b"\xff\0", both("ff00")),
    Arrival(
        oids.SUPER,
        "SUPER",
        "str",
        '{"a":[1,null]}',
        '{"a":[1,null]}',
        note="its JSON text; Python objects with `super_objects=True`",
    ),
    Arrival(oids.JSON, "JSON", "dict, list, str ...", '{"a":[1]}', {"a": [1]}, raw('{"a":[1]}')),
    Arrival(
        oids.JSON,
        "JSON",
        "dict, list, str ...",
        "[1.10,1e2]",
        [1.1, 100.0],
        raw("[1.10,1e2]"),
        note="a number with a fraction or an exponent is the nearest float, also in JSONB, "
        "and in SUPER with `super_objects=True`",
    ),
    Arrival(
        oids.JSONB,
        "JSONB",
        "dict, list, str ...",
        '{"a":[1]}',
        {"a": [1]},
        {"postgres": "01" + b'{"a":[1]}'.hex()},
    ),
    Arrival(oids.GEOMETRY, "GEOMETRY", "str", EWKB, EWKB, note="the hex of its EWKB, as sent"),
    Arrival(
        oids.GEOGRAPHY,
        "GEOGRAPHY",
        "str",
        EWKB.upper(),
        EWKB,
        {"redshift": EWKB},
        note="the hex of its EWKB in lower case",
    ),
    Arrival(oids.GEOMETRYHEX, "GEOMETRYHEX", "str", EWKB.upper(), EWKB, note="in lower case"),
    Arrival(
        oids.UUID,
        "UUID",
        "uuid.UUID",
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        uuid.UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        {"postgres": "a0eebc999c0b4ef8bb6d6bb9bd380a11"},
    ),
    Arrival(
        oids.INET,
        "INET",
        "ipaddress.IPv4Address ...",
        "10.1.2.3",
        ipaddress.ip_address("10.1.2.3"),
        {"postgres": "02200004 0a010203"},
        note="IPv6Address; IPv4Interface, IPv6Interface with a netmask; on Redshift str",
    ),
    Arrival(
        oids.CIDR,
        "CIDR",
        "ipaddress.IPv4Network ...",
        "10.1.0.0/16",
        ipaddress.ip_network("10.1.0.0/16"),
        {"postgres": "02100104 0a010000"},
        note="IPv6Network; on Redshift str",
    ),
    Arrival(oids.OID, "OID", "int", "4294967295", 2**32 - 1, both("ffffffff")),
    Arrival(oids.XID, "XID", "int", "7", 7, both("00000007")),
    Arrival(oids.CID, "CID", "int", "7", 7, both("00000007")),
    Arrival(
        oids.REGPROC,
        "REGPROC",
        "int",
        "now",
        1299,
        both("00000513"),
        named="now",
        note="in text the function's name: one of the exceptions",
    ),
    Arrival(
        oids.ACLITEM,
        "ACLITEM",
        "str",
        "a=r/b",
        "a=r/b",
        {"redshift": b"a=r/b".hex()},
        note="PostgreSQL has no binary form",
    ),
    Arrival(oids.TID, "TID", "str", "(0,1)", "(0,1)"),
    Arrival(oids.INT2VECTOR, "INT2VECTOR", "list of int", "1 2", [1, 2]),
    Arrival(oids.OIDVECTOR, "OIDVECTOR", "list of int", "23 25", [23, 25]),
    Arrival(
        oids.INT4_ARRAY,
        "INTEGER[]",
        "list of int",
        "{7,NULL}",
        [7, None],
        both(_array(23, "00000004 00000007 ffffffff", nulls=1)),
        note="and so for an array of any type above: a list of its values, nested by "
        "dimensions, None for NULL; where an array starts is dropped",
    ),
    Arrival(
        oids.VARCHAR_ARRAY,
        "VARCHAR[]",
        "list of str",
        '{"a,b",c}',
        ["a,b", "c"],
        both(_array(1043, "00000003 612c62 00000001 63")),
    ),
)


class Colour(enum.Enum):
    """An Enum whose values are str."""

    RED = "red"


class Level(enum.Enum):
    """A plain Enum whose values are int."""

    HIGH = 2


class Rank(enum.IntEnum):
    """An Enum whose values are int."""

    FIRST = 1


@dataclass(frozen=True)
class Departure:
    """A Python value as it goes: ``sent`` by kind of server is OID, format and bytes."""

    python: str
    value: Any
    redshift: tuple[int, int, bytes | None]
    postgres: tuple[int, int, bytes | None] | None = None
    note: str = ""

    def sent(self, kind: str) -> tuple[int, int, bytes | None]:
        return self.redshift if kind == "redshift" or self.postgres is None else self.postgres


def _hex(data: str) -> bytes:
    return bytes.fromhex(data)


_UNTYPED = 705

DEPARTURES: Sequence[Departure] = (
    Departure("None", None, (oids.UNKNOWN, TEXT, None), note="NULL, of whatever type fits"),
    Departure("bool", True, (oids.BOOL, BINARY, b"\1")),
    Departure("int of 32 bits", 2**31 - 1, (oids.INT4, BINARY, _hex("7fffffff"))),
    Departure("int of 64 bits", -(2**31) - 1, (oids.INT8, BINARY, _hex("ffffffff7fffffff"))),
    Departure("int, larger", 2**63, (oids.NUMERIC, TEXT, b"9223372036854775808")),
    Departure("float", 0.1, (oids.FLOAT8, BINARY, _hex("3fb999999999999a")), note="NaN, too"),
    Departure(
        "Decimal",
        Decimal("1E+3"),
        (oids.NUMERIC, TEXT, b"1000"),
        note="never with an exponent; NaN and infinities as PostgreSQL writes them",
    ),
    Departure(
        "str",
        "é",
        (oids.UNKNOWN, TEXT, "é".encode()),
        (0, TEXT, "é".encode()),
        note="the server takes it for what it needs there",
    ),
    Departure(
        "bytes, bytearray, memoryview",
        b"\xff\0",
        (oids.VARBYTE, TEXT, b"ff00"),
        (oids.BYTEA, BINARY, b"\xff\0"),
        note="`ServerProfile.bytes_oid`",
    ),
    Departure("date", date(2024, 2, 29), (oids.DATE, TEXT, b"2024-02-29")),
    Departure("time", time(13, 45, 30, 5), (oids.TIME, TEXT, b"13:45:30.000005")),
    Departure("time, aware", time(12, tzinfo=UTC), (oids.TIMETZ, TEXT, b"12:00:00+00:00")),
    Departure(
        "datetime",
        datetime(2000, 1, 1, 0, 0, 1),
        (oids.TIMESTAMP, BINARY, _hex("00000000000f4240")),
    ),
    Departure(
        "datetime, aware",
        datetime(2000, 1, 1, 1, 0, 1, tzinfo=timezone(timedelta(hours=1))),
        (oids.TIMESTAMPTZ, BINARY, _hex("00000000000f4240")),
    ),
    Departure(
        "timedelta",
        timedelta(days=1, microseconds=1),
        (oids.INTERVAL, BINARY, _hex("000000141dd7600100000000")),
        (oids.INTERVAL, BINARY, _hex("00000000000000010000000100000000")),
    ),
    Departure(
        "Interval",
        Interval(microseconds=1, days=0, months=2),
        (oids.INTERVAL, BINARY, _hex("000000000000000100000002")),
        (oids.INTERVAL, BINARY, _hex("00000000000000010000000000000002")),
    ),
    Departure(
        "IntervalYearToMonth",
        IntervalYearToMonth(14),
        (oids.INTERVALY2M, BINARY, _hex("0000000e")),
        (oids.INTERVAL, BINARY, _hex("0000000000000000000000000000000e")),
    ),
    Departure(
        "IntervalDayToSecond",
        IntervalDayToSecond(1),
        (oids.INTERVALD2S, BINARY, _hex("0000000000000001")),
        (oids.INTERVAL, BINARY, _hex("00000000000000010000000000000000")),
    ),
    Departure(
        "uuid.UUID",
        uuid.UUID(int=1),
        (oids.UNKNOWN, TEXT, b"00000000-0000-0000-0000-000000000001"),
        (oids.UUID, BINARY, _hex("00000000000000000000000000000001")),
    ),
    Departure(
        "ipaddress.IPv4Address, IPv6Address, ...Interface",
        ipaddress.ip_address("10.1.2.3"),
        (oids.UNKNOWN, TEXT, b"10.1.2.3"),
        (oids.INET, TEXT, b"10.1.2.3"),
    ),
    Departure(
        "ipaddress.IPv4Network, IPv6Network",
        ipaddress.ip_network("10.1.0.0/16"),
        (oids.UNKNOWN, TEXT, b"10.1.0.0/16"),
        (oids.CIDR, TEXT, b"10.1.0.0/16"),
    ),
    Departure(
        "a member of an Enum",
        Colour.RED,
        (oids.UNKNOWN, TEXT, b"red"),
        (0, TEXT, b"red"),
        note="as its value",
    ),
    Departure(
        "a member of an Enum, its value an int",
        Level.HIGH,
        (oids.INT4, BINARY, _hex("00000002")),
        note="as that int",
    ),
    Departure("a member of an IntEnum", Rank.FIRST, (oids.INT4, BINARY, _hex("00000001"))),
    Departure(
        "dict",
        {"a": Decimal("1.50"), "b": None},
        (oids.UNKNOWN, TEXT, b'{"a": 1.50, "b": null}'),
        (0, TEXT, b'{"a": 1.50, "b": null}'),
        note="JSON text; on Redshift `JSON_PARSE(%s)` makes it SUPER",
    ),
    Departure(
        "Json(any of these)",
        Json([1, "a"]),
        (oids.UNKNOWN, TEXT, b'[1, "a"]'),
        (0, TEXT, b'[1, "a"]'),
        note="`rs_driver.Json`, for what is not a dict",
    ),
    Departure(
        "list, tuple: of int, float, Decimal, bool, date ...",
        [1, None],
        (
            oids.INT4_ARRAY,
            BINARY,
            _hex("00000001 00000001 00000017 00000002 00000001 00000004 00000001 ffffffff"),
        ),
        note="an array of the elements' type, nested to 6 dimensions",
    ),
    Departure(
        "list, tuple: of int and float",
        [1, 1.5],
        (
            oids.FLOAT8_ARRAY,
            BINARY,
            _hex(
                "00000001 00000000 000002bd 00000002 00000001"
                "00000008 3ff0000000000000 00000008 3ff8000000000000"
            ),
        ),
        note="an int that no float equals is a `DataError`",
    ),
    Departure(
        "list, tuple: of int and Decimal",
        [1, Decimal("1.50")],
        (oids.NUMERIC_ARRAY, TEXT, b"{1,1.50}"),
        note="a float beside a Decimal is refused (`ProgrammingError`), as is any other mixture",
    ),
    Departure(
        "list, tuple: of str, of nothing, of None alone",
        ["a", "b c", None],
        (oids.UNKNOWN, TEXT, b'{a,"b c",NULL}'),
        (0, TEXT, b'{a,"b c",NULL}'),
        note="the server takes it for the array that it needs there",
    ),
)

_HEAD = """\
# Types

This page is written by the tables in `tests/support/type_table.py` that the tests run over:
every example on it is decoded from each of its forms, and encoded for each server.

## From the server

The value is the same in text and in binary, and from every server. The column Arrow says what
it becomes in `fetch_arrow_table()` and its kind. Three columns say in which
format a server is asked for the type: Redshift by the version of its protocol, PostgreSQL.
"text" is asked for where a server has no binary form, or is not known to have one, and
nothing for a type that the server does not have.

| type | OID | Python | example | Arrow | Redshift 0, 1 | Redshift 2 | PostgreSQL | |
|---|---|---|---|---|---|---|---|---|
"""

_BETWEEN = """
A type that is not in the table (HLLSKETCH among them, which has no OID of its own) comes as
its text, a `str`.

**What Python cannot hold.** A date or time that is infinite, BC, after the year 9999, or
24:00, is a `DataError` for whoever fetches its row; the rows before it can be fetched, and
nothing is ever clamped. For TIMETZ what counts is 24:00 in UTC: 24:00+02 is 22:00. With
`connect(out_of_range_dates="text")` it is the server's text, in both formats the same:
`infinity`, `0044-03-15 BC`, `294276-12-31 23:59:59.999999`, with `+00` for TIMESTAMPTZ.

**Where text and binary differ**, because only the server knows the name: REGPROC, and
REGPROC[]. `connect(result_format="text")` asks for text always. What comes as text depends on
two settings of the session, which the driver sets at login: with another `DateStyle` than ISO a
date or time is a `DataError`; `extra_float_digits` has to be at least 1, or the server rounds
floats.

## To the server

The type under which a value is sent, and in which format. "untyped" leaves the type to the
server (OID 705 on Redshift, 0 on PostgreSQL).

| Python | example | Redshift | PostgreSQL | |
|---|---|---|---|---|
"""

_TAIL = """
numpy's scalars go as the Python values that they stand for, `numpy.datetime64` and
`timedelta64` to the microsecond; `NaT` and pandas' `NaT` and `NA` are NULL; pandas'
`Timestamp` and `Timedelta` go as what they derive from. Where nanoseconds would be lost it is
a `DataError`. A numpy array goes as the list of its values.

What else there may be is a `NotSupportedError` that names the class and the position of the
parameter. A codec of your own makes it go: see `rs_driver.codecs`.
"""


def page() -> str:
    """The whole page, in Markdown."""
    arrivals = "".join(map(_arrival, ARRIVALS))
    return _HEAD + arrivals + _BETWEEN + "".join(map(_departure, DEPARTURES)) + _TAIL


def _arrival(row: Arrival) -> str:
    formats = [_format(row, profile) for profile in SERVERS.values()]
    cells = (row.name, str(row.oid), row.python, _shown(row.value), _arrow(row), *formats, row.note)
    return _line(cells)


def _arrow(row: Arrival) -> str:
    """pyarrow's name of the type, as the newest server sends it."""
    for profile in reversed(list(SERVERS.values())):
        codecs = default_codecs(profile)
        if codecs.codec(row.oid, TEXT) is not None:
            code = codecs.result_format(row.oid)
            way = codecs.column_decoder(column(row.oid, code, typmod=row.typmod))
            assert way is not None
            return str(data_type(way.type)).replace("item: ", "")
    raise AssertionError(f"no server has {row.name}")


def _format(row: Arrival, profile: ServerProfile) -> str:
    codecs = default_codecs(profile)
    if codecs.codec(row.oid, TEXT) is None:
        return ""
    return "binary" if codecs.result_format(row.oid) == BINARY else "text"


def _departure(row: Departure) -> str:
    return _line(
        (row.python, _shown(row.value), _sent(row.redshift), _sent(row.sent("postgres")), row.note)
    )


def _sent(sent: tuple[int, int, bytes | None]) -> str:
    oid, fmt, _ = sent
    name = "untyped" if oid in (0, _UNTYPED) else NAMES[oid]
    return f"{name}, {'binary' if fmt == BINARY else 'text'}"


def _shown(value: Any) -> str:
    text = repr(value)
    if isinstance(value, enum.Enum):
        text = f"{type(value).__name__}.{value.name}"
    return f"`{text}`".replace("datetime.timezone.utc", "UTC").replace("datetime.", "")


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


if __name__ == "__main__":
    sys.stdout.write(page())
