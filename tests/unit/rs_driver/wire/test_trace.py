from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rs_driver.wire.auth import (
    AuthenticationMD5Password,
    AuthenticationOk,
    AuthenticationSASL,
    AuthenticationSASLContinue,
    AuthenticationSASLFinal,
    PasswordMessage,
    SASLInitialResponse,
    SASLResponse,
)
from rs_driver.wire.base import Layout
from rs_driver.wire.control import ErrorResponse, ParameterStatus, ReadyForQuery
from rs_driver.wire.copy import CopyData, CopyDone, CopyInResponse
from rs_driver.wire.query import Bind, Close, Describe, Execute, FunctionCall, Parse, Query, Sync
from rs_driver.wire.redshift import DigestResponse, IdpTokenResponse
from rs_driver.wire.results import (
    CommandComplete,
    DataRow,
    FieldDescription,
    FunctionCallResponse,
    NoData,
    ParameterDescription,
    RowDescription,
)
from rs_driver.wire.startup import (
    BackendKeyData,
    CancelRequest,
    GSSENCRequest,
    SSLRequest,
    StartupMessage,
)
from rs_driver.wire.trace import Tracer
from support.messages import backend_messages, frontend_messages

STARTUP = StartupMessage((("user", "awsuser"), ("database", "dev")))
SECRET = b"hunter2"


class Trace:
    """A tracer and the lines that it has written."""

    def __init__(self, *, redact: bool = True) -> None:
        self.lines: list[str] = []
        self.tracer = Tracer(self._write, redact=redact)

    def _write(self, line: str) -> None:
        assert line.endswith("\n")
        assert line.count("\n") == 1
        self.lines.append(line[:-1])

    def f(self, *messages: Layout | bytes) -> str:
        """The client sends these; the last line then."""
        for message in messages:
            self.tracer.frontend(message if isinstance(message, bytes) else message.encode())
        return self.lines[-1]

    def b(self, *messages: Layout | bytes) -> str:
        """The server sends these; the last line then."""
        for message in messages:
            self.tracer.backend(message if isinstance(message, bytes) else message.encode())
        return self.lines[-1]


def logged_in(*, redact: bool = True) -> Trace:
    trace = Trace(redact=redact)
    trace.f(STARTUP)
    trace.b(AuthenticationOk())
    trace.lines.clear()
    return trace


def test_a_session_from_start_to_end() -> None:
    trace = Trace()
    trace.f(SSLRequest())
    trace.b(b"S")
    trace.f(STARTUP)
    trace.b(AuthenticationSASL(("SCRAM-SHA-256",)))
    trace.f(SASLInitialResponse("SCRAM-SHA-256", SECRET))
    trace.b(AuthenticationSASLContinue(SECRET))
    trace.f(SASLResponse(SECRET))
    trace.b(AuthenticationSASLFinal(SECRET), AuthenticationOk())
    trace.b(ParameterStatus("server_protocol_version", "2"), BackendKeyData(7, 8))
    trace.b(ReadyForQuery("I"))
    trace.f(Query("select 1"))
    trace.b(RowDescription((FieldDescription("n", type_oid=23, type_length=4),), 2))
    trace.b(DataRow((b"1",)), CommandComplete("SELECT"), ReadyForQuery("I"))
    assert trace.lines == [
        "F\t8\tSSLRequest",
        "B\t1\tSSLAnswer\t S",
        'F\t35\tStartupMessage\t 3 0 "user" "awsuser" "database" "dev"',
        'B\t23\tAuthenticationSASL\t 1 "SCRAM-SHA-256"',
        'F\t29\tSASLInitialResponse\t "SCRAM-SHA-256" 7 ***',
        "B\t15\tAuthenticationSASLContinue\t 7 ***",
        "F\t11\tSASLResponse\t 7 ***",
        "B\t15\tAuthenticationSASLFinal\t 7 ***",
        "B\t8\tAuthenticationOk",
        'B\t30\tParameterStatus\t "server_protocol_version" "2"',
        "B\t12\tBackendKeyData\t 7 ***",
        "B\t5\tReadyForQuery\t I",
        'F\t13\tQuery\t "select 1"',
        'B\t32\tRowDescription\t 1 "n" 0 0 23 4 -1 0 "" "" "" "" 0',
        "B\t11\tDataRow\t 1 1 ***",
        'B\t11\tCommandComplete\t "SELECT"',
        "B\t5\tReadyForQuery\t I",
    ]


