"""Arrays as lists, of lists where there are several dimensions; NULL elements are None.

An element is read by the codec of its own type, in the map of the connection: a codec of
the user's for a type serves its arrays too. Lower bounds are not kept: ``[0:1]={1,2}`` is
``[1, 2]``. The forms on the wire are in ``array_text`` and ``array_binary``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from rs_driver import oids
from rs_driver.adapters.codecs import array_binary, array_text
from rs_driver.adapters.codecs.base import Checked
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT, CodecMap, ColumnDecode, Decode
from rs_driver.wire.results import FieldDescription

if TYPE_CHECKING:
    from rs_driver.adapters.codecs.registry import Codecs

ELEMENTS: Mapping[int, tuple[int, str]] = MappingProxyType(
    {
        oids.JSON_ARRAY: (oids.JSON, "json"),
        oids.CIDR_ARRAY: (oids.CIDR, "cidr"),
        oids.BOOL_ARRAY: (oids.BOOL, "boolean"),
        oids.BYTEA_ARRAY: (oids.BYTEA, "bytea"),
        oids.CHAR_ARRAY: (oids.CHAR, '"char"'),
        oids.NAME_ARRAY: (oids.NAME, "name"),
        oids.INT2_ARRAY: (oids.INT2, "smallint"),
        oids.INT2VECTOR_ARRAY: (oids.INT2VECTOR, "int2vector"),
        oids.INT4_ARRAY: (oids.INT4, "integer"),
        oids.REGPROC_ARRAY: (oids.REGPROC, "regproc"),
        oids.TEXT_ARRAY: (oids.TEXT, "text"),
        oids.TID_ARRAY: (oids.TID, "tid"),
        oids.XID_ARRAY: (oids.XID, "xid"),
        oids.CID_ARRAY: (oids.CID, "cid"),
        oids.OIDVECTOR_ARRAY: (oids.OIDVECTOR, "oidvector"),
        oids.BPCHAR_ARRAY: (oids.BPCHAR, "character"),
        oids.VARCHAR_ARRAY: (oids.VARCHAR, "character varying"),
        oids.INT8_ARRAY: (oids.INT8, "bigint"),
        oids.FLOAT4_ARRAY: (oids.FLOAT4, "real"),
        oids.FLOAT8_ARRAY: (oids.FLOAT8, "double precision"),
        oids.ABSTIME_ARRAY: (oids.ABSTIME, "abstime"),
        oids.OID_ARRAY: (oids.OID, "oid"),
        oids.ACLITEM_ARRAY: (oids.ACLITEM, "aclitem"),
        oids.MACADDR_ARRAY: (oids.MACADDR, "macaddr"),
        oids.INET_ARRAY: (oids.INET, "inet"),
        oids.TIMESTAMP_ARRAY: (oids.TIMESTAMP, "timestamp"),
        oids.DATE_ARRAY: (oids.DATE, "date"),
        oids.TIME_ARRAY: (oids.TIME, "time"),
        oids.TIMESTAMPTZ_ARRAY: (oids.TIMESTAMPTZ, "timestamp with time zone"),
        oids.INTERVAL_ARRAY: (oids.INTERVAL, "interval"),
        oids.INTERVALY2M_ARRAY: (oids.INTERVALY2M, "interval year to month"),
        oids.INTERVALD2S_ARRAY: (oids.INTERVALD2S, "interval day to second"),
        oids.NUMERIC_ARRAY: (oids.NUMERIC, "numeric"),
        oids.CSTRING_ARRAY: (oids.CSTRING, "cstring"),
        oids.TIMETZ_ARRAY: (oids.TIMETZ, "time with time zone"),
        oids.UUID_ARRAY: (oids.UUID, "uuid"),
        oids.JSONB_ARRAY: (oids.JSONB, "jsonb"),
    }
)
"""The elements of each array type: their OID, and their type's name for messages."""

