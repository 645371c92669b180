"""Arrays of every element type, from a real PostgreSQL and to it, in text and in binary."""

from __future__ import annotations

import string
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import pytest

import rs_driver
from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.codecs.array_ import ELEMENTS
from rs_driver.adapters.codecs.custom import type_codec
from rs_driver.errors import DataError, ProgrammingError
from rs_driver.ports.codec import BINARY, TEXT
from support.postgres import PostgresServer
from support.sample_values import exactly
from support.wire_values import POSTGRES

FORMATS: tuple[Literal["text", "binary"], ...] = ("text", "binary")

LITERALS: dict[str, list[str]] = {
    "bool": ["true", "false"],
    "int2": ["-32768", "0", "32767"],
    "int4": ["-2147483648", "0", "2147483647"],
    "int8": ["-9223372036854775808", "0", "9223372036854775807"],
    "float4": ["0.1", "-1e-30", "NaN", "Infinity", "-Infinity"],
    "float8": ["0.1", "-1e-300", "NaN", "Infinity", "-Infinity", "1e22"],
    "numeric": ["0.00", "-12.340", "NaN", "1e40", "0.0000000001", "9" * 60],
    "text": ["", " ", "NULL", "null", "nullx", "a,b", '"', "\\", '\\"', "{}", "{", "}", "\n\t\v",
             "''", "naïve", "漢字", "😀", "[1:2]={3}"],
    "varchar": ["", "x", "a b"],
    "varchar(3)": ["abc", "ñ"],
    "bpchar": ["a", "b "],
    "char(3)": ["a", "abc"],
    '"char"': ["a", ",", "{"],
    "bytea": ["", "\\x00ff7b7d2c22", "\\x5c"],
    "date": ["0001-01-01", "2024-02-29", "9999-12-31"],
    "time": ["00:00", "23:59:59.999999"],
    "timetz": ["00:00+00", "23:59:59.999999-05:30", "12:00+14"],
    "timestamp": ["0001-01-01", "2024-02-29 13:45:30.123456", "9999-12-31 23:59:59.999999"],
    "timestamptz": ["2024-02-29 13:45:30.123456+05", "1900-01-01 00:00:00+00"],
    "interval": ["1 day 02:03:04.000005", "-14 months 3 days", "0", "-00:00:00.000001"],
    "uuid": ["00112233-4455-6677-8899-aabbccddeeff", "00000000-0000-0000-0000-000000000000"],
    "json": ['{"a": [1, 2.5, "x,\\"y"], "b": null}', "[]", '"NULL"', "null", "1"],
    "jsonb": ['{"a": [1, 2.5, "x,\\"y"], "b": null}', "[]", '"NULL"', "null", "1"],
    "oid": ["0", "4294967295"],
    "xid": ["7", "4294967295"],
    "name": ["pg_class", "a b", "{,}"],
    "inet": ["10.0.0.1", "10.0.0.1/8", "::1", "fe80::/10"],
    "cidr": ["10.0.0.0/8", "::/0"],
}  # fmt: skip
"""Values of each type as the text of a literal."""

_NAMES = {
    "bool": "boolean",
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "float4": "real",
    "float8": "double precision",
    "varchar": "character varying",
    "bpchar": "character",
    "char": "character",
    "timetz": "time with time zone",
    "timestamptz": "timestamp with time zone",
}
_OIDS = {name: (array, element) for array, (element, name) in ELEMENTS.items()}
ONE_WAY = {"json", "jsonb", "xid"}
"""Types whose Python values are sent as something else: a str, a number, None."""


def array_and_element(name: str) -> tuple[int, int]:
    """The OIDs of a type of ``LITERALS``: of its arrays, and its own."""
    base = name.partition("(")[0]
    return _OIDS[_NAMES.get(base, base)]


def is_read(name: str) -> bool:
    return default_codecs(POSTGRES).codec(array_and_element(name)[1], TEXT) is not None


READABLE = [name for name in LITERALS if is_read(name)]
"""The types whose elements the driver has a codec for."""


def literals(name: str) -> list[str]:
    """The values of a type as SQL; TIMETZ in UTC, as Python will have it."""
    written = [text.replace("\\", "\\\\").replace("'", "\\'") for text in LITERALS[name]]
    if name == "timetz":
        return [f"(timetz '{text}' at time zone 'UTC')" for text in written]
    return [f"e'{text}'::{name}" for text in written]


