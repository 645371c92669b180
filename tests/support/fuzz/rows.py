"""Batches of rows: what the scanners find in any bytes, and what the decoders make of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.codecs.beyond import NotRepresentable
from rs_driver.adapters.rows.numpy_ import NumpyDecoder, NumpyRows, NumpyScanner
from rs_driver.adapters.rows.struct_ import StructDecoder, StructScanner
from rs_driver.errors import DataError, Error, NotSupportedError, RemoteProtocolError
from rs_driver.ports.codec import CodecMap
from rs_driver.ports.profile import ServerProfile
from rs_driver.ports.rows import Decoder, RowBatch, RowScanner
from rs_driver.wire.results import FieldDescription
from rs_driver_fakeserver.conformance.arrow import column_values
from support.fuzz.target import Target
from support.row_batches import FIELDS, good_rows
from support.type_table import ARRIVALS, SERVERS
from support.wire_values import POSTGRES, column, row

_REFUSALS = (DataError, RemoteProtocolError)


@dataclass(frozen=True)
class Way:
    """Every decoder of rows of the same columns; the first is the judge of the others."""

    decoders: Sequence[Decoder]
    by_column: NumpyRows


def way_of(fields: Sequence[FieldDescription], codecs: CodecMap) -> Way:
    by_column = NumpyDecoder(worth=1).compile(fields, codecs)
    row_decoders = (StructDecoder(), StructDecoder(worth=0))
    return Way([*(made.compile(fields, codecs) for made in row_decoders), by_column], by_column)


def agreed(way: Way, batch: RowBatch) -> None:
    """Decode by all of them, and raise the error that all of them raise."""
    before = bytes(batch.buffer)
    first, *others = [_said(partial(decoder.tuples, batch)) for decoder in way.decoders]
    for other in others:
        assert repr(other) == repr(first)
    columns = _said(lambda: [column_values(made) for made in way.by_column.columns(batch)])
    assert bytes(batch.buffer) == before
    if isinstance(first, Error):
        # Arrow's dates go on where Python's end.
        further = isinstance(first.__cause__, NotRepresentable) and isinstance(columns, list)
        assert further or isinstance(columns, NotSupportedError) or repr(columns) == repr(first)
        raise first
    if isinstance(columns, list):
        assert all(len(values) == len(batch) for values in columns)
    else:  # values without a form in Arrow
        assert isinstance(columns, (DataError, NotSupportedError))


def _said(decode: Callable[[], object]) -> object:
    try:
        return decode()
    except Error as error:
        return error


def _stream(fields: Sequence[FieldDescription], profile: ServerProfile, name: str) -> Target:
    """What scanners take from the head of a stream goes to the decoders."""
    scanners: Sequence[RowScanner] = (StructScanner(), NumpyScanner(worth=0))
    made: list[Way] = []

    def run(data: bytes) -> None:
        if not made:
            made.append(way_of(fields, default_codecs(profile)))
        first, second = [_said(partial(_scanned, each, data, len(fields))) for each in scanners]
        if isinstance(first, Error):
            assert type(second) is type(first)
            raise first
        assert repr(first) == repr(second)
        assert isinstance(first, RowBatch)
        agreed(made[0], first)

    seeds = {"numbers": _numbers, "nothing": _nothing}.get(name, partial(_everything, profile))
    return Target(f"rows:{name}", run, seeds, _REFUSALS, cost=10)


def _scanned(scanner: RowScanner, data: bytes, columns: int) -> RowBatch:
    starts, consumed = scanner.scan(memoryview(data), columns)
    return RowBatch(bytearray(data), 0, consumed, list(starts))


def _numbers() -> Sequence[bytes]:
    return [b"".join(good_rows(count)) for count in (1, 5, 40)]


def _nothing() -> Sequence[bytes]:
    return [row() * 3, row()]


def _everything(profile: ServerProfile) -> Sequence[bytes]:
    """Every type that the server has, in the format that it is asked for."""
    shown = [_value(profile, at) for at in range(len(ARRIVALS)) if _is_there(profile, at)]
    whole = row(*shown)
    return [whole, whole * 3, row(*[None] * len(shown)) + whole]


def _is_there(profile: ServerProfile, at: int) -> bool:
    return default_codecs(profile).codec(ARRIVALS[at].oid, 0) is not None


def _format(profile: ServerProfile, at: int) -> int:
    return default_codecs(profile).result_format(ARRIVALS[at].oid)


def _value(profile: ServerProfile, at: int) -> bytes:
    shown = ARRIVALS[at]
    if _format(profile, at):
        return bytes.fromhex(shown.binary[profile.kind])
    return shown.text.encode()


def _fields(profile: ServerProfile) -> Sequence[FieldDescription]:
    return [
        column(shown.oid, _format(profile, at), shown.typmod, f"c{at}")
        for at, shown in enumerate(ARRIVALS)
        if _is_there(profile, at)
    ]


TARGETS: Sequence[Target] = (
    _stream(FIELDS, POSTGRES, "numbers"),
    _stream((), POSTGRES, "nothing"),
    *(_stream(_fields(profile), profile, name) for name, profile in SERVERS.items()),
)
