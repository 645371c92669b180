"""The types of the system catalogue.

OID, XID and CID: an int, decimal in text, uint32 in binary. REGPROC: in binary the
function's OID as an int, in text its name as a str: the two formats differ, as the name is
known to the server only. INT2VECTOR and OIDVECTOR: ``1 2 3`` in text, a list of ints.
ACLITEM and TID: their text as a str; ACLITEM's binary form, which Redshift alone has, is
that text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rs_driver import oids
from rs_driver.adapters.codecs.base import Codec, Column, same, unpacker
from rs_driver.adapters.codecs.by_column import built, numbers, texts
from rs_driver.adapters.codecs.integers import decimal_within
from rs_driver.ports.codec import BINARY, TEXT, CodecMap, ColumnDecode, Decode
from rs_driver.wire.results import FieldDescription

if TYPE_CHECKING:
    from rs_driver.adapters.codecs.registry import Codecs

_unsigned = decimal_within(0, 2**32 - 1)
_int2 = decimal_within(-(2**15), 2**15 - 1)


def _vector(element: Decode) -> Decode:
    return lambda data: [element(item) for item in data.split()]


def _vector_column(format: str, element: Decode) -> Column:
    def make(_field: FieldDescription, _codecs: CodecMap, bare: Decode) -> ColumnDecode:
        from rs_driver.adapters.codecs.built import Built, Lists

        return Lists(bare, bytes.split, Built(format, element))

    return make


def _number(oid: int, format: int, name: str) -> Codec:
    if format == TEXT:
        return Codec(oid, TEXT, name, same(_unsigned), column=built("I"))
    return Codec(oid, BINARY, name, same(unpacker("I")), "I", numbers("I", "u4"))


def _string(oid: int, format: int, name: str) -> Codec:
    return Codec(oid, format, name, same(bytes.decode), column=texts)


def register(codecs: Codecs) -> Codecs:
    """Add the catalogue's types. Redshift is asked for XID and CID in text."""
    codecs = codecs.with_decoder(
        _number(oids.OID, TEXT, "oid"),
        _number(oids.OID, BINARY, "oid"),
        _number(oids.XID, TEXT, "xid"),
        _number(oids.CID, TEXT, "cid"),
        _string(oids.REGPROC, TEXT, "regproc"),
        _number(oids.REGPROC, BINARY, "regproc"),
        _string(oids.TID, TEXT, "tid"),
        _string(oids.ACLITEM, TEXT, "aclitem"),
        Codec(
            oids.INT2VECTOR,
            TEXT,
            "int2vector",
            same(_vector(_int2)),
            column=_vector_column("s", _int2),
        ),
        Codec(
            oids.OIDVECTOR,
            TEXT,
            "oidvector",
            same(_vector(_unsigned)),
            column=_vector_column("I", _unsigned),
        ),
    )
    if codecs.profile.kind == "redshift":
        return codecs.with_decoder(_string(oids.ACLITEM, BINARY, "aclitem"))
    return codecs.with_decoder(_number(oids.XID, BINARY, "xid"), _number(oids.CID, BINARY, "cid"))
