"""pandas' scalars as parameters, without importing pandas.

NaT and NA are NULL. A Timestamp is a datetime and is sent by that one's codec, which
refuses nanoseconds. A Timedelta is sent as the timedelta that it equals; one with
nanoseconds or out of that one's range is a DataError.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from rs_driver.adapters.codecs.base import NamedEncoder
from rs_driver.errors import DataError
from rs_driver.ports.codec import CodecMap, Parameter

if TYPE_CHECKING:
    from rs_driver.adapters.codecs.registry import Codecs


def _encode_null(_value: object, codecs: CodecMap) -> Parameter:
    return codecs.encode(None)


def _encode_timedelta(value: Any, codecs: CodecMap) -> Parameter:
    if value.nanoseconds:
        raise DataError(
            "the Timedelta has nanoseconds, the server's intervals have microseconds: "
            "round it first"
        )
    try:
        plain = timedelta(value.days, value.seconds, value.microseconds)
    except OverflowError:
        raise DataError("the Timedelta is outside the range of Python's timedelta") from None
    return codecs.encode(plain)


def register(codecs: Codecs) -> Codecs:
    """Add NaT, NA and Timedelta."""
    return codecs.with_named_encoder(
        NamedEncoder("pandas.NaTType", _encode_null),
        NamedEncoder("pandas.NAType", _encode_null),
        NamedEncoder("pandas.Timedelta", _encode_timedelta),
    )