def test_an_extended_query() -> None:
    trace = logged_in()
    trace.f(Parse("s", "select $1", (23, 0)), Describe(b"S", "s"))
    trace.f(Bind("", "s", (0, 1), (SECRET, None), (1,)), Execute("", 5), Close(b"P", ""), Sync())
    trace.b(ParameterDescription((23,)), NoData())
    assert trace.lines == [
        'F\t26\tParse\t "s" "select $1" 2 23 0',
        'F\t7\tDescribe\t S "s"',
        'F\t34\tBind\t "" "s" 2 0 1 2 7 *** -1 1 1',
        'F\t9\tExecute\t "" 5',
        'F\t6\tClose\t P ""',
        "F\t4\tSync",
        "B\t10\tParameterDescription\t 1 23",
        "B\t4\tNoData",
    ]


def test_a_plain_row_description_has_no_origin() -> None:
    trace = logged_in()
    line = trace.b(RowDescription((FieldDescription("n"), FieldDescription("m"))))
    assert line == 'B\t46\tRowDescription\t 2 "n" 0 0 25 -1 -1 0 "m" 0 0 25 -1 -1 0'


@pytest.mark.parametrize("version", ["", "9", "1x", "-1", "\u0661"])
def test_a_version_that_nobody_knows_changes_nothing(version: str) -> None:
    trace = logged_in()
    trace.b(ParameterStatus("server_protocol_version", version))
    assert "RowDescription" in trace.b(RowDescription((FieldDescription("n"),)))


def test_copy() -> None:
    trace = logged_in()
    trace.b(CopyInResponse(0, (0, 1)))
    trace.f(CopyData(SECRET), CopyDone())
    assert trace.lines == [
        "B\t11\tCopyInResponse\t 0 2 0 1",
        "F\t11\tCopyData\t 7 ***",
        "F\t4\tCopyDone",
    ]


@pytest.mark.parametrize(
    ("side", "message"),
    [
        ("f", Bind("", "", (), (SECRET,), ())),
        ("f", CopyData(SECRET)),
        ("f", FunctionCall(1, (), (SECRET,))),
        ("b", DataRow((None, SECRET))),
        ("b", CopyData(SECRET)),
        ("b", FunctionCallResponse(SECRET)),
        ("b", ErrorResponse({"M": "no", "D": "row (hunter2)"})),
        ("b", ErrorResponse({"M": "no", "W": "line 1: hunter2"})),
        ("b", ErrorResponse({"M": "no", "q": "select 'hunter2'"})),
    ],
)
def test_values_are_shown_only_on_request(side: str, message: Layout) -> None:
    assert "hunter2" not in getattr(logged_in(), side)(message)
    assert "hunter2" in getattr(logged_in(redact=False), side)(message)


@pytest.mark.parametrize("redact", [True, False])
def test_secrets_are_never_shown(redact: bool) -> None:
    trace = Trace(redact=redact)
    trace.f(STARTUP, PasswordMessage(SECRET), IdpTokenResponse(SECRET))
    trace.f(DigestResponse(SECRET, SECRET))
    trace.f(CopyData(b"\0\0\0\x07hunter2"))  # no CopyData before the login is over
    trace.b(AuthenticationSASL(("X",)))
    trace.f(SASLInitialResponse("X", SECRET))
    trace.b(AuthenticationSASLContinue(SECRET))
    trace.f(SASLResponse(SECRET))
    trace.b(AuthenticationSASLFinal(SECRET), AuthenticationOk())
    trace.b(ParameterStatus("driver_token", "hunter2"), BackendKeyData(1, 31337))
    assert trace.b(BackendKeyData(1, 31337)) == "B\t12\tBackendKeyData\t 1 ***"
    fresh = Trace(redact=redact)
    assert fresh.f(CancelRequest(1, 31337)) == "F\t16\tCancelRequest\t 1 ***"
    text = "".join(trace.lines + fresh.lines)
    assert "hunter2" not in text
    assert "31337" not in text