_BINARY_ON_REDSHIFT = frozenset(
    {
        oids.CHAR_ARRAY,
        oids.INT2_ARRAY,
        oids.INT4_ARRAY,
        oids.TEXT_ARRAY,
        oids.VARCHAR_ARRAY,
        oids.FLOAT4_ARRAY,
        oids.OID_ARRAY,
        oids.ACLITEM_ARRAY,
    }
)
"""What Redshift with protocol 2 is asked for in binary. All others, and before: text."""


class _ArrayDecode:
    """A ``QuickDecode``: its ``bare`` reads elements without their errors, too."""

    struct_code = ""
    finish = None

    def __init__(self, bare: Decode, checked: Decode) -> None:
        self.bare = bare
        self._checked = checked

    def __call__(self, data: bytes) -> Any:
        return self._checked(data)


@dataclass(frozen=True)
class ArrayCodec:
    """The ``TypeCodec`` of an array type.

    The map asks for it in binary only while it can read ``element_oid`` in binary.
    """

    oid: int
    format: int
    element_oid: int
    type_name: str

    def decoder(self, field: FieldDescription, codecs: CodecMap) -> Decode:
        make = self._text if self.format == TEXT else self._binary
        checked = Checked(make(field, codecs, False), "", self.type_name, field.name)
        return _ArrayDecode(make(field, codecs, True), checked)

    def _text(self, field: FieldDescription, codecs: CodecMap, quick: bool) -> Decode:
        decode = codecs.decoder(self._element(field, self.element_oid))
        element = getattr(decode, "bare", decode) if quick else decode
        return lambda data: array_text.parse(data, element)

    def _binary(self, field: FieldDescription, codecs: CodecMap, quick: bool) -> Decode:
        usual = _reader(codecs.decoder(self._element(field, self.element_oid)), quick)

        def elements_of(oid: int) -> array_binary.Elements:
            codec = None if oid == self.element_oid else codecs.codec(oid, BINARY)
            # No array has arrays for elements: a server that says so would have us recurse.
            if codec is None or isinstance(codec, ArrayCodec):
                return usual
            return _reader(codec.decoder(self._element(field, oid), codecs), quick)

        return lambda data: array_binary.parse(data, elements_of)

    def _element(self, field: FieldDescription, oid: int) -> FieldDescription:
        """The column as if it held the elements; an array's type modifier is theirs."""
        return replace(field, type_oid=oid, type_length=-1, format=self.format)

    def column_decoder(self, field: FieldDescription, codecs: CodecMap) -> ColumnDecode | None:
        inner = self._element(field, self.element_oid)
        element = codecs.column_decoder(inner)
        if element is None:
            return None
        from rs_driver.adapters.codecs.built import Lists

        decode = self.decoder(field, codecs)
        parts = array_text.parse if self.format == TEXT else self._binary_parts
        return Lists(decode, lambda data: parts(data, bytes), element)

    def _binary_parts(self, data: bytes, part: Decode) -> list[Any]:
        """The bytes of the elements, which must be of the type that the column's type says."""

        def elements_of(oid: int) -> array_binary.Elements:
            if oid not in (self.element_oid, oids.UNKNOWN):
                raise DataError(
                    f"elements of OID {oid} in a {self.type_name} have no form in Arrow"
                )
            return array_binary.elements(part)

        return array_binary.parse(data, elements_of)


def _reader(decode: Decode, quick: bool) -> array_binary.Elements:
    if not quick:
        return array_binary.elements(decode)
    whole = getattr(decode, "finish", None) is None
    return array_binary.elements(
        getattr(decode, "bare", decode), getattr(decode, "struct_code", "") if whole else ""
    )


def register(codecs: Codecs) -> Codecs:
    """Add the array types: in text everywhere, in binary where the server has that form."""
    profile = codecs.profile
    decoders: list[ArrayCodec] = []
    for oid, (element_oid, name) in ELEMENTS.items():
        decoders.append(ArrayCodec(oid, TEXT, element_oid, f"{name}[]"))
        on_redshift = profile.protocol_version >= 2 and oid in _BINARY_ON_REDSHIFT
        if profile.kind == "postgres" or on_redshift:
            decoders.append(ArrayCodec(oid, BINARY, element_oid, f"{name}[]"))
    return codecs.with_decoder(*decoders)
