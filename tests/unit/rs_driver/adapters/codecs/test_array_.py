from __future__ import annotations

import struct
from typing import Any

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import array_, default_codecs
from rs_driver.adapters.codecs.base import Codec, same
from rs_driver.errors import DataError, NotSupportedError
from rs_driver.ports.codec import BINARY, TEXT, Conversions
from rs_driver.ports.profile import ServerProfile
from support.array_wire import array_binary, array_text
from support.wire_values import OLD_REDSHIFT, POSTGRES, REDSHIFT, column, decode, number

SAMPLES: dict[int, list[tuple[bytes, bytes]]] = {
    oids.BOOL: [(b"t", b"\1"), (b"f", b"\0")],
    oids.BYTEA: [(b"\\x00ff", b"\0\xff"), (b"\\x", b"")],
    oids.CHAR: [(b"r", b"r"), (b",", b",")],
    oids.NAME: [(b"pg_class", b"pg_class"), (b"a b", b"a b")],
    oids.INT2: [(b"-32768", b"\x80\0"), (b"7", b"\0\7")],
    oids.INT4: [(b"-2147483648", b"\x80\0\0\0"), (b"7", b"\0\0\0\7")],
    oids.INT8: [(b"-9223372036854775808", b"\x80" + bytes(7)), (b"7", number(7, 8))],
    oids.OID: [(b"4294967295", b"\xff" * 4), (b"0", bytes(4))],
    oids.FLOAT4: [(b"1.5", struct.pack(">f", 1.5)), (b"-Infinity", struct.pack(">f", -1e999))],
    oids.FLOAT8: [(b"0.1", struct.pack(">d", 0.1)), (b"1e+300", struct.pack(">d", 1e300))],
    oids.NUMERIC: [(b"-12.30", bytes.fromhex("0002 0000 4000 0002 000c 0bb8"))],
    oids.TEXT: [(b"", b""), (b"NULL", b"NULL"), (b'a,"{\\ \n}', b'a,"{\\ \n}')],
    oids.VARCHAR: [("ñ 漢".encode(),) * 2],
    oids.BPCHAR: [(b"a  ", b"a  ")],
    oids.DATE: [(b"2024-02-29", bytes.fromhex("00002279"))],
    oids.TIME: [(b"13:45:30.123456", bytes.fromhex("0000000b8839b4c0"))],
    oids.TIMESTAMP: [(b"2024-02-29 13:45:30.123456", bytes.fromhex("0002b5843dc614c0"))],
    oids.TIMESTAMPTZ: [(b"2024-02-29 14:45:30.123456+01", bytes.fromhex("0002b5843dc614c0"))],
    oids.UUID: [(b"00112233-4455-6677-8899-aabbccddeeff", bytes(range(0, 256, 17)))],
    oids.JSON: [(b'{"a": [1, "x"]}',) * 2, (b"null",) * 2],
    oids.JSONB: [(b'{"a": [1, "x"]}', b'\1{"a": [1, "x"]}')],
    oids.INET: [(b"10.0.0.1/8", bytes.fromhex("02 08 00 04 0a000001"))],
    oids.CIDR: [(b"10.0.0.0/8", bytes.fromhex("02 08 01 04 0a000000"))],
    oids.XID: [(b"4294967295", b"\xff" * 4)],
    oids.CID: [(b"7", b"\0\0\0\7")],
}  # fmt: skip
"""Values of PostgreSQL's types in text and in binary."""

ARRAY_OF = {element: array for array, (element, _) in array_.ELEMENTS.items()}
BINARY_ON_REDSHIFT = {1002, 1005, 1007, 1009, 1015, 1021, 1028, 1034}


