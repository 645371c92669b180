from __future__ import annotations

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.codecs.base import (
    Checked,
    Codec,
    Encoder,
    NamedEncoder,
    class_name,
    same,
    unpacker,
)
from rs_driver.errors import DataError
from rs_driver.ports.codec import BINARY, Parameter, ParameterCodec, QuickDecode, TypeCodec
from support.wire_values import POSTGRES, column


def test_an_error_names_column_type_and_value_and_keeps_its_cause() -> None:
    decode = Checked(unpacker("i"), "i", "integer", "amount")
    with pytest.raises(
        DataError, match=r"column \"amount\": b'abc' cannot be read as integer"
    ) as e:
        decode(b"abc")
    assert e.value.__cause__ is not None


def test_a_long_value_is_not_shown_whole() -> None:
    with pytest.raises(DataError) as error:
        Checked(unpacker("i"), "i", "integer", "n")(b"x" * 1000)
    assert "x" * 32 + "'..." in str(error.value)
    assert len(str(error.value)) < 200


def test_the_bare_function_raises_its_own_errors() -> None:
    with pytest.raises(Exception, match="4 bytes"):
        Checked(unpacker("i"), "i", "integer", "n").bare(b"")


def test_codec_and_encoder_satisfy_the_ports() -> None:
    codec: TypeCodec = Codec(oids.INT4, BINARY, "integer", same(unpacker("i")), "i")
    decode: QuickDecode = Checked(unpacker("i"), "i", "integer", "n")
    encoder: ParameterCodec = Encoder(int, lambda value, _: Parameter(23, 0, b"%d" % value))
    assert codec.decoder(column(oids.INT4, BINARY), default_codecs(POSTGRES))(b"\0\0\0\7") == 7
    assert decode(b"\0\0\0\7") == 7
    assert encoder.encode(7, default_codecs(POSTGRES)) == Parameter(23, 0, b"7")


def test_a_class_by_package_and_name() -> None:
    assert class_name(int) == "builtins.int"
    assert class_name(Codec) == "rs_driver.Codec"
    encoder = NamedEncoder("rs_driver.Codec", lambda value, _: Parameter(25, 0, value))
    assert encoder.encode(b"x", default_codecs(POSTGRES)) == Parameter(25, 0, b"x")
