"""BOOLEAN: ``t`` or ``f`` in text, one byte 1 or 0 in binary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rs_driver import oids
from rs_driver.adapters.codecs.base import Codec, Encoder, same
from rs_driver.adapters.codecs.by_column import booleans, built
from rs_driver.ports.codec import BINARY, TEXT, CodecMap, Decode, Parameter

if TYPE_CHECKING:
    from rs_driver.adapters.codecs.registry import Codecs


def _one_of(words: Mapping[bytes, bool]) -> Decode:
    return words.__getitem__


_flag = {1: True, 0: False}.__getitem__


def _encode(value: bool, _codecs: CodecMap) -> Parameter:
    return Parameter(oids.BOOL, BINARY, b"\x01" if value else b"\x00")


def register(codecs: Codecs) -> Codecs:
    """Add BOOLEAN, and Python's bool."""
    text = same(_one_of({b"t": True, b"f": False}))
    binary = same(_one_of({b"\x01": True, b"\x00": False}))
    return codecs.with_decoder(
        Codec(oids.BOOL, TEXT, "boolean", text, column=built("b")),
        Codec(oids.BOOL, BINARY, "boolean", binary, "b", booleans, lambda _field, _codecs: _flag),
    ).with_encoder(Encoder(bool, _encode))
