from __future__ import annotations

from collections.abc import Sequence

import pytest

from rs_driver import oids
from rs_driver.domain.operations.cancel import cancel, drain, fence
from rs_driver.domain.operations.receiving import receive
from rs_driver.domain.phases import Phase
from rs_driver.domain.protocol import ClientProtocol
from rs_driver.domain.security import SecurityPolicy
from rs_driver.domain.wants import StartTls
from rs_driver.errors import OperationalError, RemoteProtocolError
from rs_driver.ports.rows import RowBatch
from rs_driver.ports.transport import Channel
from rs_driver.wire.control import NoticeResponse
from rs_driver.wire.copy import CopyData, CopyDone, CopyFail, CopyInResponse, CopyOutResponse
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.query import Describe, Execute, Parse, Query, Sync
from rs_driver.wire.results import CommandComplete
from rs_driver.wire.startup import CancelRequest, SSLRequest
from support.answers import FAILED, IDLE, INSIDE, prepared, row
from support.dialogue import END, SAFE, Dialogue, Words, described, failure, hear, newborn_core

REQUEST = CancelRequest(7, -9)
PLAIN = Channel(peer="server")
POLICY = SecurityPolicy("require")


def asked(dialogue: Dialogue, security: SecurityPolicy | None, channel: Channel = PLAIN) -> None:
    dialogue.run(cancel(dialogue.core, REQUEST, channel, "host", security))


def test_a_request_is_sent_and_the_end_awaited() -> None:
    dialogue = Dialogue(newborn_core()).say(END)
    asked(dialogue, None)
    assert dialogue.sent == REQUEST.encode()
    assert dialogue.core.cancelling


def test_over_tls_where_the_session_has_it() -> None:
    dialogue = Dialogue(newborn_core()).say(b"S").say(END)
    asked(dialogue, POLICY)
    assert dialogue.sent == SSLRequest().encode() + REQUEST.encode()
    assert dialogue.wants[1] == StartTls("host")
    already = Dialogue(newborn_core()).say(END)
    asked(already, POLICY, SAFE)
    assert already.sent == REQUEST.encode()


@pytest.mark.parametrize("mode", ["require", "prefer"])
def test_a_key_is_never_less_safe_than_its_session(mode: str) -> None:
    dialogue = Dialogue(newborn_core()).say(b"N")
    with pytest.raises(OperationalError, match=r"refuses TLS|takes no cancel request over TLS"):
        asked(dialogue, SecurityPolicy(mode))  # type: ignore[arg-type]
    assert dialogue.sent == SSLRequest().encode()
    assert not dialogue.core.cancelling


def test_there_is_no_answer_to_a_cancel_request() -> None:
    dialogue = Dialogue(newborn_core()).say(NoticeResponse({"M": "hello"}))
    with pytest.raises(RemoteProtocolError, match="answered a cancel request"):
        asked(dialogue, None)
    assert dialogue.core.broken is not None


# -- bringing it to its end ---------------------------------------------------------------

SELECT = Parse("", "select $1", ())
DESCRIBE = Describe(b"S", "")


def begun(*messages: FrontendMessage) -> Dialogue:
    """An operation that has queued these, and that nobody goes on with."""
    dialogue = Dialogue()
    dialogue.core.begin("it", *messages)
    return dialogue


def drained(dialogue: Dialogue) -> tuple[list[FrontendMessage], ClientProtocol]:
    dialogue.run(drain(dialogue.core))
    return dialogue.messages(), dialogue.core


ROW = row(b"x")


@pytest.mark.parametrize(
    ("messages", "words", "added"),
    [
        ((Query("select 1"),), (described(oids.TEXT), ROW, CommandComplete("SELECT"), IDLE), ()),
        ((Query("select 1"),), (failure("57014"), FAILED), ()),
        ((SELECT, DESCRIBE, Sync()), (*prepared(oids.TEXT), INSIDE), ()),
        ((SELECT, DESCRIBE), (*prepared(oids.TEXT), INSIDE), (Sync(),)),
        ((SELECT, DESCRIBE), (failure("57014"), FAILED), (Sync(),)),
        (
            (Query("copy out"),),
            (CopyOutResponse(0, ()), CopyData(b"1"), failure("57014"), IDLE),
            (),
        ),
    ],
)
def test_an_operation_comes_to_its_end(
    messages: Sequence[FrontendMessage], words: Sequence[Words], added: Sequence[FrontendMessage]
) -> None:
    sent, core = drained(begun(*messages).say(*words))
    assert sent == [*messages, *added]
    assert (core.busy, core.broken, core.phase) == (None, None, Phase.IDLE)


def test_rows_are_not_held_back() -> None:
    dialogue = Dialogue()
    dialogue.core.begin("it", Execute(""), Sync(), columns=1)
    dialogue.core.gathering = True
    dialogue.core.wind_up()
    hear(dialogue.core, ROW)
    assert isinstance(dialogue.core.next(), RowBatch)
    dialogue.say(CommandComplete("SELECT"), IDLE)
    drained(dialogue)


def test_a_copy_into_the_server_is_given_up() -> None:
    dialogue = begun(Query("copy in; copy in; select 1"))
    dialogue.say(CopyInResponse(0, ())).say(failure("57014"), IDLE)
    sent, _ = drained(dialogue)
    assert sent == [Query("copy in; copy in; select 1"), CopyFail("the client has given up")]


@pytest.mark.parametrize("end", [CopyDone(), CopyFail("it")])
def test_a_copy_that_has_ended_is_not_ended_again(end: FrontendMessage) -> None:
    dialogue = begun(Query("copy in; copy in")).say(CopyInResponse(0, ()))
    dialogue.core.wind_up()
    assert dialogue.run(receive(dialogue.core)) == CopyInResponse(0, ())
    dialogue.core.send(end)
    dialogue.say(CommandComplete("COPY 1"), CopyInResponse(0, ())).say(failure("57014"), IDLE)
    sent, _ = drained(dialogue)
    assert sent == [Query("copy in; copy in"), end, CopyFail("the client has given up")]


# -- a fence ------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [(IDLE,), (failure("57014"), FAILED)])
def test_a_fence_is_what_a_late_cancel_strikes(words: Sequence[Words]) -> None:
    dialogue = Dialogue().say(*words)
    dialogue.run(fence(dialogue.core))
    assert dialogue.messages() == [Sync()]
    assert dialogue.core.busy is None


def test_another_error_at_the_fence_is_one() -> None:
    dialogue = Dialogue().say(failure("XX000"), IDLE)
    with pytest.raises(Exception, match="XX000"):
        dialogue.run(fence(dialogue.core))
    assert dialogue.core.busy == "a fence"
