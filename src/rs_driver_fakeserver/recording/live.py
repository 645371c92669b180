"""A connection to a real server that says turn after turn, and hears each answer out."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from rs_driver.wire.auth import AuthenticationRequest
from rs_driver.wire.control import ErrorResponse
from rs_driver.wire.query import Terminate
from rs_driver.wire.startup import StartupMessage
from rs_driver_fakeserver.recording.login import Authenticator, LoginError
from rs_driver_fakeserver.recording.said import Dialogue, Said
from rs_driver_fakeserver.recording.turns import Turn, Turns

if TYPE_CHECKING:
    from typing_extensions import Self

_CHUNK = 64 * 1024


class LiveConnection:
    """Over a connected socket with a timeout, which it closes. OSError from everything."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._dialogue = Dialogue()
        self._turns = Turns()
        self._said_goodbye = False

    def log_in(self, startup: StartupMessage, authenticate: Authenticator) -> None:
        """Get in. LoginError where the server does not want that."""
        self._send([Said.of("F", startup)])
        while not self._turns.logged_in:
            for said in self._hear():
                match said.message:
                    case AuthenticationRequest():
                        if (answer := authenticate(said.message)) is not None:
                            self._send([Said.of("F", answer)])
                    case ErrorResponse(fields):
                        code, text = fields.get("C", ""), fields.get("M", "")
                        raise LoginError(f"the server refuses the login: {code} {text}")

    def say(self, said: Sequence[Said]) -> Turn:
        """Say a whole turn; the turn with its answer. ``closed``: that was the last one."""
        self._send(said)
        turn = self._turns.turns[-1]
        try:
            while self._turns.waiting and not turn.closed:
                self._hear()
        except ConnectionError:
            turn.closed = True
        return turn

    def _send(self, said: Sequence[Said]) -> None:
        for one in said:
            # By the dialogue, which learns from it what the messages of the server are.
            for message in self._dialogue.frontend(one.raw):
                self._turns.add(message)
                self._said_goodbye |= isinstance(message.message, Terminate)
        self._sock.sendall(b"".join(one.raw for one in said))

    def _hear(self) -> list[Said]:
        data = self._sock.recv(_CHUNK)
        if not data:
            raise ConnectionResetError("the server hung up")
        heard = self._dialogue.backend(data)
        for said in heard:
            self._turns.add(said)
        return heard

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError), self._sock:  # it may be the server that went first
            if self._turns.logged_in and not self._said_goodbye:
                self._send([Said.of("F", Terminate())])
