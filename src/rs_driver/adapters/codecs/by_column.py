"""How a codec's columns are made, as what its ``Codec`` says of itself.

Each of these is a ``Column``: called once a result that is wanted by column, and not before,
since what it gives needs numpy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rs_driver.adapters.codecs.base import Column
from rs_driver.ports.codec import CodecMap, ColumnDecode, Decode
from rs_driver.wire.results import FieldDescription


def numbers(format: str, code: str) -> Column:
    """A number of fixed width: Arrow's format, and numpy's name of the type."""

    def make(_field: FieldDescription, _codecs: CodecMap, _bare: Decode) -> ColumnDecode:
        from rs_driver.adapters.codecs.columns import Numbers

        return Numbers(format, code)

    return make


def booleans(_field: FieldDescription, _codecs: CodecMap, _bare: Decode) -> ColumnDecode:
    """One byte, 0 or 1."""
    from rs_driver.adapters.codecs.columns import Booleans

    return Booleans()


def texts(_field: FieldDescription, _codecs: CodecMap, _bare: Decode) -> ColumnDecode:
    """UTF-8 text, as it is."""
    from rs_driver.adapters.codecs.columns import Texts

    return Texts()


def octets(_field: FieldDescription, _codecs: CodecMap, _bare: Decode) -> ColumnDecode:
    """Bytes, as they are."""
    from rs_driver.adapters.codecs.columns import Bytes

    return Bytes()


def built(format: str, raw: Callable[[Any], Any] = lambda value: value) -> Column:
    """Value by value, each by the scalar codec and then by ``raw`` (``built.Built``)."""

    def make(_field: FieldDescription, _codecs: CodecMap, bare: Decode) -> ColumnDecode:
        from rs_driver.adapters.codecs.built import Built

        return Built(format, bare, raw)

    return make


def written(value: Any) -> bytes:
    """A ``raw``: what ``str`` writes of a value."""
    return str(value).encode()
