"""Codecs that break one line of their contract each: what a conformance suite is for."""

from __future__ import annotations

import json
import struct
from typing import Any

from rs_driver import oids
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT, CodecMap, ColumnDecode, Decode, Parameter
from rs_driver.ports.rows import ColumnBuffer, ColumnSlice, ColumnType
from rs_driver.wire.results import FieldDescription


class Int8:
    """BIGINT in binary as it should be: the measure for the others."""

    oid = oids.INT8
    format = BINARY

    def decoder(self, field: FieldDescription, codecs: CodecMap) -> Decode:
        def decode(data: bytes) -> int:
            if len(data) != 8:
                raise DataError(f'column "{field.name}": 8 bytes were expected')
            return int.from_bytes(data, "big", signed=True)

        return decode

    def column_decoder(self, field: FieldDescription, codecs: CodecMap) -> ColumnDecode | None:
        return self.columnar(self.decoder(field, codecs))

    def columnar(self, decode: Decode) -> Int8Columns:
        return Int8Columns(decode)


class Int8Columns:
    """Columns of it."""

    type = ColumnType("l")
    width = 8

    def __init__(self, decode: Decode) -> None:
        self._decode = decode

    def values(self, column: ColumnSlice) -> list[Any]:
        return column.each(self._decode)

    def buffer(self, column: ColumnSlice) -> ColumnBuffer:
        values = self.values(column)
        data = struct.pack(f"={len(values)}q", *[value or 0 for value in values])
        validity = bytes(value is not None for value in values)
        return ColumnBuffer(self.type, len(values), data, None, validity)


class Int8Text(Int8):
    """The same in text."""

    format = TEXT

    def decoder(self, field: FieldDescription, codecs: CodecMap) -> Decode:
        def decode(data: bytes) -> int:
            digits = data.removeprefix(b"-")
            if not digits.isdigit() or len(digits) > 19:
                raise DataError(f'column "{field.name}": no integer')
            return int(data)

        return decode

    def column_decoder(self, field: FieldDescription, codecs: CodecMap) -> ColumnDecode | None:
        return None


class HasNoFormat(Int8):
    """A format that the protocol does not have."""

    format = 2


class RemembersTheLastColumn(Int8):
    """One column at a time: an earlier one's decoder goes wrong."""

    columns = 0

    def decoder(self, field: FieldDescription, codecs: CodecMap) -> Decode:
        self.columns += 1
        own, decode = self.columns, super().decoder(field, codecs)
        return lambda data: decode(data) + self.columns - own


class LittleEndian(Int8):
    """The bytes the wrong way round."""

    def decoder(self, field: FieldDescription, codecs: CodecMap) -> Decode:
        decode = super().decoder(field, codecs)
        return lambda data: decode(data[::-1])


class RaisesStructErrors(Int8):
    """``struct`` says what is wrong."""

    def decoder(self, field: FieldDescription, codecs: CodecMap) -> Decode:
        return lambda data: struct.unpack("!q", data)[0]


class RemembersTheLastValue(Int8):
    """A value is what it was in the row before, if that was larger."""

    def decoder(self, field: FieldDescription, codecs: CodecMap) -> Decode:
        decode, last = super().decoder(field, codecs), [-(2**63)]

        def largest(data: bytes) -> int:
            last[0] = max(last[0], decode(data))
            return last[0]

        return largest


class ShortcutsToSomethingElse(Int8):
    """``struct`` would read it without its sign."""

    def decoder(self, field: FieldDescription, codecs: CodecMap) -> Decode:
        decode = super().decoder(field, codecs)

        class Quick:
            bare = staticmethod(decode)
            struct_code = "Q"
            finish = None

            def __call__(self, data: bytes) -> Any:
                return decode(data)

        return Quick()


