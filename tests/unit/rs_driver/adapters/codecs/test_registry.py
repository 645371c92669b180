from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.codecs.base import Codec, Encoder, NamedEncoder, same
from rs_driver.adapters.codecs.hints import hint
from rs_driver.adapters.codecs.registry import Codecs
from rs_driver.errors import DataError, InterfaceError, NotSupportedError
from rs_driver.ports.codec import (
    BINARY,
    TEXT,
    CodecMap,
    ColumnDecode,
    Conversions,
    Decode,
    Parameter,
)
from rs_driver.ports.profile import ServerProfile
from rs_driver.wire.results import FieldDescription
from support.wire_values import OLD_REDSHIFT, POSTGRES, REDSHIFT, column

BINARY_EVERYWHERE = (
    oids.BOOL, oids.INT2, oids.INT4, oids.INT8, oids.OID, oids.FLOAT4, oids.FLOAT8, oids.CHAR,
    oids.NAME, oids.TEXT, oids.UNKNOWN, oids.BPCHAR, oids.VARCHAR, oids.TIMESTAMP, oids.TIMESTAMPTZ,
)  # fmt: skip


def shout(data: bytes) -> str:
    return data.decode().upper()


def nothing(_value: object, _codecs: CodecMap) -> Parameter:
    return Parameter(25, TEXT, None)


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


@pytest.mark.parametrize("value", [{1}, frozenset(), object(), 1j, iter([]), int, print])
def test_a_class_without_a_codec_is_not_supported_and_a_hint_is_given(value: object) -> None:
    with pytest.raises(NotSupportedError, match=type(value).__qualname__) as raised:
        default_codecs(POSTGRES).encode(value)
    assert hint(type(value)) in str(raised.value)


def test_the_encoder_of_a_class_is_what_encode_takes() -> None:
    own = Encoder(int, nothing)
    codecs = default_codecs(POSTGRES).with_encoder(own)
    assert codecs.encoder(int) is own
    assert codecs.encoder(type("Int", (int,), {})) is own
    with pytest.raises(NotSupportedError, match="object"):
        codecs.encoder(object)


def test_arrays_are_asked_for_in_binary_while_their_elements_can_be_read_so() -> None:
    codecs = default_codecs(POSTGRES)
    assert codecs.result_format(oids.TEXT_ARRAY) == BINARY
    assert codecs.with_codecs(LOUD_TEXT).result_format(oids.TEXT_ARRAY) == TEXT


def test_encode_all() -> None:
    parameters = default_codecs(POSTGRES).encode_all([None, 1, "a"])
    assert parameters == [
        Parameter(705, TEXT, None),
        Parameter(23, BINARY, b"\0\0\0\1"),
        Parameter(0, TEXT, b"a"),
    ]
    assert default_codecs(POSTGRES).encode_all([]) == []


