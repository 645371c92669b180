from __future__ import annotations

import struct
from collections.abc import Sequence

import pytest

from rs_driver.adapters.rows.struct_ import StructScanner
from rs_driver.domain.again import Flights
from rs_driver.domain.phases import LONG, TRANSITIONS, Phase
from rs_driver.domain.protocol import ClientProtocol
from rs_driver.domain.session import KEPT_NOTICES, MAX_PARAMETERS
from rs_driver.errors import (
    Error,
    LocalProtocolError,
    OperationalError,
    ProgrammingError,
    RemoteProtocolError,
)
from rs_driver.ports.rows import RowBatch
from rs_driver.wire.auth import AuthenticationOk, PasswordMessage
from rs_driver.wire.control import (
    ErrorResponse,
    NoticeResponse,
    NotificationResponse,
    ParameterStatus,
    ReadyForQuery,
)
from rs_driver.wire.framing import DEFAULT_MAX_MESSAGE, MAX_HANDSHAKE_MESSAGE
from rs_driver.wire.query import Execute, Flush, Query, Sync, Terminate
from rs_driver.wire.results import (
    BindComplete,
    CommandComplete,
    DataRow,
    FieldDescription,
    NoData,
    ParseComplete,
    RowDescription,
)
from rs_driver.wire.startup import BackendKeyData, SSLRequest, StartupMessage
from support.conforming import NoRows
from support.dialogue import (
    END,
    Words,
    arrive,
    described,
    events,
    failure,
    hear,
    new_core,
    take_sent,
)
from support.phases import (
    BIND,
    COLUMNS,
    DESCRIBE_PORTAL,
    DESCRIBE_STATEMENT,
    PARSE,
    RESTING,
    core_in,
)

READY = ReadyForQuery("I")


def check_broken(core: ClientProtocol, reason: str) -> None:
    """``core`` gives and takes nothing any more, and says why."""
    assert core.phase is Phase.CLOSED
    assert core.pending == 0
    with pytest.raises(OperationalError, match=reason) as caught:
        core.next()
    assert caught.value.is_disconnect
    assert caught.value.__cause__ is core.broken
    with pytest.raises(OperationalError, match=reason):
        core.begin("another operation", Sync())


# -- busy ---------------------------------------------------------------------------------


class Interruption(BaseException):
    """As KeyboardInterrupt: not an Exception."""


class Interrupting:
    """A message that a signal strikes as soon as the core looks at what kind it is."""

    frontend = True

    @property
    def tag(self) -> bytes:
        raise Interruption

    def encode(self) -> bytes:
        return b"S\0\0\0\4"


def test_busy_is_set_before_the_first_byte_is_queued() -> None:
    core = new_core()
    with pytest.raises(Interruption):
        core.begin("a query", Interrupting())  # type: ignore[arg-type]
    assert core.busy == "a query"
    assert core.pending == 0
    with pytest.raises(OperationalError, match="interrupted during a query") as caught:
        core.begin("another", Sync())
    assert caught.value.is_disconnect
    check_broken(core, "interrupted during a query")


def test_busy_is_cleared_by_the_last_ready_for_query_only() -> None:
    core = new_core()
    core.begin("two flights", PARSE, Sync(), BIND, Sync())
    for words in (ParseComplete(), ReadyForQuery("T"), BindComplete()):
        hear(core, words)
        assert events(core) == [words]
        assert core.busy == "two flights"
    hear(core, READY)
    assert events(core) == [READY]
    assert core.busy is None
    assert core.phase is Phase.IDLE
    core.begin("the next", Sync())
    assert core.busy == "the next"


def test_an_operation_that_owes_nothing_yet_is_under_way_all_the_same() -> None:
    core = new_core()
    core.begin("a batch", Flush())
    assert (core.busy, core.phase) == ("a batch", Phase.UNSYNCED)
    hear(core, READY)
    with pytest.raises(RemoteProtocolError, match="until we go on"):
        core.next()


def test_whoever_begins_on_a_busy_core_breaks_it() -> None:
    core = new_core()
    core.begin("a query", Query("select 1"))
    with pytest.raises(OperationalError, match="interrupted during a query"):
        core.begin("another", Sync())
    check_broken(core, "interrupted during a query")


def test_whoever_begins_while_bytes_were_being_moved_breaks_it() -> None:
    core = new_core()
    core.touching = True
    with pytest.raises(OperationalError, match="interrupted while it was idle") as caught:
        core.begin("a query", Query("select 1"))
    assert caught.value.is_disconnect
    check_broken(core, "interrupted while it was idle")


