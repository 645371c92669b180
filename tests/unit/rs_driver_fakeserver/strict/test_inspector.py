"""The whole watch: legal but odd conversations, encodings, and that nothing disturbs it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver.wire.auth import AuthenticationCleartextPassword, PasswordMessage
from rs_driver.wire.control import ParameterStatus, ReadyForQuery
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
from rs_driver.wire.results import (
    BindComplete,
    CloseComplete,
    CommandComplete,
    FieldDescription,
    NoData,
    ParameterDescription,
    ParseComplete,
    PortalSuspended,
    RowDescription,
)
from rs_driver.wire.startup import CancelRequest, GSSENCRequest, SSLRequest
from rs_driver_fakeserver.problems import ProblemKind
from rs_driver_fakeserver.strict.inspector import Inspector
from support.watched import IN_TRANSACTION, READY, STARTUP, Watched, error, logged_in

COLUMN = RowDescription((FieldDescription("n"),))
SELECTED = CommandComplete("SELECT 1")
BEGUN = CommandComplete("BEGIN")


def libpq_with_everything_refused(watched: Watched) -> None:
    """GSSAPI and TLS are asked for, refused, and done without."""
    watched.client(GSSENCRequest()).server(b"N").client(SSLRequest()).server(b"N").login()


def libpq_parameters(watched: Watched) -> None:
    """PQexecParams: one flight with nothing named, format codes for none, and Sync."""
    watched.login().client(
        Parse("", "select $1", ()),
        Bind("", "", (), (b"1",), (0,)),
        Describe(b"P", ""),
        Execute("", 0),
        Sync(),
    ).server(ParseComplete(), BindComplete(), COLUMN, SELECTED, READY)


def psycopg_pipeline(watched: Watched) -> None:
    """Flights with several Syncs outstanding, the first of which fails."""
    flight = (Bind("", "s", (), (), ()), Describe(b"P", ""), Execute(""), Sync())
    watched.login().client(Parse("s", "selec", ()), *flight, *flight, *flight)
    for _ in range(3):
        watched.server(error(), READY)


def psycopg_server_cursor(watched: Watched) -> None:
    """A cursor of SQL is described as a portal."""
    watched.login().client(Query("begin")).server(BEGUN, IN_TRANSACTION)
    watched.client(Query('declare "c" cursor for select 1'))
    watched.server(CommandComplete("DECLARE CURSOR"), IN_TRANSACTION)
    watched.client(Describe(b"P", "c"), Sync()).server(COLUMN, IN_TRANSACTION)
    watched.client(Query("close c")).server(CommandComplete("CLOSE CURSOR"), IN_TRANSACTION)
    watched.client(Query("commit")).server(CommandComplete("COMMIT"), READY)


def pg8000_steps(watched: Watched) -> None:
    """Parse and Describe, Sync; then Bind and Execute, Sync; Flush after each message."""
    watched.login().client(Parse("", "select 1", ()), Flush()).server(ParseComplete())
    watched.client(Describe(b"S", ""), Flush()).server(ParameterDescription(()), COLUMN)
    watched.client(Sync(), Flush()).server(READY)
    watched.client(Bind("", "", (), (), ()), Flush()).server(BindComplete())
    watched.client(Execute("", 0), Flush()).server(SELECTED)
    watched.client(Sync(), Flush()).server(READY)


def asyncpg_prepare(watched: Watched) -> None:
    """Parse and Describe end with Flush; what follows is a simple Query."""
    watched.login().client(Parse("s", "select 1", ()), Describe(b"S", "s"), Flush())
    watched.server(ParseComplete(), ParameterDescription(()), COLUMN)
    watched.client(Query("begin")).server(BEGUN, IN_TRANSACTION)
    watched.client(Bind("p", "s", (), (), (1,)), Execute("p", 2), Sync())
    watched.server(BindComplete(), PortalSuspended(), IN_TRANSACTION)
    watched.client(Execute("p", 2), Sync()).server(SELECTED, IN_TRANSACTION)
    watched.client(Close(b"P", "p"), Sync()).server(CloseComplete(), IN_TRANSACTION)
    watched.client(Query("commit")).server(CommandComplete("COMMIT"), READY)


def redshift_connector_statements(watched: Watched) -> None:
    """A named statement, closed and prepared anew under its name."""
    for _ in range(2):
        watched.client(Parse("s1", "select 1", ()), Describe(b"S", "s1"), Sync())
        watched.server(ParseComplete(), ParameterDescription(()), COLUMN, READY)
        watched.client(Bind("", "s1", (0,), (), (1,)), Execute(""), Sync())
        watched.server(BindComplete(), SELECTED, READY)
        watched.client(Close(b"S", "s1"), Sync()).server(CloseComplete(), READY)


def nothing_but_syncs(watched: Watched) -> None:
    watched.login().client(Sync(), Sync(), Flush(), Sync()).server(READY, READY, READY)


def an_error_with_more_behind_it(watched: Watched) -> None:
    """What was sent after the failing message is skipped, whatever it is."""
    watched.login().client(Parse("", "selec", ())).server(error())
    watched.client(Bind("p", "s", (), (), ()), Execute("p"), Describe(b"S", "s"), Sync())
    watched.server(READY)


def what_is_closed_need_not_exist(watched: Watched) -> None:
    watched.login().client(Close(b"S", "s"), Close(b"P", ""), Sync())
    watched.server(CloseComplete(), CloseComplete(), READY)


def statements_without_columns(watched: Watched) -> None:
    watched.login().client(Parse("", "begin", ()), Describe(b"S", "")).server(
        ParseComplete(), ParameterDescription(()), NoData()
    )
    watched.client(Bind("", "", (1,), (), (1,)), Execute(""), Sync())
    watched.server(BindComplete(), BEGUN, IN_TRANSACTION)


def function_calls(watched: Watched) -> None:
    watched.login().client(FunctionCall(1, (1,), (b"x",), 1)).server(error(), READY)


def sql_prepares_what_bind_uses(watched: Watched) -> None:
    watched.login().client(Query("prepare s as select 1")).server(CommandComplete("PREPARE"), READY)
    watched.client(Bind("", "s", (), (), ()), Execute(""), Sync())
    watched.server(BindComplete(), SELECTED, READY)


def row_limits_in_one_group(watched: Watched) -> None:
    watched.login().client(Parse("", "x", ()), Bind("", "", (), (), ()), Execute("", 1))
    watched.client(Execute("", 1), Execute("", 1), Sync()).server(ParseComplete(), BindComplete())
    watched.server(PortalSuspended(), PortalSuspended(), SELECTED, READY)


ODD: list[Callable[[Watched], None]] = [
    libpq_with_everything_refused,
    libpq_parameters,
    psycopg_pipeline,
    psycopg_server_cursor,
    pg8000_steps,
    asyncpg_prepare,
    redshift_connector_statements,
    nothing_but_syncs,
    an_error_with_more_behind_it,
    what_is_closed_need_not_exist,
    statements_without_columns,
    function_calls,
    sql_prepares_what_bind_uses,
    row_limits_in_one_group,
]


@pytest.mark.parametrize("speak", ODD)
def test_legal_but_odd(speak: Callable[[Watched], None]) -> None:
    watched = Watched()
    if speak is redshift_connector_statements:
        watched.login()
    speak(watched)
    assert watched.client(Terminate()).end().found == []


def test_a_cancel_request_needs_no_farewell() -> None:
    assert Watched().client(CancelRequest(1, 2)).end(by_server=True).found == []
    assert Watched().client(CancelRequest(1, 2)).end().found == []


def test_strings_are_in_the_clients_encoding() -> None:
    raw = b"Q\0\0\0\x09caf\xe9\0"
    assert "not valid UTF-8" in logged_in().client(raw).text
    other = logged_in().server(ParameterStatus("client_encoding", "LATIN1"))
    assert other.client(raw).found == []
    back = other.server(error(), READY, ParameterStatus("client_encoding", "utf-8"))
    assert "not valid UTF-8" in back.client(raw).text


def test_lengths_and_layouts() -> None:
    watched = logged_in().client(b"D\0\0\0\6X\0")
    assert watched.text == (
        "Describe (message 2 of the client, after ReadyForQuery): the kind is b'X', neither S "
        "for a statement nor P for a portal; a message's length and contents are as the "
        "manual's Message Formats has them"
    )


def test_what_the_decoder_alone_finds_wrong() -> None:
    watched = logged_in()
    watched.inspector.frontend(b"d\0\0\0\5x", None, "it is odd")
    assert "it is odd" in watched.found[0][1]


def test_bytes_that_are_no_message() -> None:
    watched = logged_in()
    watched.inspector.unframed("message '?' claims 3 bytes")
    assert watched.end(7, by_server=True).text == (
        "the client sent bytes that are no message: message '?' claims 3 bytes (after "
        "ReadyForQuery); a message is a type, a length and as many bytes as the length says"
    )


def test_a_second_startup_message() -> None:
    watched = logged_in()
    watched.inspector.unframed("there is no frontend message of type b'\\x00'")
    assert "b'\\x00' (after ReadyForQuery)" in watched.text


def test_the_end_comes_once() -> None:
    assert logged_in().end().end(3).kinds == ["farewell"]


def test_what_it_takes_for_granted() -> None:
    """A medium that anybody can read, and TLS to be had."""
    found: list[str] = []
    inspector = Inspector(lambda _, text: found.append(text))
    inspector.frontend(STARTUP.encode(), STARTUP, None)
    asked, answer = AuthenticationCleartextPassword(), PasswordMessage(b"s3cr3t")
    inspector.backend(asked.encode(), asked)
    inspector.frontend(answer.encode(), answer, None)
    assert len(found) == 1


def test_its_own_faults_do_not_disturb() -> None:
    found: list[tuple[ProblemKind, str]] = []
    inspector = Inspector(lambda kind, text: found.append((kind, text)))
    inspector.frontend(STARTUP.encode(), STARTUP, None)
    inspector.backend(READY.encode(), READY)
    impossible = ReadyForQuery(None)  # type: ignore[arg-type]  # what no decoder makes
    inspector.backend(b"Z", impossible)
    inspector.frontend(None, Sync(), None)  # type: ignore[arg-type]  # neither
    inspector.frontend(b"S\0\0\0\4", Sync(), None)
    inspector.ended(0, by_server=False)
    assert [kind for kind, _ in found] == ["internal"]
    assert "the strict checks failed: TypeError" in found[0][1]


MESSAGES: list[FrontendMessage] = [
    Query("select 1"),
    Parse("a", "select 1", ()),
    Bind("a", "a", (), (), ()),
    Execute("a"),
    Describe(b"P", "a"),
    Close(b"S", "a"),
    Sync(),
    Flush(),
    Terminate(),
    STARTUP,
    SSLRequest(),
]
ANSWERS = [
    READY,
    error(),
    error("57P01", "FATAL"),
    ParseComplete(),
    BindComplete(),
    SELECTED,
    COLUMN,
    NoData(),
    CloseComplete(),
    IN_TRANSACTION,
]


@given(
    st.lists(
        st.tuples(st.just("client"), st.sampled_from(MESSAGES))
        | st.tuples(st.just("server"), st.sampled_from(ANSWERS))
        | st.tuples(st.just("bytes"), st.binary(max_size=20)),
        max_size=30,
    )
)
def test_whatever_it_is_fed_it_never_fails(steps: list[tuple[str, object]]) -> None:
    watched = Watched()
    for who, said in steps:
        if isinstance(said, bytes):
            watched.inspector.frontend(said, None, None)
            watched.inspector.backend(said, None)
            watched.inspector.unframed("why")
        elif who == "client":
            watched.client(said)  # type: ignore[arg-type]  # one of MESSAGES
        else:
            watched.server(said)  # type: ignore[arg-type]  # one of ANSWERS
    watched.end(1)
    assert "internal" not in watched.kinds
