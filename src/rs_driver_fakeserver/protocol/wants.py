"""What a conversation waits for; the session reads it and sends it in."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from rs_driver.wire.framing import MAX_HANDSHAKE_MESSAGE
from rs_driver.wire.messages import FrontendMessage
from rs_driver_fakeserver.auth.port import AnswerKind

MAX_STARTUP = 10_000
"""PostgreSQL's limit for the first, untagged message."""


@dataclass(frozen=True)
class Want:
    """One message of the client, of ``limit`` bytes at most.

    ``answer`` None: an untagged message of the beginning if ``untagged``, else a command.
    ``pause``: no message at all, but so many seconds to pass, or a CancelRequest to come.
    """

    limit: int = MAX_HANDSHAKE_MESSAGE
    untagged: bool = False
    answer: AnswerKind | None = None
    pause: float | None = None


class Malformed(Exception):
    """Thrown into a conversation for a message whose frame is sound and whose body is not."""

    def __init__(self, tag: bytes, problem: str) -> None:
        super().__init__(problem)
        self.tag = tag


Talk = Generator[Want, FrontendMessage, None]
"""A part of the conversation: yields what it waits for, is sent that message, or
``Malformed`` is thrown in; after a pause it is only resumed."""
