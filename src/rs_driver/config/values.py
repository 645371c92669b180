"""Parsers of option values: what a user wrote in, the checked value out.

Every parser takes the object of a keyword argument or the text of a DSN, a file or an
environment variable, and raises BadValue with the reason, which never quotes the value.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Mapping
from ipaddress import ip_address
from types import MappingProxyType

Parser = Callable[[object], object]


class BadValue(Exception):
    """Why a value cannot be what its option takes; the caller adds which option."""


_TRUE = frozenset({"1", "true", "yes", "on", "t", "y"})
_FALSE = frozenset({"0", "false", "no", "off", "f", "n"})
_LONGEST_WAIT = 10.0 * 365 * 86400


def text(value: object) -> str:
    """A str that the protocol's NUL-terminated strings can carry."""
    if not isinstance(value, str):
        raise BadValue(f"expects a str, not {type(value).__name__}")
    if "\0" in value:
        raise BadValue("must not contain a NUL character")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise BadValue("cannot be encoded as UTF-8") from None
    return value


def path(value: object) -> str:
    """A file system path: a str or an object with ``__fspath__`` that gives one."""
    return text(os.fspath(value) if isinstance(value, os.PathLike) else value)


def flag(value: object) -> bool:
    """A bool, or text like true, off, 1."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in _TRUE | _FALSE:
        return value.lower() in _TRUE
    if isinstance(value, str):
        raise BadValue("expects true or false")
    raise BadValue(f"expects a bool, not {type(value).__name__}")


def whole(low: int, high: int) -> Parser:
    """An int, or its decimal digits, between ``low`` and ``high`` inclusive."""

    def parse(value: object) -> int:
        if isinstance(value, str):
            digits = value.strip()
            if not (digits.isascii() and digits.isdigit() and len(digits) <= 20):
                raise BadValue("expects a whole number")
            value = int(digits)
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadValue(f"expects an int, not {type(value).__name__}")
        if not low <= value <= high:
            raise BadValue(f"must be between {low} and {high}")
        return value

    return parse


_port = whole(1, 65535)


def ports(value: object) -> object:
    """One port, an int; several with commas between them, a tuple: None where one is empty."""
    if not (isinstance(value, str) and "," in value):
        return _port(value)
    return tuple(_port(item) if item.strip() else None for item in value.split(","))


def addresses(value: object) -> str:
    """A numeric address, or several with commas between them."""
    try:
        for item in text(value).split(","):
            ip_address(item.strip())
    except ValueError:
        raise BadValue("expects numeric addresses; names go into host") from None
    return text(value)


def seconds(value: object) -> float:
    """A time that is not negative; 0 stands for no limit. An int, a float or text."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise BadValue("expects a number of seconds") from None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise BadValue(f"expects a number of seconds, not {type(value).__name__}")
    if not 0 <= value <= _LONGEST_WAIT or math.isnan(value):
        raise BadValue("must be between 0 and ten years of seconds")
    return float(value)


def some_seconds(value: object) -> float:
    """The same, but some time there must be."""
    if not (given := seconds(value)):
        raise BadValue("must be more than 0 seconds")
    return given


def one_of(*choices: str) -> Parser:
    """One of these words, as they are spelt."""

    def parse(value: object) -> str:
        word = text(value)
        if word not in choices:
            raise BadValue(f"must be one of {', '.join(choices)}")
        return word

    return parse


def names(value: object) -> frozenset[str]:
    """A set of words: an iterable of str, or text with commas between them."""
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, Iterable):
        raise BadValue(f"expects names, not {type(value).__name__}")
    found = frozenset(text(item).strip() for item in items)
    if not found or "" in found:
        raise BadValue("expects names, none of them empty")
    return found


def local_address(value: object) -> tuple[str, int]:
    """A local host, or a ``(host, port)`` pair; port 0 where none is named."""
    host, port = value if isinstance(value, tuple) and len(value) == 2 else (value, 0)
    number = whole(0, 65535)(port)
    if not isinstance(number, int):
        raise BadValue("expects a host or a (host, port) pair")
    return text(host), number


def settings(value: object) -> Mapping[str, str]:
    """A mapping of session settings; ints and bools become their SQL spelling."""
    if not isinstance(value, Mapping):
        raise BadValue(f"expects a mapping, not {type(value).__name__}")
    return MappingProxyType({_key(name): _setting(item) for name, item in value.items()})


def overrides(value: object) -> Mapping[str, object]:
    """A mapping from field names to values of any kind."""
    if not isinstance(value, Mapping):
        raise BadValue(f"expects a mapping, not {type(value).__name__}")
    return MappingProxyType({_key(name): item for name, item in value.items()})


def objects(value: object) -> tuple[object, ...]:
    """Any objects, by an iterable."""
    if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
        raise BadValue(f"expects a sequence of objects, not {type(value).__name__}")
    return tuple(value)


def instance(kind: type) -> Parser:
    """An object of this class."""

    def parse(value: object) -> object:
        if not isinstance(value, kind):
            raise BadValue(f"expects a {kind.__name__}, not {type(value).__name__}")
        return value

    return parse


def anything(value: object) -> object:
    """Any object but text, which could only be the name of a class: none is loaded by it."""
    if isinstance(value, (str, bytes)):
        raise BadValue(f"expects an object, not {type(value).__name__}")
    return value


def _key(name: object) -> str:
    if not text(name):
        raise BadValue("has an empty name")
    return text(name)


def _setting(item: object) -> str:
    if isinstance(item, bool):
        return "on" if item else "off"
    if not isinstance(item, int):
        return text(item)
    try:
        return str(item)
    except ValueError:  # Python turns no number into text that is this long
        raise BadValue("has a number of too many digits") from None
