"""What a client sends to have statements run: simple and extended query, function call.

Names of statements and portals are empty for the unnamed ones. Format codes are 0 for
text and 1 for binary; no code means all text, a single one stands for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rs_driver.errors import LocalProtocolError
from rs_driver.wire.base import Frontend
from rs_driver.wire.buffer import Reader
from rs_driver.wire.encoding import (
    int16,
    int16s,
    int32,
    oids,
    text,
    uint32,
    values,
)
from rs_driver.wire.framing import HEADER_SIZE, encode_frame


@dataclass(frozen=True, slots=True)
class Query(Frontend):
    """Run ``sql``, which may hold several statements; results come as text."""

    sql: str
    tag = b"Q"

    def _pack(self) -> bytes:
        return text(self.sql, "the SQL text")

    @classmethod
    def _unpack(cls, reader: Reader) -> Query:
        return cls(reader.text())


@dataclass(frozen=True, slots=True)
class Parse(Frontend):
    """Prepare ``sql`` as ``statement``. OID 0 leaves a parameter's type to the server."""

    statement: str
    sql: str
    parameter_oids: tuple[int, ...]
    tag = b"P"

    def _pack(self) -> bytes:
        name = text(self.statement, "the statement's name")
        return name + text(self.sql, "the SQL text") + oids(self.parameter_oids, "parameters")

    @classmethod
    def _unpack(cls, reader: Reader) -> Parse:
        return cls(reader.text(), reader.text(), reader.oids())


@dataclass(frozen=True, slots=True)
class Bind(Frontend):
    """Give ``statement`` its parameters (None is NULL), which makes it ``portal``."""

    portal: str
    statement: str
    parameter_formats: tuple[int, ...]
    parameters: tuple[bytes | None, ...]
    result_formats: tuple[int, ...]
    tag = b"B"

    def _pack(self) -> bytes:
        return b"".join(
            (
                text(self.portal, "the portal's name"),
                text(self.statement, "the statement's name"),
                int16s(self.parameter_formats, "parameter formats"),
                values(self.parameters, "parameters"),
                int16s(self.result_formats, "result formats"),
            )
        )

    @classmethod
    def _unpack(cls, reader: Reader) -> Bind:
        return cls(
            portal=reader.text(),
            statement=reader.text(),
            parameter_formats=reader.int16s(),
            parameters=reader.values(),
            result_formats=reader.int16s(),
        )


def _pack_target(kind: bytes, name: str) -> bytes:
    """What Describe and Close are about: a statement (``S``) or a portal (``P``), by name."""
    if kind not in (b"S", b"P"):
        raise LocalProtocolError(f"the kind is {kind!r}; it must be b'S' or b'P'")
    return kind + text(name, "the name")


def _unpack_target(reader: Reader) -> tuple[bytes, str]:
    kind = reader.take(1)
    if kind not in (b"S", b"P"):
        raise reader.error(f"the kind is {kind!r}")
    return kind, reader.text()


@dataclass(frozen=True, slots=True)
class Describe(Frontend):
    """Ask for the shape of a statement (``kind`` b"S") or of a portal (b"P")."""

    kind: bytes
    name: str
    tag = b"D"

    def encode(self) -> bytes:
        """As any message; that of the unnamed statement is ready-made."""
        return Frontend.encode(self) if self.name or self.kind != b"S" else _DESCRIBE_UNNAMED

    def _pack(self) -> bytes:
        return _pack_target(self.kind, self.name)

    @classmethod
    def _unpack(cls, reader: Reader) -> Describe:
        return cls(*_unpack_target(reader))


_DESCRIBE_UNNAMED = encode_frame(b"D", b"S\0")


@dataclass(frozen=True, slots=True)
class Close(Frontend):
    """Forget a statement (``kind`` b"S") or a portal (b"P"); an unknown name is no error."""

    kind: bytes
    name: str
    tag = b"C"

    def _pack(self) -> bytes:
        return _pack_target(self.kind, self.name)

    @classmethod
    def _unpack(cls, reader: Reader) -> Close:
        return cls(*_unpack_target(reader))


@dataclass(frozen=True, slots=True)
class Execute(Frontend):
    """Run ``portal``, for at most ``max_rows`` rows; 0 means all of them."""

    portal: str
    max_rows: int = 0
    tag = b"E"

    def encode(self) -> bytes:
        """As any message; the one that nearly every statement sends is ready-made."""
        return Frontend.encode(self) if self.portal or self.max_rows else _EXECUTE_ALL

    def _pack(self) -> bytes:
        return text(self.portal, "the portal's name") + int32(self.max_rows, "the row limit")

    @classmethod
    def _unpack(cls, reader: Reader) -> Execute:
        return cls(reader.text(), reader.int32())


_EXECUTE_ALL = encode_frame(b"E", b"\0" + bytes(4))


@dataclass(frozen=True, slots=True)
class Sync(Frontend):
    """End a group of messages: the server answers ReadyForQuery, whatever came before."""

    tag = b"S"

    def encode(self) -> bytes:
        """Ready-made: every group ends with it."""
        return _SYNC


_SYNC = encode_frame(b"S", b"")


class Rebind:
    """A flight that is ready-made but for the values: Bind of ``statement`` to the unnamed
    portal, Describe of that if ``describe`` says so, Execute, Sync."""

    __slots__ = ("_after", "_count", "_head", "_size")

    def __init__(
        self,
        statement: str,
        parameter_formats: tuple[int, ...],
        result_formats: tuple[int, ...],
        *,
        describe: bool,
    ) -> None:
        self._count = count = len(parameter_formats)
        empty = Bind("", statement, parameter_formats, (b"",) * count, result_formats).encode()
        tail = int16s(result_formats, "result formats")
        between = len(values((b"",) * count, "parameters"))
        self._head = empty[HEADER_SIZE : len(empty) - len(tail) - between]
        self._size = len(empty) - 1 - between
        portal = Describe(b"P", "").encode() if describe else b""
        self._after = b"".join((tail, portal, _EXECUTE_ALL, _SYNC))

    def encode(self, parameters: Sequence[bytes | None]) -> bytes:
        """The flight with these values, as many as there are formats. LocalProtocolError for
        what does not fit its field."""
        if len(parameters) != self._count:
            raise LocalProtocolError(f"{len(parameters)} values for {self._count} parameters")
        given = values(parameters, "parameters")
        size = int32(self._size + len(given), "the length of all parameters")
        return b"".join((b"B", size, self._head, given, self._after))


@dataclass(frozen=True, slots=True)
class Flush(Frontend):
    """Ask for the answers so far without ending the group."""

    tag = b"H"


@dataclass(frozen=True, slots=True)
class Terminate(Frontend):
    """Goodbye; the server rolls back what is open and closes."""

    tag = b"X"


@dataclass(frozen=True, slots=True)
class FunctionCall(Frontend):
    """Call the function ``oid`` without SQL. The manual calls this a legacy feature."""

    oid: int
    argument_formats: tuple[int, ...]
    arguments: tuple[bytes | None, ...]
    result_format: int = 0
    tag = b"F"

    def _pack(self) -> bytes:
        return b"".join(
            (
                uint32(self.oid, "the function's OID"),
                int16s(self.argument_formats, "argument formats"),
                values(self.arguments, "arguments"),
                int16(self.result_format, "the result format"),
            )
        )

    @classmethod
    def _unpack(cls, reader: Reader) -> FunctionCall:
        return cls(reader.uint32(), reader.int16s(), reader.values(), reader.int16())