class HasNoNullsInColumns(Int8):
    """NULL becomes 0 there."""

    def columnar(self, decode: Decode) -> Int8Columns:
        class Columns(Int8Columns):
            def buffer(self, column: ColumnSlice) -> ColumnBuffer:
                buffer = super().buffer(column)
                return ColumnBuffer(buffer.type, buffer.length, buffer.data)

        return Columns(decode)


class ReadsColumnsByPosition(Int8):
    """Takes the bytes behind a value for its own where it is too short."""

    def columnar(self, decode: Decode) -> Int8Columns:
        class Columns(Int8Columns):
            def values(self, column: ColumnSlice) -> list[Any]:
                return [struct.unpack_from("!q", column.buffer, at)[0] for at in column.positions]

        return Columns(decode)


class AnnouncesAnotherType(Int8):
    """The columns are not of the type that the schema has."""

    def columnar(self, decode: Decode) -> Int8Columns:
        class Columns(Int8Columns):
            type = ColumnType("g")

            def buffer(self, column: ColumnSlice) -> ColumnBuffer:
                return Int8Columns(decode).buffer(column)

        return Columns(decode)


class CountsFromTheBack(Int8):
    """The values of a column in reverse order."""

    def columnar(self, decode: Decode) -> Int8Columns:
        class Columns(Int8Columns):
            def values(self, column: ColumnSlice) -> list[Any]:
                return super().values(column)[::-1]

        return Columns(decode)


class TextIsAnotherValue(Int8Text):
    """In text a Decimal, in binary an int."""

    def decoder(self, field: FieldDescription, codecs: CodecMap) -> Decode:
        decode = super().decoder(field, codecs)
        return lambda data: float(decode(data))


# -- codecs of classes ------------------------------------------------------------------


class Basket(list[str]):
    """A class of the user's own."""


class Sends:
    """A basket as JSON, as it should be: the measure for the others."""

    python_type: type = Basket

    def encode(self, value: Any, codecs: CodecMap) -> Parameter:
        if any("\0" in item for item in value):
            raise DataError("a basket cannot hold a NUL")
        return Parameter(oids.VARCHAR, TEXT, json.dumps(value).encode())


class SendsAStr(Sends):
    """No bytes."""

    def encode(self, value: Any, codecs: CodecMap) -> Parameter:
        return Parameter(oids.VARCHAR, TEXT, json.dumps(value))  # type: ignore[arg-type]


class SendsUnderAnotherType(Sends):
    """A number's OID for what is none."""

    def encode(self, value: Any, codecs: CodecMap) -> Parameter:
        made = super().encode(value, codecs)
        return Parameter(oids.INT4, made.format, made.data)


class EmptiesTheBasket(Sends):
    """Takes the value apart."""

    def encode(self, value: Any, codecs: CodecMap) -> Parameter:
        made = super().encode(value, codecs)
        value.clear()
        return made


class SendsAnything(Sends):
    """Does not look at what the type cannot hold."""

    def encode(self, value: Any, codecs: CodecMap) -> Parameter:
        return Parameter(oids.VARCHAR, TEXT, json.dumps(value).encode())


class RaisesTypeErrors(Sends):
    """What cannot be sent is a TypeError."""

    def encode(self, value: Any, codecs: CodecMap) -> Parameter:
        try:
            return super().encode(value, codecs)
        except DataError as error:
            raise TypeError(str(error)) from error


class IsForBasketsAlone(Sends):
    """Not for what inherits from them."""

    def encode(self, value: Any, codecs: CodecMap) -> Parameter:
        if type(value) is Basket:
            return super().encode(value, codecs)
        raise DataError("another basket")


class CountsItsCalls(Sends):
    """What is sent depends on how often it was sent."""

    calls = 0

    def encode(self, value: Any, codecs: CodecMap) -> Parameter:
        self.calls += 1
        return Parameter(oids.VARCHAR, TEXT, b"[%d]" % self.calls)


class IsForLists(Sends):
    """Its class is a name."""

    python_type = "Basket"  # type: ignore[assignment]
