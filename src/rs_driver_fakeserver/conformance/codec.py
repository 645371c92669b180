"""The suite for a ``TypeCodec`` (``rs_driver.ports.codec``)."""

from __future__ import annotations

import importlib.util
import struct
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import pytest

from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, TEXT, CodecMap, ColumnDecode, Decode, TypeCodec
from rs_driver.ports.rows import ColumnBuffer, ColumnSlice
from rs_driver.wire.results import FieldDescription
from rs_driver_fakeserver.conformance import arrow
from rs_driver_fakeserver.conformance.claims import claim
from rs_driver_fakeserver.conformance.columns import ColumnServer
from rs_driver_fakeserver.conformance.echoing import EchoEngine, type_name
from rs_driver_fakeserver.conformance.maps import NO_QUESTIONS, codec_map
from rs_driver_fakeserver.conformance.sameness import same
from rs_driver_fakeserver.conformance.spoiling import malformed, search
from rs_driver_fakeserver.conformance.suite import Suite, bounded, missing
from rs_driver_fakeserver.dialect import ServerKind
from rs_driver_fakeserver.server import FakeServer
from rs_driver_fakeserver.values.decode import text_parameter

Example: TypeAlias = "tuple[Any, bytes | None, bytes | None]"
"""A value, its text form, its binary form; None for a form that no codec here reads."""


