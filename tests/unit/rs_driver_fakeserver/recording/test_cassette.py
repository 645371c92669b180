from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from rs_driver.wire.control import ErrorResponse, ReadyForQuery
from rs_driver.wire.query import Query, Sync
from rs_driver.wire.startup import StartupMessage
from rs_driver_fakeserver.recording.cassette import Cassette, Conversation
from rs_driver_fakeserver.recording.said import Said
from rs_driver_fakeserver.recording.turns import Turn, Turns
from rs_driver_fakeserver.server import FakeServer
from support.cassettes import LOGIN, STARTUP, back, front, recorded
from support.wire_client import prepared


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer() as made:
        made.when("select $1").returns({"a": "varchar(9)"}, [("ü\n\u202e",), (None,)])
        yield made


def whole(cassette: Cassette) -> list[list[Turn]]:
    return [conversation.turns for conversation in cassette.conversations]


def test_saving_and_loading(server: FakeServer, tmp_path: Path) -> None:
    made = Cassette([recorded(server, prepared("select $1", [b"7"])), recorded(server)])
    path = tmp_path / "new" / "cassette.jsonl"
    made.save(path)
    loaded = Cassette.load(path)
    assert whole(loaded) == whole(made.redacted())
    assert loaded.redact
    assert loaded.server == "redshift"
    assert loaded.parameters["client_encoding"] == "UTF8"
    again = tmp_path / "again.jsonl"
    loaded.save(again)
    assert again.read_bytes() == path.read_bytes()
    assert sorted(one.name for one in path.parent.iterdir()) == ["cassette.jsonl"]


def test_the_file_can_be_read(server: FakeServer, tmp_path: Path) -> None:
    path = tmp_path / "cassette.jsonl"
    Cassette([recorded(server, prepared("select $1", [b"7"]))]).save(path)
    text = path.read_text(encoding="utf-8")
    header, *lines = text.splitlines()
    assert json.loads(header)["cassette"] == 1
    assert json.loads(header)["redacted"] is True
    assert '{"connection": 1, "F": "Parse", "statement": "", "sql": "select $1"' in text
    assert '{"connection": 1, "B": "DataRow", "values": [{"hex": "c3bc0ae280ae"}]}' in text
    assert '{"connection": 1, "B": "DataRow", "values": [null]}' in text
    assert lines[-1] == '{"connection": 1, "F": "Terminate"}'
    assert all(line.isprintable() for line in lines)


def test_without_redaction_every_byte_is_kept(server: FakeServer, tmp_path: Path) -> None:
    conversation = recorded(server, prepared("select $1", [b"7"]))
    path = tmp_path / "cassette.jsonl"
    Cassette([conversation], redact=False).save(path)
    loaded = Cassette.load(path)
    assert whole(loaded) == [conversation.turns]
    assert loaded.conversations[0].startup == STARTUP
    assert not loaded.redact
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_bytes_that_the_fields_do_not_give_back(tmp_path: Path) -> None:
    odd = Said("F", b"Q\0\0\0\x07a\xff\0", Query("a\ufffd"))
    broken = Said("B", b"Z\0\0\0\5Q")
    said = [*LOGIN, odd, broken, *back(ReadyForQuery("I"))]
    path = tmp_path / "cassette.jsonl"
    Cassette([Conversation(Turns.of(said))], redact=False).save(path)
    assert '"raw": "510000000761ff00"' in path.read_text("utf-8")
    assert '"B": "Bytes", "hex": "5a0000000551"' in path.read_text("utf-8")
    loaded = Cassette.load(path).conversations[0]
    assert [one for turn in loaded.turns for one in turn.said] == said


def test_what_a_server_does_last(tmp_path: Path) -> None:
    turns = Turns()
    for one in [*LOGIN, *front(Query("a")), *back(ReadyForQuery("I"))]:
        turns.add(one)
    turns.closed()
    path = tmp_path / "cassette.jsonl"
    Cassette([Conversation(turns.turns)]).save(path)
    assert path.read_text("utf-8").endswith('{"connection": 1, "B": "Closed"}\n')
    assert [turn.closed for turn in Cassette.load(path).conversations[0].turns] == [False, True]


def test_logins() -> None:
    refused = Conversation(
        Turns.of([*front(STARTUP), *back(ErrorResponse({"S": "FATAL", "C": "28000"}))])
    )
    accepted = Conversation(Turns.of(LOGIN))
    assert (refused.logged_in, accepted.logged_in) == (False, True)
    assert Conversation().startup is None
    assert Conversation(Turns.of([Said("F", b"x")])).startup is None
    assert Cassette([refused, accepted]).parameters == {}
    assert Cassette([]).server == "postgres"


def test_what_is_redacted_is_not_redacted_again(server: FakeServer) -> None:
    other = StartupMessage((("user", "bob"), ("database", "dev")))
    once = Cassette([recorded(server)]).redacted()
    both = Cassette([*once.conversations, recorded(server, startup=other)]).redacted()
    assert both.conversations[0] is once.conversations[0]
    names = [dict(one.startup.parameters)["user"] for one in both.conversations if one.startup]
    assert names == ["redacted_user_1", "redacted_user_1"]


HEADER = '{"cassette": 1}\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "line 1: "),
        ("{}", "line 1: this is not a cassette"),
        ('{"cassette": 2}', "line 1: a cassette of format 2; known is 1"),
        ('["F", "00"]', "line 1: not a JSON object"),
        (HEADER + "[", "line 2: "),
        (HEADER + "[" * 100_000, "line 2: "),
        (HEADER + '\n{"F": "Sync"}', 'line 3: there is no "connection"'),
        (HEADER + '{"connection": 1}', 'one of "F" and "B"'),
        (HEADER + '{"connection": 1, "F": "Sync", "B": "Sync"}', 'one of "F" and "B"'),
        (HEADER + '{"connection": 1, "F": "Nope"}', "no message 'Nope'"),
        (HEADER + '{"connection": 1, "F": "Bytes", "hex": 7}', "bytes are written as hex digits"),
        (HEADER + '{"connection": 1, "F": "Query", "sql": "a\\u0000"}', "holds a NUL"),
    ],
)
def test_what_is_no_cassette(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "cassette.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="line") as caught:
        Cassette.load(path)
    assert expected in str(caught.value)


def test_a_file_that_cannot_be_written_leaves_nothing(server: FakeServer, tmp_path: Path) -> None:
    path = tmp_path / "cassette.jsonl"
    path.mkdir()
    with pytest.raises(OSError):
        Cassette([recorded(server)]).save(path)
    assert [one.name for one in tmp_path.iterdir()] == ["cassette.jsonl"]


def test_a_message_written_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "cassette.jsonl"
    path.write_text(HEADER + '{"connection": 4, "F": "Sync"}\n', encoding="utf-8")
    assert Cassette.load(path).conversations[0].turns[0].said == front(Sync())