@pytest.mark.parametrize(
    ("value", "error"), [({"secret"}, NotSupportedError), ("secret\0word", DataError)]
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

    codecs = default_codecs(POSTGRES).with_encoder(Encoder(set, fail))
    with pytest.raises(DataError, match=r"parameter 1: the codec failed with KeyError") as raised:
        codecs.encode_all([{1}])
    assert "secret" not in str(raised.value)
    assert isinstance(raised.value.__cause__, KeyError)


# -- classes by their names -----------------------------------------------------------------


class Stranger:
    """Stands for a class of a package that is not imported."""


Stranger.__module__ = "far.away.module"
STRANGER = NamedEncoder("far.Stranger", lambda _value, _codecs: Parameter(25, TEXT, b"by name"))


def test_a_class_is_found_by_its_package_and_name_wherever_it_lives_there() -> None:
    codecs = Codecs(POSTGRES)
    named = codecs.with_named_encoder(STRANGER)
    assert named.encode(Stranger()) == Parameter(25, TEXT, b"by name")
    assert named.encode(type("Child", (Stranger,), {})()) == Parameter(25, TEXT, b"by name")
    other = type("Stranger", (), {"__module__": "near.away.module"})
    for map_, value in ((codecs, Stranger()), (named, other())):
        with pytest.raises(NotSupportedError):
            map_.encode(value)
    kept = named.with_decoder(LOUD_TEXT).with_encoder(Encoder(int, nothing)).with_codecs()
    assert kept.with_profile(REDSHIFT).encode(Stranger()) == Parameter(25, TEXT, b"by name")


def test_a_codec_of_the_class_itself_comes_before_one_of_its_name() -> None:
    codecs = Codecs(POSTGRES).with_named_encoder(STRANGER)
    assert codecs.with_codecs(Encoder(Stranger, nothing)).encode(Stranger()).data is None
    child = type("Child", (Stranger,), {})
    assert codecs.with_codecs(Encoder(child, nothing)).encode(child()).data is None
    assert codecs.with_codecs(Encoder(object, nothing)).encode(Stranger()).data == b"by name"


def test_a_profile_is_changed_and_nothing_else() -> None:
    codecs = default_codecs(REDSHIFT, Conversions(super_objects=True))
    learnt = codecs.with_profile(replace(REDSHIFT, varbyte_wire="raw"))
    assert codecs.decoder(column(oids.VARBYTE, TEXT))(b"61") == b"a"
    assert learnt.decoder(column(oids.VARBYTE, TEXT))(b"61") == b"61"
    assert learnt.conversions is codecs.conversions
    assert learnt.encode("a") == codecs.encode("a")


# -- the user's own -------------------------------------------------------------------------


class Both:
    """A codec of both directions."""

    oid = oids.TEXT
    format = TEXT
    python_type = str

    def decoder(self, field: FieldDescription, codecs: CodecMap) -> Decode:
        return shout

    def column_decoder(self, field: FieldDescription, codecs: CodecMap) -> ColumnDecode | None:
        return None

    def encode(self, value: Any, codecs: CodecMap) -> Parameter:
        return Parameter(oids.TEXT, TEXT, str(value).upper().encode())


def test_a_users_codec_for_one_format_makes_the_server_be_asked_for_it() -> None:
    codecs = default_codecs(POSTGRES)
    own = codecs.with_codecs(LOUD_TEXT)
    assert codecs.result_format(oids.TEXT) == BINARY
    assert own.result_format(oids.TEXT) == TEXT
    assert own.codec(oids.TEXT, BINARY) is None
    assert own.decoder(column(oids.TEXT, TEXT))(b"a") == "A"
    assert own.result_format(oids.VARCHAR) == BINARY
    binary = Codec(oids.TEXT, BINARY, "text", same(shout))
    for both in (codecs.with_codecs(LOUD_TEXT, binary), own.with_codecs(binary, LOUD_TEXT)):
        assert both.result_format(oids.TEXT) == BINARY
        assert both.codec(oids.TEXT, TEXT) is LOUD_TEXT


def test_a_map_with_a_users_codecs_leaves_the_original() -> None:
    codecs = default_codecs(POSTGRES)
    assert codecs.encode("a").data == b"a"  # remembered, and not to be taken over
    own = codecs.with_codecs(Both())
    assert own.encode("a").data == b"A"
    assert own.decoder(column(oids.TEXT, TEXT))(b"a") == "A"
    assert codecs.encode("a").data == b"a"
    assert codecs.decoder(column(oids.TEXT, TEXT))(b"a") == "a"
    assert codecs.result_format(oids.TEXT) == BINARY
    assert own.encode(1) == codecs.encode(1)


def test_the_last_of_several_codecs_wins() -> None:
    quiet = Codec(oids.TEXT, TEXT, "text", same(bytes.decode))
    assert default_codecs(POSTGRES).with_codecs(LOUD_TEXT, quiet).codec(oids.TEXT, TEXT) is quiet
    first = default_codecs(POSTGRES).with_codecs(quiet).with_codecs(LOUD_TEXT)
    assert first.codec(oids.TEXT, TEXT) is LOUD_TEXT


def test_a_users_codec_for_a_subclass_is_for_it_alone() -> None:
    class Name(str):
        __slots__ = ()

    class Id(int):
        pass

    codecs = default_codecs(POSTGRES).with_codecs(Encoder(Name, nothing), Encoder(Id, nothing))
    assert codecs.encode(Name("a")).data is None
    assert codecs.encode(Id(1)).data is None
    assert codecs.encode("a") == Parameter(0, TEXT, b"a")
    assert codecs.encode(1) == Parameter(23, BINARY, b"\0\0\0\1")


class NoOid:
    format = TEXT

    def decoder(self, field: FieldDescription, codecs: CodecMap) -> Decode:
        return shout


class NoFormat(NoOid):
    oid = 25
    format = 2


class NoClass:
    python_type = "str"

    def encode(self, value: Any, codecs: CodecMap) -> Parameter:
        return nothing(value, codecs)


@pytest.mark.parametrize(
    "codec", [None, 25, "text", object(), NoOid(), NoFormat(), NoClass(), shout, (LOUD_TEXT,)]
)
def test_what_is_no_codec_is_an_interface_error(codec: Any) -> None:
    with pytest.raises(InterfaceError, match="is no codec"):
        default_codecs(POSTGRES).with_codecs(codec)


def test_a_class_in_place_of_a_codec_is_an_interface_error() -> None:
    with pytest.raises(InterfaceError, match="Both is a class: an instance"):
        default_codecs(POSTGRES).with_codecs(Both)  # type: ignore[arg-type]


def test_an_empty_map_knows_nothing_but_text() -> None:
    codecs = Codecs(POSTGRES)
    assert codecs.decoder(column(oids.INT4, TEXT))(b"1") == "1"
    with pytest.raises(NotSupportedError):
        codecs.encode(1)