def test_what_cannot_be_encoded_is_refused_before_anything_happens() -> None:
    core = new_core()
    with pytest.raises(LocalProtocolError):
        core.begin("a query", Query("select 1"), Query("\0"))
    assert (core.busy, core.pending, core.broken, core.phase) == (None, 0, None, Phase.IDLE)
    core.begin("a query", Query("select 1"))
    queued = core.pending
    with pytest.raises(LocalProtocolError):
        core.send(Sync(), Query("\0"))
    assert core.pending == queued
    hear(core, CommandComplete("SELECT"), READY)
    events(core)
    assert core.busy is None


def test_nothing_is_sent_outside_of_an_operation() -> None:
    core = new_core()
    with pytest.raises(LocalProtocolError, match="outside"):
        core.send(Sync())
    assert core.pending == 0


# -- bytes out ----------------------------------------------------------------------------


def test_what_was_sent_goes_and_the_rest_stays() -> None:
    core = new_core()
    core.begin("a query", Query("select 1"))
    whole = Query("select 1").encode()
    with core.data_to_send() as view:
        assert bytes(view) == whole
    core.sent(4)
    assert core.pending == len(whole) - 4
    assert take_sent(core) == whole[4:]
    assert core.pending == 0


def test_a_closed_way_out_leaves_the_way_in_open() -> None:
    core = new_core()
    core.begin("a query", Query("select 1"))
    held = core.data_to_send()
    core.unsendable()
    assert core.pending == 0
    assert len(held) == len(Query("select 1").encode())
    hear(core, failure("57P01", "shutting down", "FATAL"))
    assert core.next() == failure("57P01", "shutting down", "FATAL")


def test_nothing_is_queued_after_a_failure_even_if_a_view_is_still_held() -> None:
    core = new_core()
    core.begin("a query", Query("select 1"))
    held = core.data_to_send()
    core.fail(OperationalError("the reason"))
    assert held.nbytes
    check_broken(core, "the reason")


def test_the_first_failure_is_the_reason() -> None:
    core = new_core()
    first, second = OperationalError("first"), OperationalError("second")
    assert core.fail(first) is first
    assert core.fail(second) is second
    assert core.broken is first


def test_it_is_safe_to_repeat_what_a_core_refused_that_broke_while_idle() -> None:
    idle, busy = new_core(), new_core()
    busy.begin("a query", Query("select 1"))
    for core, safe in ((idle, True), (busy, False)):
        core.fail(OperationalError("the reason"))
        with pytest.raises(OperationalError) as caught:
            core.begin("another", Sync())
        assert caught.value.retry_safe is safe


def idle_inside(status: str) -> ClientProtocol:
    """An idle core to which the server has said that its transaction is in ``status``."""
    core = new_core()
    core.begin("the one before", Query("begin"))
    hear(core, CommandComplete("BEGIN"), ReadyForQuery(status))
    events(core)
    return core


@pytest.mark.parametrize(("status", "safe"), [("I", True), ("T", False), ("E", False)])
def test_what_lost_an_open_transaction_is_not_to_be_repeated(status: str, safe: bool) -> None:
    """The statements before it in that transaction are lost with it."""
    hung_up, farewell, unasked, broken = (idle_inside(status) for _ in range(4))
    arrive(hung_up, END)
    hear(farewell, failure("57P05", "idle for too long", "FATAL"))
    hear(unasked, READY)
    broken.fail(OperationalError("the reason"))
    for core in (hung_up, farewell, unasked, broken):
        for _ in range(2):
            with pytest.raises(OperationalError) as caught:
                core.begin("another", Sync())
            assert caught.value.retry_safe is safe


def test_terminate_is_the_last_message() -> None:
    core = new_core()
    core.terminate(Terminate())
    assert take_sent(core) == b"X\0\0\0\4"
    with pytest.raises(OperationalError, match="Terminate"):
        core.begin("a query", Query("select 1"))
    assert core.pending == 0
    check_broken(core, "Terminate")


def test_nothing_is_heard_after_terminate() -> None:
    core = core_in(Phase.CLOSED)
    arrive(core, END)
    assert core.next() is None
    hear(core, ParameterStatus("a", "b"))
    with pytest.raises(RemoteProtocolError):
        core.next()


# -- the end of the stream ----------------------------------------------------------------


