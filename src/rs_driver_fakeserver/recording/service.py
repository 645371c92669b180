"""Serves the clients of a cassette's server: from the cassette, from the real one, or both."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from dataclasses import dataclass, field

from rs_driver.wire.control import ErrorResponse
from rs_driver.wire.startup import CancelRequest
from rs_driver_fakeserver.problems import ProblemKind, Problems
from rs_driver_fakeserver.recording.cassette import Cassette, Conversation
from rs_driver_fakeserver.recording.greeting import greet
from rs_driver_fakeserver.recording.library import Library
from rs_driver_fakeserver.recording.line import Line
from rs_driver_fakeserver.recording.playback import Playback
from rs_driver_fakeserver.recording.recorder import Recorder
from rs_driver_fakeserver.recording.redaction import Redactor
from rs_driver_fakeserver.recording.relay import Relay
from rs_driver_fakeserver.recording.said import Said
from rs_driver_fakeserver.recording.upstream import Upstream

_LOGIN = 30.0
"""Seconds for the first words of a client."""


@dataclass
class Service:
    """What all clients of one cassette share; ``serve`` is one client, in its thread.

    ``library`` None: nothing is played. ``upstream`` None: nothing is recorded.
    """

    cassette: Cassette
    library: Library | None
    upstream: Upstream | None
    redactor: Redactor | None
    tls: ssl.SSLContext | None
    problems: Problems
    recorded: bool = False
    """Whether a conversation was added to the cassette."""
    _clients: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def serve(self, client: socket.socket, stop: socket.socket) -> None:
        """See ``listener.Serve``."""
        with self._lock:
            self._clients += 1
            number = self._clients
        line = Line(client, stop, time.monotonic() + _LOGIN)
        try:
            first = greet(line, self.tls)
            line.deadline = None
            if first is not None:
                self._serve(line, stop, first, number)
            line.hang_up()
        except OSError:
            pass  # the client is gone, or too slow, or the server is being closed
        finally:
            line.sock.close()

    def _serve(self, line: Line, stop: socket.socket, first: Said, number: int) -> None:
        if self.upstream is None:
            if self.library is not None and not isinstance(first.message, CancelRequest):
                playback = self._playback(self.library, first, number)
                line.send(playback.start())
                self._play(line, playback)
            return
        try:
            server = self.upstream.connect()
        except OSError as error:
            text = f"the server at {self.upstream} cannot be reached: {error}"
            self.problems.add("internal", text, number)
            line.send(_refusal(text))
            return
        with server:
            if isinstance(first.message, CancelRequest):
                server.sendall(first.raw)
                server.recv(1)  # the end, once the request has been heeded
            else:
                self._record(line, server, stop, first, number)

    def _playback(
        self, library: Library, first: Said, number: int, *, live: bool = False
    ) -> Playback:
        def report(kind: ProblemKind, text: str) -> None:
            self.problems.add(kind, text, number)

        return Playback(library, report, self.redactor, first, hand_over=live, login=not live)

    def _play(self, line: Line, playback: Playback) -> None:
        """Answer from the cassette up to the end, or to what is not on it."""
        while not playback.closed and playback.unrecorded is None:
            data = line.receive()
            if not data:
                return
            line.send(playback.feed(data))

    def _record(
        self, line: Line, server: socket.socket, stop: socket.socket, first: Said, number: int
    ) -> None:
        recorder = Recorder(first)
        server.sendall(first.raw)
        relay = Relay(line.sock, server, stop, recorder)
        if self.library is not None:
            if relay.run(lambda: recorder.logged_in) != "enough":
                return  # refused, and so it will be the next time
            playback = self._playback(self.library, first, number, live=True)
            self._play(line, playback)
            if playback.unrecorded is None:
                return
            for said in playback.history:
                _catch_up(server, stop, recorder, said)
            self._keep(recorder)
            rest = playback.unrecorded + playback.rest()
            Line(server, stop).send(recorder.frontend(rest))
        else:
            self._keep(recorder)
        if relay.run() == "server":
            line.send(recorder.server_ended())

    def _keep(self, recorder: Recorder) -> None:
        """The conversation becomes part of the cassette, and grows there."""
        with self._lock:
            self.cassette.conversations.append(Conversation(recorder.turns.turns))
            self.recorded = True


def _catch_up(server: socket.socket, stop: socket.socket, recorder: Recorder, said: bytes) -> None:
    """Say to the server what the client was answered from the cassette, and hear it out."""
    line = Line(server, stop)
    line.send(recorder.frontend(said))
    while recorder.waiting:
        data = line.receive()
        if not data:
            raise ConnectionResetError("the server hung up")
        recorder.backend(data)


def _refusal(text: str) -> bytes:
    return ErrorResponse({"S": "FATAL", "V": "FATAL", "C": "08001", "M": text}).encode()
