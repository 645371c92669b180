from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from rs_driver.wire.control import NoticeResponse
from rs_driver.wire.query import Query
from rs_driver_fakeserver.cli.failure import CliError
from rs_driver_fakeserver.cli.script_rules import apply
from rs_driver_fakeserver.server import FakeServer
from support.wire_client import connected, error, names, prepared, rows, sqlstate, tags


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(policy="ignore") as made:
        yield made


def test_rows(server: FakeServer) -> None:
    columns = {"id": "int8", "name": "varchar(20)", "raw": "varbyte(9)", "price": "numeric(5,2)"}
    values = [[7, "Ann", {"hex": "00ff"}, {"decimal": "1.50"}], [8, {"null": True}, None, 2]]
    rule = {
        "sql": "select * from t where id = $1",
        "params": [7],
        "columns": columns,
        "rows": values,
    }
    apply(server, {"rule": [rule]}, "s")
    answers = connected(server).say(*prepared("SELECT *  FROM t WHERE id = $1", [b"7"], oids=[20]))
    assert rows(answers) == [(b"7", b"Ann", b"00ff", b"1.50"), (b"8", None, None, b"2.00")]


@pytest.mark.parametrize(
    ("rule", "sql"),
    [
        ({"glob": "insert into *"}, "insert into t values (1)"),
        ({"regex": r"^COPY\b"}, "copy t from 's3://b'"),
        ({"contains": "from t"}, "select * from t where x"),
    ],
)
def test_matchers(server: FakeServer, rule: dict[str, str], sql: str) -> None:
    apply(server, {"rule": [{**rule, "tag": "DONE"}]}, "s")
    assert tags(connected(server).say(Query(sql))) == ["DONE"]


def test_errors_notices_and_delays(server: FakeServer) -> None:
    rule = {
        "sql": "boom",
        "notices": ["one", {"message": "two", "severity": "WARNING", "sqlstate": "01000"}],
        "delay": 3600,
        "error": {"sqlstate": "57014", "message": "no", "detail": "d", "hint": "h"},
    }
    apply(server, {"rule": [rule]}, "s")
    client = connected(server)
    before = server.clock.monotonic()
    answers = client.say(Query("boom"))
    while client.peer.pass_time(None):  # type: ignore[attr-defined]  # a peer with a clock
        answers += client.say(b"")
    assert server.clock.monotonic() - before == 3600
    assert {key: error(answers)[key] for key in "CMDH"} == {
        "C": "57014",
        "M": "no",
        "D": "d",
        "H": "h",
    }
    notices = [one.fields["M"] for one in answers if isinstance(one, NoticeResponse)]
    assert notices == ["one", "two"]


def test_one_after_the_other(server: FakeServer) -> None:
    each = [[[1]], {"sqlstate": "40001", "message": "again"}, [[2], [3]]]
    apply(server, {"rule": [{"sql": "a", "columns": {"n": "int4"}, "each": each}]}, "s")
    client = connected(server)
    assert rows(client.say(Query("a"))) == [(b"1",)]
    assert sqlstate(client.say(Query("a"))) == "40001"
    assert rows(client.say(Query("a"))) == [(b"2",), (b"3",)]


def test_how_often(server: FakeServer) -> None:
    apply(server, {"rule": [{"sql": "a", "tag": "A", "times": 2}, {"sql": "b", "once": True}]}, "s")
    client = connected(server)
    assert tags(client.say(Query("a"))) == ["A"]
    assert len(server.script.unmet()) == 2
    assert tags(client.say(Query("a"))) == ["A"]
    assert tags(client.say(Query("b"))) == ["B"]
    assert server.script.unmet() == []
    assert sqlstate(client.say(Query("b"))) == "XX000"


def test_who(server: FakeServer) -> None:
    apply(server, {"rule": [{"sql": "a", "user": "ann", "tag": "A"}]}, "s")
    assert tags(connected(server, "ann").say(Query("a"))) == ["A"]
    assert sqlstate(connected(server, "bob").say(Query("a"))) == "XX000"


def test_copies(server: FakeServer) -> None:
    rules = [
        {"sql": "copy t to stdout", "copy_out": "1\n2\n"},
        {"sql": "copy t from stdin", "copy_in": 2},
    ]
    apply(server, {"rule": rules}, "s")
    client = connected(server)
    assert tags(client.say(Query("copy t to stdout"))) == ["COPY 2"]
    assert names(client.say(Query("copy t from stdin"))) == ["CopyInResponse"]


def test_sequences(server: FakeServer) -> None:
    steps = [{"sql": "begin"}, {"glob": "vacuum*", "tag": "VACUUM"}, {"sql": "commit", "times": 1}]
    apply(server, {"sequence": [{"steps": steps, "strict": True}]}, "s")
    client = connected(server)
    assert server.script.unmet()
    assert tags(client.say(Query("begin"))) == ["BEGIN"]
    assert sqlstate(client.say(Query("commit"))) == "XX000"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ({"rules": []}, "s: 'rules' is not known; there are rule, sequence"),
        ({"rule": {}}, "s: rule is a list"),
        ({"rule": ["a"]}, "s: rule 1: 'a' is not a table"),
        ({"rule": [{"sql": "a", "tag": "A"}, {"tag": "B"}]}, "s: rule 2: it needs one of sql"),
        ({"rule": [{"sql": "a", "glob": "b"}]}, "it needs one of"),
        ({"rule": [{"sql": 7}]}, "sql is a text, not 7"),
        ({"rule": [{"sql": "a", "collumns": []}]}, "'collumns' is not known"),
        ({"rule": [{"sql": "a", "rows": [[1]]}]}, "rows need columns"),
        ({"rule": [{"sql": "a", "columns": ["n"], "rows": [[1, 2]]}]}, "row 1 has 2 values"),
        ({"rule": [{"sql": "a", "columns": {"n": "int4"}, "rows": [["x"]]}]}, "does not hold 'x'"),
        ({"rule": [{"sql": "a", "error": {"sqlstate": "1"}}]}, "message is missing"),
        ({"rule": [{"sql": "a", "error": {"sqlstate": "1", "message": "m"}}]}, "is not a SQLSTATE"),
        ({"rule": [{"sql": "a", "error": {}, "copy_in": 1}]}, "error and copy_in are two answers"),
        ({"rule": [{"sql": "a", "delay": "x"}]}, "takes seconds"),
        ({"rule": [{"sql": "a", "notices": [{}]}]}, "message is missing"),
        ({"rule": [{"sql": "a", "times": 0}]}, "rule 1: "),
        ({"rule": [{"regex": "("}]}, "no regular expression"),
        ({"rule": [{"sql": "a", "params": [{"decimal": "x"}]}]}, "rule 1: "),
        ({"sequence": [{"steps": [{"sql": "a"}, {"glob": ""}]}]}, "sequence 1, step 2: "),
        ({"sequence": [{"step": []}]}, "sequence 1: 'step' is not known"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(
    server: FakeServer, script: dict[str, Any], expected: str
) -> None:
    with pytest.raises(CliError) as caught:
        apply(server, script, "s")
    assert expected in str(caught.value)


def test_decimals(server: FakeServer) -> None:
    apply(server, {"rule": [{"sql": "a $1", "params": [{"decimal": "1.5"}], "tag": "A"}]}, "s")
    assert server.script.rules[0].takes([Decimal("1.5")])
