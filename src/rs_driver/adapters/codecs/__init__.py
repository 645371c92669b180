"""The codecs that every connection starts with."""

from __future__ import annotations

from functools import lru_cache

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
    # Of its own for each connection is only what a map remembers of classes.
    return _made(profile, conversions or Conversions()).with_profile(profile)


@lru_cache(maxsize=16)
def _made(profile: ServerProfile, conversions: Conversions) -> Codecs:
    codecs = Codecs(profile, conversions=conversions)
    for family in _FAMILIES:
        codecs = family.register(codecs)
    return codecs
