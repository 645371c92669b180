"""What to do with a value that cannot be sent: one sentence for its class."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from rs_driver.adapters.codecs.base import class_name

_ITERATOR: Final = "make a list of it"
_BY_CLASS: Final[tuple[tuple[type, str], ...]] = (
    (type, "it is a class itself; was an instance of it meant?"),
    (types.ModuleType, "it is a module; was something in it meant?"),
    (types.FunctionType, "it is a function; was its result meant?"),
    (types.MethodType, "it is a method; was its result meant?"),
    (types.BuiltinFunctionType, "it is a function; was its result meant?"),
    (types.CoroutineType, "it is a coroutine; await it"),
    (BaseException, "send its str()"),
    (complex, "the server has no complex numbers; send its two parts"),
    (Mapping, "make a dict of it"),
    (AbstractSet, "it has no order; make a list of it"),
    (Iterator, _ITERATOR),
    (range, _ITERATOR),
)
_BY_NAME: Final[tuple[tuple[str, str], ...]] = (
    ("pandas.DataFrame", "send its rows one by one, as tuples"),
    ("pandas.Series", "make a list of it by tolist()"),
    ("pandas.Index", "make a list of it by tolist()"),
    ("pandas.Period", "send its start by to_timestamp()"),
    ("pandas.Interval", "send its left and its right as two values"),
)
_ANY_ITERABLE: Final = "make a list of it, or register a codec for its class"
_ANY: Final = "no codec is registered for it; class_codec() makes one"


def hint(kind: type) -> str:
    """What the sender of a value of class ``kind`` might do instead."""
    names = {class_name(base) for base in kind.__mro__}
    for name, advice in _BY_NAME:
        if name in names:
            return advice
    for base, advice in _BY_CLASS:
        if issubclass(kind, base):
            return advice
    return _ANY_ITERABLE if issubclass(kind, Iterable) else _ANY
