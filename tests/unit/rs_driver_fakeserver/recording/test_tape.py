from __future__ import annotations

from pathlib import Path

import pytest

from rs_driver.ports.transport import Peer, PeerOpener
from rs_driver.wire.query import Query, Sync, Terminate
from rs_driver.wire.startup import SSLRequest, StartupMessage
from rs_driver_fakeserver.recording.tape import Recording, RecordingPeer, ReplayOpener, ReplayPeer
from rs_driver_fakeserver.server import FakeServer
from support.wire_client import MemoryClient, prepared, rows

STARTUP = StartupMessage((("user", "alice"),))


def recorded() -> Recording:
    with FakeServer() as server:
        server.when("select 1").returns(["a"], [(1,), (2,)])
        peer = RecordingPeer(server.memory().open_peer())
        peer.feed(SSLRequest().encode())
        client = MemoryClient(peer)
        client.say(STARTUP)
        client.say(Query("select 1"))
        client.say(*prepared("select 1"))
        client.say(Terminate())
        assert peer.closed
        peer.eof()
        return peer.recording


def test_pieces_of_one_sender_are_joined() -> None:
    recording = Recording.of([("F", b"a"), ("F", b"b"), ("B", b""), ("F", b"c"), ("B", b"d")])
    assert recording.pieces == (("F", b"abc"), ("B", b"d"))
    assert recording.sent_by("F") == b"abc"
    assert recording.sent_by("B") == b"d"


def test_saving_and_loading(tmp_path: Path) -> None:
    path = tmp_path / "recording.jsonl"
    recorded().save(path)
    loaded = Recording.load(path)
    assert loaded.sent_by("F") == recorded().sent_by("F")
    assert len(loaded.pieces) == 9


@pytest.mark.parametrize("text", ["[]", '["X", "00"]', '["F", 1]', '["F", "0"]', "x", '{"F": ""}'])
def test_what_is_no_recording(tmp_path: Path, text: str) -> None:
    path = tmp_path / "recording.jsonl"
    path.write_text(text)
    with pytest.raises(ValueError):
        Recording.load(path)


def test_replaying_gives_the_same_answers() -> None:
    recording = recorded()
    opener: PeerOpener = ReplayOpener(recording)
    peer = opener.open_peer()
    said = [peer.feed(data) for sender, data in recording.pieces if sender == "F"]
    assert said == [*[data for sender, data in recording.pieces if sender == "B"], b""]
    assert peer.closed


def test_another_client_may_send_other_bytes() -> None:
    peer = ReplayPeer(recorded())
    assert peer.feed(SSLRequest().encode()) == b"N"
    client = MemoryClient(peer)
    assert client.say(StartupMessage((("user", "somebody with a long name"),)))
    assert rows(client.say(Query("select something else"))) == [(b"1",), (b"2",)]
    assert client.say(*prepared("x")[:-1]) == []
    assert rows(client.say(Sync())) == [(b"1",), (b"2",)]
    before = peer.closed
    assert client.say(Terminate()) == []
    assert (before, peer.closed) == (False, True)
    assert peer.received.endswith(Terminate().encode())


def test_chunks_make_no_difference() -> None:
    recording = recorded()
    peer = ReplayPeer(recording)
    sent = recording.sent_by("F")
    answer = b"".join(peer.feed(sent[at : at + 1]) for at in range(len(sent)))
    assert answer == recording.sent_by("B")


def test_a_client_that_sends_no_messages_is_hung_up_on() -> None:
    peer = ReplayPeer(recorded())
    assert peer.feed(b"\0\0\0\0") == b""
    assert peer.closed
    assert peer.feed(STARTUP.encode()) == b""


def test_a_client_that_leaves() -> None:
    peer: Peer = ReplayPeer(recorded())
    peer.eof()
    assert peer.closed
    assert peer.feed(SSLRequest().encode()) == b""
