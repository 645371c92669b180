"""Type OIDs of Redshift and of the PostgreSQL types that it may meet.

Source: PostgreSQL's pg_type catalogue; Redshift's own from its drivers' public tables.
"""

from __future__ import annotations

from typing import Final

BOOL: Final = 16
BYTEA: Final = 17
CHAR: Final = 18
NAME: Final = 19
INT8: Final = 20
INT2: Final = 21
INT2VECTOR: Final = 22
INT4: Final = 23
REGPROC: Final = 24
TEXT: Final = 25
OID: Final = 26
TID: Final = 27
XID: Final = 28
CID: Final = 29
OIDVECTOR: Final = 30
JSON: Final = 114
FLOAT4: Final = 700
FLOAT8: Final = 701
ABSTIME: Final = 702
UNKNOWN: Final = 705
ACLITEM: Final = 1033
BPCHAR: Final = 1042
VARCHAR: Final = 1043
DATE: Final = 1082
TIME: Final = 1083
TIMESTAMP: Final = 1114
TIMESTAMPTZ: Final = 1184
INTERVAL: Final = 1186
INTERVALY2M: Final = 1188
INTERVALD2S: Final = 1190
TIMETZ: Final = 1266
NUMERIC: Final = 1700
UUID: Final = 2950
GEOMETRY: Final = 3000
GEOGRAPHY: Final = 3001
JSONB: Final = 3802
GEOMETRYHEX: Final = 3999
SUPER: Final = 4000
VARBYTE: Final = 6551
