"""Compared with PostgreSQL itself in integration/test_fake_against_postgres.py."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rs_driver.wire.copy import CopyData, CopyDone, CopyFail, CopyInResponse
from rs_driver.wire.query import Query
from rs_driver_fakeserver.server import FakeServer
from support.wire_client import MemoryClient, connected, error, rows, sqlstate, status, tags

pytestmark = pytest.mark.engine


@pytest.fixture
def server() -> Iterator[FakeServer]:
    pytest.importorskip("duckdb")
    with FakeServer(policy="ignore", server="postgres", engine="duckdb") as made:
        made.run("create table t (a int, b varchar)")
        yield made


@pytest.fixture
def client(server: FakeServer) -> Iterator[MemoryClient]:
    made = connected(server)
    yield made
    made.peer.eof()


def data(messages: list[object]) -> bytes:
    return b"".join(message.data for message in messages if isinstance(message, CopyData))


def load(client: MemoryClient, sql: str, *pieces: bytes) -> list[object]:
    return [*client.say(Query(sql), *map(CopyData, pieces), CopyDone())]


def dump(client: MemoryClient, sql: str = "copy t to stdout") -> bytes:
    return data([*client.say(Query(sql))])


def test_there_and_back(client: MemoryClient) -> None:
    answer = load(client, "copy t from stdin", b"1\tone\n2\t", b"\\N\n", b"3\tthr\xc3", b"\xa9e")
    assert CopyInResponse(0, (0, 0)) in answer
    assert tags(answer) == ["COPY 3"]
    assert dump(client) == "1\tone\n2\t\\N\n3\tthrée\n".encode()
    assert dump(client, "copy t (b) to stdout csv header") == "b\none\n\nthrée\n".encode()
    assert dump(client, "copy (select a + 1 as x from t where a > 1) to stdout") == b"3\n4\n"


def test_columns_and_headers(client: MemoryClient) -> None:
    sql = "copy t (b, a) from stdin (format csv, header)"
    assert tags(load(client, sql, b"what,ever\nx,1\n", b'"y\nz",2\n')) == ["COPY 2"]
    assert dump(client) == b"1\tx\n2\ty\\nz\n"


def test_many_rows_in_odd_pieces(client: MemoryClient) -> None:
    lines = b"".join(b"%d\trow\n" % number for number in range(1000))
    pieces = [lines[at : at + 37] for at in range(0, len(lines), 37)]
    assert tags(load(client, "copy t from stdin", *pieces)) == ["COPY 1000"]
    assert rows(client.say(Query("select count(*), sum(a) from t"))) == [(b"1000", b"499500")]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"x\ty\n", "22P02"),
        (b"1\n", "22P04"),
        (b"1\t2\t3\n", "22P04"),
        (b"\xff\t\n", "22021"),
    ],
)
def test_what_fails_leaves_nothing(client: MemoryClient, line: bytes, expected: str) -> None:
    answer = load(client, "copy t from stdin", b"1\tgood\n" * 300, line)
    assert (sqlstate(answer), status(answer)) == (expected, "I")
    assert dump(client) == b""
    client.say(Query("copy t from stdin"), CopyData(b"1\tgood\n" * 300), CopyFail("enough"))
    assert dump(client) == b""


def test_what_comes_after_the_end_mark_is_not_read(client: MemoryClient) -> None:
    assert tags(load(client, "copy t from stdin", b"1\ta\n\\.\n", b"nonsense\n")) == ["COPY 1"]


def test_in_a_transaction(client: MemoryClient) -> None:
    client.say(Query("begin"))
    load(client, "copy t from stdin", b"1\ta\n")
    client.say(Query("rollback"))
    assert dump(client) == b""


def test_what_is_not_there(client: MemoryClient) -> None:
    assert sqlstate(client.say(Query("copy nope from stdin"))) == "42P01"
    assert sqlstate(client.say(Query("copy t (z) to stdout"))) == "42703"
    assert "ErrorResponse" in str(client.say(Query("copy t from '/etc/passwd'")))


def test_a_line_without_an_end(client: MemoryClient) -> None:
    client.say(Query("copy t from stdin"))
    piece = CopyData(b"x" * 1024 * 1024)
    answers = [message for _ in range(20) for message in client.say(piece)]
    assert error(answers)["C"] == "54000"


def test_a_rule_comes_first(server: FakeServer, client: MemoryClient) -> None:
    rule = server.when("copy t from stdin").copies_in(2)
    assert tags(load(client, "copy t from stdin", b"1\ta\n")) == ["COPY 1"]
    assert rule.received == [b"1\ta\n"]
    assert dump(client) == b""


def test_redshift_has_none() -> None:
    with FakeServer(policy="ignore", engine="duckdb") as server:
        client = connected(server)
        assert sqlstate(client.say(Query("copy t from stdin"))) == "0A000"
        client.peer.eof()
