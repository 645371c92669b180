from __future__ import annotations

import importlib

from rs_driver import codecs
from rs_driver.adapters.codecs import default_codecs
from rs_driver.codecs import Parameter, class_codec, type_codec
from support.wire_values import POSTGRES, column


def test_everything_that_is_promised_is_there() -> None:
    module = importlib.import_module("rs_driver.codecs")
    assert all(getattr(module, name) is not None for name in codecs.__all__)


def test_the_two_functions_make_codecs_that_a_map_takes() -> None:
    mine = default_codecs(POSTGRES).with_codecs(
        type_codec(600, lambda text: complex(*numbers_in(text))),
        class_codec(complex, lambda z: f"({z.real:g},{z.imag:g})", oid=600),
    )
    assert mine.decoder(column(600, codecs.TEXT))(b"(1,2)") == 1 + 2j
    assert mine.encode(1 + 2j) == Parameter(600, codecs.TEXT, b"(1,2)")


def numbers_in(text: str) -> tuple[float, float]:
    real, _, imaginary = text.strip("()").partition(",")
    return float(real), float(imaginary)
