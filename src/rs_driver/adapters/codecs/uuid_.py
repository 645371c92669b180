"""UUID of PostgreSQL: 36 characters in text, 16 bytes in binary. Redshift has no such type.

A ``uuid.UUID`` is sent as one to PostgreSQL, and as its text to Redshift, where columns
that hold UUIDs are of a character type.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rs_driver import oids
from rs_driver.adapters.codecs.base import Codec, NamedEncoder
from rs_driver.adapters.codecs.by_column import built, written
from rs_driver.adapters.codecs.text import encode_str
from rs_driver.ports.codec import BINARY, TEXT, CodecMap, Decode, Parameter
from rs_driver.wire.results import FieldDescription

if TYPE_CHECKING:
    from uuid import UUID

    from rs_driver.adapters.codecs.registry import Codecs

_HYPHENATED = re.compile(rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def _text(_field: FieldDescription, _codecs: CodecMap) -> Decode:
    from uuid import UUID  # on first use: most results have none

    def decode(data: bytes) -> UUID:
        if _HYPHENATED.fullmatch(data) is None:
            raise ValueError("not 32 hexadecimal digits with four hyphens")
        return UUID(data.decode())

    return decode


def _binary(_field: FieldDescription, _codecs: CodecMap) -> Decode:
    from uuid import UUID

    return lambda data: UUID(bytes=data)


def _encode(value: UUID, codecs: CodecMap) -> Parameter:
    if codecs.profile.kind == "postgres":
        return Parameter(oids.UUID, BINARY, value.bytes)
    return encode_str(str(value), codecs)


def register(codecs: Codecs) -> Codecs:
    """Add UUID, and Python's ``uuid.UUID``."""
    codecs = codecs.with_named_encoder(NamedEncoder("uuid.UUID", _encode))
    written_out = built("u", written)
    codecs = codecs.with_decoder(Codec(oids.UUID, TEXT, "uuid", _text, column=written_out))
    if codecs.profile.kind == "postgres":
        codecs = codecs.with_decoder(Codec(oids.UUID, BINARY, "uuid", _binary, column=written_out))
    return codecs