@pytest.mark.parametrize("element", SAMPLES)
def test_text_and_binary_are_the_same_list(element: int) -> None:
    texts, binaries = (list(forms) for forms in zip(*SAMPLES[element], strict=True))
    values = [decode(element, TEXT, text) for text in texts]
    array, count = ARRAY_OF[element], len(values)
    assert default_codecs(POSTGRES).result_format(array) == BINARY
    for nested, lengths in (
        ([*texts, None], [count + 1]),
        ([[*texts, None], [None, *texts]], [2, count + 1]),
    ):
        expected = [[*values, None], [None, *values]] if len(lengths) > 1 else [*values, None]
        flat = [*binaries, None, *([None, *binaries] if len(lengths) > 1 else ())]
        from_text = decode(array, TEXT, array_text(nested))
        from_binary = decode(array, BINARY, array_binary(element, lengths, flat))
        assert repr(from_text) == repr(from_binary) == repr(expected)
    assert decode(array, TEXT, b"{}") == []
    assert decode(array, BINARY, array_binary(element, [], [])) == []


def test_the_table_has_every_array_type() -> None:
    arrays = {value for name, value in vars(oids).items() if name.endswith("_ARRAY")}
    assert array_.ELEMENTS.keys() == arrays
    assert len(ARRAY_OF) == len(arrays)
    for name, value in vars(oids).items():
        if name.endswith("_ARRAY"):
            assert array_.ELEMENTS[value][0] == getattr(oids, name.removesuffix("_ARRAY"))


@pytest.mark.parametrize("array", array_.ELEMENTS)
@pytest.mark.parametrize("profile", [POSTGRES, REDSHIFT, OLD_REDSHIFT])
def test_binary_is_asked_for_where_the_server_and_the_elements_have_it(
    profile: ServerProfile, array: int
) -> None:
    codecs = default_codecs(profile)
    server_has_it = profile is POSTGRES or (profile is REDSHIFT and array in BINARY_ON_REDSHIFT)
    element = array_.ELEMENTS[array][0]
    expected = codecs.result_format(element, binary=True) if server_has_it else TEXT
    assert codecs.result_format(array) == expected
    assert codecs.codec(array, TEXT) is not None


def test_redshift_has_its_eight_binary_arrays() -> None:
    codecs = default_codecs(REDSHIFT)
    asked = {array for array in array_.ELEMENTS if codecs.result_format(array) == BINARY}
    assert asked == BINARY_ON_REDSHIFT


def test_names_and_numbers_differ_as_their_elements_do() -> None:
    assert decode(oids.REGPROC_ARRAY, TEXT, b"{now,-}") == ["now", "-"]
    wire = array_binary(oids.REGPROC, [2], [number(1299, 4), bytes(4)])
    assert decode(oids.REGPROC_ARRAY, BINARY, wire) == [1299, 0]
    assert decode(oids.ACLITEM_ARRAY, TEXT, b"{rdsdb=arwdRxt/rdsdb,=r/x}", REDSHIFT) == [
        "rdsdb=arwdRxt/rdsdb",
        "=r/x",
    ]


def test_elements_without_a_codec_are_str() -> None:
    assert decode(oids.MACADDR_ARRAY, TEXT, b"{08:00:2b:01:02:03,NULL}") == [
        "08:00:2b:01:02:03",
        None,
    ]
    with pytest.raises(NotSupportedError, match='column "c": no codec reads type OID 829'):
        decode(oids.MACADDR_ARRAY, BINARY, array_binary(829, [], []))


def test_elements_of_a_vector_are_lists() -> None:
    assert decode(oids.INT2VECTOR_ARRAY, TEXT, b'{"1 2","3"}') == [[1, 2], [3]]


@pytest.mark.parametrize("format", [TEXT, BINARY])
def test_elements_are_decoded_for_the_columns_modifier(format: int) -> None:
    """A look at what the element's codec is told."""
    seen: list[tuple[int, int, int, str]] = []

    def bare(field: Any, _codecs: Any) -> Any:
        seen.append((field.type_oid, field.format, field.type_modifier, field.name))
        return bytes.decode

    codecs = default_codecs(POSTGRES).with_decoder(Codec(oids.NUMERIC, format, "spy", bare))
    codecs.decoder(column(oids.NUMERIC_ARRAY, format, typmod=655366, name="n"))
    assert set(seen) == {(oids.NUMERIC, format, 655366, "n")}


