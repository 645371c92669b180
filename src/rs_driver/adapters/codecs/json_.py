"""JSON and JSONB of PostgreSQL, SUPER of Redshift; a dict as a parameter.

JSON and JSONB become Python objects in both formats (binary: JSON's text; int8 1 and then
JSONB's text). SUPER, which comes as text only, becomes its text as a str, or with
``conversions.super_objects`` Python objects as well. In those an integer is an int, any
other number the nearest float (1.10 is 1.1); one that no float or int can hold (1e400, more
digits than ``sys.get_int_max_str_digits()``) is a DataError, as is text nested too deeply.

A dict is sent as JSON text of no declared type, so that JSON, JSONB and character columns
take it; Redshift makes a SUPER of it by ``JSON_PARSE(%s)``. ``Json(value)`` does the same
for a list, a str, a number, a bool, or None (which then is JSON's null). A Decimal is
written with all of its digits, a date or time in ISO form, a UUID as its text, an Enum as
its value, numpy's bool_, integers and floats as what they stand for. NaN, infinities, keys
that are not str and other classes are a DataError.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from math import isfinite, isinf
from typing import TYPE_CHECKING, Any

from rs_driver import oids
from rs_driver.adapters.codecs.base import Bare, Codec, Column, Encoder
from rs_driver.adapters.codecs.by_column import texts
from rs_driver.adapters.codecs.numeric import encode_decimal
from rs_driver.adapters.codecs.numpy_scalars import as_number, is_scalar
from rs_driver.adapters.codecs.text import encode_str
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT, CodecMap, ColumnDecode, Decode, Parameter
from rs_driver.wire.results import FieldDescription

if TYPE_CHECKING:
    from rs_driver.adapters.codecs.registry import Codecs

_JSONB_VERSION = b"\x01"
_SHORT = 2**63  # the interpreter refuses to write very long ints; Decimal does not


@dataclass(frozen=True)
class Json:
    """A value to be sent as JSON text: what is in it says the module's page."""

    value: Any


# -- from the server ------------------------------------------------------------------------


def _objects(text_of: Callable[[bytes], str]) -> Bare:
    """Python objects of a value's JSON text."""

    def bare(_field: FieldDescription, _codecs: CodecMap) -> Decode:
        from json import JSONDecoder  # on first use: most results have none

        loads = JSONDecoder(parse_float=_float, parse_constant=_no_constant).decode

        def decode(data: bytes) -> Any:
            try:
                return loads(text_of(data))
            except RecursionError:
                raise ValueError("nested too deeply") from None

        return decode

    return bare


def _float(text: str) -> float:
    value = float(text)
    if isinf(value):
        raise ValueError("a number too large for a float")
    return value


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def _jsonb_text(data: bytes) -> str:
    if data[:1] != _JSONB_VERSION:
        raise ValueError("not of version 1 of the binary form")
    return data[1:].decode()


def _super(field: FieldDescription, codecs: CodecMap) -> Decode:
    if codecs.conversions.super_objects:
        return _objects(bytes.decode)(field, codecs)
    return bytes.decode


def _super_column(field: FieldDescription, codecs: CodecMap, bare: Decode) -> ColumnDecode:
    """Its text, also where Python gets objects of it, as JSON is in Arrow."""
    if codecs.conversions.super_objects:
        return _text_of(bytes.decode)(field, codecs, bare)
    return texts(field, codecs, bare)


def _text_of(text_of: Callable[[bytes], str]) -> Column:
    def make(_field: FieldDescription, _codecs: CodecMap, bare: Decode) -> ColumnDecode:
        from rs_driver.adapters.codecs.built import Worded

        return Worded(bare, text_of)

    return make


# -- to the server --------------------------------------------------------------------------


class _Writer:
    """JSON text, piece by piece, with the numbers as they are."""

    def __init__(self, codecs: CodecMap) -> None:
        from json import JSONEncoder

        self.pieces: list[str] = []
        self._add = self.pieces.append
        self._quoted = JSONEncoder(ensure_ascii=False).encode
        self._codecs = codecs

    def write(self, value: Any) -> None:
        """Add the text of ``value``. DataError for what JSON has no form for."""
        if isinstance(value, (Enum, Json)):
            self.write(value.value)
        elif isinstance(value, str):
            self._add(self._quoted(str.__str__(value)))
        elif isinstance(value, dict):
            self._object(value)
        elif isinstance(value, (list, tuple)):
            self._array(value)
        else:
            self._add(self._scalar(value))

    def _object(self, value: dict[Any, Any]) -> None:
        opening = "{"
        for key, item in value.items():
            if not isinstance(key, str):
                raise DataError(f"a key of a JSON object has to be a str, not {_named(key)}")
            self._add(f"{opening}{self._quoted(str.__str__(key))}: ")
            self.write(item)
            opening = ", "
        self._add("}" if value else "{}")

    def _array(self, value: list[Any] | tuple[Any, ...]) -> None:
        opening = "["
        for item in value:
            self._add(opening)
            self.write(item)
            opening = ", "
        self._add("]" if value else "[]")

    def _scalar(self, value: Any) -> str:
        if value is None:
            return "null"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int) and -_SHORT < value < _SHORT:
            return int.__repr__(value)
        if isinstance(value, (int, Decimal)):
            return self._exact(Decimal(value))
        if isinstance(value, float):
            if not isfinite(value):
                raise DataError("JSON has no NaN and no infinity")
            return float.__repr__(value)
        if isinstance(value, (dt.date, dt.time)) and not _is_nat(value):
            return f'"{value.isoformat()}"'
        from uuid import UUID

        if isinstance(value, UUID):
            return f'"{value}"'
        if is_scalar(value) and (number := as_number(value)) is not None:
            return self._scalar(number)
        raise DataError(f"{_named(value)} has no form in JSON")

    def _exact(self, value: Decimal) -> str:
        if not value.is_finite():
            raise DataError("JSON has no NaN and no infinity")
        return (encode_decimal(value, self._codecs).data or b"").decode("ascii")


def _is_nat(value: object) -> bool:
    """Whether it is pandas' NaT: a datetime, though not one that could be written."""
    return value != value  # noqa: PLR0124 (nothing else of these classes differs from itself)


def _named(value: object) -> str:
    kind = type(value)
    return f"a value of class {kind.__module__}.{kind.__qualname__}"


def _encode(value: dict[Any, Any] | Json, codecs: CodecMap) -> Parameter:
    writer = _Writer(codecs)
    try:
        writer.write(value)
    except RecursionError:
        raise DataError("the value is nested too deeply for JSON, or contains itself") from None
    return encode_str("".join(writer.pieces), codecs)


def register(codecs: Codecs) -> Codecs:
    """Add JSON, JSONB and SUPER, and Python's dict and ``Json``."""
    codecs = codecs.with_encoder(Encoder(dict, _encode), Encoder(Json, _encode))
    text, column = _objects(bytes.decode), _text_of(bytes.decode)
    codecs = codecs.with_decoder(
        Codec(oids.JSON, TEXT, "json", text, column=column),
        Codec(oids.JSONB, TEXT, "jsonb", text, column=column),
    )
    if codecs.profile.kind == "redshift":
        return codecs.with_decoder(Codec(oids.SUPER, TEXT, "super", _super, column=_super_column))
    return codecs.with_decoder(
        Codec(oids.JSON, BINARY, "json", text, column=column),
        Codec(oids.JSONB, BINARY, "jsonb", _objects(_jsonb_text), column=_text_of(_jsonb_text)),
    )
