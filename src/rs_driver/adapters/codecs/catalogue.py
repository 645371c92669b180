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
from rs_driver.adapters.codecs.base import Codec, same, unpacker
from rs_driver.adapters.codecs.columns import text_column
from rs_driver.adapters.codecs.integers import decimal_within
from rs_driver.ports.codec import BINARY, TEXT, Decode

if TYPE_CHECKING:
    from rs_driver.adapters.codecs.registry import Codecs

_unsigned = decimal_within(0, 2**32 - 1)
_int2 = decimal_within(-(2**15), 2**15 - 1)


def _vector(element: Decode) -> Decode:
    return lambda data: [element(item) for item in data.split()]


def _number(oid: int, format: int, name: str) -> Codec:
    if format == TEXT:
        return Codec(oid, TEXT, name, same(_unsigned))
    return Codec(oid, BINARY, name, same(unpacker("I")), "I")


def _string(oid: int, format: int, name: str) -> Codec:
    return Codec(oid, format, name, same(bytes.decode), column=text_column)


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
        Codec(oids.INT2VECTOR, TEXT, "int2vector", same(_vector(_int2))),
        Codec(oids.OIDVECTOR, TEXT, "oidvector", same(_vector(_unsigned))),
    )
    if codecs.profile.kind == "redshift":
        return codecs.with_decoder(_string(oids.ACLITEM, BINARY, "aclitem"))
    return codecs.with_decoder(_number(oids.XID, BINARY, "xid"), _number(oids.CID, BINARY, "cid"))
