from __future__ import annotations

import pytest

from rs_driver.wire.control import ReadyForQuery
from rs_driver.wire.ending import READY, ending
from rs_driver.wire.results import CommandComplete

GOOD = CommandComplete("SELECT 3").encode() + ReadyForQuery("T").encode()


@pytest.mark.parametrize("command", ["SELECT 3", "", "CREATE TABLE", "für alle"])
@pytest.mark.parametrize("status", "ITE")
def test_both_messages(command: str, status: str) -> None:
    data = CommandComplete(command).encode() + ReadyForQuery(status).encode()
    assert ending(memoryview(data)) == (command, status)


def test_text_that_is_not_utf8_is_read_as_the_message_reads_it() -> None:
    body = b"SELECT \xff\0"
    data = b"C" + (len(body) + 4).to_bytes(4, "big") + body + READY + b"I"
    assert ending(memoryview(data)) == (CommandComplete.decode(body).command, "I")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        READY + b"I",
        GOOD[:-1],
        GOOD[1:],
        GOOD + b"\0",
        b"S" + GOOD[1:],
        GOOD[:-1] + b"X",
        GOOD.replace(READY, b"Z\0\0\0\4"),
        GOOD.replace(b"SELECT 3\0", b"SELECT 3 "),
        GOOD.replace(b"SELECT 3", b"SELECT\x003"),
        GOOD.replace(b"\0\0\0\x0d", b"\0\0\0\x0c"),
        GOOD.replace(b"\0\0\0\x0d", b"\0\0\0\x0e"),
        b"C\0\0\0\4" + READY + b"I",
        b"I\0\0\0\4" + READY + b"I",
    ],
)
def test_anything_else(data: bytes) -> None:
    assert ending(memoryview(data)) is None
