"""The codecs that every connection starts with."""

from __future__ import annotations

from rs_driver.adapters.codecs import (
    abstime,
    array_,
    boolean,
    bytes_,
    catalogue,
    date_,
    enum_,
    floats,
    integers,
    interval,
    json_,
    list_,
    network,
    numeric,
    numpy_scalars,
    pandas_,
    spatial,
    text,
    time_,
    timestamp,
    timetz,
    uuid_,
)
from rs_driver.adapters.codecs.registry import Codecs
from rs_driver.ports.codec import Conversions
from rs_driver.ports.profile import ServerProfile

__all__ = ["Codecs", "default_codecs"]

_FAMILIES = (
    text,
    boolean,
    integers,
    catalogue,
    floats,
    numeric,
    bytes_,
    date_,
    time_,
    timetz,
    timestamp,
    abstime,
    interval,
    uuid_,
    json_,
    spatial,
    network,
    enum_,
    numpy_scalars,
    pandas_,
    array_,
    list_,
)


def default_codecs(profile: ServerProfile, conversions: Conversions | None = None) -> Codecs:
    """The codecs for a server of this kind and protocol version."""
    codecs = Codecs(profile, conversions=conversions or Conversions())
    for family in _FAMILIES:
        codecs = family.register(codecs)
    return codecs