def test_the_end_in_the_middle_of_an_operation() -> None:
    core = new_core()
    core.begin("a query", Query("select 1"))
    hear(core, described(23), DataRow((b"1",)), DataRow((b"2",)).encode()[:-1])
    assert [type(event) for event in events(core)] == [RowDescription, RowBatch]
    arrive(core, END)
    with pytest.raises(OperationalError, match="closed the connection during a query") as caught:
        core.next()
    assert caught.value.is_disconnect
    assert not caught.value.retry_safe
    check_broken(core, "closed the connection")


def test_the_end_after_a_fatal_error_gives_the_servers_words() -> None:
    core = new_core()
    core.begin("a query", Query("select 1"))
    fatal = failure("57P01", "terminating connection", "FATAL")
    hear(core, fatal)
    arrive(core, END)
    assert core.next() == fatal
    with pytest.raises(OperationalError) as caught:
        core.next()
    assert (caught.value.sqlstate, caught.value.message) == ("57P01", "terminating connection")
    assert caught.value.is_disconnect
    check_broken(core, "terminating connection")


def test_the_end_after_an_ordinary_error_is_a_lost_connection() -> None:
    core = new_core()
    core.begin("a query", Query("select 1"))
    hear(core, failure())
    arrive(core, END)
    events_before = core.next()
    assert events_before == failure()
    with pytest.raises(OperationalError, match="closed the connection") as caught:
        core.next()
    assert caught.value.sqlstate is None


def test_the_end_while_idle_is_noticed_by_the_next_operation() -> None:
    core = new_core()
    arrive(core, END)
    assert core.next() is None
    with pytest.raises(OperationalError, match="closed the connection while it was idle") as caught:
        core.begin("a query", Query("select 1"))
    assert caught.value.retry_safe
    assert caught.value.is_disconnect
    check_broken(core, "closed the connection")


@pytest.mark.parametrize("severity", ["FATAL", "ERROR"])
def test_an_error_while_idle_is_the_server_taking_its_leave(severity: str) -> None:
    core = new_core()
    hear(core, failure("57P05", "idle for too long", severity))
    arrive(core, END)
    with pytest.raises(OperationalError, match="idle for too long") as caught:
        core.begin("a query", Query("select 1"))
    assert caught.value.sqlstate == "57P05"
    assert caught.value.retry_safe
    assert caught.value.is_disconnect
    check_broken(core, "idle for too long")


# -- what the server may not say ----------------------------------------------------------

UNASKED = [
    DataRow((b"1",)),
    described(23),
    CommandComplete("SELECT"),
    READY,
    AuthenticationOk(),
    BackendKeyData(1, 2),
]


@pytest.mark.parametrize("words", UNASKED, ids=lambda words: type(words).__name__)
def test_what_answers_no_question_breaks_an_idle_core(words: RowDescription) -> None:
    core = new_core()
    hear(core, words)
    with pytest.raises(RemoteProtocolError, match="nothing was expected") as caught:
        core.begin("a query", Query("select 1"))
    assert caught.value.retry_safe
    assert core.busy is None
    check_broken(core, "nothing was expected")


def test_a_second_ready_for_query_breaks_it() -> None:
    core = new_core()
    core.begin("a sync", Sync())
    hear(core, READY, READY)
    assert core.next() == READY
    with pytest.raises(RemoteProtocolError, match="'Z'"):
        core.next()
    check_broken(core, "'Z'")


def test_the_first_byte_of_an_illegal_message_is_enough() -> None:
    core = core_in(Phase.QUERYING)
    hear(core, b"\x07")
    with pytest.raises(RemoteProtocolError, match="'0x07' message where the first answer"):
        core.next()


def test_ready_for_query_before_the_sync_was_sent_breaks_it() -> None:
    core = new_core()
    core.begin("a batch", PARSE)
    hear(core, failure())
    assert events(core) == [failure()]
    assert core.phase is Phase.UNSYNCED
    hear(core, READY)
    with pytest.raises(RemoteProtocolError, match="'Z'"):
        core.next()
    assert core.busy == "a batch"
    check_broken(core, "'Z'")


def test_a_malformed_message_breaks_it() -> None:
    core = core_in(Phase.SYNCING)
    hear(core, b"Z\0\0\0\5X")
    with pytest.raises(RemoteProtocolError, match="status"):
        core.next()
    check_broken(core, "status")


def test_the_server_may_not_let_us_in_again() -> None:
    core = core_in(Phase.SETTINGS)
    hear(core, AuthenticationOk())
    with pytest.raises(RemoteProtocolError, match="'R'"):
        core.next()


