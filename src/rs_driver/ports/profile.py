"""ServerProfile: what the peer is and how it differs, settled once after startup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ServerKind = Literal["redshift", "postgres"]


@dataclass(frozen=True)
class ServerProfile:
    """Every fact about the peer that the driver's choices hang on.

    ``protocol_version``: Redshift's ``server_protocol_version`` (0, 1 or 2), 0 on
    PostgreSQL. ``backslash_escapes``: plain ``'...'`` literals honour backslashes.
    ``text_oid``: the OID under which a str parameter is sent. ``bytes_oid``: the same
    for bytes. ``pipelined_begin``: BEGIN may ride in the flight of the statement that
    needs it. ``plan_guard``: a prepared statement whose rows would not be of the described
    shape any more is refused (PostgreSQL's 0A000 "cached plan"). ``max_statement_bytes``:
    the longest SQL text, None for no limit of its own. ``rows_per_insert``: how many rows an
    INSERT of ``executemany`` has, at most; 1: the statement is run once for each row. A
    message carries 32,767 parameters.
    ``two_phase``: PREPARE TRANSACTION exists. ``varbyte_wire``: how VARBYTE
    arrives under protocol 2, as hex or as its bytes; before, it is always hex. "auto": it
    is not known yet, and the server is asked before the first VARBYTE is read.
    """

    kind: ServerKind = "redshift"
    protocol_version: int = 0
    server_version: str = ""
    backslash_escapes: bool = True
    text_oid: int = 705
    bytes_oid: int = 6551
    pipelined_begin: bool = True
    plan_guard: bool = False
    max_statement_bytes: int | None = 16 * 1024 * 1024
    rows_per_insert: int = 32767
    two_phase: bool = False
    varbyte_wire: Literal["auto", "hex", "raw"] = "auto"