@pytest.fixture(scope="module", params=FORMATS)
def connection(
    request: pytest.FixtureRequest, postgres: PostgresServer
) -> Iterator[rs_driver.Connection]:
    """In autocommit, once for each format of results."""
    with rs_driver.connect(
        **postgres.connect_kwargs(), autocommit=True, result_format=request.param
    ) as connection:
        yield connection


def one(connection: rs_driver.Connection, sql: str, args: Any = None) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql, args)
        (row,) = cursor.fetchall()
    return tuple(row)


def strictly(value: Any) -> Any:
    return [strictly(item) for item in value] if isinstance(value, list) else exactly(value)


@pytest.mark.postgres
@pytest.mark.parametrize("name", READABLE)
def test_an_array_holds_what_its_elements_are_by_themselves(
    name: str, connection: rs_driver.Connection
) -> None:
    items = literals(name)
    values = list(one(connection, f"select {', '.join(items)}"))
    array = f"array[{', '.join(items)}, null]"
    got = one(
        connection,
        f"select {array}, array[{array}, {array}], '{{}}'::{name}[], array[[[{items[0]}]]], "
        f"null::{name}[], array[null, null]::{name}[], "
        f"array_fill({items[-1]}, '{{2,1,2}}', '{{0,5,-7}}')",
    )
    row, last = [*values, None], values[-1]
    expected = [row, [row, row], [], [[[values[0]]]], None, [None, None], [[[last] * 2]] * 2]
    assert list(map(strictly, got)) == list(map(strictly, expected))


@pytest.mark.postgres
@pytest.mark.parametrize("name", READABLE)
def test_the_format_is_what_was_asked_for(name: str, connection: rs_driver.Connection) -> None:
    array, element = array_and_element(name)
    with connection.cursor() as cursor:
        cursor.execute(f"select '{{}}'::{name}[]")
        assert cursor.description is not None
        assert cursor.description[0][1] == array
    codecs = default_codecs(POSTGRES)
    for oid in (array, element):
        assert codecs.result_format(oid, binary=True) == BINARY


@pytest.mark.postgres
@pytest.mark.parametrize("name", [name for name in READABLE if name not in ONE_WAY])
def test_a_list_is_the_array_that_the_server_would_make(
    name: str, connection: rs_driver.Connection
) -> None:
    items = literals(name)
    values = [*one(connection, f"select {', '.join(items)}"), None]
    array = f"array[{', '.join(items)}, null]"
    for value, sql in (
        (values, array),
        ([values, values], f"array[{array}, {array}]"),
        ([], f"'{{}}'::{name}[]"),
        ([[], []], f"'{{}}'::{name}[]"),
        ([None, None], f"array[null, null]::{name}[]"),
    ):
        same, sent = one(
            connection,
            f"select %s::{name}[]::text = ({sql})::text, %s::{name}[]",
            [value, tuple(value)],
        )
        assert same is True
        assert strictly(sent) == strictly([] if value == [[], []] else value)


@pytest.mark.postgres
@pytest.mark.parametrize("name", [name for name in READABLE if name not in ONE_WAY])
def test_a_list_goes_into_a_column_without_a_cast(
    name: str, connection: rs_driver.Connection
) -> None:
    items = literals(name)
    values = list(one(connection, f"select {', '.join(items)}"))
    with connection.cursor() as cursor:
        cursor.execute("drop table if exists arrays")
        cursor.execute(f"create table arrays (n int4, v {name}[])")
        for number, value in enumerate(([*values, None], [], [None], None, [values, values])):
            cursor.execute("insert into arrays values (%s, %s)", [number, value])
        cursor.execute("select v from arrays order by n")
        got = [value for (value,) in cursor.fetchall()]
        cursor.execute("drop table arrays")
    expected = [[*values, None], [], [None], None, [values, values]]
    assert [value and strictly(value) for value in got] == [
        value and strictly(value) for value in expected
    ]


@pytest.mark.postgres
@pytest.mark.parametrize("name", [name for name in ("json", "jsonb") if name in READABLE])
def test_dicts_go_into_arrays_of_json(name: str, connection: rs_driver.Connection) -> None:
    value = [{"a": [1, 'x,"y\\'], "b": {}}, None, {}]
    assert one(connection, f"select %s::{name}[]", [value]) == (value,)


ODD = [
    *map(chr, range(1, 128)),
    *(a + b for a in "{}\",\\ \n'" for b in string.printable[:95]),
    "NULL",
    "Null",
    "nUlL ",
    "\\N",
    "",
    "\u00a0",
    "\u0085",
    "\u2028",
    "é\U0001f418",
]


