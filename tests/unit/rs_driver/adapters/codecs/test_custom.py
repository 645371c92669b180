from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from rs_driver.adapters.codecs import Codecs, default_codecs
from rs_driver.adapters.codecs.custom import class_codec, type_codec
from rs_driver.errors import DataError, InterfaceError, NotSupportedError, ProgrammingError
from rs_driver.ports.codec import BINARY, TEXT, Parameter, QuickDecode
from support.wire_values import POSTGRES, REDSHIFT, column

POINT = 600
BASE = default_codecs(POSTGRES)


@dataclass(frozen=True)
class Point:
    x: int
    y: int


def read_point(text: str) -> Point:
    x, y = text.strip("()").split(",")
    return Point(int(x), int(y))


def fail(_value: object) -> Any:
    raise KeyError("secret")


# -- type_codec -----------------------------------------------------------------------------


def test_a_text_codec_gets_str() -> None:
    codecs = BASE.with_codecs(type_codec(POINT, read_point))
    assert codecs.result_format(POINT) == TEXT
    assert codecs.decoder(column(POINT, TEXT))(b"(1,2)") == Point(1, 2)


def test_a_binary_codec_gets_bytes() -> None:
    codecs = BASE.with_codecs(type_codec(POINT, bytes.hex, format=BINARY))
    assert codecs.result_format(POINT) == BINARY
    assert codecs.decoder(column(POINT, BINARY))(b"\0\xff") == "00ff"


@pytest.mark.parametrize(
    ("decode", "data", "problem"),
    [
        (read_point, b"(1)", "ValueError: "),
        (fail, b"(1,2)", "KeyError: "),
        (read_point, b"\xff", "UnicodeDecodeError: "),
    ],
)
def test_whatever_it_raises_is_a_data_error_with_a_cause(
    decode: Any, data: bytes, problem: str
) -> None:
    codecs = BASE.with_codecs(type_codec(POINT, decode, name="point"))
    with pytest.raises(DataError, match=f'column "c": .* cannot be read as point: {problem}') as e:
        codecs.decoder(column(POINT, TEXT))(data)
    assert type(e.value.__cause__).__name__ in problem


def test_an_error_of_the_librarys_own_stays_what_it_is() -> None:
    def refuse(_text: str) -> object:
        raise ProgrammingError("not this one")

    codecs = BASE.with_codecs(type_codec(POINT, refuse))
    with pytest.raises(ProgrammingError, match=r"^not this one$"):
        codecs.decoder(column(POINT, TEXT))(b"")


def test_its_function_without_errors_is_there_for_row_decoders() -> None:
    decode: QuickDecode = type_codec(POINT, fail).decoder(column(POINT, TEXT), BASE)  # type: ignore[assignment]
    assert decode.struct_code == ""
    with pytest.raises(KeyError):
        decode.bare(b"x")


def test_it_has_no_columnar_form_and_a_name_by_itself() -> None:
    codec = type_codec(POINT, read_point)
    assert codec.column_decoder(column(POINT, TEXT), BASE) is None
    with pytest.raises(DataError, match="type OID 600"):
        codec.decoder(column(POINT, TEXT), BASE)(b"")


@pytest.mark.parametrize(
    ("oid", "decode", "format"),
    [(0, str, 0), (-1, str, 0), (2**32, str, 0), ("25", str, 0), (25, str, 2), (25, None, 0)],
)
def test_arguments_that_make_no_type_codec(oid: Any, decode: Any, format: int) -> None:
    with pytest.raises(InterfaceError):
        type_codec(oid, decode, format=format)


# -- class_codec ----------------------------------------------------------------------------


def encoded(make: Any, value: object, oid: int | None = None, codecs: Codecs = BASE) -> Parameter:
    return codecs.with_codecs(class_codec(type(value), make, oid=oid)).encode(value)


def test_with_an_oid_str_is_the_text_form_and_bytes_the_binary_one() -> None:
    p = Point(1, 2)
    assert encoded(lambda v: f"({v.x},{v.y})", p, POINT) == Parameter(600, TEXT, b"(1,2)")
    for kind in (bytes, bytearray, memoryview):
        sent = encoded(lambda _, kind=kind: kind(b"\0\1"), p, POINT)
        assert sent == Parameter(600, BINARY, b"\0\1")
    assert encoded(lambda _: None, p, POINT) == Parameter(600, TEXT, None)


