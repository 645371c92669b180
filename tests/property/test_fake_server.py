"""Whatever a client sends, the fake server answers or hangs up; it never raises."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rs_driver.wire.auth import AuthenticationCleartextPassword, AuthenticationIdpToken
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.query import Bind, Close, Describe, Execute, Flush, Parse, Query, Sync
from rs_driver.wire.startup import StartupMessage
from rs_driver_fakeserver.auth.methods import Auth
from rs_driver_fakeserver.auth.port import AuthMethod
from rs_driver_fakeserver.engine.port import Column, Result
from rs_driver_fakeserver.problems import KINDS
from rs_driver_fakeserver.rules.rule import Rule
from rs_driver_fakeserver.server import FakeServer
from support.wire_client import BackendReader

STARTUP = StartupMessage((("user", "alice"), ("client_protocol_version", "2"))).encode()
METHODS: list[AuthMethod] = [
    Auth.trust(),
    Auth.cleartext({"alice": "x"}),
    Auth.md5({"alice": "x"}),
    Auth.scram({"alice": "x"}, iterations=1),
    Auth.digest({"alice": "x"}),
    Auth.token({"x": "alice"}),
    Auth.iam({"alice": "x"}),
    Auth.certificate(),
    Auth.chain([Auth.scram({"alice": "x"}, cheat="salt"), Auth.digest({"alice": "x"})]),
    Auth.ok_twice(),
    Auth.asks(AuthenticationCleartextPassword(), AuthenticationIdpToken()),
]


def frames(
    tags: st.SearchStrategy[bytes], bodies: st.SearchStrategy[bytes]
) -> st.SearchStrategy[bytes]:
    """Sound frames around any bodies."""
    return st.builds(
        lambda tag, body: tag + (len(body) + 4).to_bytes(4, "big") + body, tags, bodies
    )


TAGS = st.sampled_from([bytes([tag]) for tag in b"PBDECHSQXFdcfpi"])
untagged = frames(st.just(b""), st.binary(max_size=60))
tagged = frames(TAGS, st.binary(max_size=60) | st.just(b"\0" * 8))
names = st.sampled_from(["", "a", "b"])
statements = st.sampled_from(
    [
        *("", "select 1", "select $1", "begin", "commit", "rollback", "selec", "select 1; begin"),
        *("show timezone", "set timezone to x", "set local application_name to y", "discard all"),
        *("deallocate a", "select bad", "unknown", "insert", "select notices", "select types"),
        *(
            "prepare a as select 1",
            "prepare b (int[]) as select $1",
            "execute a",
            "execute b ('{')",
        ),
        *("prepare transaction 'x'", "copy t from stdin", "select 'a'::varbyte"),
    ]
)
formats = st.lists(st.integers(-1, 2), max_size=2).map(tuple)
oids = st.lists(st.sampled_from([0, 23, 25, 1007, 1186, 1266, 3802]), max_size=2).map(tuple)
VALUES = [b"", b"7", b"\0\0\0\7", b"x", b"{7}", b"1 day", bytes(12), bytes(16)]
values = st.lists(st.none() | st.sampled_from(VALUES), max_size=2).map(tuple)
messages: st.SearchStrategy[FrontendMessage] = st.one_of(
    st.builds(Query, statements),
    st.builds(Parse, names, statements, oids),
    st.builds(Bind, names, names, formats, values, formats),
    st.builds(Describe, st.sampled_from([b"S", b"P"]), names),
    st.builds(Execute, names, st.integers(-1, 3)),
    st.builds(Close, st.sampled_from([b"S", b"P"]), names),
    st.just(Flush()),
    st.just(Sync()),
)


def hostile(**options: Any) -> FakeServer:
    """A server whose clients may do anything, as long as it does not break itself."""
    return FakeServer(
        policy={kind: "fail" if kind == "internal" else "ignore" for kind in KINDS}, **options
    )


def scripted(server: FakeServer) -> FakeServer:
    server.when("select 1").returns(["n"], [(n,) for n in range(4)])
    server.when("select $1", params=[7]).returns({"n": "int4"}, [(7,)])
    bad = Result((Column("n", "int2"),), ((1,), (99999,)), "SELECT")
    server.script.add(Rule("select bad", None, bad))
    server.when("selec").raises("42601", "syntax error")
    server.when("insert").completes()
    server.when("select notices").notices("a", "b").returns(["n"], [(1,)])
    server.when("select types").returns({"i": "interval", "a": "int4[]"}, [("1 mon", [1, None])])
    return server


@given(st.lists(st.binary(max_size=100), max_size=5), st.sampled_from(METHODS))
def test_any_bytes(chunks: list[bytes], method: AuthMethod) -> None:
    with hostile(auth=method) as server:
        peer = server.memory().open_peer()
        for chunk in chunks:
            peer.feed(chunk)
        peer.eof()
        assert peer.closed


@given(st.lists(untagged, max_size=3), st.lists(tagged, max_size=6), st.sampled_from(METHODS))
def test_sound_frames(first: list[bytes], rest: list[bytes], method: AuthMethod) -> None:
    with scripted(hostile(auth=method)) as server:
        peer = server.memory().open_peer()
        for frame in [*first, STARTUP, *rest]:
            peer.feed(frame)
        peer.eof()


@given(st.lists(messages | tagged, max_size=12), st.sampled_from(["redshift", "postgres"]))
def test_any_conversation(sent: list[FrontendMessage | bytes], kind: str) -> None:
    with scripted(hostile(server=kind)) as server:
        whole, pieces = server.memory().open_peer(), server.memory().open_peer()
        start = StartupMessage((("user", "alice"),)).encode()
        data = b"".join(m if isinstance(m, bytes) else m.encode() for m in sent)
        answer = whole.feed(start) + whole.feed(data)
        chunked = pieces.feed(start) + b"".join(
            pieces.feed(data[n : n + 1]) for n in range(len(data))
        )
        BackendReader().read(answer)  # every message is whole and sound
        # Up to what tells the two connections apart, chunks make no difference.
        assert answer.count(b"Z\0\0\0\5") == chunked.count(b"Z\0\0\0\5")
        assert len(answer) == len(chunked)


@given(st.lists(messages, max_size=12))
def test_every_sync_is_answered(sent: list[FrontendMessage]) -> None:
    with scripted(hostile()) as server:
        peer = server.memory().open_peer()
        reader = BackendReader()
        reader.read(peer.feed(StartupMessage((("user", "alice"),)).encode()))
        answers = reader.read(peer.feed(b"".join(m.encode() for m in [*sent, Sync()])))
        assert answers[-1].tag == b"Z"
