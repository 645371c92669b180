"""The server's own lexer counts the parameters of what ``rewrite`` made."""

from __future__ import annotations

import random
from collections.abc import Iterator

import psycopg
import pytest

from rs_driver.domain.classify import classify
from rs_driver.domain.parameters import PARAMSTYLES, rewrite
from support.postgres import PostgresServer

pytestmark = pytest.mark.postgres

# Expressions with look-alikes of placeholders, which the server takes for something else.
EXPRESSIONS = (
    *("1", "1.5", "1e1", "-1", "'?'", "'it''s ? :a %s'", "'-- ?'", "'/* ? :a'", "'$$ ?'", "n'?'"),
    *("E'\\'? :a %s'", "e'\\\\'", "E'a''\\'?'", "(e'\\'?')", "E'a'\n'\\'? :a %s'", "X'1'", "b'01'"),
    *("E'a' -- '\n  -- ' ?\n '\\'?'", "'a'\n'b'", "'a' -- '\n'b'", "'a'::text", "length('?')"),
    *("$$?:a'%s$$", "$a$ ? $$ ? :a $b$ %s $a$", "$_a1$ ' $_a1$", "$é$ ? $é$"),
    *("+-- ?'\n1", "- /* ' */ 1", "3/*/ ? */ /2", "2*/* ? */3", "1 in (1,2)", "'{\"a\": 1}'::json"),
    *("array[1,2,3]", "(array[1,2,3])[1:2]", "(array[1,2,3])[1 :2]"),
    *('t."a""?:a"', "t.a$b$", "t.é$$", "t.xe"),
)
WITH_BACKSLASHES = (
    "'\\'?'",
    "'\\\\'",
    "'\\''''",
    "N'\\'? :a'",
    "'a'\n'\\'?'",
    f"'{50 * chr(92)}?'",
)
WITHOUT_BACKSLASHES = ("'\\'", "'\\\\'", "U&'\\0041?'", "'a'\n'\\'", "N'\\'")
PERCENTS = ("5 %% 3", "'100%%'", "'%'")
BLANKS = (
    *(" ", "\n", "\t", "\f", "/**/", "/*/ */", " -- ? ' :a %s\n", "-- '\r"),
    " /* ? /* ' :a */ %s */ ",
)
TABLE = '\nfrom (select 1 as "a""?:a", 2 as a$b$, 3 as é$$, 4 as xe) t'
PLACES = {"qmark": "?", "named": ":p{0}", "numeric": ":{0}", "format": "%s", "pyformat": "%(p{0})s"}


@pytest.fixture
def connection(postgres: PostgresServer) -> Iterator[psycopg.Connection]:
    # Not through our own TLS proxy: libpq's prepare keeps the interpreter's lock while it
    # waits, and the proxy's thread would wait for that.
    plain = {"port": postgres.plain_port, "sslmode": "disable"}
    with psycopg.connect(**{**postgres.libpq_kwargs(), **plain}, autocommit=True) as opened:
        opened.execute("set backslash_quote = on; set escape_string_warning = off")
        yield opened


@pytest.mark.parametrize("backslash_escapes", [True, False])
@pytest.mark.parametrize("style", PARAMSTYLES)
def test_the_server_counts_the_same_parameters(
    connection: psycopg.Connection, style: str, backslash_escapes: bool
) -> None:
    conforming = "off" if backslash_escapes else "on"
    connection.execute(f"set standard_conforming_strings = {conforming}".encode())
    chance = random.Random(f"{style} {backslash_escapes}")
    for _ in range(300):
        sql, columns, places = statement(chance, style, backslash_escapes)
        prepared = rewrite(sql, style, backslash_escapes)
        libpq = connection.pgconn
        answer = libpq.prepare(b"", prepared.text.encode())
        assert not answer.error_message, sql
        described = libpq.describe_prepared(b"")
        distinct = len(places) if style in ("qmark", "format") else len(set(places))
        assert (described.nfields, described.nparams) == (columns, distinct), sql
        assert prepared.count == distinct, sql
        assert classify(sql, backslash_escapes).keywords == ("SELECT",), sql


def statement(
    chance: random.Random, style: str, backslash_escapes: bool
) -> tuple[str, int, list[int]]:
    """A SELECT, how many columns it has, and which of three arguments its placeholders take."""
    literals = WITH_BACKSLASHES if backslash_escapes else WITHOUT_BACKSLASHES
    percents = PERCENTS if "format" in style else ()
    columns = []
    places = []
    for _ in range(chance.randint(1, 6)):
        if chance.random() < 0.4:
            places.append(chance.randint(1, 3))
            place = PLACES[style].format(places[-1])
            form = chance.choice(["{}::int", "cast({} as int)", "1+{}::int", "array[{}::int]"])
            columns.append(form.format(place))
        else:
            columns.append(chance.choice(EXPRESSIONS + literals + percents))
    blanks = iter(chance.choices(BLANKS, k=2 * len(columns)))
    more = [f"{next(blanks)},{next(blanks)}{column}" for column in columns[1:]]
    end = chance.choice(("", ";", " -- ;", ";;"))
    sql = f"/* ; */ select{next(blanks)}{columns[0]}{''.join(more)}{TABLE}{end}"
    return sql, len(columns), places
