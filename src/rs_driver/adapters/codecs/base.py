"""What the codec files share: the classes that satisfy the ports, and checked decoding."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rs_driver.errors import DataError
from rs_driver.ports.codec import CodecMap, ColumnDecode, Decode, Finish, Parameter
from rs_driver.wire.results import FieldDescription

Bare = Callable[[FieldDescription, CodecMap], Decode]
"""Makes the function for one column's values. That function may raise ValueError,
ArithmeticError, LookupError or struct.error for bytes that are no value of the type."""
Column = Callable[[FieldDescription, CodecMap, Decode], ColumnDecode]
"""Makes what reads whole columns; it is given the function that reads one value, too."""

_MALFORMED = (ValueError, ArithmeticError, LookupError, struct.error)
_SHOWN = 32


class Checked:
    """A ``QuickDecode``: ``bare``, with whatever it raises made a DataError.

    The error names the column and the type, and shows the value's first bytes.
    """

    __slots__ = ("_column", "_type", "bare", "finish", "struct_code")

    def __init__(
        self,
        bare: Decode,
        struct_code: str,
        type_name: str,
        column: str,
        finish: Finish | None = None,
    ) -> None:
        self.bare = bare
        self.struct_code = struct_code
        self.finish = finish
        self._type = type_name
        self._column = column

    def __call__(self, data: bytes) -> Any:
        try:
            return self.bare(data)
        except _MALFORMED as error:
            raise unreadable(self._column, self._type, data, str(error)) from error


def unreadable(column: str, type_name: str, data: bytes, why: str) -> DataError:
    """The error for a value that is none of its type; it shows the value's first bytes."""
    shown = f"{data[:_SHOWN]!r}{'...' if len(data) > _SHOWN else ''}"
    return DataError(f'column "{column}": {shown} cannot be read as {type_name}: {why}')


@dataclass(frozen=True)
class Codec:
    """A ``TypeCodec``. ``type_name`` is for error messages.

    ``struct_code``: the letter by which ``struct`` reads the big-endian bytes, or none.
    ``finish``: makes the function that makes the value of that, where it is none yet.
    ``column``: what makes the ``ColumnDecode``, where there is one (``by_column``).
    ``slow``: the other format is read in less time, and asked for by itself.
    """

    oid: int
    format: int
    type_name: str
    bare: Bare
    struct_code: str = ""
    column: Column | None = None
    finish: Callable[[FieldDescription, CodecMap], Finish] | None = None
    slow: bool = False

    def decoder(self, field: FieldDescription, codecs: CodecMap) -> Decode:
        bare = self.bare(field, codecs)
        finish = None if self.finish is None else self.finish(field, codecs)
        return Checked(bare, self.struct_code, self.type_name, field.name, finish)

    def column_decoder(self, field: FieldDescription, codecs: CodecMap) -> ColumnDecode | None:
        if self.column is None:
            return None
        return self.column(field, codecs, self.bare(field, codecs))


@dataclass(frozen=True)
class Encoder:
    """A ``ParameterCodec`` made of a function."""

    python_type: type
    encode: Callable[[Any, CodecMap], Parameter]


@dataclass(frozen=True)
class NamedEncoder:
    """An ``Encoder`` of a class that must not be imported for it.

    ``class_name``: the class's top-level package and qualified name, such as
    ``numpy.generic``. Where inside the package it lives does not matter, as that changes
    from release to release.
    """

    class_name: str
    encode: Callable[[Any, CodecMap], Parameter]


def class_name(kind: type) -> str:
    """What ``NamedEncoder.class_name`` says of a class."""
    return f"{str(kind.__module__).partition('.')[0]}.{kind.__qualname__}"


def same(decode: Decode) -> Bare:
    """The ``Bare`` of a type whose values do not depend on the column or the server."""
    return lambda _field, _codecs: decode


def unpacker(code: str) -> Decode:
    """The function that reads one big-endian value by its ``struct`` letter."""
    unpack = struct.Struct("!" + code).unpack
    return lambda data: unpack(data)[0]
