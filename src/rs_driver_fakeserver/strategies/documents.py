"""Values of the types that hold documents, shapes and bytes."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from types import MappingProxyType
from xml.sax.saxutils import escape

from hypothesis import strategies as st

from rs_driver import oids
from rs_driver_fakeserver.strategies.texts import texts
from rs_driver_fakeserver.values.types import WireType

_JSON = frozenset({oids.JSON, oids.JSONB, oids.SUPER})
_SHAPES = frozenset({oids.GEOMETRY, oids.GEOGRAPHY, oids.GEOMETRYHEX})
_BINARY = frozenset({oids.BYTEA, oids.VARBYTE})
_EVERY_BYTE = bytes(range(256))
_INT64 = (1 << 63) - 1


def strategy(wire_type: WireType, *, element: bool) -> st.SearchStrategy[object] | None:
    """Values of one of these types, None for another type.

    ``element``: of an array, where a list would be one more dimension.
    """
    if wire_type.name == "hllsketch":
        return sketches()
    if wire_type.oid in _JSON:
        return _json(lists=not element)
    if wire_type.oid in _SHAPES:
        return shapes()
    if wire_type.oid in _BINARY:
        return _bytes(wire_type.characters)
    if wire_type.oid == oids.XML:
        return _xml()
    return None


def _bytes(most: int | None) -> st.SearchStrategy[bytes]:
    edges = [edge[:most] for edge in (b"", b"\0", b"\\", b"\\x00", b"'", b"\xff", _EVERY_BYTE)]
    return st.binary(max_size=most) | st.sampled_from(edges)


def _json(*, lists: bool) -> st.SearchStrategy[object]:
    """What the type holds: an object for everything but a string, which is given as JSON.

    (A str is JSON's text already.) Numbers are those that an int or a float holds.
    """
    numbers = st.integers(-_INT64 - 1, _INT64) | _json_floats()
    scalars = st.none() | st.booleans() | numbers | texts()
    inner = st.recursive(
        scalars,
        lambda items: st.lists(items, max_size=3) | st.dictionaries(texts(), items, max_size=3),
        max_leaves=8,
    )
    whole = [st.dictionaries(texts(), inner, max_size=3), st.booleans(), numbers]
    if lists:
        whole.append(st.lists(inner, max_size=3))
    quoted = texts().map(lambda text: json.dumps(text, ensure_ascii=False))
    return st.one_of(*whole, quoted, st.just("null"))


def _json_floats() -> st.SearchStrategy[float]:
    return st.floats(allow_nan=False, allow_infinity=False)


def sketches() -> st.SearchStrategy[Mapping[str, object]]:
    """HLLSKETCH as Redshift's JSON."""
    pairs = st.lists(st.tuples(st.integers(0, 2**26 - 1), st.integers(1, 50)), max_size=4)
    sparse = pairs.map(
        lambda found: {"indices": [at for at, _ in found], "values": [rank for _, rank in found]}
    )
    return sparse.map(lambda found: {"version": 1, "logm": 15, "sparse": found})


_TEXT_IN_XML = st.characters(
    min_codepoint=0x20, max_codepoint=0xFFFD, exclude_categories=["Cs", "Cn"]
)


def _xml() -> st.SearchStrategy[str]:
    """Small documents, and content that is none, which the type takes as well."""
    tags = st.sampled_from(["a", "b-c", "ns:d"])
    content = st.text(_TEXT_IN_XML, max_size=10).map(escape)
    return content | st.builds(lambda tag, inner: f"<{tag}>{inner}</{tag}>", tags, content)


_SRID = 0x2000_0000
_POINT, _LINE = 1, 2
_ORDERS: Mapping[str, bytes] = MappingProxyType({"<": b"\1", ">": b"\0"})


def shapes() -> st.SearchStrategy[bytes]:
    """Points and lines as EWKB, in both byte orders, with and without an SRID."""
    number = st.floats(allow_nan=False, allow_infinity=False)
    points = st.lists(st.tuples(number, number), min_size=1, max_size=3)
    srids = st.none() | st.sampled_from([0, 3857, 4326])
    return st.builds(_ewkb, points, st.sampled_from(sorted(_ORDERS)), srids)


def _ewkb(points: list[tuple[float, float]], order: str, srid: int | None) -> bytes:
    kind = (_POINT if len(points) == 1 else _LINE) | (0 if srid is None else _SRID)
    head = _ORDERS[order] + struct.pack(f"{order}I", kind)
    if srid is not None:
        head += struct.pack(f"{order}I", srid)
    if len(points) > 1:
        head += struct.pack(f"{order}I", len(points))
    return head + b"".join(struct.pack(f"{order}2d", *point) for point in points)