@pytest.mark.parametrize("redact", [True, False])
def test_a_p_message_that_is_no_password_is_hidden_too(redact: bool) -> None:
    trace = Trace(redact=redact)
    trace.f(STARTUP)
    trace.b(AuthenticationMD5Password(b"salt"))
    line = trace.f(SASLResponse(SECRET))  # without the NUL of a password
    assert line.startswith("F\t11\tUnreadable\t malformed PasswordMessage message")
    assert "hunter2" not in line


def test_values_on_request_are_readable() -> None:
    trace = logged_in(redact=False)
    assert trace.b(DataRow((b"a'\xff\n\0", b""))) == "B\t19\tDataRow\t 2 5 'a'ÿ\\n\\x00' 0 ''"


def test_no_text_breaks_the_line_or_reaches_the_terminal() -> None:
    trace = logged_in()
    line = trace.f(Query("select 'é\u4e2d'\n\x1b[2J\u202e\u0085\r"))
    assert line.endswith("\"select 'é\u4e2d'\\n\\x1b[2J\\u202e\\x85\\r\"")
    line = trace.b(ErrorResponse({"\n": "a\nb"}))
    assert line.endswith('\t \\n "a\\nb"')


def test_the_answer_to_an_encryption_request_is_one_byte() -> None:
    trace = Trace()
    trace.f(GSSENCRequest())
    assert trace.b(b"N") == "B\t1\tSSLAnswer\t N"
    trace.f(SSLRequest())
    assert trace.b(b"\x1b") == "B\t1\tSSLAnswer\t \\x1b"
    trace.f(STARTUP)
    assert trace.b(AuthenticationOk()) == "B\t8\tAuthenticationOk"


def test_the_answer_to_an_encryption_request_may_be_an_error() -> None:
    trace = Trace()
    trace.f(SSLRequest())
    assert trace.b(ErrorResponse({"M": "no"})) == 'B\t9\tErrorResponse\t M "no"'


def test_a_startup_that_cannot_be_read_is_still_the_first_message() -> None:
    trace = Trace()
    line = trace.f(b"\0\0\0\x0a\0\x03\0\0xy")
    assert line.startswith("F\t10\tUnreadable\t malformed StartupMessage message")
    assert trace.f(Sync()) == "F\t4\tSync"


def test_a_message_that_cannot_be_read_is_skipped() -> None:
    trace = logged_in()
    assert trace.b(b"Z\0\0\0\x05?") == (
        "B\t5\tUnreadable\t malformed ReadyForQuery message: the status is '?'"
    )
    assert trace.b(b"?\0\0\0\x06xx") == (
        "B\t6\tUnreadable\t the server sent a message of unknown type '?'"
    )
    assert trace.b(ReadyForQuery("I")) == "B\t5\tReadyForQuery\t I"


def test_a_length_that_makes_no_sense_ends_one_direction() -> None:
    trace = logged_in()
    assert trace.b(b"Z\0\0\0\x03") == (
        "B\t0\tUnreadable\t message 'Z' claims a length of 3; the least is 4"
    )
    count = len(trace.lines)
    trace.b(ReadyForQuery("I"))
    assert len(trace.lines) == count
    assert trace.f(Sync()) == "F\t4\tSync"


@given(
    st.lists(frontend_messages, max_size=5),
    st.lists(backend_messages, max_size=5),
    st.integers(1, 30),
    st.booleans(),
)
def test_any_chunks_give_the_same_lines(
    frontend: list[Layout], backend: list[Layout], step: int, redact: bool
) -> None:
    client = b"".join([message.encode() for message in [STARTUP, *frontend]])
    server = b"".join([message.encode() for message in backend])
    whole, pieces = Trace(redact=redact), Trace(redact=redact)
    whole.tracer.frontend(client)
    whole.tracer.backend(server)
    for data, trace in ((client, pieces.tracer.frontend), (server, pieces.tracer.backend)):
        for at in range(0, len(data), step):
            trace(data[at : at + step])
    assert pieces.lines == whole.lines
    assert len(whole.lines) == 1 + len(frontend) + len(backend)


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=60)), max_size=6))
def test_no_bytes_raise(sent: list[tuple[bool, bytes]]) -> None:
    trace = Trace(redact=False)
    for from_client, data in sent:
        (trace.tracer.frontend if from_client else trace.tracer.backend)(data)


def test_a_long_message_is_traced_whole() -> None:
    trace = logged_in()
    assert trace.b(DataRow((bytes(100_000),))) == "B\t100010\tDataRow\t 1 100000 ***"
