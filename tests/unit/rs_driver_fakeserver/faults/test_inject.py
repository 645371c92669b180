from __future__ import annotations

from typing import Any

import pytest

from rs_driver.wire.control import NoticeResponse, ParameterStatus, ReadyForQuery
from rs_driver.wire.query import Sync
from rs_driver_fakeserver.faults import Drop, Inject, phase
from rs_driver_fakeserver.hosts.moves import Close, Send
from support.fault_lines import ANSWER, LOGIN, ROW_1, ROWS, answer, line, sent

NOTICE = NoticeResponse({"S": "NOTICE", "M": "hello"})
SETTING = ParameterStatus("a", "b")


def test_a_message() -> None:
    said = sent(answer(Inject(NOTICE, "DataRow")))
    assert said == ANSWER.replace(ROW_1, NOTICE.encode() + ROW_1)


def test_several_and_bytes() -> None:
    said = sent(answer(Inject([NOTICE, b"xx", SETTING], "DataRow")))
    assert said == ANSWER.replace(ROW_1, NOTICE.encode() + b"xx" + SETTING.encode() + ROW_1)


def test_it_goes_out_with_what_it_follows() -> None:
    made = line(Inject(NOTICE, phase("ready")))
    made.frontend(None)
    assert made.out(LOGIN) == [Send(LOGIN + NOTICE.encode())]


def test_later_faults_see_it() -> None:
    assert answer(Inject(NOTICE, "DataRow"), Drop("NoticeResponse")) == [Send(ROWS), Close()]
    assert answer(Drop("NoticeResponse"), Inject(NOTICE, "DataRow"))[-1] != Close()


def test_checks() -> None:
    mistakes: list[Any] = [7, [], {NOTICE.tag}]
    for wrong in mistakes:
        with pytest.raises(TypeError, match="Inject takes a message of rs_driver"):
            Inject(wrong, "DataRow")
    with pytest.raises(TypeError, match="Sync is not what a server says"):
        Inject([Sync()], "DataRow")  # type: ignore[list-item]  # what is tested
    with pytest.raises(ValueError, match="this ReadyForQuery cannot be sent"):
        Inject(ReadyForQuery("X"), "DataRow")
    with pytest.raises(ValueError, match="a message is empty"):
        Inject(b"", "DataRow")
