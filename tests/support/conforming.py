"""One class for each port, which satisfies it without inheriting from it.

What a user of the library writes to plug something in. mypy checks the assignments at
the end; tests/unit/rs_driver/ports/test_ports.py sees to it that no port is left out
and that wrong classes are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rs_driver.ports.authenticator import AuthContext, Authenticator, Exchange
from rs_driver.ports.clock import Clock
from rs_driver.ports.codec import (
    CodecMap,
    ColumnDecode,
    Conversions,
    Decode,
    Finish,
    Parameter,
    ParameterCodec,
    QuickDecode,
    TypeCodec,
)
from rs_driver.ports.credentials import Credentials, CredentialsProvider
from rs_driver.ports.faces import Batches, Faces
from rs_driver.ports.hooks import (
    Closed,
    Connected,
    ConnectFailed,
    Executed,
    Executing,
    Failed,
    Hook,
    RowsRead,
)
from rs_driver.ports.profile import ServerProfile
from rs_driver.ports.rows import (
    ColumnBuffer,
    ColumnSlice,
    ColumnType,
    Decoder,
    RowBatch,
    RowDecoder,
    RowScanner,
)
from rs_driver.ports.transport import (
    AsyncTransport,
    Channel,
    Peer,
    PeerOpener,
    TimedPeer,
    Transport,
)
from rs_driver.wire.auth import AuthenticationRequest, PasswordMessage
from rs_driver.wire.results import FieldDescription


class ClosedTransport:
    """A connection whose peer has hung up already."""

    def recv_into(self, view: memoryview) -> int | None:
        return 0

    def send(self, data: memoryview) -> int:
        return len(data)

    def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        return True

    def start_tls(self, hostname: str, deadline: float | None) -> ClosedTransport:
        return ClosedTransport()

    def channel(self) -> Channel:
        return Channel(peer="nobody")

    def close(self) -> None:
        pass


class AsyncClosedTransport:
    """The same for asyncio."""

    def recv_into(self, view: memoryview) -> int | None:
        return 0

    def send(self, data: memoryview) -> int:
        return len(data)

    async def wait(self, read: bool, write: bool, deadline: float | None) -> bool:
        return True

    async def start_tls(self, hostname: str, deadline: float | None) -> AsyncClosedTransport:
        return AsyncClosedTransport()

    def channel(self) -> Channel:
        return Channel(peer="nobody")

    def close(self) -> None:
        pass


class DeafPeer:
    """A server in this process that never answers."""

    closed = False

    def feed(self, data: bytes) -> bytes:
        return b""

    def eof(self) -> None:
        pass


class HastyPeer:
    """A server in this process for which time does not pass."""

    closed = False
    feed = DeafPeer.feed
    eof = DeafPeer.eof

    def pass_time(self, deadline: float | None) -> bool:
        return False


class DeafPeerOpener:
    """Opens such servers."""

    def open_peer(self) -> DeafPeer:
        return DeafPeer()


class FixedClock:
    """Time that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


class FixedCredentials:
    """Always the same user."""

    def get(self) -> Credentials:
        return Credentials("alice", password="secret")


class PlainAuthenticator:
    """Sends the password as it is. Attributes satisfy the port's properties."""

    code = 3
    name = "cleartext"

    def exchange(self, request: AuthenticationRequest, context: AuthContext) -> Exchange:
        yield PasswordMessage((context.credentials.password or "").encode())


class UpperCaseCodec:
    """A type of SQL and a class of Python, in one."""

    oid = 25
    format = 0
    python_type = str

    def decoder(self, field: FieldDescription, codecs: CodecMap) -> Decode:
        return lambda data: data.decode().upper()

    def column_decoder(self, field: FieldDescription, codecs: CodecMap) -> ColumnDecode | None:
        return UpperCaseColumns()

    def encode(self, value: Any, codecs: CodecMap) -> Parameter:
        return Parameter(self.oid, self.format, str(value).upper().encode())


class UpperCaseColumns:
    """The same type by column, and as Arrow has it."""

    type = ColumnType("u")
    width = 0

    def values(self, column: ColumnSlice) -> list[Any]:
        return column.each(lambda data: data.decode().upper())

    def buffer(self, column: ColumnSlice) -> ColumnBuffer:
        return ColumnBuffer(self.type, 0, b"", bytes(4))


