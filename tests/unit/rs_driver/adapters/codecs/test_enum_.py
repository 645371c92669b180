from __future__ import annotations

from datetime import date
from enum import Enum, Flag, IntEnum, IntFlag

import pytest

from rs_driver.adapters.codecs import default_codecs
from rs_driver.adapters.codecs.custom import class_codec
from rs_driver.errors import DataError, NotSupportedError
from support.wire_values import POSTGRES, REDSHIFT


class Colour(Enum):
    RED = "red"
    NUMBER = 3
    DAY = date(2024, 1, 2)
    NOTHING = None
    SECRET = "hush\0"
    SET = frozenset("hush")


class Name(str, Enum):
    A = "a"

    def __str__(self) -> str:
        return "not the value"


class Level(IntEnum):
    HIGH = 7


class Shape(bytes, Enum):
    """Its members are bytes, and their values are something else."""

    ROUND = (b"ignored", 40)

    def __new__(cls, data: bytes, value: int) -> Shape:  # noqa: PYI034 (Self is 3.11)
        member = bytes.__new__(cls, data)
        member._value_ = value
        return member


class Access(Flag):
    READ = 1
    WRITE = 2


class Bits(IntFlag):
    LOW = 1
    HIGH = 8


@pytest.mark.parametrize(
    ("member", "value"),
    [
        (Colour.RED, "red"),
        (Colour.NUMBER, 3),
        (Colour.DAY, date(2024, 1, 2)),
        (Colour.NOTHING, None),
        (Name.A, "a"),
        (Level.HIGH, 7),
        (Shape.ROUND, 40),
        (Access.READ | Access.WRITE, 3),
        (Bits.LOW | Bits.HIGH, 9),
    ],
)
def test_a_member_is_sent_as_its_value(member: Enum, value: object) -> None:
    for profile in (POSTGRES, REDSHIFT):
        codecs = default_codecs(profile)
        assert codecs.encode(member) == codecs.encode(value)


def test_errors_name_the_class_and_neither_the_value_nor_the_member() -> None:
    codecs = default_codecs(POSTGRES)
    with pytest.raises(DataError, match=r"^parameter 2: a member of the Enum Colour: ") as data:
        codecs.encode_all([1, Colour.SECRET])
    with pytest.raises(NotSupportedError, match=r"Enum Colour: .*frozenset") as unsupported:
        codecs.encode_all([Colour.SET])
    for error in (data, unsupported):
        assert "hush" not in str(error.value)
        assert "SECRET" not in str(error.value)


def test_a_codec_of_the_users_for_one_enum_comes_first() -> None:
    by_name = class_codec(Colour, lambda member: member.name)
    codecs = default_codecs(POSTGRES).with_codecs(by_name)
    assert codecs.encode(Colour.RED).data == b"RED"
    assert codecs.encode(Name.A).data == b"a"


def test_a_codec_of_the_users_for_str_is_for_the_value_of_a_str_enum() -> None:
    codecs = default_codecs(POSTGRES).with_codecs(class_codec(str, str.upper))
    assert codecs.encode(Name.A).data == b"A"
