r"""BYTEA of PostgreSQL and VARBYTE of Redshift, as bytes.

BYTEA in text is ``\x`` and hex, or (``bytea_output=escape``) its bytes with ``\\`` for
a backslash and ``\ooo`` for what is not printable; in binary it is the bytes.

VARBYTE arrives as text only. Under protocols 0 and 1 that is hex. Under protocol 2 the
evidence is divided between hex and the bytes as they are: ``profile.varbyte_wire`` says
which. While that is "auto" no value is read: what a value looks like does not tell (the
bytes ``61`` are the hex of ``a``), so the domain asks the server before the first one
(``domain/varbyte.py``). A value that is not hex where hex is expected is a DataError.

Parameters: under OID 17 the bytes in binary; under any other (Redshift has no bytea, and
refuses to cast it) hex text under VARBYTE's own OID, whose text form is hex. It is not
known from a real cluster that the server reads a VARBYTE parameter as hex; SQL that must
not depend on it says ``from_hex(%s)`` with a str.
"""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING

from rs_driver import oids
from rs_driver.adapters.codecs.base import Codec, Encoder, same
from rs_driver.adapters.codecs.by_column import built, octets
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT, CodecMap, Decode, Parameter
from rs_driver.wire.results import FieldDescription

if TYPE_CHECKING:
    from rs_driver.adapters.codecs.registry import Codecs

_escaped = re.compile(rb"(?:[^\\]|\\\\|\\[0-3][0-7]{2})*", re.DOTALL)
_escape = re.compile(rb"\\(\\|[0-7]{3})")


def _bytea_text(data: bytes) -> bytes:
    if data[:2] == b"\\x":
        return binascii.unhexlify(data[2:])
    if b"\\" not in data:
        return data
    if _escaped.fullmatch(data) is None:
        raise ValueError("a backslash is followed by neither a backslash nor an octal byte")
    return _escape.sub(_unescape, data)


def _unescape(match: re.Match[bytes]) -> bytes:
    escape = match[1]
    return escape if escape == b"\\" else bytes((int(escape, 8),))


def _as_it_is(data: bytes) -> bytes:
    return data


def _varbyte(_field: FieldDescription, codecs: CodecMap) -> Decode:
    wire = codecs.profile.varbyte_wire if codecs.profile.protocol_version >= 2 else "hex"
    return {"hex": _from_hex, "raw": _as_it_is}.get(wire, _not_known)


def _from_hex(data: bytes) -> bytes:
    try:
        return binascii.unhexlify(data)
    except binascii.Error as error:
        raise ValueError(
            f"not hex ({error}); if this server sends bytes as they are, "
            'connect with profile={"varbyte_wire": "raw"}'
        ) from error


def _not_known(_data: bytes) -> bytes:
    raise ValueError(
        "it is not known whether this server sends hex or bytes as they are; "
        'connect with profile={"varbyte_wire": "hex"} or {"varbyte_wire": "raw"}'
    )


def _encode(value: bytes | bytearray | memoryview, codecs: CodecMap) -> Parameter:
    try:
        data = bytes(value)
    except (ValueError, BufferError) as error:  # a released memoryview
        raise DataError(f"the bytes cannot be read: {error}") from error
    if codecs.profile.bytes_oid == oids.BYTEA:
        return Parameter(oids.BYTEA, BINARY, data)
    return Parameter(codecs.profile.bytes_oid, TEXT, binascii.hexlify(data))


def register(codecs: Codecs) -> Codecs:
    """Add the byte types, and Python's bytes, bytearray and memoryview."""
    return codecs.with_decoder(
        Codec(oids.BYTEA, TEXT, "bytea", same(_bytea_text), column=built("z")),
        Codec(oids.BYTEA, BINARY, "bytea", same(_as_it_is), column=octets),
        Codec(oids.VARBYTE, TEXT, "varbyte", _varbyte, column=built("z")),
    ).with_encoder(*(Encoder(kind, _encode) for kind in (bytes, bytearray, memoryview)))
