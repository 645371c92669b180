from __future__ import annotations

import pytest

from rs_driver.wire.control import NoticeResponse, NotificationResponse
from rs_driver_fakeserver.backends import Backends
from rs_driver_fakeserver.client import Client, Instance
from rs_driver_fakeserver.config import ServerConfig
from rs_driver_fakeserver.dialect import Dialect, ServerKind
from rs_driver_fakeserver.engine.port import Notice, SqlError
from rs_driver_fakeserver.log import MessageLog
from rs_driver_fakeserver.protocol.outbox import Outbox
from rs_driver_fakeserver.rules.script import Script, ScriptSession


def client(kind: ServerKind = "redshift") -> Client:
    config, log = ServerConfig(kind=kind), MessageLog()
    instance = Instance(config, Script(), None, Backends(config.entropy), log)
    return Client(instance, Outbox(log.connect()), Dialect(kind))


@pytest.mark.parametrize(("kind", "word"), [("redshift", "cancelled"), ("postgres", "canceling")])
def test_a_cancel_counts_once(kind: ServerKind, word: str) -> None:
    one = client(kind)
    one.check_cancelled()
    one.cancel()
    with pytest.raises(SqlError) as caught:
        one.check_cancelled()
    assert caught.value.sqlstate == "57014"
    assert word in caught.value.message
    one.check_cancelled()


def test_warnings() -> None:
    one = client()
    one.warn("25P01", "no transaction")
    (notice,) = one.instance.log.backend()
    assert notice == NoticeResponse({"S": "WARNING", "C": "25P01", "M": "no transaction"})
    assert one.config is one.instance.config


def test_notices() -> None:
    one = client("postgres")
    one.notify(Notice("careful", detail="d"))
    (notice,) = one.instance.log.backend()
    assert isinstance(notice, NoticeResponse)
    assert notice.fields == {"S": "NOTICE", "V": "NOTICE", "C": "00000", "M": "careful", "D": "d"}


def test_a_cancel_reaches_the_engine() -> None:
    class Session(ScriptSession):
        cancelled = 0

        def cancel(self) -> None:
            self.cancelled += 1

    one, session = client(), Session(Script())
    one.cancel()
    one.engine = session
    assert session.cancelled == 0
    one.cancel()
    assert session.cancelled == 1


def test_what_was_listened_for_waits_for_the_end_of_the_block() -> None:
    one = client("postgres")
    said, pushed = NotificationResponse(1, "c", "x"), NotificationResponse(0, "c", "pushed")
    woken: list[None] = []
    one.wake = lambda: woken.append(None)
    one.in_block = True
    one.hear(said)
    news = [one.has_news]
    one.push(pushed)
    news.append(one.has_news)
    one.say_pushed()
    one.in_block = False
    news.append(one.has_news)
    one.say_pushed()
    news.append(one.has_news)
    assert news == [False, True, True, False]
    assert len(woken) == 2
    assert [entry.message for entry in one.instance.log.entries] == [pushed, said]
