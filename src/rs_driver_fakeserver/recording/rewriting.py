"""A message anew, with other texts in it: what redacting and its reverse have in common."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

TextRewriter = Callable[[str], str]
DataRewriter = Callable[[bytes], bytes]


def rewritten(message: Any, text: TextRewriter, data: DataRewriter) -> Any:
    """``message`` with ``text`` applied to each str in it and ``data`` to all bytes.

    One-letter fields (the kind of a Describe, a status) stay as they are. The lengths
    follow when the message is encoded.
    """
    changes = {}
    for field in dataclasses.fields(message):
        old = getattr(message, field.name)
        new = _rewritten(old, text, data)
        if new != old:
            changes[field.name] = new
    return dataclasses.replace(message, **changes) if changes else message


def _rewritten(value: Any, text: TextRewriter, data: DataRewriter) -> Any:
    match value:
        case str() | bytes() if len(value) < 2:
            return value
        case str():
            return text(value)
        case bytes():
            return data(value)
        case tuple():
            return tuple(_rewritten(item, text, data) for item in value)
        case dict():
            return {key: _rewritten(item, text, data) for key, item in value.items()}
        case _ if dataclasses.is_dataclass(value):
            return rewritten(value, text, data)
    return value
