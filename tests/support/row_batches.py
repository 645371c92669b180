"""Batches of DataRows for both row decoders, good ones and hostile ones."""

from __future__ import annotations

from typing import Any

from rs_driver import oids
from rs_driver.ports.codec import BINARY
from rs_driver.ports.rows import RowBatch
from support.wire_values import column, number, row

FIELDS = (
    column(oids.INT4, BINARY, name="n"),
    column(oids.TEXT, BINARY, name="s"),
    column(oids.INT8, BINARY, name="big"),
    column(oids.BOOL, BINARY, name="flag"),
)


def batch_of(*rows: bytes) -> RowBatch:
    """The rows as one batch; its starts are where the messages were put."""
    starts = []
    buffer = bytearray()
    for message in rows:
        starts.append(len(buffer))
        buffer += message
    return RowBatch(buffer, 0, len(buffer), starts)


def values_of(count: int) -> list[tuple[Any, ...]]:
    """Rows of ``FIELDS`` with NULLs in every column, now and then."""
    return [
        (
            None if at % 7 == 1 else at * 65537 - 5,
            None if at % 5 == 2 else "é" * (at % 4) + f"text {at}" * (at % 3),
            None if at % 11 == 3 else -(at**4),
            None if at % 13 == 0 else at % 2 == 1,
        )
        for at in range(count)
    ]


def good_rows(count: int) -> list[bytes]:
    """``values_of(count)`` on the wire."""
    return [
        row(
            None if n is None else number(n, 4),
            None if s is None else s.encode(),
            None if big is None else number(big, 8),
            None if flag is None else bytes([flag]),
        )
        for n, s, big, flag in values_of(count)
    ]


def broken_rows() -> list[tuple[str, bytes]]:
    """Messages whose frame is right and whose fields do not add up, with the reason."""
    values = (number(1, 4), b"abc", number(2, 8), b"\1")
    good = row(*values)
    found = []
    at = 7
    for place, value in enumerate(values):
        for claimed in (
            len(value) - 1, len(value) + 1, -1, -2, -(2**31), 2**31 - 1, 2**31 - 6, len(good),
        ):  # fmt: skip
            lie = good[:at] + number(claimed, 4) + good[at + 4 :]
            found.append((f"value {place} claims {claimed}", lie))
        at += 4 + len(value)
    found += [
        (f"{count} values are counted", good[:5] + number(count, 2) + good[7:])
        for count in (0, 3, 5, -1, 2**15 - 1)
    ]
    short = row(*values[:3])
    found += [
        ("bytes are left over", good[:1] + number(len(good) + 3, 4) + good[5:] + bytes(4)),
        ("a value is missing", short[:5] + good[5:7] + short[7:]),
    ]
    for place in range(len(values)):
        # Nothing but the sign of its length tells that this is no NULL.
        null = row(*values[:place], None, *values[place + 1 :])
        at = null.index(b"\xff\xff\xff\xff", 7)
        found += [
            (f"value {place} claims {claimed}", null[:at] + number(claimed, 4) + null[at + 4 :])
            for claimed in (-2, -(2**31))
        ]
    return found
