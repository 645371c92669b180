"""The strict checks find every seeded bug, find nothing in a correct client, and never fail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver.wire.auth import PasswordMessage
from rs_driver.wire.copy import CopyData, CopyDone, CopyFail
from rs_driver.wire.messages import FrontendMessage
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
    Terminate,
)
from rs_driver.wire.startup import CancelRequest, GSSENCRequest, SSLRequest, StartupMessage
from rs_driver_fakeserver.auth.methods import Auth
from rs_driver_fakeserver.auth.port import AuthMethod
from rs_driver_fakeserver.protocol.session import ServerSession
from rs_driver_fakeserver.server import FakeServer
from support import bugs_of_logins, bugs_of_messages, bugs_of_queries
from support.buggy_client import SECRET, STARTUP, Bug, Said, Script, play

BUGS = [*bugs_of_logins.BUGS, *bugs_of_queries.BUGS, *bugs_of_messages.BUGS]


def test_the_correct_client() -> None:
    assert play(Script()) == ()


def test_there_are_many_bugs_and_each_is_described() -> None:
    assert len(BUGS) >= 50
    assert len({bug.name for bug in BUGS}) == len(BUGS)
    assert all(bug.mutate.__doc__ for bug in BUGS)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_each_bug_is_found(bug: Bug) -> None:
    script = Script()
    bug.mutate(script)
    found = play(script)
    assert [p for p in found if p.kind == bug.kind and bug.says in p.text], found
    assert not [p for p in found if p.kind == "internal"]
    assert all(SECRET not in p.text for p in found)


NAMES = st.sampled_from(["", "s", "p", "x" * 300])
SQL = st.sampled_from(
    [
        *("select 1", "selec", "begin", "commit", "rollback", "", "deallocate all", "discard all"),
        *("prepare s as select 1", "deallocate s", "savepoint a", "rollback to savepoint a"),
    ]
)
CODES = st.lists(st.integers(-1, 2), max_size=2).map(tuple)
VALUES = st.lists(st.none() | st.sampled_from([b"", b"7", b"\0\0\0\7"]), max_size=2).map(tuple)
KINDS = st.sampled_from([b"S", b"P"])
COMMANDS: st.SearchStrategy[FrontendMessage] = st.one_of(
    st.builds(Query, SQL),
    st.builds(Parse, NAMES, SQL, st.lists(st.just(23), max_size=2).map(tuple)),
    st.builds(Bind, NAMES, NAMES, CODES, VALUES, CODES),
    st.builds(Describe, KINDS, NAMES),
    st.builds(Execute, NAMES, st.integers(-1, 2)),
    st.builds(Close, KINDS, NAMES),
    st.builds(FunctionCall, st.just(1), CODES, VALUES, st.integers(-1, 2)),
    st.sampled_from([Sync(), Flush(), CopyData(b"x"), CopyDone(), CopyFail("no")]),
)
BEGINNINGS = st.sampled_from(
    [
        [STARTUP],
        [SSLRequest(), STARTUP],
        [GSSENCRequest(), SSLRequest(), STARTUP],
        [SSLRequest(), SSLRequest()],
        [CancelRequest(1, 2)],
        [StartupMessage(()), STARTUP],
        [],
    ]
)
ANSWERS = st.sampled_from([[], [PasswordMessage(b"x")], [PasswordMessage(SECRET.encode())] * 2])
METHODS: list[AuthMethod] = [
    Auth.trust(),
    Auth.cleartext({"alice": SECRET}),
    Auth.md5({"alice": SECRET}),
    Auth.scram({"alice": SECRET}, iterations=1),
    Auth.digest({"alice": SECRET}),
]


def hear(server: FakeServer, pieces: list[bytes], *, honest: bool) -> list[tuple[str, str]]:
    """Say these, hang up; gives what was found."""
    session = ServerSession(server._instance)
    for piece in pieces:
        if session.wants_tls and honest:
            session.tls_started()
        session.feed(piece)
    session.eof()
    assert session.closed
    return [(problem.kind, problem.text) for problem in server.problems]


@given(st.lists(st.binary(max_size=60), max_size=6), st.sampled_from(METHODS), st.booleans())
def test_any_bytes(pieces: list[bytes], method: AuthMethod, begun: bool) -> None:
    with FakeServer(auth=method, policy="ignore") as server:
        start = [STARTUP.encode()] if begun else []
        assert "internal" not in dict(hear(server, start + pieces, honest=True))


@given(
    BEGINNINGS,
    ANSWERS,
    st.lists(COMMANDS | st.just(Terminate()), max_size=12),
    st.sampled_from(METHODS),
    st.booleans(),
)
def test_any_messages(
    beginning: list[Said],
    answers: list[Said],
    commands: list[Said],
    method: AuthMethod,
    honest: bool,
) -> None:
    said = [m if isinstance(m, bytes) else m.encode() for m in beginning + answers + commands]
    with FakeServer(auth=method, policy="ignore", tls_answer=None) as server:
        found = dict(hear(server, said, honest=honest))
    assert "internal" not in found


@given(st.lists(COMMANDS, max_size=12), st.data())
def test_pieces_make_no_difference(commands: list[FrontendMessage], data: st.DataObject) -> None:
    """What is found depends on the messages, however the bytes of them arrive."""
    stream = b"".join(m.encode() for m in [STARTUP, *commands, Sync(), Terminate()])
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    with FakeServer(policy="ignore") as whole, FakeServer(policy="ignore") as cut:
        assert hear(whole, [stream], honest=True) == hear(cut, pieces, honest=True)