@pytest.mark.postgres
def test_odd_strings(connection: rs_driver.Connection) -> None:
    for type_ in ("text", "varchar"):
        assert one(connection, f"select %s::{type_}[]", [ODD]) == (ODD,)
    nested = [[[text], [None]] for text in ODD]
    assert one(connection, "select %s::text[]", [nested]) == (nested,)
    with connection.cursor() as cursor:
        cursor.execute("select v from unnest(%s::text[]) with ordinality u(v, n) order by n", [ODD])
        assert [value for (value,) in cursor.fetchall()] == ODD


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("sql", "args"),
    [
        ("select 2 = any(%s)", [[1, 2]]),
        ("select 2::int8 = any(%s)", [[1, 2]]),
        ("select 2.5 = any(%s)", [[Decimal("2.5"), 1]]),
        ("select 5000000000 = any(%s)", [[1, 5_000_000_000]]),
        ("select 'b'::text = any(%s)", [["a", "b"]]),
        ("select 'b'::varchar = any(%s)", [("a", "b")]),
        ("select 'b' = any(%s)", [["a", "b"]]),
        ("select not 2 = any(%s)", [[]]),
        ("select (2 = any(%s)) is null", [[None]]),
        ("select not 'x'::text = any(%s)", [[]]),
        ("select '00112233-4455-6677-8899-aabbccddeeff'::uuid = any(%s)",
         [["00112233-4455-6677-8899-aabbccddeeff"]]),
        ("select date '2024-02-29' = any(%s)", [[date(2024, 2, 29)]]),
        ("select timestamp '2024-02-29' = any(%s)", [[datetime(2024, 2, 29)]]),
        ("select '\\x00ff'::bytea = any(%s)", [[b"\0\xff"]]),
        ("select true = all(%s)", [[True, True]]),
        ("select %s @> %s", [[1, 2, 3], [2]]),
        ("select cardinality(%s) = 4", [[[1, 2], [3, None]]]),
        ("select array_ndims(%s) = 6", [[[[[[[1.5]]]]]]]),
    ],
)  # fmt: skip
def test_in_expressions(connection: rs_driver.Connection, sql: str, args: list[Any]) -> None:
    assert one(connection, sql, args) == (True,)


@pytest.mark.postgres
def test_many_elements(connection: rs_driver.Connection) -> None:
    numbers = [None if n % 7 == 3 else n for n in range(100_000)]
    words = [None if n is None else f"w {n}" for n in numbers]
    sql = "select %s::int4[], %s::text[], %s::float8[]"
    assert one(connection, sql, [numbers, words, [n / 8 for n in range(100_000)]]) == (
        numbers,
        words,
        [n / 8 for n in range(100_000)],
    )


@pytest.mark.postgres
def test_catalogue_arrays(connection: rs_driver.Connection) -> None:
    """Real columns of array types; REGPROC is a name in text and a number in binary."""
    sql = (
        "select relacl from pg_class where relname = 'pg_class'",
        "select array['now'::regproc, 'abs(int4)'::regprocedure::oid::regproc]",
        "select array['1 2'::int2vector]",
        "select array['08:00:2b:01:02:03'::macaddr]",
    )
    ((acl,), (functions,), (vectors,), (addresses,)) = (one(connection, text) for text in sql)
    assert isinstance(acl, list)
    assert "=r/" in acl[-1]
    assert functions in (["now", '"abs"'], [1299, 1397], ["now", "pg_catalog.abs"])
    assert vectors == [[1, 2]]
    assert addresses == ["08:00:2b:01:02:03"]


@pytest.mark.postgres
def test_a_codec_of_the_users_for_an_element_type(postgres: PostgresServer) -> None:
    codec = type_codec(oids.INT4, lambda text: f"<{text}>")
    with rs_driver.connect(**postgres.connect_kwargs(), codecs=[codec]) as connection:
        assert one(connection, "select 1, array[1,null,3]") == ("<1>", ["<1>", None, "<3>"])


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("value", "error", "why"),
    [
        ([1, "a"], ProgrammingError, "not homogeneous"),
        ([[1], [2, 3]], ProgrammingError, "depth 2"),
        ([0.5, 2**53 + 1], DataError, r"element \[1\]"),
    ],
)
def test_a_list_that_cannot_be_sent_leaves_the_connection_as_it_was(
    connection: rs_driver.Connection, value: Any, error: type[Exception], why: str
) -> None:
    with pytest.raises(error, match=f"parameter 2: .*{why}"):
        one(connection, "select %s, %s", [1, value])
    assert one(connection, "select %s", [1]) == (1,)
