"""Parameters of a Bind to Python values, by OID and format; own code, like the encoders."""

from __future__ import annotations

import struct

from rs_driver import oids
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import SqlError
from rs_driver_fakeserver.values.decode_binary import from_binary
from rs_driver_fakeserver.values.decode_text import from_text
from rs_driver_fakeserver.values.types import element_of, name_of

_MALFORMED = (ValueError, ArithmeticError, struct.error)
"""What the decoders raise for data that is not of the type."""
_MOMENTS = frozenset(
    {
        *(oids.DATE, oids.TIME, oids.TIMETZ, oids.TIMESTAMP, oids.TIMESTAMPTZ, oids.ABSTIME),
        *(oids.INTERVAL, oids.INTERVALY2M, oids.INTERVALD2S),
    }
)


def parameter(data: bytes, oid: int, format_code: int, dialect: Dialect) -> object:
    """The value of a parameter that is not NULL; an array is a list.

    What Python cannot hold (a year before 1, ``infinity``) stays a str. SqlError 22P02 or
    22007 for a text that is none of the type, 22P03 for binary data that is not, 22023
    for an unknown format.
    """
    if format_code == 0:
        return text_parameter(_decoded(data), oid)
    if format_code != 1:
        raise SqlError("22023", f"unsupported format code: {format_code}")
    if oids.NUMERIC in (oid, element_of(oid)) and dialect.scaled_numeric:
        raise SqlError(
            "22P03", "a binary numeric parameter has no scale: it has to be sent in text"
        )
    try:
        return from_binary(data, oid, redshift=dialect.redshift)
    except UnicodeDecodeError as error:
        raise _not_utf8() from error
    except _MALFORMED as error:
        raise SqlError("22P03", "incorrect binary data format in bind parameter") from error


def text_parameter(text: str, oid: int) -> object:
    """The same for a parameter in text."""
    try:
        return from_text(text, oid)
    except _MALFORMED as error:
        if element_of(oid) is not None:
            raise SqlError("22P02", f'malformed array literal: "{text}"', str(error)) from error
        state = "22007" if oid in _MOMENTS else "22P02"
        message = f'invalid input syntax for type {name_of(oid)}: "{text}"'
        raise SqlError(state, message) from error


def _decoded(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise _not_utf8() from error


def _not_utf8() -> SqlError:
    return SqlError("22021", 'invalid byte sequence for encoding "UTF8"')