class TypeCodecConformance(Suite):
    """Tests of the codecs of one SQL type, of which there may be one for each format.

    Override ``codecs`` and ``examples``. ``server`` and ``type_modifier`` say where the
    values come from; ``sql_type`` is how the fake server calls the type, where it has it by
    another name than its OID's, or with a modifier. ``same`` and ``column_values`` can be
    overridden for values that are neither equal to themselves nor in the usual columns.
    """

    examples: Sequence[Example] = ()
    server: ServerKind = "redshift"
    type_modifier = -1
    sql_type: str | None = None

    def codecs(self) -> Sequence[TypeCodec]:
        """The codecs: one, or one for each format, of one OID."""
        raise missing("codecs()")

    def same(self, one: Any, other: Any) -> bool:
        """Whether two decoded values are the same: equal, and of one class."""
        return same(one, other)

    def column_values(self, buffer: ColumnBuffer) -> list[Any]:
        """The values in Arrow's layout as Python has them, None for NULL; those of the class
        that ``decoder`` gives are compared."""
        return arrow.column_values(buffer)

    # -- what the tests share -----------------------------------------------------------

    def field(self, codec: TypeCodec, name: str = "value") -> FieldDescription:
        """A column that ``codec`` is for."""
        return FieldDescription(
            name, type_oid=codec.oid, type_modifier=self.type_modifier, format=codec.format
        )

    def decoder(self, codec: TypeCodec) -> Decode:
        """The function for a column's values."""
        return codec.decoder(self.field(codec), self.map())

    def map(self) -> CodecMap:
        """The codecs of a connection."""
        return codec_map(self.server, *self.codecs())

    def forms(self, codec: TypeCodec) -> list[tuple[Any, bytes]]:
        """The examples in the format of ``codec``."""
        at = 2 if codec.format == BINARY else 1
        forms = [(example[0], example[at]) for example in self.examples]
        return [(value, data) for value, data in forms if data is not None]

    def _each(self) -> list[tuple[TypeCodec, Decode, list[tuple[Any, bytes]]]]:
        return [(codec, self.decoder(codec), self.forms(codec)) for codec in self.codecs()]

    # -- what it is ---------------------------------------------------------------------

    @bounded
    def test_its_type_and_formats(self) -> None:
        """``oid``: "The type's OID"; ``format``: "``TEXT`` or ``BINARY``"."""
        codecs = self.codecs()
        claim(codecs, "codecs() gives one codec at least")
        for codec in codecs:
            claim(type(codec.oid) is int and 0 < codec.oid < 2**32, f"{codec.oid!r} is no OID")
            claim(codec.format in (TEXT, BINARY), f"{codec.format!r} is no format code")
            claim(self.forms(codec), f"there is no example in format {codec.format}")
        claim(len({codec.oid for codec in codecs}) == 1, "the codecs of a test are of one OID")
        formats = [codec.format for codec in codecs]
        claim(len(set(formats)) == len(formats), "there is one codec for each format")

    # -- single values ------------------------------------------------------------------

    @bounded
    def test_the_examples(self) -> None:
        """``Decode``: "One value's bytes to a Python object", the same in text and binary."""
        for codec, decode, forms in self._each():
            for value, data in forms:
                self._claim_same(decode(data), value, f"format {codec.format}: {data!r}")

    @bounded
    def test_a_decoder_is_for_many_values(self) -> None:
        """``decoder``: "Called once a result": its function keeps nothing of a value."""
        for _, decode, forms in self._each():
            for value, data in [*forms, *reversed(forms), *forms]:
                self._claim_same(decode(data), value, f"{data!r}, after other values")

    @bounded
    def test_two_columns_at_once(self) -> None:
        """``decoder``: "The function for the values of one column"."""
        for codec in self.codecs():
            codecs = self.map()
            other = codec.decoder(self.field(codec, "other"), codecs)
            decode = codec.decoder(self.field(codec), codecs)
            for value, data in self.forms(codec):
                self._claim_same(other(data), value, f"{data!r} in another column")
                self._claim_same(decode(data), value, f"{data!r} beside another column")

    @bounded
    def test_its_shortcuts(self) -> None:
        """``QuickDecode``: ``bare`` is "the same function without its errors"; what ``struct``
        reads by ``struct_code``, after ``finish``, is the value."""
        for _, decode, forms in self._each():
            bare, code = getattr(decode, "bare", None), getattr(decode, "struct_code", "")
            finish = getattr(decode, "finish", None) or (lambda number: number)
            for value, data in forms:
                if bare is not None:
                    self._claim_same(bare(data), value, f"bare of {data!r}")
                if code:
                    (number,) = struct.unpack(f"!{code}", data)
                    self._claim_same(finish(number), value, f"{data!r} by struct's {code!r}")

    def _claim_same(self, found: Any, value: Any, what: str) -> None:
        claim(self.same(found, value), f"{what} became {found!r}, and {value!r} is expected")

    # -- bytes that are no values -------------------------------------------------------

    @bounded
    def test_malformed_bytes(self) -> None:
        """``Decode``: "Bytes that the type's form does not allow are a DataError", too."""
        for _, decode, forms in self._each():
            for data in malformed([data for _, data in forms]):
                self._claim_sound(decode, data)

    @bounded
    def test_bytes_that_hypothesis_finds(self) -> None:
        """The same with any bytes; hypothesis, where it is installed, looks for the worst."""
        for _, decode, forms in self._each():
            examples = [data for _, data in forms]
            if not search(_checking(self._claim_sound, decode), examples):
                pytest.skip("hypothesis is not installed")

    def _claim_sound(self, decode: Decode, data: bytes) -> None:
        """A DataError, or a value, which is the same at the second time."""
        try:
            value = decode(data)
        except DataError:
            return
        except Exception as error:  # whatever it is, it is not what the contract allows
            raise AssertionError(
                f"{data!r} raised {type(error).__name__}, and a DataError is expected"
            ) from error
        self._claim_same(decode(data), value, f"{data!r}, at the second time,")

    # -- columns ------------------------------------------------------------------------

    @bounded
    def test_columns_at_once(self) -> None:
        """``column_decoder``: None, or what turns whole columns into the values that
        ``decoder`` gives, NULLs among them, and into Arrow's layout."""
        for codec, decode, forms in self._each():
            way = self.way(codec)
            data = [None, *[item for _, item in forms], None, *[item for _, item in forms[:1]]]
            for rows in ([], data, [None, None], [item for _, item in forms]):
                if way is None:
                    continue
                expected = [None if item is None else decode(item) for item in rows]
                self._claim_column(way.values(_sliced(rows)), expected, "values()")
                self._claim_buffer(way, rows, expected)

    def _claim_column(self, found: list[Any], expected: list[Any], how: str) -> None:
        claim(
            len(found) == len(expected) and all(map(self.same, found, expected)),
            f"as a column, by {how}, {found!r}, one by one {expected!r}",
        )

    def _claim_buffer(
        self, way: ColumnDecode, rows: Sequence[bytes | None], expected: list[Any]
    ) -> None:
        buffer = way.buffer(_sliced(rows))
        claim(isinstance(buffer, ColumnBuffer), "buffer() gives a ColumnBuffer")
        claim(buffer.type == way.type, f"a column of {buffer.type}, announced as {way.type}")
        claim(buffer.length == len(rows), f"{buffer.length} values for {len(rows)} rows")
        found = self.column_values(buffer)
        claim(
            [value is None for value in found] == [value is None for value in expected],
            "NULL is where the column says that it is",
        )
        if list(map(type, found)) == list(map(type, expected)):
            self._claim_column(found, expected, "buffer()")

    def way(self, codec: TypeCodec) -> ColumnDecode | None:
        """What reads whole columns."""
        if importlib.util.find_spec("numpy") is None:
            pytest.skip("columns are numpy's, which is not installed")
        return codec.column_decoder(self.field(codec), self.map())

    @bounded
    def test_a_malformed_column(self) -> None:
        """What is no value of the type is never read as one. Any exception says so: the
        driver then asks ``decoder`` for the DataError."""
        for codec, decode, forms in self._each():
            way = self.way(codec)
            for data in malformed([data for _, data in forms]):
                if way is not None:
                    self._claim_sound_column(way, decode, [forms[0][1], data])

    def _claim_sound_column(self, way: ColumnDecode, decode: Decode, rows: list[bytes]) -> None:
        try:
            values = way.values(_sliced(rows))
        except Exception:  # noqa: BLE001  (any, says the contract)
            return
        try:
            expected = list(map(decode, rows))
        except DataError:
            raise AssertionError(f"a column with {rows[-1]!r} was read as {values!r}") from None
        self._claim_column(values, expected, "values()")

    # -- with the driver ----------------------------------------------------------------

    @bounded
    def test_through_the_driver(self) -> None:
        """A result of such columns, as ``connect(codecs=[...])`` decodes it; NULL is None."""
        codec = self.codecs()[0]
        chosen = self.map().result_format(codec.oid)
        forms = [(example[0], example[1 + chosen]) for example in self.examples]
        known = [(value, data) for value, data in forms if data is not None]
        rows = {chosen: [None, *[data for _, data in known], None]}
        server = ColumnServer(self.server, self.field(codec), rows)
        numpy = importlib.util.find_spec("numpy") is not None
        for way in ("struct", "numpy") if numpy else ("struct",):
            found = self._fetched(server, rows=way)
            self._claim_rows(found, [None, *[value for value, _ in known], None], way)

    @bounded
    def test_against_the_fake_server(self) -> None:
        """What an independent server encodes of the text forms becomes the same values."""
        oid = self.codecs()[0].oid
        name = type_name(oid, self.sql_type, self.server)
        known = [(value, text) for value, text, _ in self.examples if text is not None]
        if name is None or not known:
            pytest.skip("the fake server does not have this type, or there is no text of it")
        rows = [(text_parameter(text.decode(), oid),) for _, text in known]
        engine = EchoEngine(name, rows)
        with FakeServer(server=self.server, engine=engine, policy="ignore") as server:
            for asked in ("text", "binary", "auto"):
                found = self._fetched(server.memory(), result_format=asked)
                self._claim_rows(found, [value for value, _ in known], f"format {asked}")

    def _fetched(self, transport: Any, **options: Any) -> list[Any]:
        """The column that a server gives, through the whole driver."""
        import rs_driver

        with rs_driver.connect(
            user="awsuser",
            transport=transport,
            codecs=self.codecs(),
            profile=NO_QUESTIONS,
            autocommit=True,
            **options,
        ) as connection:
            cursor = connection.cursor()
            cursor.execute("select value from examples")
            return [row[0] for row in cursor.fetchall()]

    def _claim_rows(self, found: list[Any], expected: list[Any], how: str) -> None:
        claim(
            len(found) == len(expected) and all(map(self.same, found, expected)),
            f"({how}) the driver fetched {found!r}, and {expected!r} is expected",
        )


def _checking(check: Callable[[Decode, bytes], None], decode: Decode) -> Callable[[bytes], None]:
    return lambda data: check(decode, data)


def _sliced(rows: Sequence[bytes | None]) -> ColumnSlice:
    """A column whose values lie in a buffer with other bytes between them."""
    buffer, positions = bytearray(b"\xee\xee\xee"), []
    for data in rows:
        positions.append(len(buffer))
        buffer += (data or b"") + b"\xee"
    lengths = [len(data or b"") for data in rows]
    nulls = [data is None for data in rows]
    return ColumnSlice(buffer, positions, lengths, nulls if any(nulls) else None)
