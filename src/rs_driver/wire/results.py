"""What a server answers to statements: their shape, their rows, their end."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from rs_driver.errors import LocalProtocolError
from rs_driver.wire.base import Backend, Body
from rs_driver.wire.buffer import Reader
from rs_driver.wire.encoding import count16, int16, oids, text, value, values

_NOT_NULL = 0x0001
_numbers = struct.Struct("!IhIhih")


@dataclass(frozen=True, slots=True)
class FieldDescription:
    """One column of a result.

    ``type_length`` is in bytes, -1 where it varies; ``type_modifier`` is as the type
    defines it, -1 for none; ``format`` is 0 for text, 1 for binary. The last five come
    from Redshift with protocol version 1 and above: where the column lives, and flags.
    """

    name: str
    table_oid: int = 0
    column_number: int = 0
    type_oid: int = 25
    type_length: int = -1
    type_modifier: int = -1
    format: int = 0
    schema: str = ""
    table: str = ""
    column: str = ""
    catalog: str = ""
    flags: int = 0

    @property
    def not_null(self) -> bool:
        """Whether the column is declared NOT NULL (bit 0 of the flags)."""
        return bool(self.flags & _NOT_NULL)

    def pack(self, protocol_version: int) -> bytes:
        """The column as it stands in a RowDescription of that protocol version."""
        try:
            numbers = _numbers.pack(
                self.table_oid,
                self.column_number,
                self.type_oid,
                self.type_length,
                self.type_modifier,
                self.format,
            )
        except struct.error as error:
            raise LocalProtocolError("a number of a column does not fit its field") from error
        head = text(self.name, "a column's name") + numbers
        return head + self._pack_origin() if protocol_version else head

    def _pack_origin(self) -> bytes:
        names = (self.schema, self.table, self.column, self.catalog)
        origin = b"".join([text(name, "a column's origin") for name in names])
        return origin + int16(self.flags, "a column's flags")

    @classmethod
    def unpack(cls, reader: Reader, protocol_version: int) -> FieldDescription:
        """Take one column of a RowDescription of that protocol version from ``reader``."""
        name = reader.text()
        numbers: tuple[int, int, int, int, int, int] = _numbers.unpack(reader.take(_numbers.size))
        if not protocol_version:
            return cls(name, *numbers)
        origin = (reader.text(), reader.text(), reader.text(), reader.text())
        return cls(name, *numbers, *origin, reader.int16())


@dataclass(frozen=True, slots=True)
class RowDescription(Backend):
    """The columns of the rows that follow, in the form of Redshift's ``protocol_version``.

    0 is PostgreSQL's form; from 1 on each column also says where it lives.
    """

    fields: tuple[FieldDescription, ...]
    protocol_version: int = 0
    tag = b"T"

    def _pack(self) -> bytes:
        columns = [field.pack(self.protocol_version) for field in self.fields]
        return count16(self.fields, "columns") + b"".join(columns)

    @classmethod
    def decode(cls, body: Body, protocol_version: int = 0) -> RowDescription:
        """The message with this body, read in the form of ``protocol_version``."""
        reader = Reader(body, cls.__name__)
        columns = range(reader.count16())
        fields = tuple([FieldDescription.unpack(reader, protocol_version) for _ in columns])
        reader.finish()
        return cls(fields, protocol_version)


@dataclass(frozen=True, slots=True)
class DataRow(Backend):
    """One row: each value in its column's format, None for NULL."""

    values: tuple[bytes | None, ...]
    tag = b"D"

    def _pack(self) -> bytes:
        return values(self.values, "columns")

    @classmethod
    def _unpack(cls, reader: Reader) -> DataRow:
        return cls(reader.values())


@dataclass(frozen=True, slots=True)
class CommandComplete(Backend):
    """A statement is done. ``command`` is its tag: ``INSERT 0 3``, ``SELECT`` ..."""

    command: str
    tag = b"C"

    def _pack(self) -> bytes:
        return text(self.command, "the command tag")

    @classmethod
    def _unpack(cls, reader: Reader) -> CommandComplete:
        return cls(reader.text())


@dataclass(frozen=True, slots=True)
class EmptyQueryResponse(Backend):
    """Instead of CommandComplete: there was no statement in the text."""

    tag = b"I"


@dataclass(frozen=True, slots=True)
class ParseComplete(Backend):
    """The statement is prepared."""

    tag = b"1"


@dataclass(frozen=True, slots=True)
class BindComplete(Backend):
    """The portal is there."""

    tag = b"2"


@dataclass(frozen=True, slots=True)
class CloseComplete(Backend):
    """The statement or portal is forgotten."""

    tag = b"3"


@dataclass(frozen=True, slots=True)
class NoData(Backend):
    """Instead of a RowDescription: it returns no rows."""

    tag = b"n"


@dataclass(frozen=True, slots=True)
class PortalSuspended(Backend):
    """Instead of CommandComplete: Execute's row limit was reached."""

    tag = b"s"


@dataclass(frozen=True, slots=True)
class ParameterDescription(Backend):
    """The types of a statement's parameters."""

    oids: tuple[int, ...]
    tag = b"t"

    def _pack(self) -> bytes:
        return oids(self.oids, "parameters")

    @classmethod
    def _unpack(cls, reader: Reader) -> ParameterDescription:
        return cls(reader.oids())


@dataclass(frozen=True, slots=True)
class FunctionCallResponse(Backend):
    """What the function returned, None for NULL."""

    value: bytes | None
    tag = b"V"

    def _pack(self) -> bytes:
        return value(self.value, "the function's result")

    @classmethod
    def _unpack(cls, reader: Reader) -> FunctionCallResponse:
        return cls(reader.value())