# -- lengths ------------------------------------------------------------------------------


def claim(tag: int, length: int) -> bytes:
    return struct.pack("!Bi", tag, length)


@pytest.mark.parametrize("phase", RESTING)
def test_a_claimed_length_is_judged_before_the_body_comes(phase: Phase) -> None:
    before_login = phase in (Phase.STARTUP, Phase.AUTHENTICATING, Phase.SETTINGS)
    for tag in {tag for at, tag in TRANSITIONS if at is phase and tag < 256}:
        longest = MAX_HANDSHAKE_MESSAGE if before_login or tag not in LONG else DEFAULT_MAX_MESSAGE
        patient = core_in(phase)
        hear(patient, claim(tag, longest))
        assert patient.next() is None
        for length in (longest + 1, 3, -1):
            core = core_in(phase)
            hear(core, claim(tag, length))
            with pytest.raises(RemoteProtocolError):
                core.next()
            check_broken(core, "claims|malformed")


def test_long_messages_are_bounded_by_the_users_limit() -> None:
    core = core_in(Phase.QUERYING, max_message=1000)
    hear(core, claim(ord("E"), 1001))
    with pytest.raises(RemoteProtocolError, match="1001 bytes; the limit here is 1000"):
        core.next()


LIMIT = 40
SHORT = DataRow((b"x" * 20, b""))
LONG_ROW = DataRow((b"x" * 40, b""))


@pytest.mark.parametrize("rows", [(LONG_ROW,), (SHORT, LONG_ROW), (LONG_ROW, SHORT)])
@pytest.mark.parametrize("chunk", [1, 1000])
def test_rows_are_bounded_too_whether_they_come_whole_or_in_pieces(
    rows: Sequence[DataRow], chunk: int
) -> None:
    core = core_in(Phase.EXECUTING, max_message=LIMIT)
    data = b"".join(row.encode() for row in rows)
    with pytest.raises(RemoteProtocolError, match="the limit here is 40"):
        for at in range(0, len(data), chunk):
            hear(core, data[at : at + chunk])
            events(core)
    check_broken(core, "the limit here is 40")


def test_many_rows_may_be_more_than_one_message_may() -> None:
    core = core_in(Phase.EXECUTING, max_message=LIMIT)
    hear(core, SHORT, SHORT, SHORT)
    (batch,) = events(core)
    assert isinstance(batch, RowBatch)
    assert len(batch) == 3


# -- rows ---------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", [Phase.EXECUTING, Phase.QUERYING_ROWS])
@pytest.mark.parametrize("width", [0, COLUMNS - 1, COLUMNS + 1])
def test_a_row_of_another_width_than_described_breaks_it(phase: Phase, width: int) -> None:
    core = core_in(phase)
    hear(core, DataRow((b"1",) * width))
    with pytest.raises(RemoteProtocolError, match="DataRow"):
        core.next()
    check_broken(core, "DataRow")


def test_a_run_of_rows_is_one_batch_and_the_tail_waits() -> None:
    core = core_in(Phase.EXECUTING)
    row = DataRow((b"one", None)).encode()
    hear(core, row, row, row[:-1])
    (batch,) = events(core)
    assert isinstance(batch, RowBatch)
    assert [bytes(batch.buffer[at : at + len(row)]) for at in batch.starts] == [row, row]
    hear(core, row[-1:], CommandComplete("SELECT"))
    second, end = events(core)
    assert isinstance(second, RowBatch)
    assert len(second) == 1
    assert end == CommandComplete("SELECT")


def test_the_width_is_the_executes_own_or_as_last_described() -> None:
    core = new_core()
    core.begin("a flight", DESCRIBE_PORTAL, Execute(""))
    core.send(Execute(""), columns=1)
    core.send(DESCRIBE_PORTAL, Execute(""), Sync())
    hear(core, described(25, 25), DataRow((b"", b"")), CommandComplete("SELECT"))
    hear(core, DataRow((b"",)), CommandComplete("SELECT"))
    hear(core, NoData(), DataRow(()), CommandComplete("SELECT"), READY)
    batches = [event for event in events(core) if isinstance(event, RowBatch)]
    assert [len(batch) for batch in batches] == [1, 1, 1]
    assert core.busy is None


def test_an_execute_without_columns_says_so_against_what_was_described() -> None:
    core = new_core()
    core.begin("a flight", DESCRIBE_PORTAL)
    core.send(Execute(""), columns=0)
    hear(core, described(25), DataRow((b"",)))
    with pytest.raises(RemoteProtocolError, match="DataRow"):
        events(core)


