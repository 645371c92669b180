"""Values of every type in both forms, from hostile servers and from hostile clients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, partial
from typing import Any
from zlib import crc32

import numpy as np  # noqa: F401  (so that rows are decoded by it)

from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.codecs.array_ import ELEMENTS
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT, Conversions
from rs_driver.ports.profile import ServerProfile
from support.array_wire import array_binary, array_text
from support.fuzz.rows import Way, agreed, way_of
from support.fuzz.target import Target
from support.row_batches import batch_of
from support.type_table import ARRIVALS, NAMES, SERVERS, Arrival
from support.wire_values import column, numeric_typmod, row

_FORMATS = {TEXT: "text", BINARY: "binary"}
_LOOSE = Conversions(numeric_to_float=True, super_objects=True, out_of_range_dates="text")
WORDS = (
    *(b"NULL", b"null", b"NaN", b"Infinity", b"-infinity", b"+", b"-", b".", b"e", b"E-", b"_"),
    *(b" BC", b" AD", b"24:00:00", b"60", b"+15:59:59", b"-00", b"9999-12-31", b"T", b"Z"),
    *(b" mons", b" years", b" days", b"-1-2", b"@ ", b" ago", b"P1Y"),
    *(b"{", b"}", b'"', b"\\", b",", b"[0:1]=", b"[", b"]", b":", b"{{", b"}}", b"true"),
    *(b"\\x", b"\\000", b"\\u0000", b"\\ud800", b"::", b"/32", b"\xff", b"\xc3\xa9", b"\0", b" "),
    *("\u0661".encode(), "\u00a0".encode(), "\ud800".encode("utf-8", "surrogatepass")),
)


def _forms(row: Arrival) -> Iterator[tuple[int, bytes]]:
    """What it says on the wire, by format."""
    yield TEXT, row.text.encode()
    for data in row.binary.values():
        yield BINARY, bytes.fromhex(data)


@cache
def seeds_of(oid: int, format: int) -> Sequence[bytes]:
    """Valid values of a type; of an array from those of its elements."""
    if oid not in ELEMENTS:
        found = [data for row in ARRIVALS if row.oid == oid for code, data in _forms(row)
                 if code == format]  # fmt: skip
        return list(dict.fromkeys(found)) or [b"1"]
    element, _ = ELEMENTS[oid]
    of_element = seeds_of(element, format)
    one, other = of_element[0], of_element[-1]
    if format == TEXT:
        lists: list[Any] = [[], [one], [one, None, other], [[one, other], [None, one]]]
        return [array_text(each) for each in lists] + [b"[0:0]=" + array_text([one]), b"{7,8}"]
    return [
        array_binary(element, [], []),
        array_binary(element, [1], [one]),
        array_binary(element, [3], [one, None, other]),
        array_binary(element, [2, 2], [one, other, None, one]),
    ]


@cache
def _ways(oid: int, format: int) -> list[Way]:
    """How each server's values of the type are read, strictly and loosely."""
    typmods = {-1, numeric_typmod(38, 10), *(row.typmod for row in ARRIVALS if row.oid == oid)}
    return [
        way_of((column(oid, format, typmod),), default_codecs(profile, conversions))
        for profile in SERVERS.values()
        if _is_asked_for(profile, oid, format)
        for conversions in (Conversions(), _LOOSE)
        for typmod in sorted(typmods)
    ]


def _codec(oid: int, format: int) -> Target:
    """A column in which NULL and a value of the type stand beside the one that is not."""
    good = seeds_of(oid, format)[0]

    def run(data: bytes) -> None:
        ways = _ways(oid, format)
        # One of them for each input, or one that is refused at once would hide the others.
        way = ways[crc32(data) % len(ways)]
        agreed(way, batch_of(*(row(value) for value in (data, None, good, data))))

    name = f"codec:{NAMES.get(oid, oid)}:{_FORMATS[format]}"
    seeds = partial(seeds_of, oid, format)
    return Target(name, run, seeds, (DataError,), WORDS)


def _known() -> Iterator[tuple[int, int]]:
    """Types and formats that some server is asked for."""
    for oid in range(10_000):
        for code in _FORMATS:
            if any(_is_asked_for(profile, oid, code) for profile in SERVERS.values()):
                yield oid, code


def _is_asked_for(profile: ServerProfile, oid: int, format: int) -> bool:
    codecs = default_codecs(profile)
    there = codecs.codec(oid, format) is not None
    return there and (format == TEXT or codecs.result_format(oid, binary=True) == BINARY)


TARGETS: Sequence[Target] = tuple(_codec(oid, code) for oid, code in _known())
