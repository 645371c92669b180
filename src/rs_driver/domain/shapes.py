"""What is known of a result once its columns are: PEP 249's description, and a decoder.

The same columns are the same objects, at each use of a statement and of another one, too, as
the core remembers descriptions; what was made of them is used again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

from rs_driver import oids
from rs_driver.ports.codec import CodecMap
from rs_driver.ports.rows import Decoder
from rs_driver.rows import Column
from rs_driver.wire.results import FieldDescription

_TIMES = frozenset((oids.TIME, oids.TIMETZ, oids.TIMESTAMP, oids.TIMESTAMPTZ))
_KEPT = 1000

Fields = tuple[FieldDescription, ...]


class Shape:
    """The columns ``fields`` of a result, as ``codecs`` read them. ``compile`` makes the
    decoder. Nothing is made before it is asked for."""

    def __init__(
        self, fields: Fields, codecs: CodecMap, compile: Callable[[Fields, CodecMap], Decoder]
    ) -> None:
        self.fields = fields
        self.codecs = codecs
        self._compile = compile

    @cached_property
    def decoder(self) -> Decoder:
        """Reads the rows, which come in the fields' formats."""
        return self._compile(self.fields, self.codecs)

    @cached_property
    def columns(self) -> Sequence[Column]:
        """PEP 249's description."""
        return tuple([column(field) for field in self.fields])

    @cached_property
    def formats(self) -> tuple[int, ...]:
        """The formats to ask for, column by column."""
        wanted = self.codecs.result_format
        return tuple([wanted(field.type_oid) for field in self.fields])


class Shapes:
    """The latest shapes of a connection. ``compile`` makes the decoder of a new one.

    Asked for outside of the connection's lock: each step here is one that threads cannot
    interrupt, and none takes for granted what another has found.
    """

    def __init__(self, compile: Callable[[Fields, CodecMap], Decoder]) -> None:
        self._compile = compile
        self._known: dict[int, Shape] = {}

    def of(self, fields: Fields, codecs: CodecMap) -> Shape:
        """The shape of these very columns, read by this very map."""
        known = self._known.get(id(fields))
        if known is not None and known.fields is fields and known.codecs is codecs:
            return known
        shape = Shape(fields, codecs, self._compile)
        if len(self._known) >= _KEPT:
            self._known.clear()
        self._known[id(fields)] = shape  # which keeps the columns, and so their id, alive
        return shape


def column(field: FieldDescription) -> Column:
    """A column's entry in ``description``."""
    precision = scale = None
    modifier = field.type_modifier
    if field.type_oid == oids.NUMERIC and modifier >= 4:
        precision = (modifier - 4) >> 16
        scale = ((modifier - 4) & 0x7FF ^ 0x400) - 0x400  # 11 bits; PostgreSQL 15 has negative ones
    elif field.type_oid in _TIMES and modifier >= 0:
        precision = modifier
    size = field.type_length if field.type_length >= 0 else None
    if field.type_oid in (oids.VARCHAR, oids.BPCHAR) and modifier >= 4:
        size = modifier - 4
    null_ok = not field.not_null if field.table_oid and field.catalog else None
    return Column(field.name, field.type_oid, None, size, precision, scale, null_ok)