def test_no_description_outlives_its_operation() -> None:
    core = new_core()
    core.begin("first", DESCRIBE_PORTAL, Sync())
    hear(core, described(25), READY)
    events(core)
    core.begin("second", Execute(""), Sync())
    hear(core, DataRow((b"",)))
    with pytest.raises(RemoteProtocolError, match="DataRow"):
        core.next()


def test_a_scanner_that_sees_no_rows_is_not_waited_for() -> None:
    core = ClientProtocol(NoRows())
    core.phase = Phase.IDLE  # as after a login
    core.begin("a query", Execute(""), columns=0)
    hear(core, DataRow(()).encode()[:-1])
    assert core.next() is None
    hear(core, DataRow(()).encode()[-1:])
    with pytest.raises(RemoteProtocolError, match="not recognised"):
        core.next()


class Watched:
    """The stdlib's scanner, which notes how many bytes it was shown each time."""

    def __init__(self) -> None:
        self.shown: list[int] = []

    def scan(self, view: memoryview, columns: int) -> tuple[Sequence[int], int]:
        self.shown.append(len(view))
        return StructScanner().scan(view, columns)


def test_a_long_row_is_looked_at_once_when_it_is_whole() -> None:
    scanner = Watched()
    core = ClientProtocol(scanner)
    core.phase = Phase.IDLE  # as after a login
    core.begin("a query", Execute(""), columns=1)
    row = DataRow((b"D" * 500,)).encode()
    for at in range(len(row)):
        assert core.next() is None
        hear(core, row[at : at + 1])
    assert isinstance(core.next(), RowBatch)
    assert scanner.shown == [len(row)]


def test_descriptions_are_read_in_the_protocol_version_in_force() -> None:
    column = FieldDescription("n", schema="public", table="t", column="n", flags=1)
    core = new_core()
    core.protocol_version = 2
    core.begin("a query", Query("select 1"))
    hear(core, RowDescription((column,), 2))
    assert events(core) == [RowDescription((column,), 2)]


# -- pipelines ----------------------------------------------------------------------------


def test_an_error_cancels_what_is_owed_up_to_the_next_sync() -> None:
    core = new_core()
    core.begin("groups", PARSE, BIND, DESCRIBE_STATEMENT, Sync(), BIND, Sync())
    hear(core, ParseComplete(), failure(), READY, BindComplete(), ReadyForQuery("T"))
    assert [type(event).__name__ for event in events(core)] == [
        *("ParseComplete", "ErrorResponse", "ReadyForQuery", "BindComplete", "ReadyForQuery"),
    ]
    assert (core.busy, core.transaction_status) == (None, "T")


def test_what_is_sent_after_an_error_and_before_sync_is_owed_nothing() -> None:
    core = new_core()
    core.begin("a batch", PARSE)
    hear(core, failure())
    events(core)
    core.send(BIND, Execute(""), Flush(), Query("ignored"))
    assert core.phase is Phase.UNSYNCED
    core.send(Sync(), BIND, Sync())
    hear(core, READY, BindComplete(), READY)
    events(core)
    assert (core.busy, core.phase) == (None, Phase.IDLE)


def test_a_simple_query_ends_a_flight_without_sync() -> None:
    core = new_core()
    core.begin("a flight", PARSE, Query("select 1"))
    hear(core, ParseComplete(), CommandComplete("SELECT"), READY)
    events(core)
    assert core.busy is None


def test_an_error_at_sync_leaves_ready_for_query_owed() -> None:
    core = core_in(Phase.SYNCING)
    hear(core, failure("23503", "deferred"))
    assert events(core) == [failure("23503", "deferred")]
    assert core.phase is Phase.SYNCING
    hear(core, READY)
    events(core)
    assert core.busy is None


def test_a_query_sent_while_another_runs_is_answered_after_it() -> None:
    core = new_core()
    core.begin("two queries", Query("select 1"), Query("select 2"))
    hear(core, failure(), READY)
    assert len(events(core)) == 2
    assert (core.busy, core.phase) == ("two queries", Phase.QUERYING)
    hear(core, CommandComplete("SELECT"), READY)
    events(core)
    assert core.busy is None


def test_a_flight_may_go_on_when_all_of_it_so_far_is_answered() -> None:
    core = new_core()
    core.begin("a batch", PARSE)
    hear(core, ParseComplete())
    assert events(core) == [ParseComplete()]
    assert (core.busy, core.phase) == ("a batch", Phase.UNSYNCED)
    core.send(BIND, Sync())
    hear(core, BindComplete(), READY)
    events(core)
    assert core.busy is None


