r"""CHAR, VARCHAR, TEXT, NAME and every type without a codec: UTF-8, in both formats.

The binary form of these types is their text. BPCHAR keeps the blanks that the server
pads it with. "char" is one byte that need not be UTF-8: it becomes PostgreSQL's own text
of it in both formats, which is empty for 0 and ``\ooo``, in octal, from 0x80 on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rs_driver import oids
from rs_driver.adapters.codecs.base import Checked, Codec, Encoder, same
from rs_driver.adapters.codecs.by_column import built, texts, written
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT, CodecMap, Decode, Parameter
from rs_driver.wire.results import FieldDescription

if TYPE_CHECKING:
    from rs_driver.adapters.codecs.registry import Codecs

_TYPES = {
    oids.NAME: "name",
    oids.TEXT: "text",
    oids.UNKNOWN: "unknown",
    oids.BPCHAR: "character",
    oids.VARCHAR: "character varying",
}
_utf8: Decode = bytes.decode


def _char(data: bytes) -> str:
    """Older servers may send the bare byte as text, too."""
    if len(data) != 1:
        return data.decode()
    code = data[0]
    return f"\\{code:03o}" if code >= 0x80 else data.decode() if code else ""


def as_text(field: FieldDescription) -> Decode:
    """The decoder for a column of a type that has no codec: its text, as a str."""
    return Checked(_utf8, "", "text", field.name)


def encode_str(value: str, codecs: CodecMap) -> Parameter:
    """Text under the server's ``text_oid``; DataError for what UTF-8 or the server refuses."""
    try:
        data = str.encode(value)
    except UnicodeEncodeError as error:
        raise DataError(
            f"the str has a lone surrogate at index {error.start}, which UTF-8 cannot carry"
        ) from None
    if 0 in data:
        raise DataError(
            f"the str has a NUL character at index {value.index(chr(0))}, "
            "which the server cannot store"
        )
    return Parameter(codecs.profile.text_oid, TEXT, data)


def register(codecs: Codecs) -> Codecs:
    """Add the character types, and Python's str."""
    decoders = [
        Codec(oid, code, name, same(_utf8), column=texts)
        for oid, name in _TYPES.items()
        for code in (TEXT, BINARY)
    ]
    char = built("u", written)
    decoders += [
        Codec(oids.CHAR, code, '"char"', same(_char), column=char) for code in (TEXT, BINARY)
    ]
    return codecs.with_decoder(*decoders).with_encoder(
        Encoder(str, encode_str), Encoder(type(None), _encode_null)
    )


def _encode_null(_value: None, _codecs: CodecMap) -> Parameter:
    return Parameter(oids.UNKNOWN, TEXT, None)
