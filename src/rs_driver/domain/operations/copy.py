"""COPY from and to the client: the part of a simple query in which its data travel.

One stream serves every COPY of the text. COPY TO STDOUT writes its data after those of the
one before. COPY FROM STDIN reads the stream to its end; a later one asks it again, which
for an iterable and for most files gives nothing.

What goes wrong on our side, in the user's stream above all, is kept as ``error`` and ends
the COPY cleanly. Data for the server are answered with CopyFail, whose reason is the
exception's class and not its text. Data from the server are read to their end and dropped,
as there is no other way to stop them in the conversation itself (a cancel request would be
quicker); statements behind such a COPY run all the same. In bounded memory, all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import chain

from rs_driver.domain.copy_stream import CHUNK, Part, Sink, Source, pieces, source
from rs_driver.domain.operations.receiving import flush
from rs_driver.domain.protocol import ClientProtocol, Event
from rs_driver.domain.wants import Operation, Raised, UserCall, Want
from rs_driver.errors import Error, RemoteProtocolError
from rs_driver.wire.control import ErrorResponse
from rs_driver.wire.copy import CopyData, CopyDone, CopyFail

FLIGHT = CHUNK
"""How much may be queued, in bytes, before the shell is to send it."""

S3_ADVICE = (
    "Redshift loads with COPY from Amazon S3 and unloads with UNLOAD to it; "
    "data cannot travel over the connection itself"
)


class Copying:
    """COPY within one simple query. ``error``: what the operation raises once it is in step."""

    def __init__(self, core: ClientProtocol, stream: object) -> None:
        self.error: Exception | None = None
        self._core = core
        self._stream = stream
        self._source: Source | None = None

    def send(self) -> Operation[Event | None]:
        """Answer CopyInResponse. Gives the server's error, if that came before the end."""
        core = self._core
        while self.error is None:
            parts = yield from self._fetch()
            if (heard := self._heard()) is not None:
                return heard
            for piece in chain.from_iterable(map(pieces, parts)):
                core.send(CopyData(piece))
                while core.pending > FLIGHT:
                    yield from flush(core)
                    if (heard := self._heard()) is not None:
                        return heard
            if not parts:
                break
        core.send(CopyDone() if self.error is None else CopyFail(type(self.error).__name__))
        return None

    def _fetch(self) -> Operation[Sequence[Part]]:
        """The stream's next data; nothing at its end, and where it fails: ``error``."""
        try:
            if self._source is None:
                self._source = source(self._stream)
            given = yield UserCall(self._source.fetch)
            if not isinstance(given, Raised):
                return self._source.parts(given)
            self.error = given.error
        except Error as error:
            self.error = error
        return ()

    def _heard(self) -> Event | None:
        """What the server has said while it was to listen: nothing, or its error."""
        heard = self._core.next()
        if heard is None or isinstance(heard, ErrorResponse):
            return heard
        raise self._core.fail(
            RemoteProtocolError("the server ended a COPY before it had got all of the data")
        )

    def receive(self) -> Operation[Event]:
        """Answer CopyOutResponse. Gives what ended the data: CopyDone or the server's error."""
        sink = self._sink()
        pile: list[bytes] = []
        size = 0
        while True:
            event = self._core.next()
            if isinstance(event, CopyData):
                pile.append(event.data)
                size += len(event.data)
                if size < CHUNK:
                    continue
            data, size = b"".join(pile), 0
            pile.clear()
            yield from self._write(sink, data, last=isinstance(event, CopyDone))
            if event is None:
                yield Want.READ
            elif not isinstance(event, CopyData):
                return event

    def _sink(self) -> Sink | None:
        try:
            return Sink(self._stream)
        except Error as error:
            self.error = self.error or error
            return None

    def _write(self, sink: Sink | None, data: bytes, *, last: bool) -> Operation[None]:
        """Let the stream have ``data``, unless it has failed already."""
        if sink is None or self.error is not None:
            return
        try:
            left = sink.prepared(data, last=last)
            while left:
                given = yield UserCall(partial(sink.write, left))
                if isinstance(given, Raised):
                    self.error = given.error
                    return
                left = sink.rest(left, given)
        except Error as error:
            self.error = error
