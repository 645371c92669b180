"""A member of an Enum is sent as its value is sent: whatever that is, by its own codec.

That holds for an Enum that is a str or an int as well (IntEnum, StrEnum), and for a Flag,
whose value is an int.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from rs_driver.adapters.codecs.base import Encoder
from rs_driver.errors import Error
from rs_driver.ports.codec import CodecMap, Parameter

if TYPE_CHECKING:
    from rs_driver.adapters.codecs.registry import Codecs


def _encode(member: Enum, codecs: CodecMap) -> Parameter:
    try:
        return codecs.encode(member.value)
    except Error as error:
        name = type(member).__qualname__
        raise type(error)(f"a member of the Enum {name}: {error.message}") from error


def register(codecs: Codecs) -> Codecs:
    """Add Python's Enum."""
    return codecs.with_encoder(Encoder(Enum, _encode))
