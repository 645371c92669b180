"""What clients say in the tests of replays, cuts and mutations, and how it is played."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import rs_driver
from rs_driver.adapters.auth.scram import ScramAuthenticator
from rs_driver.adapters.transport.memory import MemoryTransport
from rs_driver.ports.authenticator import AuthContext, Exchange
from rs_driver.ports.transport import PeerOpener
from rs_driver.wire.auth import AuthenticationRequest
from rs_driver_fakeserver.recording.tape import Recording, Sender
from support.tape import ChoppedTransport, RecordingTransport, TapePeer

LOGIN: dict[str, Any] = {"user": "alice", "password": "secret", "database": "dev"}


@dataclass(frozen=True)
class Step:
    """One statement. ``args``: its arguments; ``many``: those of an executemany.
    ``fails``: the SQLSTATE of the error that is the right answer."""

    sql: str
    args: Sequence[Any] | None = None
    many: Sequence[Sequence[Any]] | None = None
    fails: str | None = None


COMMIT, ROLLBACK = Step("COMMIT of the connection"), Step("ROLLBACK of the connection")

Answer = tuple[Any, ...]


def _judge(step: Step, error: rs_driver.Error) -> Answer:
    if step.fails is None or error.sqlstate != step.fails or error.is_disconnect:
        raise error
    return (type(error).__name__, error.sqlstate)


def play(connection: rs_driver.Connection, steps: Sequence[Step]) -> list[Answer]:
    """Take the steps; each gives its tag, row count and rows, or its expected error.

    Any other error is raised.
    """
    answers: list[Answer] = []
    for step in steps:
        cursor = connection.cursor()
        try:
            if step is COMMIT:
                connection.commit()
                continue
            if step is ROLLBACK:
                connection.rollback()
                continue
            if step.many is not None:
                cursor.executemany(step.sql, step.many)
            else:
                cursor.execute(step.sql, step.args)
            more: bool | None = True
            while more:
                rows = cursor.fetchall() if cursor.description is not None else None
                answers.append((cursor.statusmessage, cursor.rowcount, rows))
                more = cursor.nextset()
        except rs_driver.Error as error:
            answers.append(_judge(step, error))
    return answers


async def play_async(connection: rs_driver.AsyncConnection, steps: Sequence[Step]) -> list[Answer]:
    """As ``play``."""
    answers: list[Answer] = []
    for step in steps:
        cursor = connection.cursor()
        try:
            if step is COMMIT:
                await connection.commit()
                continue
            if step is ROLLBACK:
                await connection.rollback()
                continue
            if step.many is not None:
                await cursor.executemany(step.sql, step.many)
            else:
                await cursor.execute(step.sql, step.args)
            more: bool | None = True
            while more:
                rows = await cursor.fetchall() if cursor.description is not None else None
                answers.append((cursor.statusmessage, cursor.rowcount, rows))
                more = await cursor.nextset()
        except rs_driver.Error as error:
            answers.append(_judge(step, error))
    return answers


def converse(options: dict[str, Any], steps: Sequence[Step]) -> list[Answer]:
    """Connect, play, close."""
    connection = rs_driver.connect(**options)
    try:
        return play(connection, steps)
    finally:
        connection.close()


async def converse_async(options: dict[str, Any], steps: Sequence[Step]) -> list[Answer]:
    """As ``converse``."""
    connection = await rs_driver.AsyncConnection.connect(**options)
    try:
        return await play_async(connection, steps)
    finally:
        await connection.close()


class FixedNonceScram:
    """SCRAM with the same nonce every time, so that a login can be replayed."""

    code = ScramAuthenticator.code
    name = ScramAuthenticator.name

    def exchange(self, request: AuthenticationRequest, context: AuthContext) -> Exchange:
        return ScramAuthenticator().exchange(request, replace(context, random=fixed_entropy))


def fixed_entropy(size: int) -> bytes:
    """Bytes that are as good as random, but for being always the same."""
    return bytes(range(7, 7 + size))


def record(
    opener: PeerOpener, options: dict[str, Any], steps: Sequence[Step]
) -> tuple[Recording, list[Answer]]:
    """The conversation with a peer in this process, and what it gave."""
    pieces: list[tuple[Sender, bytes]] = []

    def connect(_deadline: float | None) -> RecordingTransport:
        return RecordingTransport(MemoryTransport(opener.open_peer()), pieces)

    answers = converse({**options, "transport": connect}, steps)
    return Recording.of(pieces), answers


def replay(
    tape: Recording, options: dict[str, Any], steps: Sequence[Step], *, strict: bool = True
) -> list[Answer]:
    """The same conversation with the tape."""
    return converse({**options, "transport": TapePeer(tape, strict=strict)}, steps)


def replay_in_pieces(
    tape: Recording, options: dict[str, Any], steps: Sequence[Step], sizes: Sequence[int]
) -> list[Answer]:
    """The same where the bytes pass in pieces of these sizes, again and again."""

    def connect(_deadline: float | None) -> ChoppedTransport:
        return ChoppedTransport(MemoryTransport(TapePeer(tape)), sizes)

    return converse({**options, "transport": connect}, steps)
