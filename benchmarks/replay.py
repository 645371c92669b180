"""A server of Redshift's protocol 2 that says the same rows again and again, as fast as it can.

PostgreSQL has no such binary NUMERIC: scaled integers of 8 and 16 bytes. The rows are made once
and are bytes ready to be sent; a process of its own serves them.

    python replay.py        prints its port and serves until its input is closed
"""

from __future__ import annotations

import socket
import struct
import sys
import threading
from collections.abc import Iterator

from rs_driver import oids
from rs_driver.wire.auth import AuthenticationOk
from rs_driver.wire.buffer import ReceiveBuffer
from rs_driver.wire.control import ParameterStatus, ReadyForQuery
from rs_driver.wire.framing import MAX_LENGTH
from rs_driver.wire.messages import BackendMessage, FrontendMessage
from rs_driver.wire.query import Bind, Describe, Execute, Parse, Query, Sync
from rs_driver.wire.registry import decode_frontend
from rs_driver.wire.results import (
    BindComplete,
    CloseComplete,
    CommandComplete,
    FieldDescription,
    NoData,
    ParameterDescription,
    ParseComplete,
    RowDescription,
)
from rs_driver.wire.startup import BackendKeyData

ROWS = 300_000
SHORT, LONG = ((18 << 16) | 2) + 4, ((38 << 16) | 10) + 4
FIELDS = tuple(
    FieldDescription(name, 0, 0, oids.NUMERIC, size, modifier, 1)
    for name, size, modifier in (
        ("a", 8, SHORT), ("b", 8, SHORT), ("c", 16, LONG), ("d", 16, LONG)
    )
)  # fmt: skip
SETTINGS = {
    "client_encoding": "UTF8",
    "datestyle": "ISO, MDY",
    "integer_datetimes": "on",
    "server_version": "8.0.2",
    "server_protocol_version": "2",
}


def rows() -> bytes:
    """All rows on the wire."""
    row = struct.Struct("!cihiqiqiqqiqq")
    parts = []
    for number in range(ROWS):
        large = (number - ROWS // 2) * 10**19 + number
        high, low = large >> 64, (large & (2**64 - 1)) - (2**64 if large & 2**63 else 0)
        small = (8, number, 8, -number * 12345)
        parts.append(row.pack(b"D", row.size - 1, 4, *small, *(16, high, low) * 2))
    return b"".join(parts)


class Client:
    """One connection."""

    def __init__(self, connection: socket.socket, answer: bytes) -> None:
        self._connection = connection
        self._answer = answer
        self._buffer = ReceiveBuffer()
        self._statements: dict[str, str] = {}
        self._sql = ""
        self._status = "I"

    def serve(self) -> None:
        """Answer until the client goes."""
        with self._connection:
            while self._buffer.untagged_frame(MAX_LENGTH) is None:
                if not self._read():
                    return
            frame = self._buffer.untagged_frame(MAX_LENGTH)
            if frame is not None:
                self._buffer.consume(frame)
            self._send(
                AuthenticationOk(),
                *[ParameterStatus(name, value) for name, value in SETTINGS.items()],
                BackendKeyData(1, 1),
                ReadyForQuery("I"),
            )
            for message in self._messages():
                self._reply(message)

    def _read(self) -> bool:
        count = self._connection.recv_into(self._buffer.get_buffer())
        self._buffer.received(count)
        return count > 0

    def _messages(self) -> Iterator[FrontendMessage]:
        while True:
            while (frame := self._buffer.frame(MAX_LENGTH)) is not None:
                message = decode_frontend(frame.tag, self._buffer.body(frame))
                self._buffer.consume(frame)
                if frame.tag == ord("X"):
                    return
                yield message
            if not self._read():
                return

    def _send(self, *messages: BackendMessage) -> None:
        self._connection.sendall(b"".join([message.encode() for message in messages]))

    def _reply(self, message: FrontendMessage) -> None:
        if isinstance(message, Parse):
            self._statements[message.statement] = message.sql
            self._send(ParseComplete())
        elif isinstance(message, Bind):
            self._sql = self._statements[message.statement]
            self._send(BindComplete())
        elif isinstance(message, Describe):
            self._describe(message)
        elif isinstance(message, Execute):
            self._execute(self._sql)
        elif isinstance(message, Query):
            self._execute(message.sql)
            self._send(ReadyForQuery(self._status))
        elif isinstance(message, Sync):
            self._send(ReadyForQuery(self._status))
        elif message.tag == b"C":
            self._send(CloseComplete())

    def _describe(self, message: Describe) -> None:
        sql = self._sql
        if message.kind == b"S":
            sql = self._statements[message.name]
            self._send(ParameterDescription(()))
        self._send(RowDescription(FIELDS, 2) if "numerics" in sql else NoData())

    def _execute(self, sql: str) -> None:
        word = sql.split(maxsplit=1)[0].upper()
        self._status = {"BEGIN": "T", "COMMIT": "I", "ROLLBACK": "I"}.get(word, self._status)
        if "numerics" in sql:
            self._connection.sendall(self._answer)
            word = "SELECT"
        self._send(CommandComplete(word))


def main() -> None:
    answer = rows()
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)

        def accept() -> None:
            while True:
                connection, _ = server.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=Client(connection, answer).serve, daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        sys.stdin.read()


if __name__ == "__main__":
    main()
