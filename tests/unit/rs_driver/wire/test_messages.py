from __future__ import annotations

from rs_driver.wire.copy import CopyData
from rs_driver.wire.messages import BackendMessage, FrontendMessage, Message
from rs_driver.wire.query import Query
from rs_driver.wire.results import CommandComplete


def test_the_message_classes_satisfy_the_protocols() -> None:
    # What this says, mypy checks; at run time it is that the markers are there.
    either: list[Message] = [Query("select 1"), CommandComplete("SELECT"), CopyData(b"")]
    client: list[FrontendMessage] = [Query("select 1"), CopyData(b"")]
    server: list[BackendMessage] = [CommandComplete("SELECT"), CopyData(b"")]
    assert all(message.encode()[:1] == message.tag for message in either)
    assert all(message.frontend for message in client)
    assert all(message.backend for message in server)
    assert not hasattr(Query, "backend")
    assert not hasattr(CommandComplete, "frontend")
