"""The end of a connection: Terminate, and nothing left unsaid."""

from __future__ import annotations

from rs_driver_fakeserver.strict.conversation import Conversation
from rs_driver_fakeserver.strict.findings import Findings, counted


def check(
    findings: Findings, conversation: Conversation, leftover: int, *, by_server: bool
) -> None:
    """A connection that was logged in is over, with ``leftover`` bytes of no message."""
    if conversation.left:
        if leftover:
            findings.odd(
                f"{counted(leftover, 'byte')} came after Terminate", "Terminate is the last message"
            )
        return
    if by_server:
        return
    if leftover:
        incomplete(findings, leftover)
    if conversation.copy.running:
        text = "the client went in the middle of COPY IN, without CopyDone, CopyFail or Terminate"
    else:
        text = "the client went without Terminate"
    if conversation.unsynced and not conversation.flushed and not conversation.copy.running:
        findings.odd(
            f"the client went, and {conversation.group} had no Sync",
            "each series of messages of the extended query ends with Sync; "
            "until then the server may keep its answers",
        )
    findings.mild("farewell", f"{text}; a client says Terminate before it closes the connection")


def incomplete(findings: Findings, leftover: int) -> None:
    """The client went in the middle of a message."""
    findings.odd(
        f"the client went in the middle of a message, of which {counted(leftover, 'byte')} came",
        "a message has as many bytes as its length says",
    )
