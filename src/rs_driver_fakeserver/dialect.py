"""Which server the fake plays: the choice that values, messages and errors hang on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ServerKind = Literal["redshift", "postgres"]
VarbyteText = Literal["hex", "raw"]


@dataclass(frozen=True)
class Dialect:
    """The server's kind, and what this connection negotiated.

    ``protocol_version``: Redshift's ``server_protocol_version`` (0, 1, 2); 0 on
    PostgreSQL. ``varbyte_text``: how a VARBYTE looks in text format under protocol 2; it
    is hex under the older ones. Evidence from real clusters goes both ways, so both can
    be played.
    """

    kind: ServerKind = "redshift"
    protocol_version: int = 0
    varbyte_text: VarbyteText = "hex"

    @property
    def redshift(self) -> bool:
        return self.kind == "redshift"

    @property
    def scaled_numeric(self) -> bool:
        """Binary NUMERIC is a scaled int64 or int128 instead of PostgreSQL's base-10000 form."""
        return self.redshift and self.protocol_version >= 2

    @property
    def raw_varbyte(self) -> bool:
        """VARBYTE in text is the bytes themselves instead of their hex digits."""
        return self.varbyte_text == "raw" and self.protocol_version >= 2

    @property
    def counts_selected_rows(self) -> bool:
        """The command tags of SELECT and FETCH end in the number of rows (PostgreSQL >= 9.0)."""
        return not self.redshift