def test_what_the_user_has_said_holds_for_elements() -> None:
    codecs = default_codecs(POSTGRES, Conversions(out_of_range_dates="text"))
    decoder = codecs.decoder(column(oids.DATE_ARRAY, TEXT))
    assert decoder(b"{infinity}") == ["infinity"]
    with pytest.raises(DataError, match="infinity"):
        decode(oids.DATE_ARRAY, TEXT, b"{infinity}")


def as_bytes(data: bytes) -> bytes:
    return data


@pytest.mark.parametrize("format", [TEXT, BINARY])
def test_a_users_codec_serves_the_arrays_of_its_type(format: int) -> None:
    """In the one format that it knows, which is then asked for."""
    own = Codec(oids.INT4, format, "own", same(as_bytes))
    codecs = default_codecs(POSTGRES).with_codecs(own)
    assert codecs.result_format(oids.INT4_ARRAY) == format
    wire = b"{1,2}" if format == TEXT else array_binary(oids.INT4, [2], [b"1", b"2"])
    assert codecs.decoder(column(oids.INT4_ARRAY, format))(wire) == [b"1", b"2"]


def test_a_users_binary_codec_for_a_type_that_had_none() -> None:
    codecs = default_codecs(POSTGRES).with_codecs(
        Codec(oids.MACADDR, BINARY, "macaddr", same(bytes.hex))
    )
    assert codecs.result_format(oids.MACADDR_ARRAY) == BINARY
    wire = array_binary(oids.MACADDR, [1], [b"\1\2\3\4\5\6"])
    assert codecs.decoder(column(oids.MACADDR_ARRAY, BINARY))(wire) == ["010203040506"]


def test_the_elements_oid_on_the_wire_is_believed_where_it_is_known() -> None:
    assert decode(oids.INT4_ARRAY, BINARY, array_binary(oids.INT2, [1], [b"\0\7"])) == [7]
    assert decode(oids.INT4_ARRAY, BINARY, array_binary(99999, [1], [b"\0\0\0\7"])) == [7]
    with pytest.raises(DataError, match="integer"):
        decode(oids.INT4_ARRAY, BINARY, array_binary(99999, [1], [b"\0\7"]))


@pytest.mark.parametrize("inner", [oids.INT4_ARRAY, oids.TEXT_ARRAY])
def test_arrays_of_arrays_do_not_recurse(inner: int) -> None:
    wire = b""
    for _ in range(5000):
        wire = array_binary(inner, [1], [wire])
    with pytest.raises(DataError, match=r'column "c": .* cannot be read as integer'):
        decode(oids.INT4_ARRAY, BINARY, wire)


@pytest.mark.parametrize(
    ("format", "wire", "why"),
    [
        (TEXT, b"{1,x}", r"b'x' cannot be read as integer: not a decimal"),
        (TEXT, b"{1,2", r"b'\{1,2' cannot be read as integer\[\]: .*brace"),
        (TEXT, b"{1,2}" * 50, r"\.\.\. cannot be read as integer\[\]"),
        (BINARY, b"\0", r"cannot be read as integer\[\]: unpack"),
        (BINARY, array_binary(23, [1], [b"\0"]), r"b'\\x00' cannot be read as integer: unpack"),
        (BINARY, array_binary(23, [1], [b"\0"] * 2), r"read as integer"),
        (BINARY, array_binary(23, [2], [b"\0"]), r"read as integer"),
        (BINARY, array_binary(23, [2**31 - 1] * 6, []), r"integer\[\]: .* elements announced"),
    ],
)
def test_malformed_arrays_are_data_errors(format: int, wire: bytes, why: str) -> None:
    with pytest.raises(DataError, match=f'column "c": .*{why}'):
        decode(oids.INT4_ARRAY, format, wire)


def test_the_quick_way_raises_what_the_elements_raise() -> None:
    decoder: Any = default_codecs(POSTGRES).decoder(column(oids.INT4_ARRAY, TEXT))
    assert decoder.bare(b"{1,NULL}") == [1, None]
    assert decoder.struct_code == ""
    with pytest.raises(ValueError, match="not a decimal integer"):
        decoder.bare(b"{x}")
