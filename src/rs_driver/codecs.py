"""Codecs of your own: how values of a type, or of a class, travel.

    from rs_driver.codecs import class_codec, type_codec

    connection.add_codecs(
        type_codec(600, Point.parse),
        class_codec(Point, str, oid=600),
    )

For a whole connection from its beginning: ``connect(codecs=[...])``. For one cursor:
``cursor.add_codecs``. ``docs/types.md`` says what the built-in ones do.
"""

from __future__ import annotations

from rs_driver.adapters.codecs.custom import class_codec, type_codec
from rs_driver.adapters.codecs.json_ import Json
from rs_driver.ports.codec import (
    BINARY,
    TEXT,
    CodecMap,
    Decode,
    Parameter,
    ParameterCodec,
    TypeCodec,
)

__all__ = [
    "BINARY",
    "TEXT",
    "CodecMap",
    "Decode",
    "Json",
    "Parameter",
    "ParameterCodec",
    "TypeCodec",
    "class_codec",
    "type_codec",
]
