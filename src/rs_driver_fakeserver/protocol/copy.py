"""COPY by the protocol: the conversation between CopyInResponse or CopyOutResponse and the end."""

from __future__ import annotations

from collections.abc import Generator

from rs_driver.wire.copy import CopyData, CopyDone, CopyFail, CopyInResponse, CopyOutResponse
from rs_driver.wire.messages import FrontendMessage
from rs_driver.wire.query import Flush, Sync, Terminate
from rs_driver_fakeserver.client import Client
from rs_driver_fakeserver.engine.port import CopyIn, CopyOut, SqlError
from rs_driver_fakeserver.protocol.replies import error_response, fatal, protocol_violation
from rs_driver_fakeserver.protocol.wants import Malformed, Want
from rs_driver_fakeserver.rules.answers import copied

MOST_KEPT = 64 * 1024 * 1024
"""Bytes of one COPY FROM STDIN that are kept for a rule; the rest is only counted."""
_OFTEN = 100
"""Pieces between two looks for a CancelRequest."""
_SIGNATURE = b"PGCOPY\n\xff\r\n\0"
_HEADER = len(_SIGNATURE) + 8


def copy(client: Client, said: CopyIn | CopyOut) -> Generator[Want, FrontendMessage, str]:
    """Send or receive the data; gives the command tag.

    SqlError where the client gives up, cancels, or says what does not belong there.
    """
    if isinstance(said, CopyOut):
        count = _copy_out(client, said)
    else:
        count = yield from _copy_in(client, said)
    return said.tag or f"COPY {count}"


def _formats(said: CopyIn | CopyOut) -> tuple[int, tuple[int, ...]]:
    return int(said.binary), (int(said.binary),) * said.columns


def _copy_out(client: Client, said: CopyOut) -> int:
    client.outbox.send(CopyOutResponse(*_formats(said)))
    kept = Kept(binary=said.binary)
    for number, data in enumerate(said.chunks):
        if number % _OFTEN == 0:
            client.check_cancelled()
        client.outbox.send(CopyData(data))
        if said.tag is None:
            kept.write(data)
    if said.fails_after is not None:
        raise copied(said.fails_after)
    client.outbox.send(CopyDone())
    return kept.finish()


def _copy_in(client: Client, said: CopyIn) -> Generator[Want, FrontendMessage, int]:
    client.outbox.send(CopyInResponse(*_formats(said)))
    client.outbox.flush()
    kept = Kept(binary=said.binary)
    sink = kept if said.sink is None else said.sink()
    want = Want(limit=client.config.max_message)
    while True:
        try:
            message = yield want
        except Malformed as malformed:
            raise protocol_violation(f"invalid message format: {malformed}") from None
        client.check_cancelled()  # as a real server, which does not look while it waits
        match message:
            case CopyData(data):
                sink.write(data)
            case CopyDone():
                said.receive(bytes(kept.data))
                if said.fails_after is not None:
                    raise copied(said.fails_after)
                return sink.finish()
            case CopyFail(reason):
                said.receive(bytes(kept.data))
                raise SqlError("57014", f"COPY from stdin failed: {reason}")
            case Flush() | Sync():
                pass  # they may have been sent before the client knew that it is to copy
            case _:
                raise _unexpected(client, message)


def _unexpected(client: Client, message: FrontendMessage) -> SqlError:
    """What any other message gets. PostgreSQL loses its place in the stream by it and leaves."""
    error = protocol_violation(
        f"unexpected message type 0x{message.tag[0]:02X} during COPY from stdin"
    )
    if client.dialect.redshift and not isinstance(message, Terminate):
        return error
    client.outbox.send(error_response(error, client.dialect))
    return fatal("08P01", "terminating connection because protocol synchronization was lost")


class Kept:
    """A ``CopySink`` that keeps the data, as far as it can, and counts its rows."""

    def __init__(self, *, binary: bool) -> None:
        self.data = bytearray()
        self._binary = binary
        self._lines = 0
        self._tail = b""

    def write(self, data: bytes) -> None:
        """A piece of the data."""
        self.data += data[: MOST_KEPT - len(self.data)]
        self._lines += data.count(b"\n")
        self._tail = (self._tail + data[-4:])[-4:]

    def finish(self) -> int:
        """How many rows it was: lines, or tuples of the binary format."""
        if self._binary:
            return tuples(self.data)
        lines = self._lines + (self._tail[-1:] not in (b"", b"\n"))
        line = self._tail.rstrip(b"\r\n").rpartition(b"\n")[2]
        return lines - (line == b"\\.")


def tuples(data: bytes | bytearray) -> int:
    """The tuples in data of COPY's binary format, as far as it makes sense."""
    if not data.startswith(_SIGNATURE) or len(data) < _HEADER:
        return 0
    at = _HEADER + int.from_bytes(data[_HEADER - 4 : _HEADER], "big")
    count = 0
    while at + 2 <= len(data):
        fields = int.from_bytes(data[at : at + 2], "big", signed=True)
        if fields < 0:
            break
        at += 2
        for _ in range(fields):
            length = int.from_bytes(data[at : at + 4], "big", signed=True)
            at += 4 + max(length, 0)
        if at > len(data):
            break
        count += 1
    return count
