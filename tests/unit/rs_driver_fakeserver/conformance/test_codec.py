from __future__ import annotations

import contextlib
import math
import uuid
from collections.abc import Sequence
from decimal import Decimal

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.codecs import type_codec
from rs_driver.ports.codec import BINARY, TEXT, CodecMap, TypeCodec
from rs_driver.ports.profile import ServerProfile
from rs_driver_fakeserver.conformance import TypeCodecConformance
from rs_driver_fakeserver.conformance.codec import Example
from rs_driver_fakeserver.dialect import ServerKind
from support import nonconforming_codecs as broken
from support.type_table import ARRIVALS, Arrival

REDSHIFT = default_codecs(ServerProfile(protocol_version=2))
POSTGRES = default_codecs(ServerProfile(kind="postgres"))


def both(codecs: CodecMap, oid: int) -> list[TypeCodec]:
    found = [codecs.codec(oid, code) for code in (TEXT, BINARY)]
    return [codec for codec in found if codec is not None]


class TestInteger(TypeCodecConformance):
    examples = (
        (0, b"0", b"\0\0\0\0"),
        (-1, b"-1", b"\xff\xff\xff\xff"),
        (2**31 - 1, b"2147483647", b"\x7f\xff\xff\xff"),
    )

    def codecs(self) -> Sequence[TypeCodec]:
        return both(REDSHIFT, oids.INT4)


class TestText(TypeCodecConformance):
    examples = (("", b"", b""), ("é", "é".encode(), "é".encode()), ("NULL", b"NULL", b"NULL"))

    def codecs(self) -> Sequence[TypeCodec]:
        return both(REDSHIFT, oids.VARCHAR)


class TestDouble(TypeCodecConformance):
    examples = (
        (0.1, b"0.1", b"\x3f\xb9\x99\x99\x99\x99\x99\x9a"),
        (math.nan, b"NaN", b"\x7f\xf8\0\0\0\0\0\0"),
        (-math.inf, b"-Infinity", b"\xff\xf0\0\0\0\0\0\0"),
    )

    def codecs(self) -> Sequence[TypeCodec]:
        return both(REDSHIFT, oids.FLOAT8)


class TestNumericOfRedshift(TypeCodecConformance):
    examples = (
        (Decimal("12.34"), b"12.34", (1234).to_bytes(8, "big")),
        (Decimal("-0.01"), b"-0.01", b"\xff" * 8),
    )
    type_modifier = (10 << 16 | 2) + 4
    sql_type = "numeric(10,2)"

    def codecs(self) -> Sequence[TypeCodec]:
        return both(REDSHIFT, oids.NUMERIC)


class TestUuidOfPostgres(TypeCodecConformance):
    examples = ((uuid.UUID(int=1), b"00000000-0000-0000-0000-000000000001", bytes(15) + b"\1"),)
    server = "postgres"

    def codecs(self) -> Sequence[TypeCodec]:
        return both(POSTGRES, oids.UUID)


class TestOneOfSupport(TypeCodecConformance):
    """The measure for those that are broken; its column is in Arrow's layout."""

    examples = (
        (1, b"1", bytes(7) + b"\1"),
        (-(2**63), b"-9223372036854775808", b"\x80" + bytes(7)),
    )

    def codecs(self) -> Sequence[TypeCodec]:
        return [broken.Int8(), broken.Int8Text()]


class TestOneOfOurOwn(TypeCodecConformance):
    """A type that the driver does not have, in text alone."""

    examples = (((1.5, -2.0), b"(1.5,-2)", None),)

    def codecs(self) -> Sequence[TypeCodec]:
        return [type_codec(600, point, name="point")]


def point(text: str) -> tuple[float, float]:
    x, y = text.strip("()").split(",")
    return float(x), float(y)


class BuiltIn(TypeCodecConformance):
    """The suite on a type of the driver's own, by its row in the table of types."""

    __test__ = False

    def __init__(self, kind: ServerKind, row: Arrival) -> None:
        named = row.named is not None
        text = None if named else row.text.encode()
        data = row.binary.get(kind)
        binary = None if data is None else bytes.fromhex(data)
        all_of_them = both(REDSHIFT if kind == "redshift" else POSTGRES, row.oid)
        forms = (text, binary)
        self.server = kind
        self.type_modifier = row.typmod
        self.sql_type = "numeric(10,2)" if row.oid == oids.NUMERIC and row.typmod >= 0 else None
        self.examples: Sequence[Example] = ((row.value, text, binary),)
        self.of_the_driver = [codec for codec in all_of_them if forms[codec.format] is not None]

    def codecs(self) -> Sequence[TypeCodec]:
        return self.of_the_driver


@pytest.mark.parametrize("kind", ["redshift", "postgres"])
@pytest.mark.parametrize("row", ARRIVALS, ids=lambda row: f"{row.name}={row.text}")
def test_the_drivers_own_types(kind: ServerKind, row: Arrival) -> None:
    suite = BuiltIn(kind, row)
    if not suite.of_the_driver:
        pytest.skip("this server has no such type")
    for name in dir(suite):
        if name.startswith("test_") and "hypothesis" not in name:
            with contextlib.suppress(pytest.skip.Exception):
                getattr(suite, name)()


class Suite(TypeCodecConformance):
    """The suite on codecs of ``support.nonconforming``."""

    __test__ = False
    examples: Sequence[Example] = TestOneOfSupport.examples

    def __init__(self, *kinds: type[broken.Int8]) -> None:
        self.kinds = kinds

    def codecs(self) -> Sequence[TypeCodec]:
        return [kind() for kind in self.kinds]


@pytest.mark.parametrize(
    ("kind", "test"),
    [
        (broken.HasNoFormat, "test_its_type_and_formats"),
        (broken.LittleEndian, "test_the_examples"),
        (broken.LittleEndian, "test_through_the_driver"),
        (broken.LittleEndian, "test_against_the_fake_server"),
        (broken.RaisesStructErrors, "test_malformed_bytes"),
        (broken.RaisesStructErrors, "test_bytes_that_hypothesis_finds"),
        (broken.RemembersTheLastValue, "test_a_decoder_is_for_many_values"),
        (broken.RemembersTheLastColumn, "test_two_columns_at_once"),
        (broken.ShortcutsToSomethingElse, "test_its_shortcuts"),
        (broken.HasNoNullsInColumns, "test_columns_at_once"),
        (broken.AnnouncesAnotherType, "test_columns_at_once"),
        (broken.CountsFromTheBack, "test_columns_at_once"),
        (broken.ReadsColumnsByPosition, "test_a_malformed_column"),
        (broken.TextIsAnotherValue, "test_the_examples"),
    ],
)
def test_what_is_broken_fails(kind: type[broken.Int8], test: str) -> None:
    getattr(Suite(broken.Int8, broken.Int8Text), test)()
    with pytest.raises(AssertionError):
        getattr(Suite(kind), test)()


def test_examples_are_needed() -> None:
    suite = Suite(broken.Int8)
    suite.examples = ()
    with pytest.raises(AssertionError, match="no example in format"):
        suite.test_its_type_and_formats()