# -- the session --------------------------------------------------------------------------


def test_what_concerns_the_session_alone_is_no_event() -> None:
    core = core_in(Phase.SETTINGS)
    hear(
        core,
        ParameterStatus("TimeZone", "UTC"),
        BackendKeyData(7, 8),
        NoticeResponse({"M": "hello"}),
        READY,
        NotificationResponse(9, "channel", "payload"),
        ParameterStatus("TimeZone", "CET"),
    )
    assert events(core) == [READY]
    session = core.session
    assert session.parameters == {"TimeZone": "CET"}
    assert (session.process_id, session.secret_key) == (7, 8)
    assert list(session.notices) == [{"M": "hello"}]
    assert [(note.process_id, note.channel, note.payload) for note in session.notifications] == [
        (9, "channel", "payload")
    ]


def test_what_came_unasked_is_taken_in_before_an_operation() -> None:
    core = new_core()
    hear(core, ParameterStatus("standard_conforming_strings", "on"))
    assert core.session.backslash_escapes
    core.begin("a query", Query("select 1"))
    assert not core.session.backslash_escapes


def test_a_flood_of_parameters_breaks_it() -> None:
    core = new_core()
    for number in range(MAX_PARAMETERS):
        hear(core, ParameterStatus(f"name{number}", ""))
    hear(core, ParameterStatus("name0", "again"))
    assert core.next() is None
    hear(core, ParameterStatus("one too many", ""))
    with pytest.raises(RemoteProtocolError, match="parameters"):
        core.next()
    check_broken(core, "parameters")


def test_a_flood_of_notices_leaves_the_newest() -> None:
    core = core_in(Phase.QUERYING)
    for number in range(5 * KEPT_NOTICES):
        hear(core, NoticeResponse({"M": str(number)}), NotificationResponse(number, "c", ""))
        assert core.next() is None
    assert [notice["M"] for notice in core.session.notices] == [
        str(number) for number in range(4 * KEPT_NOTICES, 5 * KEPT_NOTICES)
    ]
    assert len(core.session.notifications) == KEPT_NOTICES


def test_large_notices_are_bounded_by_what_they_hold() -> None:
    core = core_in(Phase.QUERYING)
    for number in range(40):
        hear(core, NoticeResponse({"M": str(number), "D": "x" * 100_000}))
        assert core.next() is None
    assert [notice["M"] for notice in core.session.notices] == [str(n) for n in range(30, 40)]


# -- before the session -------------------------------------------------------------------


@pytest.mark.parametrize("answer", b"SNE\x00")
def test_the_answer_to_a_request_for_tls_is_one_byte_whatever_follows(answer: int) -> None:
    core = core_in(Phase.NEGOTIATING_TLS)
    assert take_sent(core) == SSLRequest().encode()
    assert core.tls_answer() is None
    with core.get_buffer() as room:
        assert len(room) == 1
    assert arrive(core, bytes([answer]) + READY.encode()) == 1
    assert core.tls_answer() == answer
    assert core.phase is Phase.UNSYNCED
    assert core.next() is None


def test_the_end_in_place_of_an_answer_about_tls() -> None:
    core = core_in(Phase.NEGOTIATING_TLS)
    arrive(core, END)
    with pytest.raises(OperationalError, match="closed the connection during login"):
        core.tls_answer()
    check_broken(core, "closed the connection")


def test_what_came_before_tls_is_not_trusted() -> None:
    core = new_core()
    core.begin("login")
    arrive(core, READY.encode())
    core.request_tls()
    arrive(core, b"S")
    with pytest.raises(RemoteProtocolError, match="spoke before TLS was negotiated"):
        core.tls_answer()
    check_broken(core, "spoke before TLS")


def test_login_messages_are_queued_as_they_are() -> None:
    core = new_core()
    core.begin("login")
    message = StartupMessage((("user", "alice"),))
    core.start(message)
    core.answer(PasswordMessage(b"secret"))
    assert take_sent(core) == message.encode() + PasswordMessage(b"secret").encode()
    assert core.phase is Phase.STARTUP


@pytest.mark.parametrize("phase", [Phase.STARTUP, Phase.AUTHENTICATING, Phase.SETTINGS])
def test_an_error_before_login_is_over_is_the_last_word(phase: Phase) -> None:
    core = core_in(phase)
    refusal = failure("28P01", "no", "FATAL")
    hear(core, refusal, READY)
    assert core.next() == refusal
    with pytest.raises(OperationalError, match="no"):
        core.next()
    assert core.busy == "login"


