"""Results on the wire: RowDescription, rows in batches, command tags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rs_driver.wire.results import FieldDescription, RowDescription
from rs_driver_fakeserver.client import Client
from rs_driver_fakeserver.dialect import Dialect
from rs_driver_fakeserver.engine.port import Column, Result, SqlError
from rs_driver_fakeserver.values.encode import Field, data_rows, field_encoder, sound_rows
from rs_driver_fakeserver.values.types import WireType, resolve

_BATCH = 500
"""Rows that are encoded together."""


@dataclass(frozen=True)
class Shape:
    """The columns of a result as a connection sees them.

    ``columns``: those that it was made of.
    """

    names: tuple[str, ...]
    types: tuple[WireType, ...]
    columns: tuple[Column, ...] = field(default=(), compare=False)

    def row_description(self, formats: Sequence[int], dialect: Dialect) -> RowDescription:
        """The message, with one format code a column."""
        return RowDescription(
            tuple(
                FieldDescription(
                    name=name,
                    type_oid=wire_type.oid,
                    type_length=wire_type.length,
                    type_modifier=wire_type.modifier,
                    format=format_code,
                )
                for name, wire_type, format_code in zip(
                    self.names, self.types, formats, strict=True
                )
            ),
            dialect.protocol_version,
        )

    def formats(self, codes: Sequence[int]) -> tuple[int, ...]:
        """One format code a column, from the none, one or all that a Bind gives."""
        count = len(self.names)
        if len(codes) > 1 and len(codes) != count:
            raise SqlError(
                "08P01",
                f"bind message has {len(codes)} result formats but query has {count} columns",
            )
        return spread(codes, count)


def spread(codes: Sequence[int], count: int) -> tuple[int, ...]:
    """None means text for all, one means the same for all."""
    if len(codes) == count:
        return tuple(codes)
    return tuple(codes[:1] or (0,)) * count


def shape(columns: Sequence[Column], dialect: Dialect) -> Shape:
    """The shape of an engine's columns; SqlError 42704 for a type that there is not."""
    types = tuple(resolve(column.type, redshift=dialect.redshift) for column in columns)
    return Shape(tuple(column.name for column in columns), types, tuple(columns))


class Cursor:
    """A result on its way out: knows how far it got.

    ``position``: of the row that was given last, from 1; see ``sql.scroll``.
    """

    def __init__(self, result: Result, formats: Sequence[int], client: Client) -> None:
        self.result = result
        self.position = 0
        self._client = client
        self._fields: list[Field] = []
        if result.columns is not None:
            types = shape(result.columns, client.dialect).types
            self._fields = [
                field_encoder(wire_type, code, client.dialect)
                for wire_type, code in zip(types, formats, strict=True)
            ]

    def send(self, limit: int = 0) -> int:
        """Send up to ``limit`` rows (0: all that are left): how many it were.

        SqlError, after the rows before it, for a row that cannot be sent.
        """
        rows = self.result.rows
        start = at = min(self.position, len(rows))
        stop = len(rows) if limit <= 0 else min(len(rows), start + limit)
        while at < stop:
            self._client.check_cancelled()
            batch = rows[at : min(stop, at + _BATCH)]
            self._send_batch(batch)
            self.position = at = at + len(batch)
        if limit <= 0 or stop - start < limit:
            self.position = len(rows) + 1  # it was looked for one more
        return stop - start

    def _send_batch(self, batch: Sequence[Sequence[object]]) -> None:
        outbox = self._client.outbox
        try:
            outbox_bytes = data_rows(batch, self._fields)
        except SqlError:
            outbox.send_raw(data_rows(batch[: sound_rows(batch, self._fields)], self._fields))
            raise
        outbox.send_raw(outbox_bytes)

    def tag(self, count: int) -> str:
        """The command tag after ``count`` rows were sent."""
        words = self.result.tag.split()
        if not words or words[0] not in ("SELECT", "FETCH"):
            return self.result.tag
        if not self._client.dialect.counts_selected_rows:
            return words[0]
        # CREATE TABLE AS sends no rows, and its tag has the number of those that it made.
        counted = self.result.columns is None and len(words) > 1
        return self.result.tag if counted else f"{words[0]} {count}"