class QuickLength:
    """Decodes a value to its length; nothing can go wrong, so both ways are one."""

    bare: Decode = len
    struct_code = ""
    finish: Finish | None = None

    def __call__(self, data: bytes) -> int:
        return len(data)


class OneCodec:
    """A connection that knows a single type."""

    def __init__(self) -> None:
        self._only = UpperCaseCodec()
        self.profile = ServerProfile()
        self.conversions = Conversions()

    def with_codecs(self, *codecs: Any) -> OneCodec:
        return self

    def with_profile(self, profile: ServerProfile) -> OneCodec:
        return self

    def decoder(self, field: FieldDescription) -> Decode:
        return self._only.decoder(field, self)

    def column_decoder(self, field: FieldDescription) -> ColumnDecode | None:
        return self._only.column_decoder(field, self)

    def codec(self, oid: int, format: int) -> TypeCodec | None:
        return self._only if (oid, format) == (25, 0) else None

    def result_format(self, oid: int, *, binary: bool = False) -> int:
        return 0

    def encoder(self, python_type: type) -> ParameterCodec:
        return self._only

    def encode(self, value: Any) -> Parameter:
        return self._only.encode(value, self)

    def encode_all(self, values: Sequence[Any]) -> list[Parameter]:
        return [self.encode(value) for value in values]


class NoRows:
    """Scans, plans and decodes results that are always empty."""

    def scan(self, view: memoryview, columns: int) -> tuple[Sequence[int], int]:
        return (), 0

    def compile(self, fields: Sequence[FieldDescription], codecs: CodecMap) -> NoRows:
        return self

    def tuples(self, batch: RowBatch) -> list[tuple[Any, ...]]:
        return []

    def types(self) -> list[ColumnType]:
        return []

    def columns(self, batch: RowBatch) -> list[ColumnBuffer]:
        return []


class NoFaces:
    """A cursor without any library of data frames."""

    def schema(self, names: Sequence[str], types: Sequence[ColumnType]) -> Any:
        return None

    def record_batch(self, schema: Any, columns: Sequence[ColumnBuffer]) -> Any:
        return None

    def table(self, schema: Any, batches: Batches) -> Any:
        return None

    def nested(self, table: Any, places: Sequence[int]) -> Any:
        return table

    def reader(self, schema: Any, batches: Batches) -> Any:
        return None

    def pandas(self, table: Any, backend: str | None) -> Any:
        return None

    def pandas_of_rows(self, names: Sequence[str], rows: list[Any]) -> Any:
        return None

    def polars(self, table: Any) -> Any:
        return None

    def numpy_of_rows(self, rows: list[Any]) -> Any:
        return None

    def numpy_structured(
        self, names: Sequence[str], types: Sequence[ColumnType], rows: list[Any]
    ) -> Any:
        return None


class SilentHook:
    """Hears, and says nothing."""

    def connected(self, event: Connected) -> None:
        pass

    def connect_failed(self, event: ConnectFailed) -> None:
        pass

    def executing(self, event: Executing) -> float:
        return 0.0

    def executed(self, event: Executed) -> None:
        pass

    def rows_read(self, event: RowsRead) -> None:
        pass

    def failed(self, event: Failed) -> None:
        pass

    def closed(self, event: Closed) -> None:
        pass


transport: Transport = ClosedTransport()
async_transport: AsyncTransport = AsyncClosedTransport()
peer: Peer = DeafPeer()
timed_peer: TimedPeer = HastyPeer()
peer_opener: PeerOpener = DeafPeerOpener()
clock: Clock = FixedClock()
credentials_provider: CredentialsProvider = FixedCredentials()
authenticator: Authenticator = PlainAuthenticator()
type_codec: TypeCodec = UpperCaseCodec()
parameter_codec: ParameterCodec = UpperCaseCodec()
column_decode: ColumnDecode = UpperCaseColumns()
faces: Faces = NoFaces()
hook: Hook = SilentHook()
quick_decode: QuickDecode = QuickLength()
codec_map: CodecMap = OneCodec()
row_scanner: RowScanner = NoRows()
row_decoder: RowDecoder = NoRows()
decoder: Decoder = NoRows()
