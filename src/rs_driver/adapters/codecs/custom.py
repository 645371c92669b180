"""Codecs of a user's own, made of one function each.

    type_codec(600, lambda text: Point(*literal(text)))
    class_codec(Point, lambda point: f"({point.x},{point.y})", oid=600)

Both are for ``connect(codecs=[...])`` and the like, which put them before the built-in
ones. Whoever needs more (a look at the column, the server's profile, the codecs of what a
value contains) writes a class that satisfies ``TypeCodec`` or ``ParameterCodec``.

Whatever the function raises becomes a DataError with it as the cause, unless it is an error
of ``rs_driver.errors`` already.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from rs_driver import oids
from rs_driver.adapters.codecs.base import unreadable
from rs_driver.adapters.codecs.text import encode_str
from rs_driver.errors import DataError, Error, InterfaceError
from rs_driver.ports.codec import (
    BINARY,
    TEXT,
    CodecMap,
    ColumnDecode,
    Decode,
    Parameter,
    ParameterCodec,
    TypeCodec,
)
from rs_driver.wire.results import FieldDescription

_MAX_OID = 2**32 - 1


def type_codec(
    oid: int,
    decode: Callable[[Any], Any],
    *,
    format: int = TEXT,
    name: str | None = None,
) -> TypeCodec:
    """A codec for the values of one SQL type.

    ``decode`` takes a value and gives the Python object: a str of its text form where
    ``format`` is ``TEXT``, the bytes of its binary form where it is ``BINARY``. The server
    is asked for that format. NULL is None without it. ``name`` is for error messages.
    InterfaceError for arguments that make no codec.
    """
    _check_oid(oid)
    if format not in (TEXT, BINARY):
        raise InterfaceError("type_codec: the format is TEXT (0) or BINARY (1)")
    _check_callable("type_codec", decode)
    return _FunctionCodec(oid, format, name or f"type OID {oid}", decode)


def class_codec(
    python_type: type, encode: Callable[[Any], Any], *, oid: int | None = None
) -> ParameterCodec:
    """A codec for parameters of one Python class, and of its subclasses.

    ``encode`` takes the object and gives what to send in its place: with an ``oid`` a str
    (the type's text form) or bytes (its binary form); without one any value that can be
    sent otherwise, which is sent as such. In both cases None is NULL, and a ``Parameter``
    is sent as it is. A value of ``python_type`` itself is sent as it would be without this
    codec, so that ``class_codec(str, str.strip)`` does what it says. A codec for ``object``
    is for every class that has no other. InterfaceError for arguments that make no codec.
    """
    if not isinstance(python_type, type):
        raise InterfaceError("class_codec: the first argument is a class")
    _check_callable("class_codec", encode)
    if oid is not None:
        _check_oid(oid)
    return ClassCodec(python_type, encode, oid)


class _UserDecode:
    """A ``QuickDecode`` of a function that may raise anything."""

    __slots__ = ("_column", "_type", "bare", "finish", "struct_code")

    def __init__(self, bare: Decode, type_name: str, column: str) -> None:
        self.bare = bare
        self.struct_code = ""
        self.finish = None
        self._type = type_name
        self._column = column

    def __call__(self, data: bytes) -> Any:
        try:
            return self.bare(data)
        except (Error, MemoryError):
            raise
        except Exception as error:  # the user's function may raise anything
            why = f"{type(error).__name__}: {error}"
            raise unreadable(self._column, self._type, data, why) from error


@dataclass(frozen=True)
class _FunctionCodec:
    """What ``type_codec`` makes."""

    oid: int
    format: int
    type_name: str
    function: Callable[[Any], Any]

    def decoder(self, field: FieldDescription, _codecs: CodecMap) -> Decode:
        function = self.function
        bare = function if self.format == BINARY else lambda data: function(data.decode())
        return _UserDecode(bare, self.type_name, field.name)

    def column_decoder(self, _field: FieldDescription, _codecs: CodecMap) -> ColumnDecode | None:
        return None


@dataclass(frozen=True)
class ClassCodec:
    """What ``class_codec`` makes. ``below``: the codecs that it was put before."""

    python_type: type
    function: Callable[[Any], Any]
    oid: int | None
    below: CodecMap | None = None

    def above(self, codecs: CodecMap) -> ClassCodec:
        """The same codec, put before ``codecs``."""
        return replace(self, below=codecs)

    def encode(self, value: Any, codecs: CodecMap) -> Parameter:
        try:
            made = self.function(value)
        except (Error, MemoryError):
            raise
        except Exception as error:  # the user's function may raise anything
            raise self._failed(f"failed with {type(error).__name__}") from error
        if isinstance(made, Parameter):
            return self._checked(made)
        if made is None:
            return Parameter(oids.UNKNOWN if self.oid is None else self.oid, TEXT, None)
        if self.oid is not None:
            return self._typed(self.oid, made, codecs)
        return self._as_another(made, codecs)

    def _typed(self, oid: int, made: object, codecs: CodecMap) -> Parameter:
        if isinstance(made, str):
            return encode_str(made, codecs)._replace(oid=oid)
        if isinstance(made, (bytes, bytearray, memoryview)):
            return Parameter(oid, BINARY, bytes(made))
        raise self._failed(
            f"gave a {type(made).__name__} for type OID {oid}, which takes a str (text form) "
            "or bytes (binary form)"
        )

    def _as_another(self, made: object, codecs: CodecMap) -> Parameter:
        if isinstance(made, self.python_type):
            if self.below is None:
                raise self._failed("gave a value that it would be asked for again")
            codecs = self.below
        return codecs.encode(made)

    def _checked(self, made: Parameter) -> Parameter:
        oid: Any = made.oid
        data: Any = made.data
        right = isinstance(oid, int) and 0 <= oid <= _MAX_OID and made.format in (TEXT, BINARY)
        if right and (data is None or isinstance(data, bytes)):
            return made
        raise self._failed("gave a Parameter that is not of an OID, a format (0, 1) and bytes")

    def _failed(self, why: str) -> DataError:
        return DataError(f"the codec of class {self.python_type.__qualname__} {why}")


def _check_oid(oid: object) -> None:
    if not isinstance(oid, int) or not 0 < oid <= _MAX_OID:
        raise InterfaceError("a type OID is an int from 1 to 2**32 - 1")


def _check_callable(maker: str, function: object) -> None:
    if not callable(function):
        raise InterfaceError(f"{maker}: the second argument is a function of one value")
