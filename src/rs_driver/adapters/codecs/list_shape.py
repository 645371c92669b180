"""How the lists of a parameter nest: as an array, with lists of one length at each depth."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rs_driver.adapters.codecs.array_text import MAX_DIMENSIONS
from rs_driver.adapters.codecs.base import Encoder, NamedEncoder
from rs_driver.errors import DataError, NotSupportedError, ProgrammingError
from rs_driver.ports.codec import CodecMap

MAX_ELEMENTS = 134_217_727
"""PostgreSQL's bound on the elements of an array: as many pointers as fit into 1 GiB."""

Elements = Callable[[Any], "list[Any] | None"]
"""What a value contains; None where it is a single value after all."""


@dataclass(frozen=True)
class ListEncoder(Encoder):
    """The ``Encoder`` of a class whose values are lists, also as elements of other lists."""

    elements: Elements = list


@dataclass(frozen=True)
class NamedListEncoder(NamedEncoder):
    """The same of a class that must not be imported for it."""

    elements: Elements = list


class _Lists:
    """Tells lists from single values by the codec that would send them.

    So a subclass of tuple with a codec of its own is a single value.
    """

    def __init__(self, codecs: CodecMap) -> None:
        self._codecs = codecs
        self._known: dict[type, Elements | None] = {}

    def elements(self, value: Any) -> list[Any] | None:
        """The elements of a list, None for a single value."""
        kind = type(value)
        if kind not in self._known:
            self._known[kind] = self._find(kind)
        elements = self._known[kind]
        return None if elements is None else elements(value)

    def _find(self, kind: type) -> Elements | None:
        try:
            codec = self._codecs.encoder(kind)
        except NotSupportedError:
            return None  # encoding it says so, and where it is
        return codec.elements if isinstance(codec, (ListEncoder, NamedListEncoder)) else None


def flatten(value: Any, codecs: CodecMap) -> tuple[list[int], list[Any]]:
    """The lengths of the lists at each depth of the list ``value``; its single values in order.

    Nothing is expanded before it is known to be no more than an array may hold.
    ProgrammingError for lists that nest too deeply (or contain themselves), that differ in
    length or that stand beside single values; DataError for too many elements.
    """
    lists = _Lists(codecs)
    lengths = _lengths_of_the_first(value, lists)
    if math.prod(lengths) > MAX_ELEMENTS:
        raise DataError(f"an array cannot hold more than {MAX_ELEMENTS} elements")
    level = [value]
    for depth, length in enumerate(lengths, 1):
        below: list[Any] = []
        for number, item in enumerate(level):
            items = lists.elements(item)
            if items is None:
                raise _mixed(level, number, lengths[: depth - 1])
            if len(items) != length:
                raise ProgrammingError(
                    f"the lists at depth {depth} have {length} and {len(items)} elements"
                )
            below += items
        level = below
    for number, item in enumerate(level):
        if lists.elements(item) is not None:
            raise _mixed(level, number, lengths)
    return lengths, level


def _lengths_of_the_first(value: Any, lists: _Lists) -> list[int]:
    """The lengths of ``value``, of its first element, of the first element of that ..."""
    lengths: list[int] = []
    items = lists.elements(value)
    while items is not None:
        if len(lengths) == MAX_DIMENSIONS:
            raise ProgrammingError(
                f"lists within lists, deeper than the {MAX_DIMENSIONS} dimensions of an array"
            )
        lengths.append(len(items))
        items = lists.elements(items[0]) if items else None
    return lengths


def _mixed(level: Sequence[Any], number: int, lengths: Sequence[int]) -> ProgrammingError:
    return ProgrammingError(
        f"a list and a single value side by side: {described(level[0])} at {place(0, lengths)}, "
        f"{described(level[number])} at {place(number, lengths)}"
    )


def described(value: Any) -> str:
    """The class of a value, for messages."""
    return "None" if value is None else type(value).__qualname__


def place(number: int, lengths: Sequence[int]) -> str:
    """Where an element is: the indices of the element ``number`` in row-major order."""
    indices: list[str] = []
    for length in reversed(lengths):
        number, index = divmod(number, length)
        indices.append(f"[{index}]")
    return "".join(reversed(indices))
