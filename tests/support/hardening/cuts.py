"""Conversations with servers that hang up after so many bytes, or send them one by one."""

from __future__ import annotations

from collections import Counter
from functools import cache

import rs_driver
from support.conversations import Answer, play, play_async, replay_in_pieces
from support.talks import right_answer, talk
from support.tape import TapePeer

LOST = "OperationalError with is_disconnect"
ROWS = ("struct", "numpy")


def _check_lost(connection: rs_driver.Connection | rs_driver.AsyncConnection) -> None:
    """The connection says that it is gone, and is not in the middle of anything."""
    assert connection.broken
    assert connection.closed


def cut(name: str, offset: int) -> list[Answer]:
    """The conversation with a server that hangs up after ``offset`` bytes."""
    options = {**talk(name).options, "transport": TapePeer(talk(name).tape, cut=offset)}
    connection = rs_driver.connect(**options)
    try:
        return play(connection, talk(name).steps)
    except BaseException:
        _check_lost(connection)
        raise
    finally:
        connection.close()


async def cut_async(name: str, offset: int) -> list[Answer]:
    """As ``cut``."""
    options = {**talk(name).options, "transport": TapePeer(talk(name).tape, cut=offset)}
    connection = await rs_driver.AsyncConnection.connect(**options)
    try:
        return await play_async(connection, talk(name).steps)
    except BaseException:
        _check_lost(connection)
        raise
    finally:
        await connection.close()


@cache
def cuts(name: str) -> Counter[str]:
    """What came of it, cut after each byte but the last: how often an error of which class, or
    an answer in spite of that."""
    return Counter(_end(name, at) for at in range(len(talk(name).tape.sent_by("B"))))


def _end(name: str, offset: int) -> str:
    try:
        cut(name, offset)
    except rs_driver.Error as error:
        return type(error).__name__ + (" with is_disconnect" if error.is_disconnect else "")
    return "an answer"


@cache
def byte_by_byte(name: str) -> str:
    """What came of it where each byte arrives by itself, decoded by each row decoder."""
    spoken = talk(name)
    for rows in ROWS:
        options = {**spoken.options, "rows": rows}
        found = replay_in_pieces(spoken.tape, options, spoken.steps, [1])
        if repr(found) != repr(right_answer(name)):
            return f"another answer ({rows})"
    return "the same answers"
