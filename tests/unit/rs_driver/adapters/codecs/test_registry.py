from __future__ import annotations

from collections import OrderedDict
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.codecs.base import Codec, Encoder, same
from rs_driver.adapters.codecs.registry import Codecs
from rs_driver.errors import DataError, NotSupportedError
from rs_driver.ports.codec import BINARY, TEXT, CodecMap, Parameter
from rs_driver.ports.profile import ServerProfile
from support.wire_values import OLD_REDSHIFT, POSTGRES, REDSHIFT, column

BINARY_EVERYWHERE = (
    oids.BOOL, oids.INT2, oids.INT4, oids.INT8, oids.OID, oids.FLOAT4, oids.FLOAT8, oids.CHAR,
    oids.NAME, oids.TEXT, oids.UNKNOWN, oids.BPCHAR, oids.VARCHAR, oids.TIMESTAMP, oids.TIMESTAMPTZ,
)  # fmt: skip


def shout(data: bytes) -> str:
    return data.decode().upper()


LOUD_TEXT = Codec(oids.TEXT, TEXT, "text", same(shout))


def test_it_is_a_codec_map() -> None:
    codecs: CodecMap = default_codecs(POSTGRES)
    assert codecs.codec(oids.INT4, BINARY) is not None
    assert codecs.codec(oids.INT4, 7) is None


@pytest.mark.parametrize("profile", [POSTGRES, REDSHIFT, OLD_REDSHIFT])
def test_binary_is_asked_for_where_it_can_be_decoded(profile: ServerProfile) -> None:
    codecs = default_codecs(profile)
    for oid in BINARY_EVERYWHERE:
        assert codecs.result_format(oid) == BINARY
        assert codecs.codec(oid, TEXT) is not None
    for oid in (oids.SUPER, oids.GEOMETRY, oids.VARBYTE, 99999):
        assert codecs.result_format(oid) == TEXT


def test_an_unknown_oid_is_text() -> None:
    decode = default_codecs(REDSHIFT).decoder(column(oids.SUPER, TEXT))
    assert decode(b'{"a": 1}') == '{"a": 1}'
    with pytest.raises(DataError, match='column "c"'):
        decode(b"\xff")


@pytest.mark.parametrize(("oid", "format"), [(99999, BINARY), (oids.NUMERIC, BINARY), (25, 2)])
def test_a_column_that_no_codec_reads_is_not_taken_for_text(oid: int, format: int) -> None:
    with pytest.raises(NotSupportedError, match=f'column "c".*{oid}.*format {format}'):
        default_codecs(OLD_REDSHIFT).decoder(column(oid, format))


def test_a_copy_with_a_decoder_leaves_the_original() -> None:
    codecs = default_codecs(POSTGRES)
    loud = codecs.with_decoder(LOUD_TEXT)
    assert loud.decoder(column(oids.TEXT, TEXT))(b"a") == "A"
    assert codecs.decoder(column(oids.TEXT, TEXT))(b"a") == "a"
    assert loud.decoder(column(oids.TEXT, BINARY))(b"a") == "a"
    assert loud.profile is POSTGRES


def test_a_copy_with_an_encoder_leaves_the_original() -> None:
    codecs = default_codecs(POSTGRES)
    assert codecs.encode(1) == Parameter(23, BINARY, b"\0\0\0\1")
    texts = codecs.with_encoder(Encoder(int, lambda value, _: Parameter(25, TEXT, b"%d" % value)))
    assert texts.encode(1) == Parameter(25, TEXT, b"1")
    assert texts.encode(True) == Parameter(16, BINARY, b"\1")
    assert codecs.encode(1) == Parameter(23, BINARY, b"\0\0\0\1")


def test_subclasses_are_sent_as_the_nearest_base_with_a_codec() -> None:
    class Day(date):
        pass

    class Moment(datetime):
        pass

    class Name(str):
        __slots__ = ()

    codecs = default_codecs(POSTGRES)
    for _ in range(2):  # found, then remembered
        assert codecs.encode(Day(2024, 1, 2)) == Parameter(1082, TEXT, b"2024-01-02")
        assert codecs.encode(Moment(2000, 1, 1)) == Parameter(1114, BINARY, bytes(8))
        assert codecs.encode(Name("x")) == Parameter(0, TEXT, b"x")


def test_what_is_remembered_of_classes_is_bounded() -> None:
    codecs = default_codecs(POSTGRES)
    for number in range(1500):
        codecs.encode(type(f"Int{number}", (int,), {})(1))
    assert len(codecs._resolved) <= 1000


@pytest.mark.parametrize("value", [timedelta(1), {}, [1], object(), 1j, OrderedDict()])
def test_a_class_without_a_codec_is_not_supported(value: object) -> None:
    with pytest.raises(NotSupportedError, match=type(value).__qualname__):
        default_codecs(POSTGRES).encode(value)


def test_encode_all() -> None:
    parameters = default_codecs(POSTGRES).encode_all([None, 1, "a"])
    assert parameters == [
        Parameter(705, TEXT, None),
        Parameter(23, BINARY, b"\0\0\0\1"),
        Parameter(0, TEXT, b"a"),
    ]
    assert default_codecs(POSTGRES).encode_all([]) == []


@pytest.mark.parametrize(
    ("value", "error"), [(timedelta(7), NotSupportedError), ("secret\0word", DataError)]
)
def test_encode_all_names_the_position_and_not_the_value(
    value: object, error: type[Exception]
) -> None:
    with pytest.raises(error, match=r"^parameter 2: ") as raised:
        default_codecs(POSTGRES).encode_all([1, value, 2])
    assert "secret" not in str(raised.value)


def test_a_failing_codec_of_the_users_is_a_data_error() -> None:
    def fail(value: Any, codecs: CodecMap) -> Parameter:
        raise KeyError("secret")

    codecs = default_codecs(POSTGRES).with_encoder(Encoder(dict, fail))
    with pytest.raises(DataError, match=r"parameter 1: the codec failed with KeyError") as raised:
        codecs.encode_all([{}])
    assert "secret" not in str(raised.value)
    assert isinstance(raised.value.__cause__, KeyError)


def test_an_empty_map_knows_nothing_but_text() -> None:
    codecs = Codecs(POSTGRES)
    assert codecs.decoder(column(oids.INT4, TEXT))(b"1") == "1"
    with pytest.raises(NotSupportedError):
        codecs.encode(1)
