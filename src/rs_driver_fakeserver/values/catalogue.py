"""The types that the fake servers have: names, OIDs, lengths, which server knows which.

From PostgreSQL's pg_type; Redshift's own from its drivers' public tables. HLLSKETCH has no
OID that any driver knows: it is served under varchar's, as text (assumed, not seen).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from rs_driver import oids

TYPES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "bool": (oids.BOOL, 1),
        "bytea": (oids.BYTEA, -1),
        '"char"': (oids.CHAR, 1),
        "name": (oids.NAME, 64),
        "int8": (oids.INT8, 8),
        "int2": (oids.INT2, 2),
        "int2vector": (oids.INT2VECTOR, -1),
        "int4": (oids.INT4, 4),
        "regproc": (oids.REGPROC, 4),
        "text": (oids.TEXT, -1),
        "oid": (oids.OID, 4),
        "tid": (oids.TID, 6),
        "xid": (oids.XID, 4),
        "cid": (oids.CID, 4),
        "oidvector": (oids.OIDVECTOR, -1),
        "json": (oids.JSON, -1),
        "xml": (oids.XML, -1),
        "cidr": (oids.CIDR, -1),
        "float4": (oids.FLOAT4, 4),
        "float8": (oids.FLOAT8, 8),
        "abstime": (oids.ABSTIME, 4),
        "unknown": (oids.UNKNOWN, -2),
        "macaddr": (oids.MACADDR, 6),
        "inet": (oids.INET, -1),
        "aclitem": (oids.ACLITEM, 12),
        "bpchar": (oids.BPCHAR, -1),
        "varchar": (oids.VARCHAR, -1),
        "hllsketch": (oids.VARCHAR, -1),
        "date": (oids.DATE, 4),
        "time": (oids.TIME, 8),
        "timestamp": (oids.TIMESTAMP, 8),
        "timestamptz": (oids.TIMESTAMPTZ, 8),
        "interval": (oids.INTERVAL, 16),
        "intervaly2m": (oids.INTERVALY2M, 4),
        "intervald2s": (oids.INTERVALD2S, 8),
        "timetz": (oids.TIMETZ, 12),
        "numeric": (oids.NUMERIC, -1),
        "refcursor": (oids.REFCURSOR, -1),
        "cstring": (oids.CSTRING, -2),
        "void": (oids.VOID, 4),
        "uuid": (oids.UUID, 16),
        "geometry": (oids.GEOMETRY, -1),
        "geography": (oids.GEOGRAPHY, -1),
        "jsonb": (oids.JSONB, -1),
        "geometryhex": (oids.GEOMETRYHEX, -1),
        "super": (oids.SUPER, -1),
        "varbyte": (oids.VARBYTE, -1),
    }
)
"""Name to OID and length in bytes, which is negative where it varies."""

ARRAYS: Mapping[str, int] = MappingProxyType(
    {
        "bool": oids.BOOL_ARRAY,
        "bytea": oids.BYTEA_ARRAY,
        '"char"': oids.CHAR_ARRAY,
        "name": oids.NAME_ARRAY,
        "int8": oids.INT8_ARRAY,
        "int2": oids.INT2_ARRAY,
        "int2vector": oids.INT2VECTOR_ARRAY,
        "int4": oids.INT4_ARRAY,
        "regproc": oids.REGPROC_ARRAY,
        "text": oids.TEXT_ARRAY,
        "oid": oids.OID_ARRAY,
        "tid": oids.TID_ARRAY,
        "xid": oids.XID_ARRAY,
        "cid": oids.CID_ARRAY,
        "oidvector": oids.OIDVECTOR_ARRAY,
        "json": oids.JSON_ARRAY,
        "cidr": oids.CIDR_ARRAY,
        "float4": oids.FLOAT4_ARRAY,
        "float8": oids.FLOAT8_ARRAY,
        "abstime": oids.ABSTIME_ARRAY,
        "macaddr": oids.MACADDR_ARRAY,
        "inet": oids.INET_ARRAY,
        "aclitem": oids.ACLITEM_ARRAY,
        "bpchar": oids.BPCHAR_ARRAY,
        "varchar": oids.VARCHAR_ARRAY,
        "date": oids.DATE_ARRAY,
        "time": oids.TIME_ARRAY,
        "timestamp": oids.TIMESTAMP_ARRAY,
        "timestamptz": oids.TIMESTAMPTZ_ARRAY,
        "interval": oids.INTERVAL_ARRAY,
        "intervaly2m": oids.INTERVALY2M_ARRAY,
        "intervald2s": oids.INTERVALD2S_ARRAY,
        "timetz": oids.TIMETZ_ARRAY,
        "numeric": oids.NUMERIC_ARRAY,
        "cstring": oids.CSTRING_ARRAY,
        "uuid": oids.UUID_ARRAY,
        "jsonb": oids.JSONB_ARRAY,
    }
)
"""The element's name to the OID of its arrays."""

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "boolean": "bool",
        "smallint": "int2",
        "int": "int4",
        "integer": "int4",
        "bigint": "int8",
        "real": "float4",
        "float": "float8",
        "double precision": "float8",
        "decimal": "numeric",
        "character varying": "varchar",
        "nvarchar": "varchar",
        "char": "bpchar",
        "character": "bpchar",
        "nchar": "bpchar",
        "timestamp without time zone": "timestamp",
        "timestamp with time zone": "timestamptz",
        "time without time zone": "time",
        "time with time zone": "timetz",
        "varbinary": "varbyte",
        "binary varying": "varbyte",
    }
)

_REDSHIFT_ONLY = frozenset(
    "super varbyte abstime intervaly2m intervald2s geometry geography geometryhex hllsketch".split()
)
_POSTGRES_ONLY = frozenset({"json", "jsonb", "uuid", "xml", "void"})

_TEXT_ONLY_ON_REDSHIFT = frozenset(
    {
        *(oids.INT2VECTOR, oids.OIDVECTOR, oids.TID, oids.XID, oids.CID),
        *(oids.GEOMETRY, oids.GEOMETRYHEX, oids.SUPER, oids.VARBYTE),
    }
)
_BINARY_SINCE_PROTOCOL_2 = frozenset(
    {
        *(oids.CHAR_ARRAY, oids.INT2_ARRAY, oids.INT4_ARRAY, oids.TEXT_ARRAY),
        *(oids.VARCHAR_ARRAY, oids.FLOAT4_ARRAY, oids.OID_ARRAY, oids.ACLITEM_ARRAY),
        oids.GEOGRAPHY,
    }
)
_ARRAY_OIDS = frozenset(ARRAYS.values())


def absent(name: str, *, redshift: bool) -> bool:
    """Whether the server has no type of this name, which the other one has."""
    return name in (_POSTGRES_ONLY if redshift else _REDSHIFT_ONLY)


def has_binary(oid: int, protocol_version: int, *, redshift: bool) -> bool:
    """Whether the server may be asked for values of the type in binary.

    On Redshift only what AWS's driver asks for is known to work; what it never asks for
    is refused here, so that a client that relies on more is found out (assumed). What it
    asks for in text under an old protocol though later in binary (DATE, NUMERIC) is served.
    """
    if not redshift:
        return oid not in (oids.ACLITEM, oids.ACLITEM_ARRAY)
    if oid in _BINARY_SINCE_PROTOCOL_2:
        return protocol_version >= 2
    return oid not in _TEXT_ONLY_ON_REDSHIFT and oid not in _ARRAY_OIDS
