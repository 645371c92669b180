"""Keeps what goes over one connection, by turns."""

from __future__ import annotations

import dataclasses

from rs_driver.wire.auth import AuthenticationSASL
from rs_driver_fakeserver.recording.said import Dialogue, Said
from rs_driver_fakeserver.recording.turns import Turns

_PLUS = "-PLUS"


class Recorder:
    """A ``relay.Tap``, from the client's startup message on.

    What the server says goes on in whole messages, as it said them, but for one: of SASL's
    mechanisms those that bind to TLS are left out, for the client has not the server's TLS.
    """

    def __init__(self, startup: Said) -> None:
        self._dialogue = Dialogue()
        self.turns = Turns()
        self.frontend(startup.raw)

    @property
    def logged_in(self) -> bool:
        """Whether the login came to its end, and a good one."""
        return self.turns.logged_in

    @property
    def waiting(self) -> bool:
        """Whether an answer is due."""
        return self.turns.waiting

    def frontend(self, data: bytes) -> bytes:
        """The client sent ``data``."""
        for said in self._dialogue.frontend(data):
            self.turns.add(said)
        return data

    def backend(self, data: bytes) -> bytes:
        """The server sent ``data``: the messages that are complete by now."""
        told = [_unbound(said) for said in self._dialogue.backend(data)]
        for said in told:
            self.turns.add(said)
        return b"".join(said.raw for said in told)

    def server_ended(self) -> bytes:
        """The server hung up: what it had begun to say, which is the last of it."""
        rest = self._dialogue.cut_off()
        for said in rest:
            self.turns.add(said)
        self.turns.closed()
        return b"".join(said.raw for said in rest)


def _unbound(said: Said) -> Said:
    message = said.message
    if not isinstance(message, AuthenticationSASL):
        return said
    left = tuple(name for name in message.mechanisms if not name.endswith(_PLUS))
    if left == message.mechanisms:
        return said
    return Said.of("B", dataclasses.replace(message, mechanisms=left))
