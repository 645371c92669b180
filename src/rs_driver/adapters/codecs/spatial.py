"""GEOMETRY and GEOGRAPHY of Redshift: the hexadecimal text of their EWKB, as a str.

GEOMETRY comes as text only and is left as it was sent. GEOMETRYHEX and GEOGRAPHY are in
lower case, whatever case the server wrote; GEOGRAPHY's binary form, which protocol 2 has,
is the EWKB itself.
"""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING

from rs_driver import oids
from rs_driver.adapters.codecs.base import Codec, same
from rs_driver.adapters.codecs.by_column import built, texts, written
from rs_driver.ports.codec import BINARY, TEXT

if TYPE_CHECKING:
    from rs_driver.adapters.codecs.registry import Codecs


def _lower_case(data: bytes) -> str:
    return binascii.unhexlify(data).hex()


def register(codecs: Codecs) -> Codecs:
    """Add the spatial types where the server is Redshift; PostgreSQL's have no fixed OIDs."""
    profile = codecs.profile
    if profile.kind != "redshift":
        return codecs
    hexadecimal = built("u", written)
    codecs = codecs.with_decoder(
        Codec(oids.GEOMETRY, TEXT, "geometry", same(bytes.decode), column=texts),
        Codec(oids.GEOMETRYHEX, TEXT, "geometryhex", same(_lower_case), column=hexadecimal),
        Codec(oids.GEOGRAPHY, TEXT, "geography", same(_lower_case), column=hexadecimal),
    )
    if profile.protocol_version >= 2:
        codecs = codecs.with_decoder(
            Codec(oids.GEOGRAPHY, BINARY, "geography", same(bytes.hex), column=hexadecimal)
        )
    return codecs