def test_login_ends_with_ready_for_query() -> None:
    core = core_in(Phase.SETTINGS)
    hear(core, READY)
    events(core)
    assert (core.busy, core.phase) == (None, Phase.IDLE)


def test_the_reason_of_a_failure_is_any_error() -> None:
    core = new_core()
    reason: Error = ProgrammingError("a reason")
    core.fail(reason)
    check_broken(core, "a reason")


# -- gathering ------------------------------------------------------------------------------


def gathering_core(columns: int = 1) -> ClientProtocol:
    core = new_core()
    core.begin("a query", Execute(""), Sync(), columns=columns)
    core.gathering = True
    return core


def test_rows_are_given_when_the_end_is_here() -> None:
    core = gathering_core()
    one = DataRow((b"1",)).encode()
    for _ in range(3):
        hear(core, one)
        assert core.next() is None
    hear(core, CommandComplete("SELECT").encode() + READY.encode())
    (batch, complete, ready) = events(core)
    assert isinstance(batch, RowBatch)
    assert (len(batch), complete, ready) == (3, CommandComplete("SELECT"), READY)


@pytest.mark.parametrize("cut", range(1, 5))
def test_rows_are_given_when_the_end_comes_in_two_parts(cut: int) -> None:
    """And something else behind it, for which nobody has asked."""
    core = gathering_core()
    end = READY.encode()
    hear(core, DataRow((b"1",)), CommandComplete("SELECT"), end[:cut])
    assert core.next() is None
    hear(core, end[cut:], NoticeResponse({"M": "hush"}))
    assert [type(event) for event in events(core)] == [RowBatch, CommandComplete, ReadyForQuery]


def test_rows_are_given_when_the_buffer_is_full() -> None:
    core = gathering_core()
    row = DataRow((b"x" * 1000,)).encode()
    found = 0
    for _ in range(600):
        hear(core, row)
        found += sum(len(event) for event in events(core) if isinstance(event, RowBatch))
    assert 400 < found < 600


@pytest.mark.parametrize(("columns", "size"), [(64, 2**19), (100, 100 * 2**13), (1000, 4 * 2**20)])
def test_many_columns_are_given_in_larger_pieces(columns: int, size: int) -> None:
    core = gathering_core(columns)
    row = DataRow((bytes(1000),) * columns).encode()
    found: list[int] = []
    while sum(found) < 3 * size:
        hear(core, row)
        found += [event.stop for event in events(core) if isinstance(event, RowBatch)]
    assert found[0] <= 2**19 + len(row)
    assert size - len(row) - 4096 <= max(found) <= size + len(row)
    hear(core, CommandComplete("SELECT"), READY)
    events(core)
    assert len(core.get_buffer()) <= 2**19


def test_rows_are_given_where_the_server_hangs_up() -> None:
    core = gathering_core()
    hear(core, DataRow((b"1",)))
    assert core.next() is None
    arrive(core, END)
    assert isinstance(core.next(), RowBatch)
    with pytest.raises(OperationalError, match="closed the connection"):
        core.next()


def test_rows_that_look_like_the_end_are_given_earlier() -> None:
    core = gathering_core()
    hear(core, DataRow((b"Z\0\0\0\5I",)))
    assert isinstance(core.next(), RowBatch)


def test_the_next_operation_gathers_only_if_it_says_so() -> None:
    core = gathering_core()
    hear(core, DataRow((b"1",)), CommandComplete("SELECT"), READY)
    events(core)
    core.begin("another", Execute(""), Sync(), columns=1)
    hear(core, DataRow((b"1",)))
    assert isinstance(core.next(), RowBatch)


# -- the whole of a short answer ----------------------------------------------------------

FLIGHT = Flights().of(described(23).fields, "s", (), (1,), None)
ROW = DataRow((b"\0\0\0\7",))
WHOLE = (BindComplete(), ROW, ROW, CommandComplete("SELECT 2"), ReadyForQuery("T"))


def launched(core: ClientProtocol | None = None) -> ClientProtocol:
    core = core or new_core()
    core.launch("a query", FLIGHT.flight.encode(()), FLIGHT.expected.debts)
    return core


