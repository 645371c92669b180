"""The codecs that every connection starts with."""

from __future__ import annotations

from rs_driver.adapters.codecs import (
    boolean,
    bytes_,
    date_,
    floats,
    integers,
    numeric,
    text,
    time_,
    timestamp,
)
from rs_driver.adapters.codecs.registry import Codecs
from rs_driver.ports.codec import Conversions
from rs_driver.ports.profile import ServerProfile

__all__ = ["Codecs", "default_codecs"]

_FAMILIES = (text, boolean, integers, floats, numeric, bytes_, date_, time_, timestamp)


def default_codecs(profile: ServerProfile, conversions: Conversions | None = None) -> Codecs:
    """The codecs for a server of this kind and protocol version."""
    codecs = Codecs(profile, conversions=conversions or Conversions())
    for family in _FAMILIES:
        codecs = family.register(codecs)
    return codecs