@pytest.mark.parametrize("value", [1, 1.5, [1], Point(1, 2)])
def test_with_an_oid_nothing_else_will_do(value: object) -> None:
    with pytest.raises(DataError, match=r"codec of class Point gave a .* for type OID 600"):
        encoded(lambda _: value, Point(1, 2), POINT)


@pytest.mark.parametrize("value", ["a", 1, 2**70, b"a", None, 0.5, {"a": 1}])
def test_without_an_oid_what_it_gives_is_sent_as_such(value: object) -> None:
    for codecs in (BASE, default_codecs(REDSHIFT)):
        assert encoded(lambda _: value, Point(1, 2), None, codecs) == codecs.encode(value)


def test_a_parameter_is_sent_as_it_is() -> None:
    sent = Parameter(18, BINARY, b"x")
    for oid in (None, POINT):
        assert encoded(lambda _: sent, Point(1, 2), oid) is sent


@pytest.mark.parametrize(
    "parameter",
    [
        Parameter(-1, TEXT, b""),
        Parameter(2**32, TEXT, b""),
        Parameter("25", TEXT, b""),  # type: ignore[arg-type]
        Parameter(25, 2, b""),
        Parameter(25, TEXT, "text"),  # type: ignore[arg-type]
    ],
)
def test_a_parameter_that_cannot_be_one_is_a_data_error(parameter: Parameter) -> None:
    with pytest.raises(DataError, match="gave a Parameter that is not"):
        encoded(lambda _: parameter, Point(1, 2))


@pytest.mark.parametrize("text", ["a\0", "\ud800"])
def test_text_that_cannot_be_sent_is_a_data_error(text: str) -> None:
    with pytest.raises(DataError, match="the str has a"):
        encoded(lambda _: text, Point(1, 2), POINT)


def test_a_failing_function_is_a_data_error_without_the_value() -> None:
    with pytest.raises(DataError, match="codec of class Point failed with KeyError") as raised:
        encoded(fail, Point(1, 2))
    assert "secret" not in str(raised.value)
    assert isinstance(raised.value.__cause__, KeyError)


def test_an_error_of_the_librarys_own_passes() -> None:
    def refuse(_value: object) -> object:
        raise NotSupportedError("not these")

    with pytest.raises(NotSupportedError, match=r"^not these$"):
        encoded(refuse, Point(1, 2))


def test_a_class_that_has_a_codec_may_be_changed_on_its_way() -> None:
    class Name(str):
        __slots__ = ()

    codecs = BASE.with_codecs(class_codec(str, str.strip), class_codec(int, lambda n: n + 1))
    assert codecs.encode(" a ") == BASE.encode("a")
    assert codecs.encode(Name(" a ")) == BASE.encode("a")
    assert codecs.encode(1) == BASE.encode(2)
    assert codecs.encode(True) == BASE.encode(True)
    again = codecs.with_codecs(class_codec(str, lambda text: text + " !  "))
    assert again.encode(" a") == BASE.encode("a !")


def test_none_may_be_changed_too() -> None:
    codecs = BASE.with_codecs(class_codec(type(None), lambda _: "nothing"))
    assert codecs.encode(None) == BASE.encode("nothing")
    assert encoded(lambda _: None, None) == BASE.encode(None)


def test_object_is_for_every_class_without_a_codec() -> None:
    codecs = BASE.with_codecs(class_codec(object, repr))
    assert codecs.encode(Point(1, 2)) == BASE.encode("Point(x=1, y=2)")
    assert codecs.encode(1) == BASE.encode(1)


def test_what_leads_back_to_itself_is_a_data_error() -> None:
    class Other:
        pass

    circle = BASE.with_codecs(
        class_codec(Point, lambda _: Other()), class_codec(Other, lambda _: Point(1, 2))
    )
    with pytest.raises(DataError, match=r"^parameter 1: the codec .*failed with RecursionError"):
        circle.encode_all([Point(1, 2)])
    with pytest.raises(NotSupportedError, match="Point"):
        encoded(lambda value: value, Point(1, 2))
    alone = Codecs(POSTGRES).with_encoder(class_codec(Point, lambda value: value))
    with pytest.raises(DataError, match="asked for again"):
        alone.encode(Point(1, 2))


@pytest.mark.parametrize(
    ("kind", "encode", "oid"),
    [("Point", str, None), (Point, None, None), (Point, str, 0), (Point, str, "25")],
)
def test_arguments_that_make_no_class_codec(kind: Any, encode: Any, oid: Any) -> None:
    with pytest.raises(InterfaceError):
        class_codec(kind, encode, oid=oid)