def test_the_whole_answer_at_once() -> None:
    core = launched()
    assert take_sent(core) == FLIGHT.flight.encode(())
    assert core.whole(FLIGHT.expected) is None
    hear(core, *WHOLE)
    found = core.whole(FLIGHT.expected)
    assert found is not None
    batch, command = found
    assert batch is not None
    assert (len(batch), command) == (2, "SELECT 2")
    assert bytes(batch.buffer[batch.start : batch.stop]) == ROW.encode() * 2
    assert (core.busy, core.phase, core.transaction_status) == (None, Phase.IDLE, "T")
    assert core.next() is None
    hear(launched(core), *WHOLE)
    assert core.whole(FLIGHT.expected) is not None


def test_the_whole_answer_of_no_rows() -> None:
    core = launched()
    hear(core, BindComplete(), CommandComplete("INSERT 0 0"), READY)
    assert core.whole(FLIGHT.expected) == (None, "INSERT 0 0")
    assert core.transaction_status == "I"


def test_the_whole_answer_with_a_description() -> None:
    it = Flights().of(described(23).fields, "s", (), (1,), 0)
    core = new_core()
    core.launch("a query", it.flight.encode(()), it.expected.debts)
    hear(core, BindComplete(), RowDescription(it.fields or ()), *WHOLE[1:])
    found = core.whole(it.expected)
    assert found is not None
    assert found[1] == "SELECT 2"


@pytest.mark.parametrize(
    "words",
    [
        WHOLE[:1],
        WHOLE[:-1],
        (*WHOLE[:-1], b"Z\0\0\0\5"),
        (*WHOLE, NoticeResponse({"M": "late"})),
        (NoticeResponse({"M": "early"}), *WHOLE),
        (*WHOLE[:3], NoticeResponse({"M": "between"}), *WHOLE[3:]),
        (*WHOLE[:-1], ParameterStatus("a", "b"), WHOLE[-1]),
        (BindComplete(), ErrorResponse({"S": "ERROR", "C": "22012", "M": "no"}), READY),
        (*WHOLE[:2], ErrorResponse({"S": "ERROR", "C": "22012", "M": "no"}), READY),
        (ErrorResponse({"S": "ERROR", "C": "26000", "M": "gone"}), READY),
    ],
)
def test_what_is_not_all_well_is_left_to_the_events(words: Sequence[Words]) -> None:
    core, other = launched(), launched()
    hear(core, *words)
    hear(other, *words)
    assert core.whole(FLIGHT.expected) is None
    assert events(core) == events(other)
    assert (core.busy, core.phase) == (other.busy, other.phase)


@pytest.mark.parametrize(
    "words",
    [
        (*WHOLE, *WHOLE[-1:]),
        (BindComplete(), DataRow((b"1", b"2")), *WHOLE[3:]),
        (BindComplete(), b"D\0\0\0\5\0", *WHOLE[3:]),
        (*WHOLE[:-1], b"Z\0\0\0\5X"),
        (*WHOLE[:3], b"C\0\0\0\4", WHOLE[-1]),
        (RowDescription(()), *WHOLE),
        WHOLE[1:],
    ],
)
def test_what_breaks_the_protocol_is_left_to_the_events(words: Sequence[Words]) -> None:
    core = launched()
    hear(core, *words)
    assert core.whole(FLIGHT.expected) is None
    with pytest.raises(RemoteProtocolError):
        while core.next() is not None or core.busy is None:
            if core.busy is None:
                core.begin("the next", Sync())


def test_an_answer_is_whole_before_its_first_event_or_never() -> None:
    core = launched()
    hear(core, *WHOLE)
    assert core.next() == WHOLE[0]
    assert core.whole(FLIGHT.expected) is None
    assert isinstance(core.next(), RowBatch)
    assert core.whole(FLIGHT.expected) is None


def test_a_whole_answer_is_no_longer_than_a_message_may_be() -> None:
    core = launched(new_core(max_message=20))
    hear(core, *WHOLE)
    assert core.whole(FLIGHT.expected) is None


def test_a_flight_is_launched_like_any_operation() -> None:
    core = launched()
    with pytest.raises(OperationalError, match="interrupted during a query"):
        launched(core)


# -- descriptions -------------------------------------------------------------------------


def test_the_same_columns_are_the_same_object() -> None:
    core = new_core()
    found = []
    for columns in (described(23), described(23), described(25)):
        core.begin("a query", DESCRIBE_STATEMENT, Sync())
        hear(core, b"t\0\0\0\6\0\0", columns, READY)
        found.append(events(core)[1])
    assert found == [described(23), described(23), described(25)]
    assert found[0] is found[1]
