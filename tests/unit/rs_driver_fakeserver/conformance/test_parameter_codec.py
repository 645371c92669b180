from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from rs_driver import oids
from rs_driver.adapters.codecs import default_codecs
from rs_driver.codecs import class_codec
from rs_driver.errors import Error
from rs_driver.ports.codec import ParameterCodec
from rs_driver.ports.profile import ServerProfile
from rs_driver_fakeserver.conformance import ParameterCodecConformance
from support import nonconforming_codecs as broken

CODECS = default_codecs(ServerProfile(protocol_version=2))


def built_in(kind: type) -> ParameterCodec:
    codec: Any = CODECS.encoder(kind)
    return codec  # type: ignore[no-any-return]


class TestBool(ParameterCodecConformance):
    examples = ((True, None, b"\1"), (False, None, b"\0"))

    def codec(self) -> ParameterCodec:
        return built_in(bool)


class TestDecimal(ParameterCodecConformance):
    examples = ((Decimal("12.50"), b"12.50", None), (Decimal(-7), b"-7", None))
    sql_type = "numeric(18,2)"

    def codec(self) -> ParameterCodec:
        return built_in(Decimal)

    def comes_back(self, value: Any) -> Any:
        return value.quantize(Decimal("0.01"))


class TestStr(ParameterCodecConformance):
    examples = (("", b"", None), ("é", "é".encode(), None))
    unfit = ("a\0b", "\ud800")
    sql_type = "varchar"

    def codec(self) -> ParameterCodec:
        return built_in(str)


@dataclass
class Point:
    x: float
    y: float


def literal(value: Point) -> str:
    if value.x != value.x:
        raise ValueError("a point is somewhere")
    return f"({value.x},{value.y})"


class TestOneOfOurOwn(ParameterCodecConformance):
    """A class of the user's own, for a type that the fake server does not have."""

    examples = ((Point(1.5, -2.0), b"(1.5,-2.0)", None),)
    unfit = (Point(float("nan"), 0.0),)

    def codec(self) -> ParameterCodec:
        return class_codec(Point, literal, oid=600)


class TestOneOfAnotherType(ParameterCodecConformance):
    """A class of the user's own that travels as a number."""

    examples = ((Point(1.0, 2.0), None, b"\0\0\0\0\0\x01\x00\x02"),)

    def codec(self) -> ParameterCodec:
        return class_codec(
            Point, lambda p: (int(p.x) << 16 | int(p.y)).to_bytes(8, "big"), oid=oids.INT8
        )

    def comes_back(self, value: Any) -> Any:
        return int(value.x) << 16 | int(value.y)


class Suite(ParameterCodecConformance):
    """The suite on a codec of ``support.nonconforming``."""

    __test__ = False

    def __init__(self, codec: ParameterCodec) -> None:
        self.examples = ((broken.Basket(["egg"]), b'["egg"]', None),)
        self.unfit = (broken.Basket(["\0"]),)
        self._codec = codec

    def codec(self) -> ParameterCodec:
        return self._codec

    def comes_back(self, value: Any) -> Any:
        return json.dumps(value)


@pytest.mark.parametrize(
    ("kind", "test"),
    [
        (broken.IsForLists, "test_its_class"),
        (broken.SendsAStr, "test_the_examples"),
        (broken.SendsUnderAnotherType, "test_what_comes_back"),
        (broken.EmptiesTheBasket, "test_it_leaves_the_value_alone"),
        (broken.SendsAnything, "test_what_cannot_be_sent"),
        (broken.RaisesTypeErrors, "test_what_cannot_be_sent"),
        (broken.IsForBasketsAlone, "test_it_is_found_by_the_class"),
        (broken.CountsItsCalls, "test_what_arrives"),
    ],
)
def test_what_is_broken_fails(kind: type[broken.Sends], test: str) -> None:
    getattr(Suite(broken.Sends()), test)()
    with pytest.raises((AssertionError, Error)):
        getattr(Suite(kind()), test)()
